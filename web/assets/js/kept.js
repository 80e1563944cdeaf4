// The passes that are kept on this phone.

/**
 * Their paths, the newest first.
 * @returns {Promise<string[]>}
 */
export async function kept() {
	if (!("caches" in window)) return [];
	const cache = await caches.open("anlo-pass");
	/** @type {[number, string][]} */
	const found = [];
	for (const request of await cache.keys()) {
		const { pathname, search } = new URL(request.url);
		if (search || !/^\/my\/[^/]+$/.test(pathname)) continue;
		found.push([Date.parse((await cache.match(request))?.headers.get("date") ?? "") || 0, pathname]);
	}
	return found.sort((a, b) => b[0] - a[0]).map(([, path]) => path);
}

/**
 * Forgets a pass with all that belongs to it.
 * @param {string} path
 */
export async function forget(path) {
	const cache = await caches.open("anlo-pass");
	for (const request of await cache.keys()) {
		const { pathname } = new URL(request.url);
		if (pathname === path || pathname.startsWith(path + "/")) await cache.delete(request);
	}
}
