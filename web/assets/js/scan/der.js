// Just enough of X.509 (DER): the public key of a certificate and its extended key
// usages. Whether a certificate is believed is not asked here: it is on a list that
// we signed.

const SEQUENCE = 0x30, OID = 0x06, OCTETS = 0x04, INTEGER = 0x02, BITS = 0x03;

/** @typedef {{ tag: number, body: Uint8Array, whole: Uint8Array }} Element */

/**
 * @typedef {object} Certificate
 * @property {Uint8Array} spki
 * @property {"P-256" | "P-384" | "RSA"} kind
 * @property {string[]} usages object identifiers of the extended key usages
 */

class BadDER extends Error {}

/**
 * Reads a certificate; null when it is none, or its key one that we cannot use.
 * @param {Uint8Array} der
 * @returns {Certificate | null}
 */
export function readCertificate(der) {
	try {
		const [outer, ...rest] = elements(der);
		const [tbs] = elements(expect(outer, SEQUENCE));
		if (rest.length) return null;
		let parts = elements(expect(tbs, SEQUENCE));
		if (parts[0]?.tag === 0xa0) parts = parts.slice(1); // version
		// serial, signature, issuer, validity, subject, key, […, extensions]
		const spki = parts[5];
		const kind = keyKind(expect(spki, SEQUENCE));
		const extensions = parts.slice(6).find((p) => p.tag === 0xa3);
		return kind && { spki: spki.whole, kind, usages: extensions ? usages(extensions.body) : [] };
	} catch (error) {
		if (error instanceof BadDER) return null;
		throw error;
	}
}

/** @param {Uint8Array} spki its content @returns {Certificate["kind"] | null} */
function keyKind(spki) {
	const [algorithm, key] = elements(spki);
	const [name, curve] = elements(expect(algorithm, SEQUENCE));
	const point = expect(key, BITS).subarray(1); // one byte says how many bits at the end are unused
	switch (oid(name)) {
		case "1.2.840.10045.2.1": {
			const of = curve && oid(curve);
			if (of === "1.2.840.10045.3.1.7") return "P-256";
			return of === "1.3.132.0.34" ? "P-384" : null;
		}
		case "1.2.840.113549.1.1.1": {
			const [modulus] = elements(expect(elements(point)[0], SEQUENCE));
			const n = expect(modulus, INTEGER);
			const bits = bitLength(n);
			return bits >= 2048 && bits <= 8192 ? "RSA" : null;
		}
	}
	return null;
}

/** @param {Uint8Array} n big-endian */
function bitLength(n) {
	const first = n.findIndex((b) => b !== 0);
	return first < 0 ? 0 : (n.length - first) * 8 - Math.clz32(n[first]) + 24;
}

/** @param {Uint8Array} body of the extensions */
function usages(body) {
	const out = [];
	for (const extension of elements(expect(elements(body)[0], SEQUENCE))) {
		const parts = elements(expect(extension, SEQUENCE));
		if (oid(parts[0]) !== "2.5.29.37") continue;
		const value = expect(parts[parts.length - 1], OCTETS);
		for (const usage of elements(expect(elements(value)[0], SEQUENCE))) out.push(oid(usage));
	}
	return out;
}

/** @param {Element | undefined} e @param {number} tag */
function expect(e, tag) {
	if (e?.tag !== tag) throw new BadDER();
	return e.body;
}

/**
 * The elements that lie one after the other.
 * @param {Uint8Array} data
 * @returns {Element[]}
 */
function elements(data) {
	const out = [];
	for (let at = 0; at < data.length;) {
		const tag = data[at];
		let length = data[at + 1], body = at + 2;
		if ((tag & 0x1f) === 0x1f || length === undefined || length === 0x80 || length > 0x83) throw new BadDER();
		if (length > 0x80) {
			const size = length - 0x80;
			length = 0;
			for (let i = 0; i < size; i++) length = length * 256 + (data[body + i] ?? NaN);
			body += size;
		}
		if (!(body + length <= data.length)) throw new BadDER();
		out.push({ tag, body: data.subarray(body, body + length), whole: data.subarray(at, body + length) });
		at = body + length;
	}
	return out;
}

/** @param {Element | undefined} e */
function oid(e) {
	const body = expect(e, OID);
	const numbers = [];
	let n = 0;
	for (const b of body) {
		n = n * 128 + (b & 0x7f);
		if (b & 0x80) continue;
		numbers.push(n);
		n = 0;
	}
	const first = Math.min(Math.floor((numbers[0] ?? 0) / 40), 2);
	return [first, (numbers[0] ?? 0) - 40 * first, ...numbers.slice(1)].join(".");
}
