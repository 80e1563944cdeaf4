// Decodes CBOR (RFC 8949), as the Go side's library does in two steps: parse()
// checks the form of all of it, within limits; fields.js then takes from it what a
// field may hold. Throws Malformed.
//
// Passes do not come here: they have one shape only, see cursor.js.

/**
 * @typedef {{ type: "int", value: number | bigint }
 *  | { type: "bytes" | "text", data: Uint8Array[] }
 *  | { type: "array", items: Item[] }
 *  | { type: "map", pairs: [Item, Item][] }
 *  | { type: "tag", tag: number | bigint, item: Item }
 *  | { type: "simple" | "float", value: number }} Item
 *
 * @typedef {object} Limits
 * @property {number} depth of arrays and maps
 * @property {number} elements of an array
 * @property {number} pairs of a map
 * @property {boolean} lenient are tags and indefinite lengths allowed, and numbers that are none not?
 */

export class Malformed extends Error {}

/** For what we sign ourselves. @type {Limits} */
export const strict = { depth: 4, elements: 20_000, pairs: 64, lenient: false };

/** For the certificates of a few hundred issuers. @type {Limits} */
export const lenient = { depth: 16, elements: 1024, pairs: 1024, lenient: true };

/**
 * @param {Uint8Array} data
 * @param {Limits} limits
 * @returns {Item}
 */
export function parse(data, limits) {
	const p = new Parser(data, limits);
	const item = p.item(0);
	if (p.at !== data.length) throw new Malformed();
	return item;
}

class Parser {
	at = 0;

	/** @param {Uint8Array} data @param {Limits} limits */
	constructor(data, limits) {
		this.data = data;
		this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
		this.limits = limits;
	}

	/** @param {number} n @returns {number} the offset of the next n bytes */
	take(n) {
		if (n > this.data.length - this.at) throw new Malformed();
		this.at += n;
		return this.at - n;
	}

	/** @returns {{ major: number, info: number, n: number | bigint, open: boolean }} open: of indefinite length */
	head() {
		const first = this.data[this.take(1)];
		const major = first >> 5, info = first & 0x1f;
		const head = { major, info, n: /** @type {number | bigint} */ (info), open: false };
		if (info === 24) head.n = this.view.getUint8(this.take(1));
		else if (info === 25) head.n = this.view.getUint16(this.take(2));
		else if (info === 26) head.n = this.view.getUint32(this.take(4));
		else if (info === 27) {
			const n = this.view.getBigUint64(this.take(8));
			head.n = n <= Number.MAX_SAFE_INTEGER ? Number(n) : n;
		} else if (info > 27) {
			head.open = info === 31 && major >= 2 && major <= 5 && this.limits.lenient;
			if (!head.open) throw new Malformed();
		}
		return head;
	}

	/** @param {number} depth @returns {Item} */
	item(depth) {
		const { major, info, n, open } = this.head();
		switch (major) {
			case 0:
				return { type: "int", value: n };
			case 1:
				return { type: "int", value: typeof n === "bigint" || n === Number.MAX_SAFE_INTEGER ? -1n - BigInt(n) : -1 - n };
			case 2:
			case 3:
				return { type: major === 2 ? "bytes" : "text", data: open ? this.chunks(major) : [this.bytes(n)] };
			case 4:
			case 5:
				return this.container(major, n, open, depth + 1);
			case 6:
				return this.tag(n, depth);
		}
		return this.primitive(info, Number(n));
	}

	/** @param {number | bigint} n */
	bytes(n) {
		const from = this.take(Number(n));
		return this.data.subarray(from, this.at);
	}

	/** @param {number} major */
	chunks(major) {
		const data = [];
		while (!this.ended()) {
			const head = this.head();
			if (head.major !== major || head.open) throw new Malformed();
			data.push(this.bytes(head.n));
		}
		return data;
	}

	ended() {
		if (this.data[this.at] !== 0xff) return false;
		this.at++;
		return true;
	}

	/** @param {number} major @param {number | bigint} n @param {boolean} open @param {number} depth @returns {Item} */
	container(major, n, open, depth) {
		const limit = major === 4 ? this.limits.elements : this.limits.pairs;
		if (depth > this.limits.depth || (!open && n > limit)) throw new Malformed();
		const count = open ? Infinity : Number(n) * (major - 3);
		/** @type {Item[]} */
		const items = [];
		while (items.length < count && !(open && this.ended())) {
			items.push(this.item(depth));
			if (items.length > limit * (major - 3) + 1) throw new Malformed();
		}
		if (major === 4) {
			if (items.length > limit) throw new Malformed();
			return { type: "array", items };
		}
		if (items.length % 2 || items.length / 2 > limit) throw new Malformed();
		/** @type {[Item, Item][]} */
		const pairs = [];
		for (let i = 0; i < items.length; i += 2) pairs.push([items[i], items[i + 1]]);
		return { type: "map", pairs };
	}

	/** @param {number | bigint} tag @param {number} depth @returns {Item} */
	tag(tag, depth) {
		if (!this.limits.lenient) throw new Malformed();
		if (this.data[this.at] >> 5 === 6) depth++;
		if (depth > this.limits.depth) throw new Malformed();
		return { type: "tag", tag, item: this.item(depth) };
	}

	/** @param {number} info @param {number} n @returns {Item} */
	primitive(info, n) {
		if (info <= 24) {
			if (info === 24 && n < 32) throw new Malformed();
			return { type: "simple", value: n };
		}
		let value = 0;
		if (info === 25) value = half(n);
		if (info === 26) value = this.view.getFloat32(this.at - 4);
		if (info === 27) value = this.view.getFloat64(this.at - 8);
		if (this.limits.lenient && !Number.isFinite(value)) throw new Malformed();
		return { type: "float", value };
	}
}

/** @param {number} bits of a 16-bit float */
function half(bits) {
	const exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
	const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction ? NaN : Infinity) : (1024 + fraction) * 2 ** (exponent - 25);
	return bits & 0x8000 ? -size : size;
}
