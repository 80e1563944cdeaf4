// The list of keys that the root signs, inside every bundle. See credential/keys.go.
import { Malformed, parse, strict } from "./cbor.js";
import { hex, maxKeyList, parseMessage, plain, sha256, signedBy, typeKeyList } from "./cose.js";
import { bytes, fields, int, list, seconds } from "./fields.js";

/**
 * @typedef {object} Key
 * @property {string} id
 * @property {CryptoKey} key
 * @property {number} use of usePass and useBundle
 * @property {number} notBefore milliseconds
 * @property {number} notAfter
 *
 * @typedef {{ version: number, keys: Map<string, Key> }} KeyList
 */

export const usePass = 1, useBundle = 2;

export const maxVersion = BigInt(Number.MAX_SAFE_INTEGER);
const maxKeys = 1024;

const P256 = { name: "ECDSA", namedCurve: "P-256" };
// What stands before the 65 bytes of a point in a SubjectPublicKeyInfo on P-256.
const spkiHead = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00];

/**
 * Opens a key list; throws Error("bundle.malformed" | "bundle.root"). Nothing is
 * decoded before the signature has been checked.
 * @param {Uint8Array} data
 * @param {Uint8Array} root SubjectPublicKeyInfo
 * @returns {Promise<KeyList>}
 */
export async function openKeyList(data, root) {
	const m = data.length <= maxKeyList ? parseMessage(data, typeKeyList) : null;
	if (!m) throw new Malformed();
	const key = await crypto.subtle.importKey("spki", plain(root), P256, false, ["verify"]);
	if (m.kid !== (await keyID(root)) || !(await signedBy(m, key))) throw new Error("bundle.root");
	const f = fields(parse(m.payload, strict));
	const version = Number(int(f.get(1), 1n, maxVersion));
	seconds(f.get(2)); // when it was issued: nobody asks
	const entries = list(f.get(3));
	if (entries.length > maxKeys) throw new Malformed();
	const keys = new Map();
	for (const k of await Promise.all(entries.map(openKey))) {
		if (keys.has(k.id)) throw new Malformed();
		keys.set(k.id, k);
	}
	return { version, keys };
}

/**
 * @param {import("./cbor.js").Item} item
 * @returns {Promise<Key>}
 */
async function openKey(item) {
	const f = fields(item);
	const id = bytes(f.get(1)) ?? new Uint8Array(0);
	const point = bytes(f.get(2));
	const use = Number(BigInt(int(f.get(3), 0n, 2n ** 64n - 1n)) & 7n);
	const from = seconds(f.get(4)), to = seconds(f.get(5));
	if (point?.length !== 65 || point[0] !== 4 || to < from) throw new Malformed();
	if (hex(id) !== (await keyID(Uint8Array.from([...spkiHead, ...point])))) throw new Malformed();
	const key = await crypto.subtle.importKey("raw", plain(point), P256, false, ["verify"]).catch(() => {
		throw new Malformed(); // not a point on the curve
	});
	return { id: hex(id), key, use, notBefore: from * 1000, notAfter: to * 1000 };
}

/** @param {Uint8Array} spki */
async function keyID(spki) {
	return hex((await sha256(spki)).subarray(0, 8));
}

/**
 * The key that may sign this use at the time, or null.
 * @param {KeyList} l
 * @param {string} id
 * @param {number} use
 * @param {number} at
 */
export function findKey(l, id, use, at) {
	const k = l.keys.get(id);
	return k && k.use & use && at >= k.notBefore && at <= k.notAfter ? k : null;
}
