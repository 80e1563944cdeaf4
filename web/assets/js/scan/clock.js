// What time it is, on a phone whose clock may be wrong.

const tolerance = 2000;

export class Clock {
	#off = 0; // what the phone's clock is behind the server's
	#date = Date.now(); // it showed this
	#tick = performance.now(); // at this moment of the session
	#last = 0;

	/** Milliseconds that this phone's clock is behind the server's; 0 when it is right. */
	get off() {
		return this.#off;
	}

	/** The time by the server's clock. It goes back only when the server says so. */
	now() {
		const jump = Date.now() - this.#date - (performance.now() - this.#tick);
		if (jump < -tolerance) { // somebody has set the clock back; forward may as well be a phone that slept
			this.#off -= jump;
			this.#anchor();
		}
		this.#last = Math.max(this.#last, Date.now() + this.#off);
		return this.#last;
	}

	/**
	 * Learns from an answer of the server.
	 * @param {number} server what its clock said
	 * @param {number} asked performance.now() when it was asked
	 */
	learn(server, asked) {
		const off = server + (performance.now() - asked) / 2 - Date.now();
		this.#off = Math.abs(off) > tolerance ? Math.round(off) : 0;
		this.#anchor();
		this.#last = 0;
	}

	/**
	 * It is at least so late: what was known before the page was opened.
	 * @param {number} time
	 * @param {number} [off]
	 */
	resume(time, off = this.#off) {
		this.#off = off;
		if (Date.now() + off < time) this.#off = time - Date.now();
	}

	#anchor() {
		this.#date = Date.now();
		this.#tick = performance.now();
	}
}
