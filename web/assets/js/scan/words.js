// The words of the scanner in both languages, and the names of places. The page
// brings them along, so that both are there without a network.

const remembered = "anlo_scanner_lang";
const words = /** @type {Record<string, Record<string, string>>} */ (JSON.parse(document.getElementById("words")?.textContent || "{}"));

/** The language that was chosen on this phone, else that of the page. */
export function language() {
	const chosen = localStorage.getItem(remembered) ?? document.documentElement.lang;
	return chosen in words ? chosen : "vi";
}

/** The one that is not spoken. */
export function other() {
	return language() === "vi" ? "en" : "vi";
}

/** @param {string} lang */
export function speak(lang) {
	localStorage.setItem(remembered, lang);
	document.documentElement.lang = lang;
}

/**
 * A message; {n} in it is the place of what is given as n.
 * @param {string} key
 * @param {Record<string, string | number>} [places]
 */
export function t(key, places = {}) {
	return say(language(), key, places);
}

/**
 * A message in a language that may not be the one spoken.
 * @param {string} lang
 * @param {string} key
 * @param {Record<string, string | number>} [places]
 */
export function say(lang, key, places = {}) {
	const text = words[lang]?.[key] ?? key;
	return text.replace(/\{([a-z]+)\}/g, (whole, place) => String(places[place] ?? whole));
}

/** @type {Record<string, string>} */
let places = {};

/** Loads the names of communes; until then, and for those of another list, there is the code. */
export async function loadCommunes() {
	try {
		places = await (await fetch("/scanner/communes.json")).json();
	} catch {
		// no network, and the page is not kept on this phone
	}
}

/**
 * The full name of a commune.
 * @param {string} code
 */
export function commune(code) {
	return places[code] ?? code;
}
