// What stays on the phone. Everything personal in it is encrypted. forget()
// deletes whole databases, the one with the keys first: of a deleted record
// browsers leave the bytes in their files for a while, and with the key gone what
// may be left of the rest is noise. A test searches the files for the key.
import { Disk } from "./disk.js";
import { Readings, shapeReadings } from "./readings.js";
import { makeKeys, open, openBytes, seal, sealBytes } from "./seal.js";

/**
 * @typedef {import("./types.js").Keep} Keep
 * @typedef {import("./types.js").Scan} Scan
 * @typedef {import("./types.js").Device} Device
 * @typedef {import("./types.js").KnownTime} KnownTime
 * @typedef {import("./seal.js").Keys} Keys
 * @typedef {{ device: Device, token: string, root: number[], withdrawn: boolean }} Enrolment
 */

const lowBelow = 5 << 20; // bytes
const retry = 10_000;
const sweep = 30 * 60_000;

/** Tells after an eviction that something was here. It is no secret, and browsers keep it longer. */
const trace = "anlo-scanner-enrolled";

/** @returns {Promise<Keep>} */
export async function openKeep() {
	const keep = new OnDisk();
	await keep.begin();
	return keep;
}

/** @implements {Keep} */
class OnDisk extends EventTarget {
	#keyDisk = new Disk("anlo-scanner-keys", (db) => db.createObjectStore("keys"), () => this.#lose());
	#disk = new Disk("anlo-scanner", (db) => {
		db.createObjectStore("kept");
		shapeReadings(db);
	}, () => this.#lose());
	#readings = new Readings(this.#disk, () => this.#need());
	/** @type {Keys | null} */
	#keys = null;

	async begin() {
		this.#readings.addEventListener("storage", () => this.dispatchEvent(new Event("storage")));
		addEventListener("beforeunload", (event) => {
			if (this.#readings.unsaved) event.preventDefault();
		});
		setInterval(() => this.#readings.unsaved && this.#readings.save(), retry);
		setInterval(() => this.#keys && this.#tidy(), sweep);
		await alone(async () => {
			try {
				if (!(await this.#enrolment())) await this.#clear(); // never half
				else await this.#tidy();
			} catch {
				// The disk cannot be read now; what is on it stays.
			}
		});
	}

	async #tidy() {
		await this.#readings.prune();
		if ((await this.#kept("cards"))?.until <= Date.now()) await this.keepCards(null);
	}

	async device() {
		const enrolment = await this.#enrolment().catch(() => null);
		return enrolment && !enrolment.withdrawn ? enrolment.device : null;
	}

	async token() {
		return (await this.#enrolment().catch(() => null))?.token ?? "";
	}

	async root() {
		return new Uint8Array((await this.#enrolment())?.root ?? []);
	}

	async lost() {
		return localStorage.getItem(trace) !== null && !(await this.#enrolment().catch(() => true));
	}

	/**
	 * @param {Device} device
	 * @param {string} token
	 * @param {Uint8Array} root
	 */
	async enrol(device, token, root) {
		await alone(async () => {
			await this.#clear();
			const keys = await makeKeys();
			await this.#keyDisk.run("readwrite", ["keys"], (tx) => {
				tx.objectStore("keys").put(keys, "keys");
			});
			await this.#keepEnrolment({ device, token, root: [...root], withdrawn: false });
			localStorage.setItem(trace, "1");
		});
		navigator.storage?.persist?.().catch(() => {});
	}

	/** @param {Partial<Device>} change */
	async update(change) {
		const enrolment = await this.#enrolment();
		if (enrolment) await this.#keepEnrolment({ ...enrolment, device: { ...enrolment.device, ...change } });
	}

	async withdraw() {
		const enrolment = await this.#enrolment();
		if (enrolment) await this.#keepEnrolment({ ...enrolment, withdrawn: true });
	}

	async forget() {
		await alone(() => this.#clear());
		localStorage.removeItem(trace);
	}

	async #clear() {
		this.#keys = null;
		this.#readings.clear();
		await this.#keyDisk.remove();
		await this.#disk.remove();
		await sweepFiles().catch(() => {}); // a full disk is none the worse for it
	}

	/** @param {Scan} scan */
	add(scan) {
		return this.#readings.add(scan);
	}

	/**
	 * @param {string} id
	 * @param {Partial<Scan>} change
	 */
	change(id, change) {
		return this.#readings.change(id, change);
	}

	/** @param {number} limit */
	async batch(limit) {
		return (await this.#getKeys()) ? this.#readings.batch(limit) : [];
	}

	/** @param {string[]} ids */
	sent(ids) {
		return this.#readings.settle(ids.map((id) => ({ id, code: "" })));
	}

	/** @param {{ id: string, code: string }[]} items */
	refuse(items) {
		return this.#readings.settle(items);
	}

	async waiting() {
		return (await this.#getKeys()) ? this.#readings.waiting() : 0;
	}

	async refused() {
		return (await this.#getKeys()) ? this.#readings.refused() : 0;
	}

	/**
	 * @param {string} pass
	 * @param {number} since
	 * @param {number} [before]
	 */
	async seen(pass, since, before = Infinity) {
		return pass && (await this.#getKeys()) ? this.#readings.seen(pass, since, before) : null;
	}

	/** @returns {Promise<Uint8Array<ArrayBuffer> | null>} */
	async bundle() {
		return (await this.#kept("bundle")) ?? null; // signed, and no secret
	}

	/** @param {Uint8Array} data */
	keepBundle(data) {
		return this.#keepAs("bundle", data);
	}

	/** @returns {Promise<Uint8Array<ArrayBuffer> | null>} */
	async cards() {
		const [keys, kept] = [await this.#getKeys(), await this.#kept("cards")];
		return keys && kept && kept.until > Date.now() ? openBytes(keys, "cards", kept.data) : null;
	}

	/**
	 * @param {Uint8Array | null} data
	 * @param {number} [until] by this phone's clock
	 */
	async keepCards(data, until = 0) {
		await this.#keepAs("cards", data ? { until, data: await sealBytes(await this.#need(), "cards", new Uint8Array(data)) } : undefined);
	}

	/** @returns {Promise<KnownTime | null>} */
	async clock() {
		const clock = (await this.#kept("clock")) ?? null;
		if (clock) this.#readings.off = clock.off;
		return clock;
	}

	/** @param {KnownTime} clock */
	keepClock(clock) {
		this.#readings.off = clock.off;
		return this.#keepAs("clock", clock);
	}

	/** @returns {Promise<"ok" | "low" | "full">} */
	async storage() {
		if (this.#readings.full) return "full";
		const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
		return quota - usage < lowBelow ? "low" : "ok";
	}

	/** @returns {Promise<Keys | null>} */
	async #getKeys() {
		this.#keys ??= (await this.#keyDisk.run("readonly", ["keys"], (tx) => tx.objectStore("keys").get("keys"))) ?? null;
		return this.#keys;
	}

	async #need() {
		const keys = await this.#getKeys();
		if (!keys) throw new Error("not enrolled");
		return keys;
	}

	/** @returns {Promise<Enrolment | null>} null when there is none, or none that can be opened */
	async #enrolment() {
		const [keys, sealed] = [await this.#getKeys(), await this.#kept("enrolment")];
		return keys && sealed ? open(keys, "enrolment", sealed).catch(() => null) : null;
	}

	/** @param {Enrolment} enrolment */
	async #keepEnrolment(enrolment) {
		await this.#keepAs("enrolment", await seal(await this.#need(), "enrolment", enrolment));
	}

	/**
	 * @param {string} name
	 * @returns {Promise<any>}
	 */
	#kept(name) {
		return this.#disk.run("readonly", ["kept"], (tx) => tx.objectStore("kept").get(name));
	}

	/**
	 * @param {string} name
	 * @param {unknown} value undefined deletes
	 * @returns {Promise<void>}
	 */
	#keepAs(name, value) {
		return this.#disk.run("readwrite", ["kept"], (tx) => {
			if (value === undefined) tx.objectStore("kept").delete(name);
			else tx.objectStore("kept").put(value, name);
		});
	}

	#lose() {
		this.#keys = null;
		this.dispatchEvent(new Event("gone"));
	}
}

/**
 * Keeps two tabs from enrolling and forgetting at the same time.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function alone(work) {
	return navigator.locks ? navigator.locks.request("anlo-scanner-enrolment", work) : work();
}

/**
 * Has the browser go through its files once more: what it had open while it
 * rewrote them, it leaves there until the next time.
 */
async function sweepFiles() {
	const scratch = new Disk("anlo-scratch", (db) => db.createObjectStore("nothing"), () => {});
	await scratch.run("readwrite", ["nothing"], (tx) => tx.objectStore("nothing").put(0, 0));
	await scratch.remove();
}
