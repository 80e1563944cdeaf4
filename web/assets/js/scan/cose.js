// Messages of ours: COSE_Sign1 (RFC 9052) under ES256, in exactly one shape. See
// credential/cose.go.
import { Cursor } from "./cursor.js";

/**
 * @typedef {object} Message
 * @property {string} kid in hexadecimal
 * @property {Uint8Array} protected
 * @property {Uint8Array} list the key list in a bundle's header
 * @property {Uint8Array} payload
 * @property {Uint8Array} signature
 */

export const typeKeyList = "application/vnd.anlo.keys+cbor";
export const typeBundle = "application/vnd.anlo.bundle+cbor";

export const maxBundle = 4 << 20;
export const maxKeyList = 256 << 10;

export const privateID = [0x3a, 0, 1, 0, 0]; // -65537
const headAlg = [0x01, 0x26, 0x04, 0x48]; // alg: ES256, kid: 8 bytes

/**
 * Takes a message of a type apart; null unless it has exactly the expected shape.
 * @param {Uint8Array} data
 * @param {string} type "" is a pass
 * @returns {Message | null}
 */
export function parseMessage(data, type) {
	const c = new Cursor(data);
	c.literal([0xd2, 0x84]); // tag 18, array of four
	const header = c.bytes(maxBundle);
	c.literal([0xa0]);
	const payload = c.bytes(maxBundle);
	const signature = c.bytes(64);
	const h = new Cursor(header);
	h.literal([type === "" ? 0xa2 : type === typeKeyList ? 0xa3 : 0xa4, ...headAlg]);
	const kid = hex(h.take(8));
	if (type !== "") {
		h.literal([0x10]);
		if (h.text(64) !== type) return null;
	}
	/** @type {Uint8Array} */
	let list = new Uint8Array(0);
	if (type === typeBundle) {
		h.literal(privateID);
		list = h.bytes(maxKeyList);
	}
	if (!c.done() || !h.done() || signature.length !== 64) return null;
	return { kid, protected: header, list, payload, signature };
}

/**
 * The Sig_structure of RFC 9052, section 4.4, with no external data.
 * @param {Uint8Array} header
 * @param {Uint8Array} payload
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function signed(header, payload) {
	const open = [0x84, 0x6a, ...new TextEncoder().encode("Signature1")];
	const h = head(header.length), p = head(payload.length);
	const out = new Uint8Array(open.length + h.length + header.length + 1 + p.length + payload.length);
	let at = 0;
	for (const part of [open, h, header, [0x40], p, payload]) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/**
 * The head of a byte string of length n, below 2³².
 * @param {number} n
 */
function head(n) {
	if (n < 24) return [0x40 | n];
	if (n < 1 << 8) return [0x58, n];
	if (n < 1 << 16) return [0x59, n >> 8, n & 0xff];
	return [0x5a, n >>> 24, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff];
}

/**
 * Whether the signature is that of the key.
 * @param {Message} m
 * @param {CryptoKey} key
 */
export function signedBy(m, key) {
	return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, plain(m.signature), signed(m.protected, m.payload));
}

/** @param {Uint8Array} data */
export async function sha256(data) {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", plain(data)));
}

/**
 * Says to the type checker what is so: nothing here lies in shared memory.
 * @param {Uint8Array} data
 */
export function plain(data) {
	return /** @type {Uint8Array<ArrayBuffer>} */ (data);
}

/** @param {Uint8Array} data */
export function hex(data) {
	return Array.from(data, (b) => b.toString(16).padStart(2, "0")).join("");
}
