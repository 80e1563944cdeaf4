// Finds somebody by the number of their identity card in the list that the server
// made for this post, without a network. app/cards.go describes the file: passes,
// each encrypted under the numbers of those who travel by it. What is found is
// judged as if its QR code had been read.

const magic = "ALC1", info = new TextEncoder().encode("anlo cards 1");
const header = 60, entry = 44, tag = 8;
const maxIterations = 1_000_000; // a file must not keep the lane waiting
const prefix = "AL1:";
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/**
 * Returns what the pass of whoever has that card amounts to now, or null when the
 * list does not tell: it is over, damaged, or has no such card. It is null for a
 * pass that was revoked or has ended as well: they may have declared anew since
 * the list was made.
 * @param {import("./types.d.ts").Bundle} bundle
 * @param {Uint8Array} list
 * @param {string} number of an identity card
 * @param {number} at milliseconds since 1970
 * @returns {Promise<import("./types.d.ts").Reading | null>}
 */
export async function find(bundle, list, number, at) {
	const text = await passOf(list, number, at).catch(() => null);
	if (!text) return null;
	const reading = await bundle.judge(text, at);
	return reading.outcome === "stop" ? null : { ...reading, kind: "card" };
}

/**
 * The text of the pass.
 * @param {Uint8Array} list
 * @param {string} number
 * @param {number} at
 */
async function passOf(list, number, at) {
	const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
	if (list.length < header || new TextDecoder().decode(list.subarray(0, 4)) !== magic) return null;
	const until = Number(view.getBigUint64(12)) * 1000, iterations = view.getUint32(20), n = view.getUint32(56);
	const passes = header + n * entry;
	if (at >= until || iterations < 1 || iterations > maxIterations || passes > list.length) return null;

	const derived = await derive(number, list.slice(24, 40), list.slice(40, 56), iterations);
	const i = search(list, n, derived);
	if (i < 0) return null;
	const from = header + i * entry + tag;
	const place = await open(derived.slice(tag), list.slice(from, from + entry - tag));
	const start = passes + new DataView(place.buffer).getUint32(0);
	const length = view.getUint16(start);
	if (start + 2 + length > list.length) return null;
	return prefix + base45(await open(place.slice(4), list.slice(start + 2, start + 2 + length)));
}

/**
 * The tag of a number, and the key of its entry.
 * @param {string} number
 * @param {Uint8Array<ArrayBuffer>} salt
 * @param {Uint8Array<ArrayBuffer>} nonce
 * @param {number} iterations
 */
async function derive(number, salt, nonce, iterations) {
	const { subtle } = crypto;
	const guess = await subtle.importKey("raw", new TextEncoder().encode(number), "PBKDF2", false, ["deriveBits"]);
	const slow = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, guess, 256);
	const key = await subtle.importKey("raw", slow, "HKDF", false, ["deriveBits"]);
	return new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: nonce, info }, key, 192));
}

/**
 * Where the entry of a tag is; -1 when there is none.
 * @param {Uint8Array} list
 * @param {number} n
 * @param {Uint8Array} wanted begins with the tag
 */
function search(list, n, wanted) {
	let low = 0, high = n;
	while (low < high) {
		const middle = (low + high) >> 1;
		const order = compare(list, header + middle * entry, wanted);
		if (order === 0) return middle;
		if (order < 0) low = middle + 1;
		else high = middle;
	}
	return -1;
}

/** @param {Uint8Array} list @param {number} at @param {Uint8Array} wanted */
function compare(list, at, wanted) {
	for (let i = 0; i < tag; i++) if (list[at + i] !== wanted[i]) return list[at + i] - wanted[i];
	return 0;
}

/**
 * Decrypts the only thing that a key ever encrypts.
 * @param {Uint8Array<ArrayBuffer>} raw
 * @param {Uint8Array<ArrayBuffer>} sealed
 */
async function open(raw, sealed) {
	const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
	return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, sealed));
}

/** @param {Uint8Array} bytes */
function base45(bytes) {
	let out = "";
	for (let i = 0; i < bytes.length; i += 2) {
		const pair = i + 1 < bytes.length;
		let n = pair ? bytes[i] * 256 + bytes[i + 1] : bytes[i];
		for (let digits = pair ? 3 : 2; digits > 0; digits--, n = Math.floor(n / 45)) out += letters[n % 45];
	}
	return out;
}
