// Assisted entry: a card read by a scanner or the camera fills in the person,
// and Enter goes to the next question that is still open. Both pages work
// without it.
import { camera, fill } from "./camera.js";
import { CardError, readCard } from "./card.js";
import { combobox } from "./combobox.js";

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("assist"));
const print = /** @type {HTMLButtonElement | null} */ (document.getElementById("print"));
const card = /** @type {HTMLInputElement} */ (document.getElementById("card"));

if (form) entry(form);
if (print) slip(print);
for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-scanner]"))) link.hidden = !sessionStorage.getItem("anlo_scanner");

/** @param {HTMLFormElement} form */
function entry(form) {
	const place = /** @type {HTMLElement} */ (form.querySelector("[data-camera]"));
	const byHand = /** @type {HTMLDetailsElement} */ (document.getElementById("by-hand"));
	const person = /** @type {HTMLElement} */ (document.getElementById("person"));
	document.getElementById("problems")?.focus();
	for (const input of form.querySelectorAll("input[data-units]")) combobox(/** @type {HTMLInputElement} */ (input));
	camera(place, form);
	oneDestination(form);
	sendOnce(form);
	if (person.textContent && !document.getElementById("problems")) goOn(form);

	const read = () => {
		const text = card.value.trim();
		card.value = "";
		if (!text) return;
		try {
			fill(form, readCard(text));
		} catch (error) {
			person.textContent = (error instanceof CardError && place.dataset[error.fault]) || place.dataset.malformed || "";
			byHand.open = true;
			card.focus();
		}
	};
	card.addEventListener("change", () => setTimeout(read)); // a reader that sends Tab

	/** @type {string | undefined} */
	let before = text(form, "id_number");
	form.addEventListener("card", (event) => {
		const { number, name, born, sex } = /** @type {CustomEvent<import("./card.js").Card>} */ (event).detail;
		for (const part of ["home_commune", "home_address"]) set(form, part, "");
		if (before && before !== number) forgetHealth(form);
		before = number;
		const label = form.querySelector(`label:has(#sex-${sex}) span`)?.textContent;
		person.textContent = [name, born, label].filter(Boolean).join(" · ");
		goOn(form);
	});

	form.addEventListener("keydown", (event) => {
		const at = event.target;
		if (event.key !== "Enter" || event.defaultPrevented || event.isComposing || !(at instanceof HTMLInputElement)) return;
		if (at === card) {
			event.preventDefault();
			if (card.value.trim()) read();
			else goOn(form);
		} else if (open(form)) {
			event.preventDefault();
			goOn(form);
		}
	});
	handed(form, read, byHand);
}

/**
 * Takes the card that was read in the lane, or the number that was typed there.
 * @param {HTMLFormElement} form
 * @param {() => void} read
 * @param {HTMLDetailsElement} byHand
 */
function handed(form, read, byHand) {
	const text = sessionStorage.getItem("anlo_card");
	sessionStorage.removeItem("anlo_card");
	if (!text) return;
	if (/^\d+$/.test(text)) {
		set(form, "id_number", text);
		byHand.open = true;
		goOn(form);
		return;
	}
	card.value = text;
	read();
}

/**
 * The first question that is still open; null when the form can be sent.
 * @param {HTMLFormElement} form
 * @returns {HTMLElement | null}
 */
function open(form) {
	const byHand = /** @type {HTMLDetailsElement} */ (document.getElementById("by-hand"));
	const number = picked(form, "document") === "passport" ? "passport" : "id_number";
	for (const name of [number, "full_name", "date_of_birth"]) {
		if (!text(form, name)) return byHand.open ? input(form, name) : card;
	}
	if (!picked(form, "sex")) return byHand.open ? input(form, "sex") : card;
	if (number === "passport") { // no register knows where they live
		for (const name of ["home_commune", "home_address"]) if (!text(form, name)) return input(form, name);
	}
	if (!text(form, "to_commune") && !picked(form, "to")) {
		return input(form, matchMedia("(pointer: coarse)").matches ? "to" : "to_commune"); // no keyboard over what is to be tapped
	}
	const vehicle = picked(form, "vehicle");
	if (!vehicle) return input(form, "vehicle");
	if (["car", "motorcycle", "truck"].includes(vehicle) && !text(form, "plate")) return input(form, "plate");
	for (const name of ["reason", "asked"]) if (!picked(form, name)) return input(form, name);
	if (picked(form, "asked") === "some") {
		for (const name of ["symptoms", "contact"]) if (!form.querySelector(`[name=${name}]:checked`)) return input(form, name);
	}
	return null;
}

/** @param {HTMLFormElement} form */
function goOn(form) {
	(open(form) ?? document.getElementById("send"))?.focus();
}

/**
 * A place that is tapped and one that is typed exclude each other.
 * @param {HTMLFormElement} form
 */
function oneDestination(form) {
	const taps = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=to]"));
	for (const tap of taps) tap.addEventListener("change", () => set(form, "to_commune", ""));
	input(form, "to_commune")?.addEventListener("input", () => { for (const tap of taps) tap.checked = false; });
}

/**
 * What somebody else said about their health does not stay.
 * @param {HTMLFormElement} form
 */
function forgetHealth(form) {
	for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[name=asked], .when-reported input"))) {
		if (box.type === "radio" || box.type === "checkbox") box.checked = false;
		else box.value = "";
	}
	set(form, "places", "");
	set(form, "doses", "");
}

/**
 * A second press does nothing, and without a network nothing is lost.
 * @param {HTMLFormElement} form
 */
function sendOnce(form) {
	let sent = false;
	form.addEventListener("submit", (event) => {
		if (!navigator.onLine) {
			event.preventDefault();
			const person = document.getElementById("person");
			if (person) person.textContent = form.dataset.offline ?? "";
			return;
		}
		if (sent) event.preventDefault();
		sent = true;
		setTimeout(() => { sent = false; }, 8000);
	});
	addEventListener("pageshow", () => { sent = false; });
}

/** @param {HTMLButtonElement} button */
function slip(button) {
	button.hidden = false;
	document.getElementById("print-hint")?.remove();
	button.focus();
	button.addEventListener("click", () => window.print());
	addEventListener("afterprint", () => card.focus()); // for the next in the queue
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {HTMLElement | null} the first input of a question
 */
function input(form, name) {
	return form.querySelector(`[name=${name}]`);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function text(form, name) {
	const at = form.elements.namedItem(name);
	return at instanceof HTMLInputElement ? at.value.trim() : "";
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function set(form, name, value) {
	const at = form.elements.namedItem(name);
	if (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement) at.value = value;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function picked(form, name) {
	return /** @type {HTMLInputElement | null} */ (form.querySelector(`[name=${name}]:checked`))?.value ?? "";
}
