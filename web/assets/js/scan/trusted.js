// The bundle that this phone judges by. What takes its place must be signed
// under the same root and not be older, also after a restart.
import { newer, openBundle } from "./bundle.js";

export class Trusted {
	/** @type {import("./types.js").Bundle | null} */
	bundle = null;
	etag = ""; // of the last one that was taken
	#keep;
	#now;

	/**
	 * @param {import("./types.js").Keep} keep
	 * @param {() => number} now
	 */
	constructor(keep, now) {
		this.#keep = keep;
		this.#now = now;
	}

	/** Opens the one on the disk, and says whether it is to be used from now on. */
	async resume() {
		try {
			const data = await this.#keep.bundle();
			if (data) await this.#open(data);
			return Boolean(data);
		} catch {
			return false; // a new one comes with the network
		}
	}

	/**
	 * Takes one from the network, and says whether it is to be used from now on.
	 * One by another root, an older one and a damaged one are not: the one that
	 * is here stays, and shows its age.
	 * @param {Uint8Array} data
	 * @param {string} etag
	 */
	async offer(data, etag) {
		try {
			await this.#open(data);
			this.etag = etag;
			await this.#keep.keepBundle(data).catch(() => { this.etag = ""; }); // a full disk: asked for again
			return true;
		} catch {
			return false;
		}
	}

	drop() {
		this.bundle = null;
		this.etag = "";
	}

	/** @param {Uint8Array} data */
	async #open(data) {
		const bundle = await openBundle(data, await this.#keep.root(), this.#now());
		newer(bundle, this.bundle);
		this.bundle = bundle;
	}
}
