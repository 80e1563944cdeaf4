// Says what an officer is to do about the text of a code, by the bundle alone:
// exactly what credential.Bundle.Judge says. credential/testdata holds the two
// together.
import { readCard } from "../card.js";
import { signedBy } from "./cose.js";
import { bearerOf, checkCertificate, isCertificate, readCertificate } from "./hcert.js";
import { findKey, usePass } from "./keylist.js";
import { passID, readPass } from "./pass.js";
import { isRevoked } from "./status.js";

/** @typedef {import("./types.d.ts").Reading} Reading */

const day = 24 * 3600;

/**
 * Judges a text. Whatever goes wrong is "unreadable": nothing is ever let through
 * by an accident.
 * @param {import("./bundle.js").OpenBundle} bundle
 * @param {string} text
 * @param {number} at milliseconds since 1970
 * @returns {Promise<Reading>}
 */
export async function judge(bundle, text, at) {
	try {
		if (isCertificate(text)) return await judgeCertificate(bundle, text, at);
		if (isCard(text)) return reading({ kind: "card", outcome: "look", reasons: ["not-checked"] });
		return await judgePass(bundle, text, at);
	} catch {
		return stop("unreadable");
	}
}

/** @param {string} text */
function isCard(text) {
	try {
		return Boolean(readCard(text));
	} catch {
		return false;
	}
}

/**
 * @param {import("./bundle.js").OpenBundle} b
 * @param {string} text
 * @param {number} at
 */
async function judgePass(b, text, at) {
	const read = readPass(text);
	if (!read) return stop("unreadable");
	const { message, pass } = read;
	const issued = pass.issued * 1000, expires = pass.expires * 1000, { skew } = b.rules;
	const key = findKey(b.keys, message.kid, usePass, issued);
	if (!key) return stop("key-unknown");
	if (!(await signedBy(message, key.key))) return stop("forged");
	if (at > key.notAfter && at < expires + skew) return stop("key-unknown");

	const revoked = isRevoked(b.status.get(Math.floor(pass.issued / day)), pass.place);
	const stops = [], looks = [];
	if (at >= expires + skew) stops.push("expired");
	if (issued > at + skew) stops.push("not-yet-valid");
	if (revoked) stops.push("revoked");
	if (!pass.confirmed) looks.push("identity-not-confirmed");
	if (b.zoned(pass.commune, at)) looks.push("zone");
	// Older than the bundle, and yet no list speaks of it: old news stops nobody.
	const unsure = revoked === null && issued + skew < b.issued;
	if (unsure || isStale(b, at)) looks.push("bundle-stale");
	const { cti, travellers, commune, purpose, plate } = pass;
	return reading({
		kind: "pass",
		outcome: stops.length ? "stop" : looks.length ? "look" : "go",
		reasons: [...stops, ...looks],
		bearer: { travellers, commune, purpose, plate, party: travellers.length, issuedAt: issued, expiresAt: expires },
		pass: passID(pass),
		cti,
	});
}

/**
 * @param {import("./bundle.js").OpenBundle} b
 * @param {string} text
 * @param {number} at
 */
async function judgeCertificate(b, text, at) {
	const c = await readCertificate(text).catch(() => null);
	if (!c) return reading({ kind: "certificate", reasons: ["unreadable"] });
	const { reason, authentic } = await checkCertificate(c, b.trust, at);
	const bearer = authentic ? bearerOf(c) : null;
	if (reason) return reading({ kind: "certificate", reasons: [reason], bearer });
	// Not a pass: a closer look at what else the traveller has.
	return reading({ kind: "certificate", outcome: "look", reasons: isStale(b, at) ? ["certificate-only", "bundle-stale"] : ["certificate-only"], bearer });
}

/** @param {import("./bundle.js").OpenBundle} b @param {number} at */
function isStale(b, at) {
	return b.age(at) >= b.rules.staleAfter;
}

/** @param {string} reason @returns {Reading} */
function stop(reason) {
	return reading({ reasons: [reason] });
}

/** @param {Partial<Reading>} what @returns {Reading} */
function reading(what) {
	return { kind: "other", outcome: "stop", reasons: [], bearer: null, pass: "", cti: null, ...what };
}
