// Keeps the pass on the phone, counts down, and copies the link.

const words = /** @type {HTMLElement | null} */ (document.querySelector(".offline-ready"));

keepOffline();
countDown();
copyLink();

/** What is kept here the service worker shows when there is no network. */
async function keepOffline() {
	if (!("serviceWorker" in navigator) || !("caches" in window)) return;
	try {
		const cache = await caches.open("anlo-pass");
		await forgetOld(cache);
		if (!words) { // expired or cancelled
			await forgetThis(cache);
			return;
		}
		await navigator.serviceWorker.register("/sw.js");
		const parts = [...document.querySelectorAll("link[href], script[src]")].map((part) => /** @type {any} */ (part).href ?? /** @type {any} */ (part).src);
		const tabs = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".tabs a"))].slice(0, 8).map((tab) => tab.href);
		await cache.addAll([...new Set([location.href.split("#")[0], ...tabs, ...parts])]);
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

/** @param {Cache} cache */
async function forgetThis(cache) {
	for (const request of await cache.keys()) {
		if (new URL(request.url).pathname === location.pathname) await cache.delete(request);
	}
}

function countDown() {
	const left = /** @type {HTMLElement | null} */ (document.querySelector("[data-until]"));
	if (!left) return;
	const until = Number(left.dataset.until);
	if (until < Date.now()) return; // the clock of this phone is wrong: what the server wrote stands
	const tick = () => {
		const minutes = Math.floor((until - Date.now()) / 60_000);
		if (minutes < 0) return location.reload();
		left.textContent = (left.dataset.words ?? "").replace("{h}", String(Math.floor(minutes / 60))).replace("{m}", String(minutes % 60));
		setTimeout(tick, 20_000);
	};
	tick();
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
