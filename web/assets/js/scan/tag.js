// Compares an identity card with a pass: a borrowed pass names somebody else.
import { sha256 } from "./cose.js";

/**
 * credential.IDTag: 20 bits of SHA-256(CWT ID ‖ document key).
 * @param {Uint8Array} cti
 * @param {string} documentKey the number of a card; "<country>:<number>" of a passport
 */
export async function idTag(cti, documentKey) {
	const key = new TextEncoder().encode(documentKey);
	const sum = await sha256(Uint8Array.from([...cti, ...key]));
	return (sum[0] << 12) | (sum[1] << 4) | (sum[2] >> 4);
}

/**
 * Says whose card of a party this is, by its number or the CMND number that it
 * replaced; compared is "" when the reading is no pass.
 * @param {import("./types.d.ts").Reading} reading
 * @param {{ number: string, oldNumber?: string }} card
 * @returns {Promise<{ compared: import("./types.d.ts").Compared | "", traveller: number }>}
 */
export async function compare(reading, card) {
	if (!reading.cti || !reading.bearer) return { compared: "", traveller: -1 };
	for (const number of [card.number, card.oldNumber]) {
		if (!number) continue;
		const tag = await idTag(reading.cti, number);
		const traveller = reading.bearer.travellers.findIndex((t) => t.tag === tag);
		if (traveller >= 0) return { compared: "agrees", traveller };
	}
	return { compared: "differs", traveller: -1 };
}
