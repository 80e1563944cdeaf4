// One question to the server. Networks at a post lie: what does not look like
// the server's answer (a hotel's sign-in page, a proxy's error) is no answer.

/**
 * @typedef {object} Answer
 * @property {number} status 0 when there was no answer
 * @property {string} code of a problem; "" when there is none
 * @property {any} body JSON, or Uint8Array
 * @property {Headers} headers
 * @property {number} asked performance.now() when it was asked
 */

const patience = 30_000;

/**
 * @param {string} method
 * @param {string} path below /api/v1/
 * @param {{ token?: string, body?: unknown, etag?: string, wait?: number }} [more]
 * @returns {Promise<Answer>}
 */
export async function ask(method, path, { token, body, etag, wait = patience } = {}) {
	const asked = performance.now();
	/** @type {Record<string, string>} */
	const headers = {};
	if (token) headers.Authorization = "Bearer " + token;
	if (body !== undefined) headers["Content-Type"] = "application/json";
	if (etag) headers["If-None-Match"] = etag;
	const nothing = { status: 0, code: "", body: null, headers: new Headers(), asked };
	try {
		const response = await fetch("/api/v1/" + path, {
			method, headers, body: body === undefined ? undefined : JSON.stringify(body),
			cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(wait),
		});
		const kind = response.headers.get("content-type") ?? "";
		const answer = { ...nothing, status: response.status, headers: response.headers };
		if (kind.startsWith("application/problem+json")) return { ...answer, code: String((await response.json()).code ?? "") };
		if (kind.startsWith("application/json")) return { ...answer, body: await response.json() };
		if (/^application\/(cose|octet-stream)/.test(kind)) return { ...answer, body: new Uint8Array(await response.arrayBuffer()) };
		return response.status === 204 || response.status === 304 || response.status >= 500 || response.status === 429 ? answer : nothing;
	} catch {
		return nothing;
	}
}

const pauses = [5_000, 15_000, 60_000, 120_000, 300_000];

/** Asks no more often than a server in trouble can bear. */
export class Line {
	#failures = 0;
	#notBefore = 0; // by performance.now()
	#report;

	/** @param {(change: { online: boolean }) => unknown} report */
	constructor(report) {
		this.#report = report;
	}

	/** There is reason to think that it goes now. */
	again() {
		this.#failures = 0;
		this.#notBefore = 0;
	}

	/**
	 * @param {string} method
	 * @param {string} path
	 * @param {{ token?: string, body?: unknown, etag?: string }} more
	 * @returns {Promise<Answer | null>} null when there is no answer, or it is too early to ask
	 */
	async ask(method, path, more) {
		if (performance.now() < this.#notBefore) return null;
		const answer = await ask(method, path, more);
		const { status, headers } = answer;
		const failed = status === 0 || status === 429 || status >= 500;
		if (failed) {
			const pause = Number(headers.get("retry-after")) * 1000 || pauses[Math.min(this.#failures++, pauses.length - 1)];
			this.#notBefore = performance.now() + pause * (0.9 + 0.2 * Math.random());
		} else {
			this.again();
		}
		await this.#report({ online: status !== 0 });
		return failed ? null : answer;
	}
}
