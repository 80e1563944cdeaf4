// The service worker shows the pass without a network. It keeps nothing by
// itself: pass.js puts the page of a pass into the cache "anlo-pass".

self.addEventListener("install", () => /** @type {any} */ (self).skipWaiting());
self.addEventListener("activate", (event) => /** @type {any} */ (event).waitUntil(/** @type {any} */ (self).clients.claim()));

self.addEventListener("fetch", (event) => {
	const { request } = /** @type {any} */ (event);
	const { origin, pathname } = new URL(request.url);
	if (request.method !== "GET" || origin !== self.location.origin || !/^\/(my|assets)\//.test(pathname)) return;
	/** @type {any} */ (event).respondWith(answer(request, pathname));
});

/**
 * @param {Request} request
 * @param {string} pathname
 * @returns {Promise<Response>}
 */
async function answer(request, pathname) {
	const cache = await caches.open("anlo-pass");
	const kept = await cache.match(request, { ignoreVary: true });
	if (kept && pathname.startsWith("/assets/")) return kept; // never changes
	try {
		return await fetch(request);
	} catch (error) {
		if (kept) return kept;
		throw error;
	}
}
