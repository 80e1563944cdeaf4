// EU Digital COVID Certificates, with every leniency that the few hundred issuers
// need. See credential/hcert.go and hcertread.go.
import { decodeBase45, trim } from "./base45.js";
import { lenient, Malformed, parse } from "./cbor.js";
import { hex } from "./cose.js";
import { bytes, fields, float, object, optionalInt, text as textOf, tuple } from "./fields.js";
import { inflate } from "./inflate.js";
import { maySign, verifies } from "./trust.js";

/**
 * @typedef {{ floor: number, ceil: number }} Moment the milliseconds on both sides: some states write fractions
 *
 * @typedef {object} Certificate
 * @property {Moment} issued
 * @property {Moment} expires
 * @property {Uint8Array | null} kid
 * @property {number | bigint} alg
 * @property {string} kind "vaccination", "test", "recovery"; empty when none or several
 * @property {number} entries
 * @property {Map<string, any>} content
 * @property {Uint8Array} protected
 * @property {Uint8Array} payload
 * @property {Uint8Array} signature
 */

export const certificatePrefix = "HC1:";
const maxText = 8 << 10, maxInflated = 64 << 10;

/** @param {string} text */
export function isCertificate(text) {
	return trim(text).startsWith(certificatePrefix);
}

/**
 * Takes the text of a certificate apart without believing it; null when it is none.
 * @param {string} text
 * @returns {Promise<Certificate | null>}
 */
export async function readCertificate(text) {
	const code = trim(text).slice(certificatePrefix.length);
	if (!isCertificate(text) || code.length > maxText) return null;
	const packed = decodeBase45(code);
	const data = packed && (await inflate(packed, maxInflated));
	if (!data) return null;
	try {
		return readMessage(data);
	} catch (error) {
		if (error instanceof Malformed) return null;
		throw error;
	}
}

/**
 * Reads a COSE_Sign1, tagged 18 or not, and before that as a CWT (61) or not. What
 * is protected in it wins over what is not.
 * @param {Uint8Array} data
 * @returns {Certificate}
 */
function readMessage(data) {
	while (data.length > 2 && data[0] >> 5 === 6) {
		if (data[0] === 0xd2) data = data.subarray(1);
		else if (data[0] === 0xd8 && data[1] === 61) data = data.subarray(2);
		else throw new Malformed();
	}
	const [first, beside, second, third] = tuple(parse(data, lenient), 4);
	if (!beside) throw new Malformed();
	const header = bytes(first) ?? new Uint8Array(0), payload = bytes(second) ?? new Uint8Array(0), signature = bytes(third) ?? new Uint8Array(0);
	const inner = readHeader(header.length ? parse(header, lenient) : undefined);
	const outer = readHeader(beside);
	const alg = inner.alg ?? outer.alg;
	if (alg === null) throw new Malformed();
	return { kid: inner.kid ?? outer.kid, alg, protected: header, payload, signature, ...readClaims(payload) };
}

/** @param {import("./cbor.js").Item | undefined} item */
function readHeader(item) {
	const f = fields(item);
	return { alg: optionalInt(f.get(1)), kid: bytes(f.get(4)) };
}

/** @param {Uint8Array} payload a CWT */
function readClaims(payload) {
	const f = fields(parse(payload, lenient));
	textOf(f.get(1)); // the issuing state
	const content = object(fields(f.get(-260)).get(1));
	const issued = date(f.get(6)), expires = date(f.get(4));
	if (!content) throw new Malformed();
	return { issued, expires, content, ...kindOf(content) };
}

/**
 * Seconds since 1970: an integer as the specification wants, or a float.
 * @param {import("./cbor.js").Item | undefined} item
 * @returns {Moment}
 */
function date(item) {
	const seconds = float(item);
	if (seconds === null || Math.abs(seconds) > 2 ** 40) throw new Malformed();
	const whole = Math.trunc(seconds);
	const part = Math.trunc((seconds - whole) * 1e9) / 1e6;
	return { floor: whole * 1000 + Math.floor(part), ceil: whole * 1000 + Math.ceil(part) };
}

/**
 * What a certificate is about and how many entries it has: one, unless it breaks
 * the schema. The lists of the other kinds are absent, null or empty.
 * @param {Map<string, any>} content
 */
function kindOf(content) {
	let kind = "", entries = 0;
	for (const [key, word] of [["v", "vaccination"], ["t", "test"], ["r", "recovery"]]) {
		const list = content.get(key);
		if (!Array.isArray(list) || list.length === 0) continue;
		if (kind) return { kind: "", entries: 0 };
		kind = word;
		entries = list.length;
	}
	return { kind, entries };
}

/**
 * Why a certificate does not hold, as a reason of a verdict, or "" when it does;
 * and whether its signature is that of a trusted key.
 * @param {Certificate} c
 * @param {import("./trust.js").Trust} trust
 * @param {number} at
 * @returns {Promise<{ reason: string, authentic: boolean }>}
 */
export async function checkCertificate(c, trust, at) {
	const named = c.kid?.length === 8 ? await trust.named(hex(c.kid)) : [];
	if (!named.length) return { reason: "key-unknown", authentic: false };
	/** @type {import("./trust.js").Signer[]} */
	const signers = [];
	for (const s of named) if (await verifies(s, c)) signers.push(s);
	if (!signers.length) return { reason: "forged", authentic: false };
	let reason = "";
	if (c.entries !== 1) reason = "unreadable";
	else if (!signers.some((s) => maySign(s, c.kind))) reason = "key-unknown";
	else if (c.issued.ceil > at) reason = "not-yet-valid";
	else if (at > c.expires.floor) reason = "expired"; // the moment of expiry itself still counts
	return { reason, authentic: true };
}

/**
 * Whose it is.
 * @param {Certificate} c
 * @returns {import("./types.d.ts").Bearer}
 */
export function bearerOf(c) {
	const names = c.content.get("nam") instanceof Map ? c.content.get("nam") : new Map();
	const say = (/** @type {string} */ key) => (typeof names.get(key) === "string" ? names.get(key) : "");
	let family = say("fn"), given = say("gn");
	if (family === "" && given === "") { // only the transliteration of ICAO 9303 is obligatory
		family = say("fnt").replaceAll("<", " ");
		given = say("gnt").replaceAll("<", " ");
	}
	const born = c.content.get("dob");
	const year = typeof born === "string" && /^[+-]?\d+$/.test(born.slice(0, 4)) ? Number(born.slice(0, 4)) : 0;
	const name = trim(family + " " + given);
	return { travellers: [{ name, birthYear: year, tag: 0 }], commune: "", purpose: "", plate: "", party: 1, issuedAt: c.issued.floor, expiresAt: c.expires.floor };
}
