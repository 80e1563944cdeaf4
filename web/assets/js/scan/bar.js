// The line at the top: where this is, and whether the phone is fit for it. What
// is in order says little; what is not says what to do.
import { h, shape } from "./dom.js";
import { span } from "./time.js";
import { t } from "./words.js";

/** @typedef {import("./types.js").Sync} Sync */
/** @typedef {import("./types.js").Device} Device */
/** @typedef {import("./turn.js").Turn} Turn */

const clockMatters = 2 * 60_000;
const fresh = 90_000;

/**
 * @param {Device} device
 * @param {Sync} sync
 * @param {() => void} menu
 * @param {Turn | null} turn of which it says whether it is kept
 */
export function bar(device, sync, menu, turn) {
	return h("div", { class: "line" },
		h("p", { class: "where" }, h("b", {}, device.checkpoint.name), " ", h("span", {}, device.label)),
		h("ul", { class: "signs" }, turn && kept(turn, sync), signs(sync)),
		h("button", { id: "menu-button", class: "menu-button", "aria-label": t("scanner.menu"), click: menu }, shape("menu")));
}

/**
 * @param {Turn} turn
 * @param {Sync} sync
 */
function kept({ kept, decision }, sync) {
	if (kept === "no" || sync.status.storage === "full") return h("li", { class: "bad", role: "status" }, t("scanner.not-kept"));
	return h("li", {}, kept && shape("tick"), kept === "" ? "\u00a0" : decision ? t("scanner.kept-as", { decision: t("decision." + decision) }) : t("scanner.kept"));
}

/** @param {Sync} sync */
function signs(sync) {
	const { online, waiting, storage, clockOff } = sync.status;
	return [
		h("li", { class: online ? "fine" : "plainly" }, shape(online ? "on" : "off"), t(online ? "scanner.online" : "scanner.offline")),
		waiting > 0 && h("li", { class: online ? "fine" : "plainly" }, shape("up"), t("scanner.waiting", { n: waiting })),
		freshness(sync),
		storage !== "ok" && h("li", { class: storage === "full" ? "bad" : "warn" }, t("scanner.storage-" + storage)),
		Math.abs(clockOff) > clockMatters && h("li", { class: "warn" }, t("scanner.clock", { span: span(Math.abs(clockOff)) })),
	];
}

/** How old the data is that passes are judged by. @param {Sync} sync */
function freshness(sync) {
	const issued = sync.status.bundleIssued;
	const update = (/** @type {string} */ text) => h("li", { class: "bad" }, h("button", { id: "update", click: () => sync.soon(true) }, text + " – " + t("scanner.update")));
	if (!issued || !sync.bundle) return update(t("scanner.no-data"));
	const age = sync.now() - issued;
	const { staleAfter, rejectAfter } = sync.bundle.rules;
	const text = age < fresh ? t("scanner.data-new") : t("scanner.data", { span: span(age) });
	if (age >= rejectAfter) return update(text);
	return h("li", { class: age >= staleAfter ? "warn" : "fine" }, text);
}
