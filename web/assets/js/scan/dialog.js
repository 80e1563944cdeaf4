// What opens over the lane: typing, the menu. The camera reads nothing meanwhile.
import { question, ours } from "./code.js";
import { h, shape } from "./dom.js";
import { hour } from "./time.js";
import { mute, muted, signal } from "./sound.js";
import { language, other, say, speak, t } from "./words.js";

/** @typedef {import("./screen.js").Part} Part */

/**
 * @param {string} name
 * @param {string} title
 * @param {() => void} closed
 * @param {...import("./dom.js").Child} content
 */
function open(name, title, closed, ...content) {
	const close = h("button", { class: "shut", "aria-label": t("scanner.close"), click: () => dialog.close() }, shape("stop"));
	const dialog = h("dialog", { class: name, "aria-labelledby": "dialog-title", close: () => { dialog.remove(); closed(); } },
		h("div", { class: "title" }, h("h2", { id: "dialog-title" }, title), close), ...content);
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
}

/**
 * A field for what cannot be read: the number of a card, the short code of a
 * text message, the text of a code.
 * @param {(text: string) => void} read
 * @param {() => void} closed
 */
export function typing(read, closed) {
	const error = h("p", { class: "error", id: "typed-error", role: "alert" });
	const field = h("input", { id: "typed", type: "text", inputmode: "numeric", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", autofocus: true, "aria-describedby": "typed-error typed-hint" });
	const kinds = /** @type {const} */ (["number", "code"]).map((kind) => h("button", { type: "button", "aria-pressed": String(kind === "number"), click: (/** @type {Event} */ event) => {
		for (const button of kinds) button.setAttribute("aria-pressed", String(button === event.currentTarget));
		field.inputMode = kind === "number" ? "numeric" : "text";
		field.focus();
	} }, t("scanner.type-" + kind)));
	const form = h("form", { submit: (/** @type {Event} */ event) => {
		event.preventDefault();
		const text = field.value.trim();
		if (text && (question(text) || ours(text))) {
			dialog.close();
			read(text);
			return;
		}
		error.textContent = t("scanner.type-wrong");
		field.setAttribute("aria-invalid", "true");
		field.focus();
	} }, h("div", { class: "kinds" }, kinds), h("label", { for: "typed" }, t("scanner.type-label")), h("p", { class: "hint", id: "typed-hint" }, t("scanner.type-hint")), error, field,
	h("button", { class: "strong" }, t("scanner.type-send")));
	const dialog = open("typing", t("scanner.type"), closed, form);
	field.focus();
}

/**
 * @param {Part & { setVehicles: (on: boolean) => void, leave: () => Promise<void>, redraw: () => void }} part
 * @param {() => void} closed
 */
export function menu(part, closed) {
	const { camera, sync, device } = part;
	const { syncedAt, waiting, refused } = sync.status;
	const row = (/** @type {string} */ id, /** @type {string} */ text, /** @type {string} */ note, /** @type {() => void} */ click, /** @type {boolean | undefined} */ on = undefined) =>
		h("li", {}, h("button", { id, click, ...(on === undefined ? {} : { role: "switch", "aria-checked": String(on) }) }, h("b", {}, text), note && h("span", {}, note)));
	const again = () => { dialog.close(); menu(part, closed); };
	const dialog = open("menu", t("scanner.menu"), closed, h("ul", {},
		row("vehicles", t("scanner.lane-vehicles"), t("scanner.lane-vehicles-note"), () => { part.setVehicles(!part.vehicles()); again(); }, part.vehicles()),
		row("sound", t("scanner.sound"), "", () => { mute(!muted()); if (!muted()) signal("go"); again(); }, !muted()),
		row("flip", t("scanner.flip"), "", () => { void camera.flip(); dialog.close(); }),
		row("language", say(other(), "scanner.language"), "", () => { speak(other()); part.redraw(); again(); }),
		row("send", t("scanner.send"), `${t("scanner.waiting", { n: waiting })} · ${syncedAt ? t("scanner.synced", { hour: hour(syncedAt) }) : t("scanner.never-synced")}${refused ? " · " + t("scanner.refused", { n: refused }) : ""}`, () => { sync.soon(true); dialog.close(); }),
		row("leave", t("scanner.leave"), "", () => { dialog.close(); leaving(part, closed); })),
	h("p", { class: "about" }, `${device.checkpoint.name} · ${device.label} · ${t("scanner.version", { version: (document.body.dataset.version ?? "").slice(0, 7) })}`));
	dialog.lang = language();
}

/**
 * Asks a second time. Nothing is lost: the phone stays until all is sent.
 * @param {Parameters<typeof menu>[0]} part
 * @param {() => void} closed
 */
function leaving(part, closed) {
	const note = h("p", { role: "status" });
	const dialog = open("leaving", t("scanner.leave-sure"), closed, h("p", {}, t("scanner.leave-text")), note,
		h("button", { id: "leave-yes", class: "danger", click: async () => {
			note.textContent = t("scanner.leave-sending");
			try {
				await part.leave();
				dialog.close();
			} catch {
				note.textContent = t("scanner.leave-offline", { n: part.sync.status.waiting });
			}
		} }, t("scanner.leave-yes")),
		h("button", { id: "leave-no", class: "plain", click: () => dialog.close() }, t("scanner.leave-no")));
}
