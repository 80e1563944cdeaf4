// The document signer certificates whose vaccination certificates are believed.
// See credential/trust.go.
import { hex, plain, sha256, signed } from "./cose.js";
import { readCertificate } from "./der.js";

/** @typedef {{ key: CryptoKey, kind: import("./der.js").Certificate["kind"], uses: Set<string> | null }} Signer uses null: any */

const arcs = ["1.3.6.1.4.1.1847.2021.1.", "1.3.6.1.4.1.0.1847.2021.1."]; // the second from a misprint that many states followed
const kinds = ["test", "vaccination", "recovery"];

const ES256 = -7, PS256 = -37;

export class Trust {
	/** @type {Promise<Map<string, Signer[]>> | null} by the first 8 bytes of the certificate's SHA-256 */
	#signers = null;

	/** @param {Uint8Array[]} certificates */
	constructor(certificates) {
		this.certificates = certificates;
	}

	/**
	 * Those whom a kid names: several may share one. They are read when the first
	 * certificate is, which at most posts is never.
	 * @param {string} kid
	 */
	async named(kid) {
		this.#signers ??= load(this.certificates);
		return (await this.#signers).get(kid) ?? [];
	}
}

/** @param {Uint8Array[]} certificates */
async function load(certificates) {
	/** @type {Map<string, Signer[]>} */
	const signers = new Map();
	for (const der of certificates) {
		const signer = await open(der).catch(() => null);
		if (!signer) continue;
		const kid = hex((await sha256(der)).subarray(0, 8));
		signers.set(kid, [...(signers.get(kid) ?? []), signer]);
	}
	return signers;
}

/** @param {Uint8Array} der @returns {Promise<Signer | null>} */
async function open(der) {
	const c = readCertificate(der);
	if (!c) return null;
	const algorithm = c.kind === "RSA" ? { name: "RSA-PSS", hash: "SHA-256" } : { name: "ECDSA", namedCurve: c.kind };
	const key = await crypto.subtle.importKey("spki", plain(c.spki), algorithm, false, ["verify"]);
	const bound = kinds.filter((_, i) => arcs.some((arc) => c.usages.includes(arc + (i + 1))));
	return { key, kind: c.kind, uses: bound.length ? new Set(bound) : null };
}

/** @param {Signer} s @param {string} kind */
export function maySign(s, kind) {
	return s.uses === null || s.uses.has(kind);
}

/**
 * Checks a signature under the algorithm that the message names and the key
 * allows: an ECDSA key verifies ES256 only, whatever its curve (Spain signs with
 * P-384 under it), an RSA key PS256 only.
 * @param {Signer} s
 * @param {{ alg: number | bigint, protected: Uint8Array, payload: Uint8Array, signature: Uint8Array }} m
 */
export async function verifies(s, m) {
	const data = signed(m.protected, m.payload);
	if (s.kind === "RSA") {
		return m.alg === PS256 && crypto.subtle.verify({ name: "RSA-PSS", saltLength: 32 }, s.key, plain(m.signature), data);
	}
	const size = s.kind === "P-256" ? 64 : 96;
	return m.alg === ES256 && m.signature.length === size && crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, s.key, plain(m.signature), data);
}
