// Keeps the pass on the phone, shows it alone, counts down, and copies the link.
import { forget } from "./kept.js";

const words = /** @type {HTMLElement | null} */ (document.querySelector(".offline-ready"));

keepOffline();
whole();
alone();
countDown();
copyLink();

/** What is kept here the service worker shows when there is no network. */
async function keepOffline() {
	if (!("serviceWorker" in navigator) || !("caches" in window)) return;
	try {
		const cache = await caches.open("anlo-pass");
		await forgetOld(cache);
		const before = sessionStorage.getItem("anlo-before");
		sessionStorage.removeItem("anlo-before");
		if (before && before !== location.pathname) await forget(before); // it was declared again: its code no longer works
		if (!words) return await forget(location.pathname); // expired, cancelled or followed
		await navigator.serviceWorker.register("/sw.js");
		const parts = [...document.querySelectorAll("link[href], script[src]")].map((part) => /** @type {any} */ (part).href ?? /** @type {any} */ (part).src);
		const modules = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.startsWith(location.origin + "/assets/"));
		const tabs = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".tabs a"))].slice(0, 8).map((tab) => tab.href);
		await cache.addAll([...new Set([location.href.split("#")[0], ...tabs, ...parts, ...modules])]);
		words.textContent = words.dataset.words ?? "";
	} catch {
		// Private windows keep nothing; the page itself works.
	}
}

/**
 * A pass is of no use after three days.
 * @param {Cache} cache
 */
async function forgetOld(cache) {
	for (const request of await cache.keys()) {
		const date = (await cache.match(request))?.headers.get("date");
		if (date && Date.now() - Date.parse(date) > 73 * 3600_000) await cache.delete(request);
	}
}

/** Draws the code in whole pixels of the screen: every square is as wide as the next. */
function whole() {
	const svg = /** @type {SVGSVGElement | null} */ (document.querySelector(".qr svg"));
	if (!svg) return;
	const draw = () => {
		svg.style.width = "";
		const room = svg.getBoundingClientRect();
		const squares = svg.viewBox.baseVal.width;
		const pixels = Math.floor(Math.min(room.width, room.height) * devicePixelRatio / squares);
		if (pixels > 0) svg.style.width = pixels * squares / devicePixelRatio + "px";
	};
	new ResizeObserver(draw).observe(/** @type {Element} */ (svg.closest("a"))); // also when it is shown alone
	draw();
}

/** Shown alone, the code has the whole screen, which stays on. */
function alone() {
	if (!document.getElementById("alone")) return;
	const theme = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=theme-color]"));
	const colour = theme?.content ?? "";
	/** @type {WakeLockSentinel | undefined} */
	let awake;
	const shown = () => location.hash === "#alone";
	const stayOn = async () => {
		if (shown() && document.visibilityState === "visible") awake = await navigator.wakeLock?.request("screen").catch(() => undefined);
	};
	const change = async () => {
		if (theme) theme.content = shown() ? "#ffffff" : colour;
		if (shown()) {
			document.documentElement.requestFullscreen?.().catch(() => {});
			return stayOn();
		}
		if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
		await awake?.release().catch(() => {});
	};
	let opened = false; // by a touch: then the way back closes it
	const close = () => {
		if (!shown()) return;
		if (opened) history.back();
		else location.replace("#main");
	};
	addEventListener("hashchange", () => {
		opened = shown();
		change();
	});
	document.querySelector(".qr .close")?.addEventListener("click", (event) => {
		event.preventDefault();
		close();
	});
	addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
	document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) close(); });
	document.addEventListener("visibilitychange", stayOn);
	change();
}

async function countDown() {
	const left = /** @type {HTMLElement | null} */ (document.querySelector("[data-until]"));
	if (!left) return;
	const until = Number(left.dataset.until);
	// A page from the server that is over by this phone's clock: the clock is
	// wrong, and what the server wrote stands.
	if (until < Date.now() && await online()) return;
	const lines = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-from]")]);
	for (const line of lines) if (!line.hidden) line.dataset.from = "0"; // a slow clock takes nothing back
	const tick = async () => {
		const now = Date.now();
		for (const line of lines) line.hidden = now < Number(line.dataset.from) || now >= Number(line.dataset.to ?? Infinity);
		const minutes = Math.floor((until - now) / 60_000);
		if (minutes < 0) {
			left.textContent = "";
			if (await online()) location.reload();
			return;
		}
		left.textContent = (left.dataset.words ?? "").replace("{h}", String(Math.floor(minutes / 60))).replace("{m}", String(minutes % 60));
		setTimeout(tick, 20_000);
	};
	tick();
}

/** @returns {Promise<boolean>} */
async function online() {
	return fetch("/sw.js", { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false);
}

function copyLink() {
	const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-copied]"));
	const input = /** @type {HTMLInputElement | null} */ (document.getElementById("link"));
	if (!button || !input || !navigator.clipboard) return;
	button.hidden = false;
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(input.value);
		button.textContent = button.dataset.copied ?? "";
	});
}
