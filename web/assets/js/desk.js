// What makes the desk quicker: a list that keeps itself up to date, and keys.
// Every page works without it.
import { combobox } from "./combobox.js";
import "./live.js";
import { keys } from "./keys.js";

document.getElementById("problems")?.focus();
for (const input of document.querySelectorAll("input[data-units]")) combobox(/** @type {HTMLInputElement} */ (input));
picking();
quarantine();
printing();
sendOnce();
keys();

/** Counts what is selected, and selects all. */
function picking() {
	const form = /** @type {HTMLFormElement | null} */ (document.getElementById("bulk"));
	const count = document.getElementById("picked");
	if (!form || !count) return;
	const boxes = () => /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[name=id]"));
	const refresh = () => {
		const picked = [...boxes()].filter((box) => box.checked).length;
		count.textContent = picked ? `(${picked})` : "";
		const all = /** @type {HTMLInputElement | null} */ (document.getElementById("pick-all"));
		if (!all) return;
		all.closest("label")?.removeAttribute("hidden");
		all.checked = picked > 0 && picked === boxes().length;
		all.indeterminate = picked > 0 && !all.checked;
	};
	form.addEventListener("change", (event) => {
		const box = /** @type {HTMLInputElement} */ (event.target);
		if (box.id === "pick-all") for (const one of boxes()) one.checked = box.checked;
		if (box.id === "pick-all" || box.name === "id") refresh();
	});
	form.addEventListener("live", refresh);
	addEventListener("pageshow", refresh);
	refresh();
}

/** Proposes the last day of a quarantine by the rule that is chosen. */
function quarantine() {
	const until = /** @type {HTMLInputElement | null} */ (document.getElementById("quarantine-until"));
	const from = /** @type {HTMLInputElement | null} */ (document.getElementById("quarantine-from"));
	const vaccinated = /** @type {HTMLInputElement | null} */ (document.getElementById("quarantine-vaccinated"));
	if (!until || !from || !vaccinated) return;
	const propose = () => {
		const rule = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=quarantine-protocol]:checked"));
		const days = rule?.dataset.days?.split(" ")[vaccinated.checked ? 1 : 0];
		const day = new Date(from.value + "T00:00:00Z");
		if (!days || Number.isNaN(day.getTime())) return;
		day.setUTCDate(day.getUTCDate() + Number(days) - 1);
		until.value = day.toISOString().slice(0, 10);
	};
	for (const input of document.querySelectorAll("input[name=quarantine-protocol], #quarantine-vaccinated, #quarantine-from")) {
		input.addEventListener("change", propose);
	}
	if (!until.value) propose();
}

function printing() {
	const button = document.getElementById("print-now");
	button?.removeAttribute("hidden");
	button?.addEventListener("click", () => print());
}

/** A second tap on a slow network is not a second act. */
function sendOnce() {
	for (const form of document.querySelectorAll("form[method=post]")) {
		let sent = false;
		form.addEventListener("submit", (event) => {
			if (sent) event.preventDefault();
			sent = true;
			setTimeout(() => { sent = false; }, 8000);
		});
		addEventListener("pageshow", () => { sent = false; });
	}
}
