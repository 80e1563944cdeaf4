// Reads passes, and nothing else. See credential/pass.go, which says what is in one.
import { decodeBase45, trim } from "./base45.js";
import { hex, parseMessage, privateID } from "./cose.js";
import { ARRAY, Cursor } from "./cursor.js";

export const passPrefix = "AL1:";
const maxText = 3391;

const maxTravellers = 60, maxName = 60, maxCommune = 23, maxPlate = 24; // bytes of UTF-8
const maxYear = 2 ** 12 - 1, maxTag = 2 ** 20 - 1, lifetime = 72 * 3600;
const purposes = ["work", "home", "medical", "family", "study", "goods", "official", "other"]; // anlo.TripPurposes

/**
 * @typedef {object} Pass
 * @property {Uint8Array} cti
 * @property {number} issued seconds
 * @property {number} expires seconds
 * @property {import("./types.d.ts").Named[]} travellers
 * @property {string} commune
 * @property {string} purpose
 * @property {string} plate
 * @property {number} place on the status list
 * @property {boolean} confirmed
 */

/**
 * Takes the text of a pass apart without believing it.
 * @param {string} text
 * @returns {{ message: import("./cose.js").Message, pass: Pass } | null}
 */
export function readPass(text) {
	text = trim(text);
	if (!text.startsWith(passPrefix) || text.length > maxText) return null;
	const data = decodeBase45(text.slice(passPrefix.length));
	const message = data && parseMessage(data, "");
	const pass = message && readClaims(message.payload);
	return pass ? { message, pass } : null;
}

/** @param {Uint8Array} payload @returns {Pass | null} */
function readClaims(payload) {
	const c = new Cursor(payload);
	c.literal([0xa4, 4]);
	const expires = c.uint(2 ** 40);
	c.literal([6]);
	const issued = c.uint(2 ** 40);
	c.literal([7, 0x48]);
	const cti = c.take(8);
	c.literal([...privateID, 0x86]);
	const n = c.head(ARRAY, 2 * maxTravellers);
	if (c.bad || n === 0 || n % 2 !== 0) return null;
	const travellers = [];
	for (let i = 0; i < n / 2; i++) {
		const name = c.text(maxName);
		const born = c.uint(maxYear * 2 ** 20 + maxTag);
		if (name === "") return null;
		travellers.push({ name, birthYear: Math.floor(born / 2 ** 20), tag: born % 2 ** 20 });
	}
	const commune = c.text(maxCommune);
	const purpose = c.uint(purposes.length);
	const plate = c.text(maxPlate);
	const place = c.uint(2 ** 32 - 1);
	const flags = c.uint(1);
	if (!c.done() || purpose === 0 || commune === "" || expires <= issued || expires - issued > lifetime) return null;
	return { cti, issued, expires, travellers, commune, purpose: purposes[purpose - 1], plate, place, confirmed: flags === 0 };
}

/**
 * anlo.PassID: the issue time, and 62 bits of the CWT ID, as a UUID of version 7.
 * @param {Pass} p
 */
export function passID(p) {
	const id = new Uint8Array(16);
	const view = new DataView(id.buffer);
	const ms = BigInt(p.issued) * 1000n;
	view.setUint32(0, Number(ms >> 16n));
	view.setUint16(4, Number(ms & 0xffffn));
	id[6] = 0x70;
	id[7] = p.cti[0] >> 6;
	id.set(p.cti, 8);
	id[8] = (id[8] & 0x3f) | 0x80;
	const h = hex(id);
	return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join("-");
}
