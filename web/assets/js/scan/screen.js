// The screen of a lane. It is drawn anew whenever something changed; what is
// announced aloud only when that is another.
import { bar } from "./bar.js";
import { h, shape } from "./dom.js";
import { counter, list } from "./riders.js";
import { hour } from "./time.js";
import { details, headline, sign, waiting, who } from "./verdict.js";
import { t } from "./words.js";

/** @typedef {import("./lane.js").Lane} Lane */
/** @typedef {import("./lane.js").Warning} Warning */
/** @typedef {import("./turn.js").Turn} Turn */
/** @typedef {import("./types.js").Decision} Decision */

/**
 * @typedef {object} Part what the screen shows and acts upon
 * @property {Lane} lane
 * @property {import("./camera.js").Camera} camera
 * @property {import("./types.js").Sync} sync
 * @property {import("./types.js").Device} device
 * @property {() => boolean} vehicles whether this is a lane of vehicles
 * @property {() => void} menu
 * @property {() => void} type
 * @property {(turn: Turn) => void} declare
 */

const decisions = /** @type {Decision[]} */ (["passed", "sent-aside", "turned-back"]);

export class Screen {
	#root;
	#part;
	#top = h("header");
	#head = h("div", { role: "alert", class: "head" });
	#more = h("div", { class: "more" });
	#told = h("div", { class: "told", tabindex: "0" }, this.#head, this.#more);
	#foot = h("div", { class: "foot" });
	#sight = h("div", { class: "sight" });
	#tools = h("div", { class: "tools" });
	/** @type {Turn | null} */
	#shown = null;

	/**
	 * @param {HTMLElement} root
	 * @param {Part} part
	 */
	constructor(root, part) {
		this.#root = root;
		this.#part = part;
		const main = h("main", { id: "main", tabindex: "-1" }, this.#told, h("div", { class: "looking" }, this.#sight, this.#tools), this.#foot);
		root.replaceChildren(this.#top, main);
		this.#sight.append(part.camera.video, h("div", { class: "frame" }), h("div", { class: "prompt" }));
		for (const from of [part.lane, part.camera]) from.addEventListener("change", () => this.draw());
		for (const event of ["status", "bundle", "policy"]) part.sync.addEventListener(event, () => this.draw());
		this.draw();
	}

	/** Draws everything, also after the language has changed. */
	draw() {
		const { lane, sync, device, menu } = this.#part;
		const { current, asking } = lane;
		this.#root.className = "lane " + (current && !asking ? current.reading.outcome : asking ? "asking" : "ready");
		put(this.#top, bar(device, sync, menu, current), this.#surge(), this.#warning());
		if (this.#shown !== current) this.#told.scrollTop = 0;
		this.#shown = current;
		put(this.#head, ...(asking ? waiting(asking) : current ? headline(current) : []));
		put(this.#more, ...(current && !asking ? this.#body(current) : []));
		this.#told.hidden = !current && !asking;
		put(this.#foot, ...(current && !asking ? this.#below(current) : []), ...(!current && lane.last ? [this.#before(lane.last)] : []));
		this.#camera();
	}

	/** @param {Turn} turn */
	#body(turn) {
		const { lane, vehicles } = this.#part;
		return [
			turn.stranger && h("button", { id: "another", class: "plain", click: () => lane.another() }, t("scanner.another")),
			...details(turn, vehicles(), lane.counts(turn) && list(turn, lane)),
			lane.turns.length > 1 && h("ul", { class: "others", "aria-label": t("scanner.others") }, lane.turns.filter((other) => other !== turn)
				.map((other) => h("li", {}, h("button", { id: "turn-" + other.id, class: "chip " + other.reading.outcome, click: () => lane.show(other) }, ...sign(other))))),
		];
	}

	/** @param {Turn} turn */
	#below(turn) {
		const { lane, declare, sync } = this.#part;
		const helps = sync.status.online && turn.reading.reasons.some((reason) => ["not-declared", "expired", "revoked"].includes(reason));
		return [
			helps && h("div", { class: "help" }, h("button", { id: "declare", class: "strong", click: () => declare(turn) }, shape("card"), t("scanner.declare"))),
			lane.counts(turn) && counter(turn, lane),
			h("div", { class: "decisions" + (lane.asks(turn) ? " asks" : ""), role: "group", "aria-label": t("scanner.decision") }, decisions.map((decision) =>
				h("button", { id: decision, class: turn.decision === decision ? "chosen" : "", click: () => lane.decide(decision) }, t("decision." + decision)))),
		];
	}

	/** @param {Turn} turn the one before, in case something was pressed that was not meant */
	#before(turn) {
		return h("button", { id: "before", class: "chip before " + turn.reading.outcome, click: () => this.#part.lane.show(turn) }, ...sign(turn), h("span", { class: "again" }, t("scanner.show-again")));
	}

	#surge() {
		const { lane } = this.#part;
		const { surge } = lane.policy;
		const parts = ["cards", "riders", "looks"].filter((what) => lane.less(what));
		return surge && parts.length > 0 && h("p", { class: "surge" }, h("b", {}, t("scanner.surge", { hour: hour(surge.until) })), " ", parts.map((what) => t("scanner.surge-" + what)).join(" · "));
	}

	#warning() {
		const { lane } = this.#part;
		const warning = lane.warnings[0];
		if (!warning) return null;
		const { turn, elsewhere, reasons } = warning;
		const rest = lane.warnings.length - 1;
		return h("section", { class: "warning", "data-scan": warning.scan, role: "alert", "aria-label": t("scanner.warning") }, shape("stop"),
			h("div", {}, h("p", { class: "name" }, turn ? `${who(turn)}${turn.reading.bearer?.plate ? " · " + turn.reading.bearer.plate : ""}` : t("scanner.somebody")),
				h("p", {}, elsewhere ? t("scanner.elsewhere", { post: elsewhere.post, n: elsewhere.minutes, km: Math.round(elsewhere.km) }) : reasons.map((reason) => t("reason." + reason)).join(" · "),
					turn ? " " + t("scanner.read-at", { hour: hour(turn.at) }) : "")),
			h("button", { id: "dismiss", click: () => lane.dismiss(warning) }, rest > 0 ? t("scanner.seen-more", { n: rest }) : t("scanner.seen")));
	}

	/** What is before the camera, and what to do when there is none. */
	#camera() {
		const { camera, lane, type, vehicles } = this.#part;
		const idle = !lane.current && !lane.asking;
		const blind = camera.state !== "looking" && camera.state !== "starting";
		this.#sight.classList.toggle("blind", blind);
		const prompt = /** @type {HTMLElement} */ (this.#sight.lastElementChild);
		const say = blind ? t("scanner.no-camera-ready") : t(idle ? (vehicles() ? "scanner.ready-vehicle" : "scanner.ready") : "scanner.next");
		put(prompt, h(idle ? "h1" : "p", { class: "say" }, say),
			blind && idle && h("p", {}, t("scanner.camera-" + camera.state)), blind && h("button", { id: "retry", class: "plain", click: () => void camera.start() }, t("scanner.camera-retry")));
		put(this.#tools,
			h("button", { id: "type", click: type }, shape("type"), h("span", {}, t("scanner.type"))),
			camera.torch !== null && h("button", { id: "torch", "aria-pressed": String(camera.torch), click: () => void camera.light() }, shape("torch"), h("span", {}, t("scanner.torch"))));
	}
}

/**
 * Puts new children in place of the old. What looks the same stays: it is not
 * announced again, and a button does not go away under a finger.
 * @param {HTMLElement} place
 * @param {...import("./dom.js").Child} nodes
 */
function put(place, ...nodes) {
	const focused = place.contains(document.activeElement) ? document.activeElement?.id : "";
	const old = [...place.childNodes];
	const made = /** @type {ChildNode[]} */ (nodes.filter(Boolean));
	for (const [i, node] of made.entries()) {
		if (!old[i]) place.append(node);
		else if (!old[i].isEqualNode(node)) old[i].replaceWith(node);
	}
	for (const rest of old.slice(made.length)) rest.remove();
	if (focused && document.activeElement?.id !== focused) (document.getElementById(focused) ?? document.getElementById("main"))?.focus({ preventScroll: true });
}
