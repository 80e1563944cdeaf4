// Leads to the pass that is kept on this phone.
import { kept } from "./kept.js";

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-kept]"));
const link = place?.querySelector("a");
const [newest] = await kept().catch(() => []);
if (place && link && newest) {
	link.href = newest;
	place.hidden = false;
}
