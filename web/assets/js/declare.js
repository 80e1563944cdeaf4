// What makes the form quicker. Every page works without it.
import { combobox } from "./combobox.js";
import { camera } from "./camera.js";

const again = /** @type {HTMLFormElement | null} */ (document.getElementById("again"));
const form = again ?? /** @type {HTMLFormElement | null} */ (document.getElementById("step"));

if (again) {
	try { // the pass page that follows forgets the pass that was kept before
		sessionStorage.setItem("anlo-before", new URL(again.action).pathname.replace(/\/again$/, ""));
	} catch {
		// Browsers that keep nothing have nothing to forget.
	}
}

if (form) {
	document.getElementById("problems")?.focus();
	for (const input of form.querySelectorAll("input[data-units]")) combobox(/** @type {HTMLInputElement} */ (input));
	for (const name of ["date_of_birth"]) slashes(form.elements.namedItem(name));
	noneOfThese(form);
	sendOnce(form);
	const place = /** @type {HTMLElement | null} */ (form.querySelector("[data-camera]"));
	if (place) camera(place, form);
}

/**
 * Puts the slashes into a date while its digits are typed: 31011990.
 * @param {Element | RadioNodeList | null} input
 */
function slashes(input) {
	if (!(input instanceof HTMLInputElement)) return;
	input.addEventListener("input", (event) => {
		if (/** @type {InputEvent} */ (event).inputType !== "insertText" || input.selectionStart !== input.value.length) return;
		const digits = input.value.replaceAll("/", "");
		if (/^\d{3,8}$/.test(digits) && /^\d{2}(\/?\d{0,2}(\/?\d{0,4})?)$/.test(input.value) && Number(digits.slice(0, 2)) <= 31 && Number(digits.slice(2, 4)) <= 12) {
			input.value = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join("/");
		}
	});
}

/**
 * "None of these" and the symptoms exclude each other.
 * @param {HTMLFormElement} form
 */
function noneOfThese(form) {
	const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[name=symptoms]"));
	for (const box of boxes) {
		box.addEventListener("change", () => {
			if (!box.checked) return;
			for (const other of boxes) if (other !== box && (box.value === "none" || other.value === "none")) other.checked = false;
		});
	}
}

/**
 * A second tap does nothing, and without a network nothing is lost.
 * @param {HTMLFormElement} form
 */
function sendOnce(form) {
	let sent = false;
	form.addEventListener("submit", (event) => {
		if (!navigator.onLine) {
			event.preventDefault();
			let status = form.querySelector(".offline");
			if (!status) {
				status = document.createElement("p");
				status.className = "offline note";
				status.setAttribute("role", "alert");
				form.append(status);
			}
			status.textContent = form.dataset.offline ?? "";
			return;
		}
		form.querySelector(".offline")?.remove();
		if (sent) event.preventDefault();
		sent = true;
		setTimeout(() => { sent = false; }, 8000);
	});
	addEventListener("pageshow", () => { sent = false; });
}
