// Which of the passes issued on a day are revoked: a bit for each place, the least
// significant of a byte first. See credential/status.go.
import { Malformed } from "./cbor.js";
import { bytes, fields, int, seconds } from "./fields.js";
import { inflate } from "./inflate.js";

/** @typedef {{ day: number, size: number, bits: Uint8Array }} StatusList */

const maxSize = 1n << 23n;

/**
 * @param {import("./cbor.js").Item} item
 * @returns {Promise<StatusList>}
 */
export async function openStatus(item) {
	const f = fields(item);
	const day = seconds(f.get(1)), size = Number(int(f.get(2), 0n, maxSize));
	const length = Math.ceil(size / 8);
	const bits = await inflate(bytes(f.get(3)) ?? new Uint8Array(0), length);
	if (bits?.length !== length) throw new Malformed();
	return { day, size, bits };
}

/**
 * Whether place i is revoked; null when the list says nothing about it.
 * @param {StatusList | undefined} list
 * @param {number} i
 * @returns {boolean | null}
 */
export function isRevoked(list, i) {
	if (!list || i >= list.size) return null;
	return (list.bits[i >> 3] & (1 << (i & 7))) !== 0;
}
