// How a turn looks: first what to do and why, then who and where to.
import { h, shape } from "./dom.js";
import { hour, moment, span } from "./time.js";
import { commune, t } from "./words.js";

/** @typedef {import("./turn.js").Turn} Turn */
/** @typedef {import("./types.js").Bearer} Bearer */
/** @typedef {import("./types.js").Outcome} Outcome */

/**
 * What is announced aloud: the word, the reasons, what the card said.
 * @param {Turn} turn
 */
export function headline(turn) {
	const { outcome, reasons } = turn.reading;
	const said = reasons.filter((reason) => !(reason === "id-tag-differs" && turn.stranger));
	const brief = turn.stranger !== null; // the card matters more now
	return [
		h("div", { class: "state", "data-turn": turn.id }, shape(outcome), h("h1", { class: "word" }, t("outcome." + outcome))),
		card(turn),
		said.length > 0 && h("ul", { class: "why" }, said.map((reason) => h("li", {}, h("b", {}, t("reason." + reason)), " ", !brief && h("span", {}, advice(reason, turn))))),
		reasons.length === 0 && !turn.compared && h("p", { class: "advice" }, turn.wantsCard ? t("advice.go") : t("scanner.no-card")),
		h("p", { class: "sr" }, who(turn)),
	];
}

/**
 * The server is being asked.
 * @param {import("./code.js").Question} asked
 */
export function waiting(asked) {
	return [h("div", { class: "state" }, shape("wait"), h("h1", { class: "word" }, t("scanner.asking"))), h("p", { class: "name" }, asked.card?.name ?? asked.number ?? asked.code ?? "")];
}

/**
 * What the card beside the pass said.
 * @param {Turn} turn
 */
function card(turn) {
	if (turn.stranger) {
		return h("div", { class: "beside differs" }, shape("stop"), h("p", {}, h("b", {}, t("compared.differs")), " ", t("scanner.card-of", { card: turn.stranger.card?.name ?? "", pass: who(turn) })));
	}
	return turn.compared === "agrees" && h("div", { class: "beside agrees" }, shape("go"), h("p", {}, h("b", {}, t("compared.agrees")), " ", turn.agreed));
}

/**
 * @param {string} reason
 * @param {Turn} turn
 */
function advice(reason, turn) {
	if (reason === "used-again") return t("scanner.again", { hour: hour(turn.again), span: span(turn.at - turn.again) }) + " " + t("advice.used-again");
	if (reason === "unreadable" && /^\s*https?:/i.test(turn.text)) return t("scanner.web-address");
	return t("advice." + reason);
}

/** Whom a turn is about, in one line. @param {Turn} turn */
export function who(turn) {
	const first = turn.reading.bearer?.travellers[0];
	return first ? first.name + (first.birthYear ? ` ${first.birthYear}` : "") : turn.asked?.card?.name ?? turn.asked?.number ?? turn.asked?.code ?? "";
}

/**
 * Who travels, in what, where to, why, until when. In a lane of vehicles the
 * plate and the seats come first.
 * @param {Turn} turn
 * @param {boolean} vehicles
 * @param {Element | false} riders the list to check them off, instead of their names
 */
export function details(turn, vehicles, riders) {
	const bearer = turn.reading.bearer;
	if (!bearer) return [h("p", { class: "name" }, who(turn))];
	const seats = h("p", { class: "seats" }, t(bearer.party === 1 ? "scanner.person" : "scanner.people", { n: bearer.party }));
	const plate = bearer.plate && h("p", { class: "plate" }, bearer.plate);
	const names = riders || h("ul", { class: "names" }, bearer.travellers.map((one) =>
		h("li", {}, h("b", { class: "name" }, one.name), " ", one.birthYear > 0 && h("span", { class: "born" }, t("scanner.born", { year: one.birthYear })))));
	const first = vehicles || bearer.party > 1;
	return [
		(plate || first) && vehicles && h("div", { class: "vehicle first" }, plate, seats),
		!vehicles && first && h("div", { class: "vehicle" }, seats, plate),
		names,
		!vehicles && !first && plate && h("div", { class: "vehicle" }, plate, seats),
		trip(bearer),
	];
}

/** @param {Bearer} bearer */
function trip(bearer) {
	const rows = [
		["scanner.destination", bearer.commune && commune(bearer.commune)],
		["scanner.purpose", bearer.purpose && t("reason-of-trip." + bearer.purpose)],
		["scanner.until", bearer.expiresAt > 0 && moment(bearer.expiresAt)],
	];
	return h("dl", { class: "trip" }, rows.map(([label, value]) => value && h("div", {}, h("dt", {}, t(/** @type {string} */ (label))), h("dd", {}, value))));
}

/**
 * A small sign of a turn: of the others in the picture, of the one before.
 * @param {Turn} turn
 */
export function sign(turn) {
	const { outcome } = turn.reading;
	return [shape(outcome), h("span", {}, h("b", {}, turn.tapped ? t("decision." + turn.decision) : t("outcome." + outcome)), h("br"), who(turn))];
}
