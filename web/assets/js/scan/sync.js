// Everything that goes over the network: readings out, the bundle, the clock
// and what the post asks of its lanes in. Without a network it waits.
import { ask, Line } from "./ask.js";
import { Clock } from "./clock.js";
import { Outbox } from "./outbox.js";
import { Trusted } from "./trusted.js";
import { bytesIn, deviceIn, readingIn } from "./wire.js";

/**
 * @typedef {import("./types.js").Keep} Keep
 * @typedef {import("./types.js").Sync} Sync
 * @typedef {import("./types.js").Status} Status
 */

const second = 1000;
const minute = 60 * second;
const bundleEvery = 30 * second;
const cardsEvery = 30 * minute;

/**
 * @param {Keep} keep
 * @returns {Sync}
 */
export function openSync(keep) {
	return new OverNetwork(keep);
}

/** @implements {Sync} */
class OverNetwork extends EventTarget {
	#keep;
	#clock = new Clock();
	#trusted;
	#outbox;
	#line = new Line((change) => this.#report(change));
	#tabs = new BroadcastChannel("anlo-scanner");
	/** @type {Status} */
	#status = { online: navigator.onLine, waiting: 0, syncedAt: 0, bundleIssued: 0, clockOff: 0, storage: "ok", refused: 0 };
	#bundleAt = -Infinity; // by performance.now()
	#cardsAt = -Infinity;
	#started = false;
	#busy = false;
	#due = false;
	#withdrawn = false;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	#timer;

	/** @param {Keep} keep */
	constructor(keep) {
		super();
		this.#keep = keep;
		this.#trusted = new Trusted(keep, () => this.now());
		this.#outbox = new Outbox(keep, (body) => this.#ask("POST", "scans", body), () => this.bundle?.issued ?? 0);
	}

	get status() {
		return this.#status;
	}

	get bundle() {
		return this.#trusted.bundle;
	}

	now() {
		return this.#clock.now();
	}

	async start() {
		if (!this.#started) this.#listen();
		const clock = await this.#keep.clock().catch(() => null);
		if (clock) this.#clock.resume(clock.last, clock.off);
		if (clock) this.#status = { ...this.#status, syncedAt: clock.synced };
		this.#withdrawn = Boolean(await this.#keep.token()) && !(await this.#keep.device());
		await this.#resume();
		await this.#report();
		this.#round();
	}

	#listen() {
		this.#started = true;
		setInterval(() => this.#round(), minute);
		setInterval(() => this.#refreshBundle(), bundleEvery);
		addEventListener("online", () => {
			this.#line.again();
			this.#round();
		});
		addEventListener("offline", () => this.#report({ online: false }));
		document.addEventListener("visibilitychange", () => document.hidden || this.#round());
		this.#keep.addEventListener("storage", () => this.#report());
		this.#keep.addEventListener("gone", () => this.#gone());
		this.#tabs.onmessage = ({ data }) => this.#hear(data);
	}

	/** @param {boolean} [now] somebody asks for it */
	soon(now = false) {
		this.#report();
		if (now) {
			this.#line.again();
			this.#bundleAt = -Infinity;
			this.#round();
		} else {
			this.#timer ??= setTimeout(() => {
				this.#timer = undefined;
				if (this.#status.online) this.#send();
				else this.#round(); // which first asks for the time
			}, 2 * second);
		}
	}

	/**
	 * @param {string} code
	 * @param {string} label
	 */
	async enrol(code, label) {
		if (await this.#keep.token()) await this.#deliver(); // what an earlier enrolment has read
		const answer = await ask("POST", "devices", { body: { code, label } });
		if (answer.status !== 201) throw new Error(answer.status === 429 ? "too-many" : answer.code || "offline");
		const device = deviceIn(answer.body);
		this.#clock.learn(Date.parse(answer.body.now), answer.asked);
		try {
			await this.#keep.enrol(device, answer.body.token, bytesIn(answer.body.root));
		} catch {
			await ask("DELETE", "device", { token: answer.body.token });
			throw new Error("storage");
		}
		this.#drop();
		await this.#keepClock();
		this.#tabs.postMessage({ what: "enrolled" });
		await this.start();
		return device;
	}

	async leave() {
		await this.#deliver();
		const { status, code } = await ask("DELETE", "device", { token: await this.#keep.token() });
		if (status !== 204 && code !== "token.device") throw new Error("offline");
		await this.#forget();
	}

	/** Sends what waits, or says that it cannot. */
	async #deliver() {
		this.#line.again();
		await this.#send(true);
		if ((await this.#keep.waiting()) > 0) throw new Error("offline");
	}

	/** @param {{ number?: string, code?: string }} what */
	async lookUp(what) {
		const token = await this.#keep.token();
		if (!token || this.#withdrawn) return null;
		const answer = await ask("POST", "lookups", { token, body: what, wait: 3 * second });
		if (answer.code === "token.device") this.#withdraw().then(() => this.#send());
		return answer.status === 200 ? readingIn(answer.body, what.code ? "code" : "card") : null;
	}

	/** What is done every minute, one after the other: a bundle is opened by the right time. */
	async #round() {
		this.#due = true;
		if (this.#busy) return; // once more after this one
		this.#busy = true;
		try {
			while (this.#due && (await this.#keep.token())) {
				this.#due = false;
				await this.#askDevice();
				await this.#send();
				await this.#refreshBundle();
				await this.#refreshCards();
			}
		} catch {
			// The disk failed: what waits is tried again in a minute.
		} finally {
			this.#busy = false;
		}
	}

	async #askDevice() {
		const answer = await this.#ask("GET", "device");
		if (answer?.status !== 200) return;
		const device = deviceIn(answer.body);
		const before = await this.#keep.device();
		if (before && JSON.stringify(before) !== JSON.stringify(device)) {
			await this.#keep.update(device).catch(() => {}); // a full disk: readings go first
			if (device.policy.cardHours === 0) await this.#keep.keepCards(null).catch(() => {});
			this.dispatchEvent(new Event("policy"));
			this.#tabs.postMessage({ what: "policy" });
		}
		await this.#keepClock();
	}

	/**
	 * Sends what waits, batch by batch; an empty one says that this phone is alive.
	 * @param {boolean} [patient] waits for another tab that sends, instead of coming back
	 */
	async #send(patient = false) {
		const work = async (/** @type {unknown} */ lock) => {
			if (lock === null) return setTimeout(() => this.#send(), 5 * second); // another tab sends
			for (let more = true; more;) more = await this.#sendBatch();
			if (this.#withdrawn && (await this.#keep.waiting()) === 0) await this.#forget();
		};
		await (navigator.locks ? navigator.locks.request("anlo-scanner-send", { ifAvailable: !patient }, work) : work(undefined));
		await this.#report();
	}

	async #sendBatch() {
		const { taken, withdrawn, alerts, more } = await this.#outbox.next();
		for (const alert of alerts) this.#alert(alert);
		await this.#report(taken ? { syncedAt: this.now() } : {});
		if (taken) await this.#keepClock();
		if (withdrawn) await this.#withdraw();
		return more;
	}

	async #refreshBundle() {
		if (this.#withdrawn || performance.now() - this.#bundleAt < bundleEvery / 2 || !(await this.#keep.token())) return;
		this.#bundleAt = performance.now();
		const answer = await this.#ask("GET", "bundle", undefined, this.#trusted.etag);
		if (answer?.status !== 200 || !(answer.body instanceof Uint8Array)) return;
		if (!(await this.#trusted.offer(answer.body, answer.headers.get("etag") ?? ""))) return;
		this.#use();
		this.#tabs.postMessage({ what: "bundle" });
	}

	/** Uses the bundle that is on the disk. */
	async #resume() {
		if (await this.#trusted.resume()) this.#use();
	}

	#use() {
		this.#clock.resume(this.bundle?.issued ?? 0);
		this.#report();
		this.dispatchEvent(new Event("bundle"));
	}

	async #refreshCards() {
		const hours = (await this.#keep.device())?.policy.cardHours ?? 0;
		if (hours === 0 || performance.now() - this.#cardsAt < cardsEvery) return;
		const answer = await this.#ask("GET", "cards");
		if (answer?.status === 204) await this.#keep.keepCards(null).catch(() => {});
		if (answer?.status !== 200 || !(answer.body instanceof Uint8Array)) return;
		this.#cardsAt = performance.now();
		await this.#keep.keepCards(answer.body, Date.now() + hours * 60 * minute).catch(() => {});
	}

	/**
	 * Asks as this device.
	 * @param {string} method
	 * @param {string} path
	 * @param {() => unknown} [body]
	 * @param {string} [etag]
	 */
	async #ask(method, path, body, etag) {
		const token = await this.#keep.token();
		const answer = token ? await this.#line.ask(method, path, { token: path === "bundle" ? "" : token, body: body?.(), etag }) : null;
		const now = Date.parse(answer?.body?.now);
		if (answer && !Number.isNaN(now)) this.#clock.learn(now, answer.asked);
		if (answer?.code === "token.device") {
			await this.#withdraw();
			if (path === "scans") await this.#forget(); // it takes nothing from this phone any more
		}
		return answer;
	}

	/** The server does not know this phone any more: what waits is delivered, then all is forgotten. */
	async #withdraw() {
		if (this.#withdrawn) return;
		this.#withdrawn = true;
		await this.#keep.withdraw();
		this.dispatchEvent(new Event("withdrawn"));
		this.#tabs.postMessage({ what: "withdrawn" });
	}

	async #forget() {
		await this.#keep.forget();
		await fetch("/checkpoint/leave", { method: "POST", redirect: "manual" }).catch(() => {}); // the cookie of assisted entry
		this.#drop();
		await this.#report();
	}

	/** Another tab or the browser has taken away what was kept. */
	async #gone() {
		if (await this.#keep.device()) return;
		const told = this.#withdrawn;
		this.#drop();
		if (!told) this.dispatchEvent(new Event("withdrawn"));
		await this.#report();
	}

	#drop() {
		this.#trusted.drop();
		this.#bundleAt = this.#cardsAt = -Infinity;
		this.#withdrawn = false;
	}

	/** @param {import("./types.js").Alert} detail */
	#alert(detail) {
		this.dispatchEvent(new CustomEvent("alert", { detail }));
		this.#tabs.postMessage({ what: "alert", detail });
	}

	/** @param {{ what: string, detail?: any }} data from another tab */
	async #hear({ what, detail }) {
		if (what === "alert") this.dispatchEvent(new CustomEvent("alert", { detail }));
		if (what === "withdrawn") await this.#withdraw();
		if (what === "policy") this.dispatchEvent(new Event("policy"));
		if (what === "bundle") await this.#resume();
		if (what === "enrolled") {
			await this.start();
			this.dispatchEvent(new Event("policy"));
		}
		await this.#report();
	}

	async #keepClock() {
		await this.#keep.keepClock({ off: this.#clock.off, last: this.now(), synced: this.#status.syncedAt }).catch(() => {});
	}

	/** @param {Partial<Status>} [change] */
	async #report(change = {}) {
		const status = { ...this.#status, ...(await this.#count()), bundleIssued: this.bundle?.issued ?? 0, clockOff: this.#clock.off, ...change };
		if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
		this.#status = status;
		this.dispatchEvent(new Event("status"));
	}

	/** @returns {Promise<Partial<Status>>} */
	async #count() {
		try {
			return { waiting: await this.#keep.waiting(), refused: await this.#keep.refused(), storage: await this.#keep.storage() };
		} catch {
			return { storage: "full" }; // the disk does not answer
		}
	}
}
