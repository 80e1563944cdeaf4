// Unpacks zlib data (RFC 1950) to at most max bytes; null when it is anything else.

import { plain } from "./cose.js";

/**
 * @param {Uint8Array} data
 * @param {number} max
 * @returns {Promise<Uint8Array | null>}
 */
export async function inflate(data, max) {
	const stream = new DecompressionStream("deflate");
	const writer = stream.writable.getWriter();
	const written = writer.write(plain(data)).then(() => writer.close());
	written.catch(() => {}); // the reader hears of it too
	const reader = stream.readable.getReader();
	const parts = [];
	let length = 0;
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			length += value.length;
			if (length > max) {
				await reader.cancel();
				return null;
			}
			parts.push(value);
		}
		await written;
	} catch {
		return null;
	}
	const out = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
