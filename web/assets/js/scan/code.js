// What a text is that was read or typed, as far as one can tell without judging it.
import { readCard } from "../card.js";

/** @typedef {import("../card.js").Card} Card */

/**
 * What is asked of the server: somebody's pass by their number or short code.
 * @typedef {{ number?: string, code?: string, card?: Card, text?: string }} Question
 */

/**
 * The question that a text stands for; null for a code that is judged here.
 * @param {string} text
 * @returns {Question | null}
 */
export function question(text) {
	try {
		const card = readCard(text);
		return { number: card.number, card, text };
	} catch {
		// no identity card
	}
	const bare = text.replace(/[\s.\-–]/g, "");
	if (/^\d{9}$|^\d{12}$/.test(bare)) return { number: bare };
	const code = plain(bare);
	return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(code) ? { code } : null;
}

/**
 * A code as it was meant: nobody can tell O from 0 or I from 1 on a sheet of paper.
 * @param {string} text
 */
export function plain(text) {
	return text.toUpperCase().replace(/[\s.\-–]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

/**
 * Reports whether a text claims to be a pass, certificate or card. Posters and
 * advertisements near a traveller's code do not.
 * @param {string} text
 */
export function ours(text) {
	return /^\s*(AL1:|HC1:)/i.test(text) || text.includes("|");
}

/**
 * The one-time code in what the console shows or in a link to this page; null
 * for other texts. Origin is where it was made, "" when it does not say.
 * @param {string} text
 * @returns {{ code: string, origin: string } | null}
 */
export function enrolment(text) {
	const [, code, address] = /^ANLO-POST:([^@]+)(?:@(.+))?$/i.exec(text.trim()) ?? /^()(https?:\/\/.+\/scanner\/#.+)$/i.exec(text.trim()) ?? [];
	if (code === undefined) return null;
	try {
		const at = address ? new URL(address) : null;
		return { code: plain(code || decodeURIComponent(at?.hash.slice(1) ?? "")), origin: at?.origin ?? "" };
	} catch {
		return null;
	}
}
