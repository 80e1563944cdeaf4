// How what the scanner knows looks in the JSON of /api/v1.

/**
 * @typedef {import("./types.js").Scan} Scan
 * @typedef {import("./types.js").Device} Device
 * @typedef {import("./types.js").Policy} Policy
 * @typedef {import("./types.js").Reading} Reading
 * @typedef {import("./types.js").Alert} Alert
 */

const mostTook = 600_000; // anlo.MaxTook

/** @param {Scan} scan */
export function scanOut(scan) {
	const { id, at, kind, pass, number, code, outcome, reasons, decision, compared, people, took, revision = 0 } = scan;
	return { id, at: new Date(at).toISOString(), kind, pass, number, code, verdict: outcome, reasons, decision, compared, people, took_ms: Math.min(Math.round(took), mostTook), revision };
}

/**
 * @param {any} body of POST /api/v1/devices and GET /api/v1/device
 * @returns {Device}
 */
export function deviceIn({ device, checkpoint, policy }) {
	return {
		id: device.id,
		label: device.label,
		expiresAt: Date.parse(device.expires_at),
		checkpoint: { id: checkpoint.id, name: checkpoint.name, commune: checkpoint.commune },
		policy: policyIn(policy),
	};
}

/**
 * @param {any} policy
 * @returns {Policy}
 */
function policyIn(policy) {
	const surge = policy?.surge;
	return { cardHours: policy?.card_hours ?? 0, surge: surge ? { until: Date.parse(surge.until), skip: surge.skip ?? [] } : null };
}

/**
 * @param {any} result of POST /api/v1/scans
 * @returns {Alert}
 */
export function alertIn({ id, verdict, reasons, elsewhere }) {
	return { scan: id, outcome: verdict, reasons: reasons ?? [], elsewhere: elsewhere ?? null };
}

/**
 * @param {any} body of POST /api/v1/lookups
 * @param {"card" | "code"} kind what was asked by
 * @returns {Reading}
 */
export function readingIn({ verdict, reasons, bearer, pass }, kind) {
	return {
		kind,
		outcome: verdict,
		reasons: reasons ?? [],
		pass: pass ?? "",
		cti: null,
		bearer: bearer ? {
			travellers: bearer.travellers.map((/** @type {any} */ t) => ({ name: t.name, birthYear: t.birth_year, tag: -1 })), // -1: not to be compared
			commune: bearer.commune.code,
			purpose: bearer.purpose,
			plate: bearer.plate,
			party: bearer.party,
			issuedAt: Date.parse(bearer.issued_at),
			expiresAt: Date.parse(bearer.expires_at),
		} : null,
	};
}

/**
 * @param {string} text base64
 */
export function bytesIn(text) {
	return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
