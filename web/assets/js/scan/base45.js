// Base45 (RFC 9285), as credential.DecodeBase45 reads it.

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const values = new Uint8Array(128).fill(0xff);
for (let i = 0; i < letters.length; i++) values[letters.charCodeAt(i)] = i;

/** @param {string} text @param {number} i */
function value(text, i) {
	const code = text.charCodeAt(i);
	return code < 128 ? values[code] : 0xff;
}

/**
 * Returns the bytes of a base45 text, or null for everything that a writer would
 * not have written: other characters, lower case, an impossible length, groups
 * that stand for more than their bytes hold.
 * @param {string} text
 * @returns {Uint8Array | null}
 */
export function decodeBase45(text) {
	if (text.length % 3 === 1) return null;
	const out = new Uint8Array(Math.floor(text.length / 3) * 2 + (text.length % 3 ? 1 : 0));
	let at = 0;
	for (let i = 0; i < text.length; i += 3) {
		const c = value(text, i), d = value(text, i + 1);
		if (text.length - i === 2) {
			const n = c + 45 * d;
			if ((c | d) >= 0x80 || n > 0xff) return null;
			out[at++] = n;
			break;
		}
		const e = value(text, i + 2);
		const n = c + 45 * d + 2025 * e;
		if ((c | d | e) >= 0x80 || n > 0xffff) return null;
		out[at++] = n >> 8;
		out[at++] = n & 0xff;
	}
	return out;
}

const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * Drops white space at both ends: exactly what Go's strings.TrimSpace calls so,
 * which is not what String.trim does.
 * @param {string} text
 */
export function trim(text) {
	let from = 0, to = text.length;
	while (from < to && space.test(text[from])) from++;
	while (to > from && space.test(text[to - 1])) to--;
	return text.slice(from, to);
}
