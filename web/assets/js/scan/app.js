// The scanner begins here: it joins what stays on the phone, what goes over the
// network, what is read and what the officer sees.
import { Camera } from "./camera.js";
import { menu, typing } from "./dialog.js";
import { enrol } from "./enrol.js";
import { h } from "./dom.js";
import { install } from "./install.js";
import { openKeep } from "./keep.js";
import { Lane } from "./lane.js";
import { Screen } from "./screen.js";
import { openSync } from "./sync.js";
import { wedge } from "./wedge.js";
import { language, loadCommunes, speak, t } from "./words.js";

/** @typedef {import("./types.js").Device} Device */

const root = /** @type {HTMLElement} */ (document.getElementById("scanner"));
speak(language());
const keep = await openKeep();
const sync = openSync(keep);
/** @type {Lane | null} */
let lane = null;
install(() => sync.status.storage === "full" || Boolean(lane?.current || document.querySelector("dialog, .enrol")));
await Promise.all([sync.start(), loadCommunes()]);
sessionStorage.removeItem("anlo_scanner"); // back from assisted entry
const device = (await keep.device()) ?? (await begin((await keep.lost()) ? t("scanner.lost") : ""));
work(device);

/** A phone that is new here: enrolled first, then allowed to look. */
async function begin(note = "") {
	const enrolled = await enrol(root, sync, note);
	await new Promise((go) => {
		root.replaceChildren(h("main", { id: "main" }, h("h1", {}, t("scanner.allow")), h("p", {}, t("scanner.allow-text")),
			h("button", { id: "allow", class: "strong", click: go }, t("scanner.allow-yes"))));
		document.getElementById("allow")?.focus();
	});
	return enrolled;
}

/** @param {Device} device */
function work(device) {
	const key = "anlo_scanner_vehicles";
	const camera = new Camera();
	lane = new Lane(keep, sync, device.policy);
	const at = lane;
	const open = () => { camera.paused = true; };
	const closed = () => { camera.paused = false; };
	const part = {
		lane: at, camera, sync, device,
		vehicles: () => localStorage.getItem(key) === "yes",
		setVehicles: (/** @type {boolean} */ on) => { localStorage.setItem(key, on ? "yes" : "no"); screen.draw(); },
		menu: () => { open(); menu(part, closed); },
		type: () => { open(); typing((text) => void at.read([text]), closed); },
		redraw: () => screen.draw(),
		leave: () => sync.leave().then(() => location.reload()),
		declare: (/** @type {import("./turn.js").Turn} */ turn) => {
			at.decide("sent-aside");
			void declareFor(turn.asked?.text ?? turn.asked?.number ?? "");
		},
	};
	const screen = new Screen(root, part);
	camera.addEventListener("codes", (event) => {
		const { texts, seen } = /** @type {CustomEvent<{ texts: string[], seen: number }>} */ (event).detail;
		void at.read(texts, seen);
	});
	wedge((text) => void at.read([text]));
	sync.addEventListener("policy", async () => {
		const now = await keep.device();
		if (now) at.policy = now.policy;
		screen.draw();
	});
	sync.addEventListener("withdrawn", async () => {
		camera.stop();
		document.querySelector("dialog")?.close();
		await begin(t((await keep.lost()) ? "scanner.lost" : "scanner.withdrawn"));
		location.reload();
	});
	setInterval(() => screen.draw(), 15_000); // ages grow
	void camera.start();
}

/**
 * Declares for somebody who has not: on the page for that, with their card.
 * The text goes there in this tab's memory, never in an address.
 * @param {string} card
 */
async function declareFor(card) {
	const entered = await fetch("/checkpoint/enter", { method: "POST", body: new URLSearchParams({ token: await keep.token() }) });
	if (!entered.ok) return;
	sessionStorage.setItem("anlo_card", card);
	sessionStorage.setItem("anlo_scanner", "yes");
	location.assign("/checkpoint/assist");
}
