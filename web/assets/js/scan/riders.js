// Checks off who is really there of those on a party's pass: by count, by name,
// or by their cards.
import { h, shape } from "./dom.js";
import { t } from "./words.js";

/** @typedef {import("./lane.js").Lane} Lane */
/** @typedef {import("./turn.js").Turn} Turn */

/**
 * The names, each a switch.
 * @param {Turn} turn
 * @param {Lane} lane
 */
export function list(turn, lane) {
	const travellers = turn.reading.bearer?.travellers ?? [];
	return h("ul", { class: "riders" }, travellers.map((one, i) => {
		const here = turn.ticked.has(i);
		return h("li", {}, h("button", { id: "rider-" + i, "aria-pressed": String(here), click: () => lane.tick(i, !here) },
			h("span", { class: "box" }, here && shape("go")), h("b", {}, one.name), one.birthYear > 0 && h("span", {}, String(one.birthYear))));
	}));
}

/**
 * How many there are: "3/12", with buttons for a thumb in a glove.
 * @param {Turn} turn
 * @param {Lane} lane
 */
export function counter(turn, lane) {
	const counted = turn.counted ?? 0;
	const party = turn.reading.bearer?.party ?? 1;
	return h("div", { class: "counter" + (counted > party ? " over" : counted === party ? " full" : ""), role: "group", "aria-label": t("scanner.count") },
		h("button", { id: "fewer", "aria-label": t("scanner.fewer"), click: () => lane.count(-1) }, "−"),
		h("p", { role: "status" }, h("b", {}, `${counted}/${party}`), " ", h("span", {}, t(counted > party ? "scanner.too-many-riders" : "scanner.on-board"))),
		h("button", { id: "more", "aria-label": t("scanner.one-more"), click: () => lane.count(1) }, "+"));
}
