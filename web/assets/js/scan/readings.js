// The readings on the phone: those that wait to be sent, those that were, and
// what of them tells a code that comes again.
import { mark, open, seal } from "./seal.js";

/**
 * @typedef {import("./types.js").Scan} Scan
 * @typedef {import("./types.js").Decision} Decision
 * @typedef {import("./seal.js").Keys} Keys
 */

/**
 * A reading on the disk. rev counts its changes, off is what the phone's clock
 * was known to be behind. One of the rest is there: waiting while it is to be
 * sent, sent or refused with the time of that.
 * @typedef {{ id: string, rev: number, off: number, waiting?: 1, sent?: number, refused?: number, code?: string, data: Uint8Array<ArrayBuffer> }} Row
 */

const minute = 60_000;
const day = 24 * 60 * minute;
const openFor = 15 * minute; // a decision may follow a reading that was sent already
const seenFor = day;
const refusedFor = 7 * day;

/** @param {IDBDatabase} db */
export function shapeReadings(db) {
	const scans = db.createObjectStore("scans", { keyPath: "id" });
	for (const state of ["waiting", "sent", "refused"]) scans.createIndex(state, state);
	db.createObjectStore("seen", { keyPath: ["mark", "at"] }).createIndex("at", "at");
}

export class Readings extends EventTarget { // event: "storage", when the disk begins or ceases to take them
	#disk;
	#keys;
	/** What the disk did not take. @type {Map<string, { scan: Scan, rev: number, off: number }>} */
	#unsaved = new Map();
	/** The change of each reading that was handed out to be sent. @type {Map<string, number>} */
	#handed = new Map();
	full = false;
	off = 0; // what the phone's clock is known to be behind

	/**
	 * @param {import("./disk.js").Disk} disk
	 * @param {() => Promise<Keys>} keys fails while the phone is not enrolled
	 */
	constructor(disk, keys) {
		super();
		this.#disk = disk;
		this.#keys = keys;
	}

	/** Whether closing the page would lose something. */
	get unsaved() {
		return this.#unsaved.size > 0;
	}

	clear() {
		this.#unsaved.clear();
		this.#handed.clear();
	}

	/** @param {Scan} scan */
	async add(scan) {
		try {
			await this.#write(scan, 0, this.off);
			if (!this.unsaved) this.#setFull(false);
		} catch {
			this.#hold(scan, 0, this.off);
			await this.prune();
			await this.save();
		}
	}

	/**
	 * @param {string} id
	 * @param {Partial<Scan>} change
	 */
	async change(id, change) {
		for (;;) {
			const here = this.#unsaved.get(id);
			if (here) return this.#hold({ ...here.scan, ...change }, here.rev + 1, here.off);
			const row = await this.#row(id);
			if (!row) return; // too long ago
			const scan = { ...(await open(await this.#keys(), id, row.data)), ...change };
			try {
				if (await this.#write(scan, row.rev + 1, row.off, row)) return;
			} catch {
				return this.#hold(scan, row.rev + 1, row.off);
			}
		}
	}

	/**
	 * Readings to be sent, with their times as the clock is now: the server takes
	 * it that one clock showed them all.
	 * @param {number} limit
	 * @returns {Promise<Scan[]>}
	 */
	async batch(limit) {
		const keys = await this.#keys();
		const held = [...this.#unsaved.values()].slice(0, limit);
		/** @type {Row[]} */
		const rows = await this.#disk.run("readonly", ["scans"], (tx) => tx.objectStore("scans").index("waiting").getAll(1, limit));
		/** @type {{ id: string, code: string }[]} */
		const damaged = [];
		const opened = await Promise.all(rows.filter(({ id }) => !this.#unsaved.has(id)).slice(0, limit - held.length).map(async ({ id, rev, off, data }) => {
			this.#handed.set(id, rev);
			return open(keys, id, data).then((scan) => this.#shift(scan, off, rev), () => void damaged.push({ id, code: "damaged" }));
		}));
		for (const { scan, rev } of held) this.#handed.set(scan.id, rev);
		if (damaged.length > 0) await this.settle(damaged);
		return [...held.map(({ scan, off, rev }) => this.#shift(scan, off, rev)), ...opened.filter((scan) => scan !== undefined)];
	}

	/**
	 * @param {Scan} scan
	 * @param {number} off
	 * @param {number} revision
	 * @returns {Scan}
	 */
	#shift(scan, off, revision) {
		return { ...scan, at: scan.at + off - this.off, revision };
	}

	/**
	 * Takes readings from what waits, but not those that were changed since they
	 * were handed out.
	 * @param {{ id: string, code: string }[]} items code says why it was refused, "" when it was not
	 */
	async settle(items) {
		for (const { id } of items) {
			if (this.#unsaved.get(id)?.rev === this.#handed.get(id)) this.#unsaved.delete(id);
		}
		const now = Date.now();
		const done = (/** @type {Row} */ { waiting, ...row }, /** @type {string} */ code) => (code ? { ...row, refused: now, code } : { ...row, sent: now });
		try {
			await this.#finish(items, (scans, row, code) => scans.put(done(row, code)));
		} catch { // a full disk still deletes
			await this.#finish(items, (scans, row, code) => code || scans.delete(row.id));
		}
		for (const { id } of items) this.#handed.delete(id);
		await this.save();
	}

	/**
	 * @param {{ id: string, code: string }[]} items
	 * @param {(scans: IDBObjectStore, row: Row, code: string) => void} how
	 */
	async #finish(items, how) {
		await this.#disk.run("readwrite", ["scans"], (tx) => {
			const scans = tx.objectStore("scans");
			for (const { id, code } of items) {
				const request = scans.get(id);
				request.onsuccess = () => {
					if (request.result?.rev === this.#handed.get(id)) how(scans, request.result, code);
				};
			}
		});
	}

	async waiting() {
		const scans = (/** @type {IDBTransaction} */ tx) => tx.objectStore("scans").index("waiting");
		if (!this.unsaved) return this.#disk.run("readonly", ["scans"], (tx) => scans(tx).count());
		const onDisk = await this.#disk.run("readonly", ["scans"], (tx) => scans(tx).getAllKeys(1));
		return new Set([...onDisk, ...this.#unsaved.keys()]).size;
	}

	async refused() {
		return this.#disk.run("readonly", ["scans"], (tx) => tx.objectStore("scans").index("refused").count());
	}

	/**
	 * The last reading of a pass in a span of time.
	 * @param {string} pass
	 * @param {number} since
	 * @param {number} before
	 * @returns {Promise<{ at: number, decision: Decision | "" } | null>}
	 */
	async seen(pass, since, before) {
		const name = await mark(await this.#keys(), pass);
		const range = IDBKeyRange.bound([name, since], [name, before]);
		const cursor = await this.#disk.run("readonly", ["seen"], (tx) => tx.objectStore("seen").openCursor(range, "prev"));
		const held = [...this.#unsaved.values()].map(({ scan }) => scan).filter((scan) => scan.pass === pass && scan.at >= since && scan.at <= before);
		const [last] = [...held, ...(cursor ? [cursor.value] : [])].sort((a, b) => b.at - a.at);
		return last ? { at: last.at, decision: last.decision } : null;
	}

	/** Tries again to bring to the disk what it did not take. */
	async save() {
		const saved = this.unsaved;
		for (const [id, { scan, rev, off }] of this.#unsaved) {
			try {
				await this.#write(scan, rev, off);
			} catch {
				return;
			}
			if (this.#unsaved.get(id)?.rev === rev) this.#unsaved.delete(id);
		}
		if (saved && !this.unsaved) this.#setFull(false);
	}

	/** Removes what has had its time. */
	async prune() {
		const now = Date.now();
		try {
			await this.#disk.run("readwrite", ["scans", "seen"], (tx) => {
				deleteUpTo(tx.objectStore("scans").index("sent"), now - openFor);
				deleteUpTo(tx.objectStore("scans").index("refused"), now - refusedFor);
				deleteUpTo(tx.objectStore("seen").index("at"), now - seenFor);
			});
		} catch {
			// Another time.
		}
	}

	/**
	 * @param {Scan} scan
	 * @param {number} rev
	 * @param {number} off
	 */
	#hold(scan, rev, off) {
		this.#unsaved.set(scan.id, { scan: { ...scan }, rev, off });
		this.#setFull(true);
	}

	/** @param {boolean} full */
	#setFull(full) {
		if (this.full === full) return;
		this.full = full;
		this.dispatchEvent(new Event("storage"));
	}

	/**
	 * @param {string} id
	 * @returns {Promise<Row | undefined>}
	 */
	#row(id) {
		return this.#disk.run("readonly", ["scans"], (tx) => tx.objectStore("scans").get(id));
	}

	/**
	 * Puts a reading on the disk, unless it is not any more as it was. Says whether it did.
	 * @param {Scan} scan
	 * @param {number} rev
	 * @param {number} off
	 * @param {Row} [was]
	 */
	async #write(scan, rev, off, was) {
		const keys = await this.#keys();
		const name = scan.pass ? await mark(keys, scan.pass) : "";
		/** @type {Row} */
		const row = { id: scan.id, rev, off, data: await seal(keys, scan.id, scan), ...(was?.refused ? { refused: was.refused, code: was.code } : { waiting: 1 }) };
		let same = true;
		await this.#disk.run("readwrite", ["scans", "seen"], (tx) => {
			const scans = tx.objectStore("scans");
			const before = scans.get(scan.id);
			before.onsuccess = () => {
				same = !was || before.result?.rev === was.rev;
				if (!same) return;
				scans.put(row);
				if (name) tx.objectStore("seen").put({ mark: name, at: scan.at, decision: scan.decision });
			};
		});
		return same;
	}
}

/**
 * @param {IDBIndex} index
 * @param {number} limit
 */
function deleteUpTo(index, limit) {
	const request = index.openCursor(IDBKeyRange.upperBound(limit));
	request.onsuccess = () => {
		request.result?.delete();
		request.result?.continue();
	};
}
