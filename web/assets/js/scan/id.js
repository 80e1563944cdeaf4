// Identifiers that are made on the phone.

/**
 * A UUIDv7 (RFC 9562): identifiers sort by the moment they were made.
 * @param {number} [at] milliseconds since 1970
 */
export function newId(at = Date.now()) {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	new DataView(bytes.buffer).setUint32(0, Math.floor(at / 0x10000));
	new DataView(bytes.buffer).setUint16(4, at % 0x10000);
	bytes[6] = (bytes[6] & 0x0f) | 0x70;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
