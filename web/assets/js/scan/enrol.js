// Makes a phone a scanner of a post, with a one-time code from the console.
import { Camera } from "./camera.js";
import { enrolment, plain } from "./code.js";
import { h, shape } from "./dom.js";
import { other, say, speak, t } from "./words.js";

/** @typedef {import("./types.js").Device} Device */

/**
 * @param {HTMLElement} root
 * @param {import("./types.js").Sync} sync
 * @param {string} note why the phone is not enrolled any more; "" when it never was
 * @returns {Promise<Device>} when it is
 */
export function enrol(root, sync, note) {
	return new Promise((done) => {
		const values = { code: enrolment(location.href)?.code ?? "", label: "" };
		if (location.hash) history.replaceState(null, "", location.pathname); // the code is nobody else's business
		const draw = (/** @type {string} */ error, /** @type {string} */ focus) => {
			root.className = "enrol";
			root.replaceChildren(page(error));
			document.getElementById(focus)?.focus();
		};
		/** @param {string} error */
		const page = (error) => {
			const code = field("code", values, { autocapitalize: "characters", spellcheck: "false", maxlength: 12, "aria-invalid": error ? "true" : null }, error);
			const label = field("label", values, { maxlength: 40 }, "");
			const button = h("button", { id: "enrol-send", class: "strong" }, t("scanner.enrol-send"));
			return h("main", { id: "main" },
				h("div", { class: "title" }, h("h1", {}, t("scanner.enrol")), h("button", { id: "language", class: "plain", lang: other(), click: () => { speak(other()); draw("", "language"); } }, say(other(), "scanner.language"))),
				note && h("p", { class: "error", role: "alert" }, note),
				h("p", {}, t("scanner.enrol-text")),
				h("form", { novalidate: true, submit: async (/** @type {Event} */ event) => {
					event.preventDefault();
					const sent = plain(values.code);
					if (sent.length !== 8) return draw("scanner.enrol-short", "enrol-code");
					button.disabled = true;
					try {
						done(await sync.enrol(sent.slice(0, 4) + "-" + sent.slice(4), values.label.trim()));
					} catch (failure) {
						const why = failure instanceof Error ? failure.message : "";
						draw({ "enrolment.unknown": "scanner.enrol-unknown", "too-many": "scanner.enrol-often", offline: "scanner.enrol-offline", storage: "scanner.enrol-storage" }[why] ?? "scanner.enrol-failed", "enrol-code");
					}
				} }, code, h("div", { class: "by-camera" }, h("button", { id: "enrol-scan", type: "button", class: "plain", click: () => void scan(/** @type {HTMLElement} */ (root.querySelector(".by-camera"))) }, shape("card"), t("scanner.enrol-scan"))), label, button));
		};
		/** @param {HTMLElement} place */
		const scan = async (place) => {
			const camera = new Camera();
			const status = h("p", { role: "status" }, t("scanner.enrol-camera"));
			place.replaceChildren(camera.video, status);
			camera.addEventListener("change", () => { if (!["starting", "looking"].includes(camera.state)) status.textContent = t("scanner.camera-" + camera.state); });
			camera.addEventListener("codes", (event) => {
				for (const text of /** @type {CustomEvent<{ texts: string[] }>} */ (event).detail.texts) {
					const found = enrolment(text);
					if (!found?.code) { status.textContent = t("scanner.enrol-other-code"); continue; }
					camera.stop();
					if (found.origin && found.origin !== location.origin) return draw("scanner.enrol-elsewhere", "enrol-code");
					values.code = found.code;
					return draw("", "enrol-label");
				}
			});
			await camera.start();
		};
		draw("", values.code ? "enrol-label" : "enrol-code");
	});
}

/**
 * @param {"code" | "label"} name
 * @param {Record<string, string>} values
 * @param {Record<string, any>} props
 * @param {string} error
 */
function field(name, values, props, error) {
	const id = "enrol-" + name;
	const input = h("input", { id, type: "text", autocomplete: "off", "aria-describedby": `${id}-hint${error ? ` ${id}-error` : ""}`, input: () => { values[name] = input.value; }, ...props });
	input.value = values[name];
	return h("div", { class: "field " + name }, h("label", { for: id }, t("scanner." + id)), h("p", { class: "hint", id: id + "-hint" }, t(`scanner.${id}-hint`)),
		error && h("p", { class: "error", id: id + "-error", role: "alert" }, t(error)), input);
}
