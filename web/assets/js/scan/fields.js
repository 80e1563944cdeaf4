// What a field of decoded CBOR may hold, with the leniencies of the Go side's
// library: tags that mean nothing are dropped, nothing is zero or empty. Everything
// else throws Malformed.
import { Malformed } from "./cbor.js";

/** @typedef {import("./cbor.js").Item} Item */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const selfDescribed = 55799;

/** @param {Item} item */
const isNull = (item) => item.type === "simple" && (item.value === 22 || item.value === 23);

/**
 * Takes the tags off. The few that mean something must stand before the right
 * thing; a large number (tags 2 and 3) comes out as an integer.
 * @param {Item} item
 * @returns {Item}
 */
function untag(item) {
	while (item.type === "tag") {
		const content = item.item;
		const fits = item.tag === 0 ? content.type === "text"
			: item.tag === 1 ? content.type === "int" || content.type === "float"
			: item.tag === 2 || item.tag === 3 ? content.type === "bytes" : true;
		if (!fits) throw new Malformed();
		if (content.type === "bytes" && (item.tag === 2 || item.tag === 3)) {
			let n = 0n;
			for (const b of join(content.data)) n = n << 8n | BigInt(b);
			return { type: "int", value: item.tag === 2 ? n : -1n - n };
		}
		item = content;
	}
	return item;
}

/** @param {Uint8Array[]} parts */
function join(parts) {
	if (parts.length === 1) return parts[0];
	const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
	let at = 0;
	for (const p of parts) {
		out.set(p, at);
		at += p.length;
	}
	return out;
}

/**
 * An integer from low to high; nothing is zero.
 * @param {Item | undefined} item
 * @param {bigint} low
 * @param {bigint} high
 * @returns {number | bigint}
 */
export function int(item, low = -(2n ** 63n), high = 2n ** 63n - 1n) {
	const bare = item && untag(item);
	let value = /** @type {number | bigint} */ (0);
	if (bare && !isNull(bare)) {
		if (bare.type !== "int" && (bare.type !== "simple" || bare.value === 20 || bare.value === 21)) throw new Malformed();
		value = bare.value;
	}
	if (value < low || value > high) throw new Malformed();
	return value;
}

/**
 * Seconds since 1970 that a clock can show: some 35,000 years either way.
 * @param {Item | undefined} item
 * @returns {number}
 */
export function seconds(item) {
	return Number(int(item, -(2n ** 40n), 2n ** 40n));
}

/**
 * A number of any kind; null when there is none.
 * @param {Item | undefined} item
 * @returns {number | null}
 */
export function float(item) {
	if (!item) return null;
	const bare = untag(item);
	return bare.type === "float" ? bare.value : Number(int(item, -(2n ** 63n), 2n ** 64n - 1n));
}

/**
 * An integer, or null where nothing was written.
 * @param {Item | undefined} item
 */
export function optionalInt(item) {
	while (item?.type === "tag" && item.tag === selfDescribed) item = item.item;
	return !item || isNull(item) ? null : int(item);
}

/**
 * Bytes; null for nothing.
 * @param {Item | undefined} item
 * @returns {Uint8Array | null}
 */
export function bytes(item) {
	if (!item) return null;
	while (item.type === "tag") {
		untag(item);
		item = item.item;
	}
	if (isNull(item)) return null;
	if (item.type === "bytes") return join(item.data);
	if (item.type === "array") return Uint8Array.from(item.items, (n) => Number(int(n, 0n, 255n)));
	throw new Malformed();
}

/**
 * Text; nothing is empty.
 * @param {Item | undefined} item
 * @returns {string}
 */
export function text(item) {
	if (!item) return "";
	item = untag(item);
	if (isNull(item)) return "";
	if (item.type !== "text") throw new Malformed();
	try {
		return item.data.map((part) => utf8.decode(part)).join("");
	} catch {
		throw new Malformed();
	}
}

/**
 * The items of an array; nothing is an empty one.
 * @param {Item | undefined} item
 * @returns {Item[]}
 */
export function list(item) {
	if (!item) return [];
	item = untag(item);
	if (isNull(item)) return [];
	if (item.type !== "array") throw new Malformed();
	return item.items;
}

/**
 * An array of exactly so many items; nothing gives as many times nothing.
 * @param {Item} item
 * @param {number} count
 * @returns {(Item | undefined)[]}
 */
export function tuple(item, count) {
	item = untag(item);
	if (isNull(item)) return new Array(count).fill(undefined);
	if (item.type !== "array" || item.items.length !== count) throw new Malformed();
	return item.items;
}

/**
 * A map whose keys are integers or texts, each once; nothing is an empty one.
 * @param {Item | undefined} item
 * @returns {Map<number | bigint | string, Item>}
 */
export function fields(item) {
	/** @type {Map<number | bigint | string, Item>} */
	const out = new Map();
	if (!item) return out;
	item = untag(item);
	if (isNull(item)) return out;
	if (item.type !== "map") throw new Malformed();
	for (const [k, value] of item.pairs) {
		if (k.type !== "int" && k.type !== "text") throw new Malformed();
		const key = k.type === "int" ? int(k) : text(k);
		if (out.has(key)) throw new Malformed();
		out.set(key, value);
	}
	return out;
}

/**
 * A map from texts to anything, all of which can be written as JSON; null for
 * nothing.
 * @param {Item | undefined} item
 * @returns {Map<string, any> | null}
 */
export function object(item) {
	if (!item) return null;
	item = untag(item);
	if (isNull(item)) return null;
	if (item.type !== "map") throw new Malformed();
	const out = new Map();
	for (const [k, value] of item.pairs) {
		const key = text(k);
		if (out.has(key)) throw new Malformed();
		out.set(key, any(value));
	}
	return out;
}

/** @param {Item} item @returns {any} */
function any(item) {
	while (item.type === "tag" && item.tag !== 0 && item.tag !== 1) {
		const bare = untag(item);
		if (bare.type === "int") return bare.value;
		item = item.item;
	}
	if (item.type === "tag") return time(untag(item));
	switch (item.type) {
		case "text":
			return text(item);
		case "bytes":
			return bytes(item);
		case "array":
			return item.items.map(any);
		case "map":
			return object(item);
	}
	return isNull(item) ? null : item.type === "simple" && item.value < 22 && item.value > 19 ? item.value === 21 : item.value;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/;

/** @param {Item} item of tag 0 or 1 @returns {string} */
function time(item) {
	if (item.type === "text") {
		const s = text(item);
		const [, year, month, day, hour, minute, second, hours = 0, minutes = 0] = (rfc3339.exec(s) ?? []).map(Number);
		const date = new Date(0);
		date.setUTCFullYear(year, month - 1, day);
		if (!rfc3339.test(s) || date.getUTCDate() !== day || date.getUTCMonth() !== month - 1 || hour > 23 || minute > 59 || second > 59 || hours > 23 || minutes > 59) throw new Malformed();
		return s;
	}
	const at = new Date(Number(float(item)) * 1000);
	if (!(at.getUTCFullYear() >= 0 && at.getUTCFullYear() <= 9999)) throw new Malformed();
	return at.toISOString().replace(".000", "");
}
