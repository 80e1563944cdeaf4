// Reads CBOR of a known shape from the left: credential.cursor in Go. Every head
// must have its shortest form. After the first surprise `bad` is set and everything
// reads as zero, so callers ask once, at the end.

export const UINT = 0, BYTES = 2, TEXT = 3, ARRAY = 4;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Cursor {
	bad = false;
	#at = 0;

	/** @param {Uint8Array} data */
	constructor(data) {
		this.data = data;
	}

	/**
	 * The head of an item of a major type whose argument is at most max, which is
	 * below 2⁵³.
	 * @param {number} major
	 * @param {number} max
	 * @returns {number}
	 */
	head(major, max) {
		const first = this.data[this.#at];
		if (this.bad || first === undefined || first >> 5 !== major) return this.#fail();
		let n = first & 0x1f, size = 1;
		if (n >= 24) {
			if (n > 27) return this.#fail();
			size = 1 + 2 ** (n - 24);
			if (this.data.length - this.#at < size) return this.#fail();
			n = 0;
			for (let i = 1; i < size; i++) n = n * 256 + this.data[this.#at + i]; // inexact only far above max
			// The shortest form: the next smaller one could not hold the number.
			if (n < (size === 2 ? 24 : 2 ** (4 * (size - 1)))) return this.#fail();
		}
		if (n > max) return this.#fail();
		this.#at += size;
		return n;
	}

	/**
	 * The next n bytes.
	 * @param {number} n
	 * @returns {Uint8Array}
	 */
	take(n) {
		if (this.bad || n > this.data.length - this.#at) {
			this.bad = true;
			return new Uint8Array(0);
		}
		this.#at += n;
		return this.data.subarray(this.#at - n, this.#at);
	}

	/**
	 * Bytes that can only be these.
	 * @param {number[]} want
	 */
	literal(want) {
		const got = this.take(want.length);
		if (got.length !== want.length || want.some((b, i) => got[i] !== b)) this.bad = true;
	}

	/** @param {number} max */
	uint(max) {
		return this.head(UINT, max);
	}

	/** @param {number} max */
	bytes(max) {
		return this.take(this.head(BYTES, max));
	}

	/**
	 * Valid UTF-8 of at most max bytes.
	 * @param {number} max
	 */
	text(max) {
		try {
			return utf8.decode(this.take(this.head(TEXT, max)));
		} catch {
			this.bad = true;
			return "";
		}
	}

	/** Whether everything was as expected and nothing is left. */
	done() {
		return !this.bad && this.#at === this.data.length;
	}

	#fail() {
		this.bad = true;
		return 0;
	}
}
