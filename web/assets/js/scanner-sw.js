// The service worker of the scanner keeps one whole version of it, so that it
// opens in airplane mode. It is served with the list of that version before it.
// Nothing of /api/ passes through here.

/** @type {{ version: string, base: string, files: [address: string, digest: string][] }} */
const release = /** @type {any} */ (self).release;
const worker = /** @type {any} */ (self);
const page = "/scanner/";
const prefix = "anlo-scanner-";
const cacheName = prefix + release.version;
const kept = new Set([page, ...release.files.map(([address]) => address)]);

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener("message", (/** @type {MessageEvent} */ event) => {
	if (event.data === "take over") worker.skipWaiting();
});
worker.addEventListener("fetch", (/** @type {any} */ event) => {
	const { method, url } = event.request;
	const { origin, pathname } = new URL(url);
	if (method === "GET" && origin === self.location.origin && kept.has(pathname)) event.respondWith(answer(event.request, pathname));
});

/** All or nothing: a version that is not whole is not installed. */
async function install() {
	const cache = await caches.open(cacheName);
	try {
		await Promise.all([keepPage(cache), ...release.files.map(([address, digest]) => keep(cache, address, digest))]);
	} catch (error) {
		await caches.delete(cacheName);
		throw error;
	}
}

/**
 * The page must belong to the files: while a server is being replaced, another
 * version may answer.
 * @param {Cache} cache
 */
async function keepPage(cache) {
	const response = await fetch(page, { cache: "no-store" });
	const text = await response.clone().text();
	if (!response.ok || response.redirected || !text.includes(release.base + "/")) throw new Error("another version");
	await cache.put(page, response);
}

/**
 * @param {Cache} cache
 * @param {string} address
 * @param {string} digest what was kept under another address is not fetched again
 */
async function keep(cache, address, digest) {
	const response = (await before(address, digest)) ?? (await fetch(address));
	if (!response.ok || etag(response) !== digest) throw new Error("another version");
	await cache.put(address, response);
}

/** @param {Response} response */
function etag(response) {
	return response.headers.get("etag")?.replace(/^W\/|"/g, "");
}

/**
 * @param {string} address
 * @param {string} digest
 */
async function before(address, digest) {
	const file = address.slice(address.lastIndexOf("/"));
	for (const old of await caches.keys()) {
		if (!old.startsWith(prefix) || old === cacheName) continue;
		const cache = await caches.open(old);
		for (const request of await cache.keys()) {
			if (!request.url.endsWith(file)) continue;
			const response = await cache.match(request, { ignoreVary: true });
			if (response && etag(response) === digest) return response;
		}
	}
	return undefined;
}

async function activate() {
	for (const old of await caches.keys()) if (old.startsWith(prefix) && old !== cacheName) await caches.delete(old);
	await worker.clients.claim();
}

/**
 * @param {Request} request
 * @param {string} pathname
 */
async function answer(request, pathname) {
	const cache = await caches.open(cacheName);
	return (await cache.match(pathname, { ignoreVary: true })) ?? fetch(request);
}
