// What makes the page of a post live, and the form of a new one quicker. Every
// page works without it.
import { combobox } from "./combobox.js";
import "./live.js";

document.getElementById("problems")?.focus();
for (const input of document.querySelectorAll("input[data-units]")) combobox(/** @type {HTMLInputElement} */ (input));
