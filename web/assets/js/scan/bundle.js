// The signed file by which a scanner judges without a network. See
// credential/bundle.go.
import { Malformed, parse, strict } from "./cbor.js";
import { maxBundle, parseMessage, signedBy, typeBundle } from "./cose.js";
import { bytes, fields, int, list, seconds, text, tuple } from "./fields.js";
import { judge } from "./judge.js";
import { findKey, maxVersion, openKeyList, useBundle } from "./keylist.js";
import { openStatus } from "./status.js";
import { Trust } from "./trust.js";

/** @typedef {{ from: number, to: number }} Zone milliseconds; `to` is the first moment after */

const second = 1000;
const maxStatus = 8, maxZones = 20_000, maxCertificates = 4096;
const maxRule = 366n * 24n * 3600n, maxSkew = 3600n; // seconds

/** A types.d.ts Bundle. */
export class OpenBundle {
	/** @param {import("./keylist.js").KeyList} keys @param {Map<number | bigint | string, import("./cbor.js").Item>} f */
	constructor(keys, f) {
		this.keys = keys;
		this.keyListVersion = keys.version;
		this.version = Number(int(f.get(1), 1n, maxVersion));
		this.issued = seconds(f.get(2)) * second;
		this.nextUpdate = seconds(f.get(3)) * second;
		this.zones = zones(f.get(5), text(f.get(6)));
		this.unitList = text(f.get(6));
		this.rules = rules(f.get(7));
		const certificates = list(f.get(8));
		if (certificates.length > maxCertificates) throw new Malformed();
		this.trust = new Trust(certificates.map((c) => bytes(c) ?? new Uint8Array(0)));
		/** @type {Map<number, import("./status.js").StatusList>} by day */
		this.status = new Map();
	}

	/** @param {string} code @param {number} at */
	judge(code, at) {
		return judge(this, code, at);
	}

	/** How old the bundle is. @param {number} at */
	age(at) {
		return Math.max(0, at - this.issued);
	}

	/** Whether a commune lies in a zone. @param {string} commune @param {number} at */
	zoned(commune, at) {
		return (this.zones.get(commune) ?? []).some((z) => at >= z.from && at < z.to);
	}
}

/**
 * Opens a bundle: the root must have signed its key list, and a key on that list,
 * allowed for bundles when the bundle was issued, the bundle. Only then is its
 * content decoded. Throws an Error whose message is "bundle.malformed",
 * "bundle.root", "bundle.forged" or "bundle.future".
 * @param {Uint8Array} data
 * @param {Uint8Array} root SubjectPublicKeyInfo
 * @param {number} at by this phone's clock; a bundle from long ago is only stale
 * @returns {Promise<OpenBundle>}
 */
export async function openBundle(data, root, at) {
	try {
		return await open(data, root, at);
	} catch (error) {
		if (error instanceof Malformed) throw new Error("bundle.malformed");
		throw error;
	}
}

/** @param {Uint8Array} data @param {Uint8Array} root @param {number} at */
async function open(data, root, at) {
	const m = data.length <= maxBundle ? parseMessage(data, typeBundle) : null;
	if (!m) throw new Malformed();
	const keys = await openKeyList(m.list, root);
	const signer = keys.keys.get(m.kid);
	if (!signer || !(await signedBy(m, signer.key))) throw new Error("bundle.forged");
	const f = fields(parse(m.payload, strict));
	const b = new OpenBundle(keys, f);
	const lists = list(f.get(4));
	if (lists.length > maxStatus) throw new Malformed();
	for (const l of await Promise.all(lists.map(openStatus))) {
		if (b.status.has(l.day)) throw new Malformed();
		b.status.set(l.day, l);
	}
	if (!findKey(keys, m.kid, useBundle, b.issued)) throw new Error("bundle.forged");
	if (b.issued > at + b.rules.skew) throw new Error("bundle.future");
	return b;
}

/**
 * @param {import("./cbor.js").Item | undefined} item
 * @param {string} units the list that commune codes are of
 */
function zones(item, units) {
	const entries = list(item);
	if (entries.length > maxZones) throw new Malformed();
	/** @type {Map<string, Zone[]>} */
	const out = new Map();
	for (const entry of entries) {
		const [of, code, level, from, to] = tuple(entry, 5);
		int(level);
		const zone = { from: seconds(from) * second, to: seconds(to) * second };
		const commune = text(code);
		if (text(of) !== units) continue;
		const known = out.get(commune);
		if (known) known.push(zone);
		else out.set(commune, [zone]);
	}
	return out;
}

/** @param {import("./cbor.js").Item | undefined} item */
function rules(item) {
	const f = fields(item);
	const staleAfter = int(f.get(1), 1n, maxRule);
	const rejectAfter = int(f.get(2), BigInt(staleAfter), maxRule);
	const skew = int(f.get(3), 0n, maxSkew);
	return { staleAfter: Number(staleAfter) * second, rejectAfter: Number(rejectAfter) * second, skew: Number(skew) * second };
}

/**
 * Throws Error("bundle.older") when a bundle must not replace another. The key
 * list counts first: so an old list, on which a stolen key still stands, cannot
 * come back, and a new one undoes whatever a stolen key did to the numbers.
 * @param {import("./types.d.ts").Bundle} bundle
 * @param {import("./types.d.ts").Bundle | null} than
 */
export function newer(bundle, than) {
	if (!than) return;
	const older = bundle.keyListVersion !== than.keyListVersion ? bundle.keyListVersion < than.keyListVersion : bundle.version < than.version;
	if (older) throw new Error("bundle.older");
}
