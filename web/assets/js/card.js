// Reads the text of the QR code on a Vietnamese identity card, by the same rules
// as identity.ReadCard in Go; a test holds the two together.

/**
 * @typedef {object} Card
 * @property {string} number
 * @property {string} oldNumber
 * @property {string} name
 * @property {string} born "31/01/1990", or "1990" when the card says no more
 * @property {"male" | "female"} sex
 * @property {string} address
 */

/** A card that cannot be used; fault is "malformed", "number", "name", "date" or "sex". */
export class CardError extends Error {
	/** @param {string} fault */
	constructor(fault) {
		super(fault);
		this.fault = fault;
	}
}

const unprintable = /[\p{Cc}\ufffd\u202a-\u202e\u2066-\u2069]/u;

/**
 * @param {string} text
 * @returns {Card}
 */
export function readCard(text) {
	if (new TextEncoder().encode(text).length > 1024) throw new CardError("malformed");
	text = text.replace(/^\ufeff/, "").trim().normalize("NFC");
	if (unprintable.test(text)) throw new CardError("malformed");
	const f = text.split("|").map((part) => part.trim());
	if (f.length >= 6 && f[1] !== "" && !/^\d+$/.test(f[1])) f.splice(1, 0, ""); // this card has no field for the CMND
	if (f.length < 7) throw new CardError("malformed");
	const number = f[0].replace(/[ .\-\u00a0]/g, "");
	if (!/^\d{12}$/.test(number) || (f[1] !== "" && !/^\d{9}$/.test(f[1]))) throw new CardError("number");
	const name = clean(f[2]);
	if ([...name].length > 100 || !/\p{L}/u.test(name)) throw new CardError("name");
	const born = date(f[3]);
	const sex = { nam: /** @type {const} */ ("male"), "nữ": /** @type {const} */ ("female") }[f[4].toLowerCase()];
	if (!sex) throw new CardError("sex");
	if (f[6] !== "") date(f[6]);
	return { number, oldNumber: f[1], name, born, sex, address: clean(f[5]) };
}

/** @param {string} s */
function clean(s) {
	return s.replace(/[’‘ʼʹ`´′]/g, "'").replace(/\p{Cf}/gu, "").replace(/\s+/gu, " ").trim().normalize("NFC");
}

/**
 * Reads DDMMYYYY, 0000YYYY or YYYY.
 * @param {string} s
 */
function date(s) {
	const year = /^(?:0000)?(\d{4})$/.exec(s);
	if (year && Number(year[1]) > 0) return year[1];
	const [, d, m, y] = /^(\d{2})(\d{2})(\d{4})$/.exec(s) ?? [];
	const day = new Date(0);
	day.setUTCFullYear(Number(y), Number(m) - 1, Number(d));
	if (!y || Number(y) === 0 || day.getUTCDate() !== Number(d) || day.getUTCMonth() !== Number(m) - 1) throw new CardError("date");
	return `${d}/${m}/${y}`;
}
