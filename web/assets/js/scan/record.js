// Keeps what was read in a lane and what became of it, in order: a decision
// never reaches the disk before its reading.
import { peopleOf } from "./turn.js";

/** @typedef {import("./types.js").Keep} Keep */
/** @typedef {import("./types.js").Scan} Scan */
/** @typedef {import("./turn.js").Turn} Turn */

const remembered = 50; // turns for which an alert still finds the name; in memory only
const second = 1000;
const againAfter = 60 * second; // sooner, it is the same traveller who is still there
const againUntil = 2 * 60 * 60 * second;

export class Record {
	#keep;
	#written;
	/** @type {Map<string, Turn>} */
	#recent = new Map();
	#writing = Promise.resolve();

	/**
	 * @param {Keep} keep
	 * @param {() => void} written called after each write
	 */
	constructor(keep, written) {
		this.#keep = keep;
		this.#written = written;
	}

	/** @param {string} id of a reading */
	turn(id) {
		return this.#recent.get(id) ?? null;
	}

	/**
	 * When a pass was let through here before; 0 when it was not, or just now.
	 * @param {string} pass
	 * @param {number} at
	 */
	async before(pass, at) {
		if (!pass) return 0;
		const here = [...this.#recent.values()].filter((turn) => turn.reading.pass === pass && at - turn.at < againUntil).at(-1);
		const last = here ?? await this.#keep.seen(pass, at - againUntil);
		return last?.decision === "passed" && at - last.at >= againAfter ? last.at : 0;
	}

	/** @param {Turn} turn */
	add(turn) {
		const { reading, asked } = turn;
		this.#recent.set(turn.id, turn);
		for (const old of this.#recent.keys()) if (this.#recent.size > remembered) this.#recent.delete(old);
		return this.#write(turn, () => this.#keep.add({ id: turn.id, at: turn.at, kind: reading.kind, pass: reading.pass, number: asked?.number ?? "", code: asked?.code ?? "",
			outcome: reading.outcome, reasons: reading.reasons, decision: "", compared: "", people: peopleOf(turn), took: 0 }));
	}

	/**
	 * @param {Turn} turn
	 * @param {Partial<Scan>} change
	 */
	change(turn, change) {
		void this.#write(turn, () => this.#keep.change(turn.id, change));
	}

	/**
	 * @param {Turn} turn
	 * @param {() => Promise<void>} write
	 */
	#write(turn, write) {
		this.#writing = this.#writing.then(write).then(() => { turn.kept = "yes"; }, () => { turn.kept = "no"; }).then(this.#written);
		return this.#writing;
	}
}
