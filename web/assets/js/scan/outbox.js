// Sends the readings that wait, a thousand at a time, each until the server has
// said what became of it.
import { alertIn, scanOut } from "./wire.js";

/**
 * @typedef {import("./types.js").Keep} Keep
 * @typedef {import("./types.js").Scan} Scan
 * @typedef {import("./types.js").Alert} Alert
 * @typedef {import("./ask.js").Answer} Answer
 */

/**
 * What came of one request.
 * @typedef {object} Receipt
 * @property {boolean} taken whether the server took it
 * @property {boolean} withdrawn whether it says that this phone is enrolled no more
 * @property {Alert[]} alerts
 * @property {boolean} more whether there is more to send now
 */

const most = 1000;
/** @type {Receipt} */
const nothing = { taken: false, withdrawn: false, alerts: [], more: false };

export class Outbox {
	#keep;
	#ask;
	#issued;
	#limit = most;

	/**
	 * @param {Keep} keep
	 * @param {(body: () => unknown) => Promise<Answer | null>} ask
	 * @param {() => number} issued issue time of the bundle, 0 without one
	 */
	constructor(keep, ask, issued) {
		this.#keep = keep;
		this.#ask = ask;
		this.#issued = issued;
	}

	/** @returns {Promise<Receipt>} */
	async next() {
		const batch = await this.#keep.batch(this.#limit);
		const answer = await this.#post(batch, Math.max(0, (await this.#keep.waiting()) - batch.length));
		if (!answer) return nothing;
		if ([400, 413, 422].includes(answer.status)) return { ...nothing, more: await this.#halve(batch, answer.code) };
		if (answer.status !== 200 || !Array.isArray(answer.body?.results)) return nothing;
		this.#limit = Math.min(most, this.#limit * 2);
		const ours = new Set(batch.map(({ id }) => id));
		const results = /** @type {any[]} */ (answer.body.results).filter(({ id }) => ours.has(id));
		await this.#keep.sent(results.filter(({ status }) => status === "kept" || status === "known").map(({ id }) => id));
		await this.#keep.refuse(results.filter(({ status }) => status === "refused").map(({ id, code }) => ({ id, code: code || "refused" })));
		return {
			taken: true,
			withdrawn: Boolean(answer.body.withdrawn),
			alerts: results.filter(({ alert }) => alert).map(alertIn),
			more: results.length > 0 && (await this.#keep.waiting()) > 0,
		};
	}

	/**
	 * @param {Scan[]} batch an empty one says that this phone is alive
	 * @param {number} waiting those that are still to be sent after these
	 */
	#post(batch, waiting) {
		const issued = this.#issued();
		return this.#ask(() => ({
			sent_at: new Date(Date.now()).toISOString(), // by the phone's own clock, as the readings are
			bundle_issued_at: issued ? new Date(issued).toISOString() : "",
			waiting,
			scans: batch.map(scanOut),
		}));
	}

	/**
	 * A batch that is refused as a whole is sent in parts, until the reading at
	 * fault is alone; unless an empty one is refused too, which is no reading's
	 * fault. Says whether there is more to send now.
	 * @param {Scan[]} batch
	 * @param {string} code
	 */
	async #halve(batch, code) {
		if (batch.length > 1) {
			this.#limit = Math.ceil(batch.length / 2);
			return true;
		}
		if (batch.length === 0 || (await this.#post([], 1))?.status !== 200) return false;
		await this.#keep.refuse([{ id: batch[0].id, code: code || "refused" }]);
		return true;
	}
}
