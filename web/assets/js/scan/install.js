// Keeps the scanner on the phone, and brings the next version in when nobody is
// reading a code.

const hour = 3600_000;
const look = 15_000;
const calm = 4; // looks without anything going on, before a page that is in sight starts anew

/**
 * @param {() => boolean} busy whether a new start would cost somebody anything
 */
export async function install(busy) {
	const workers = navigator.serviceWorker;
	if (!workers) return;
	let controlled = Boolean(workers.controller);
	let replaced = false;
	let quiet = 0;
	/** @type {ServiceWorkerRegistration | undefined} */
	let registration;
	const change = () => {
		quiet = busy() ? 0 : quiet + 1;
		if (quiet === 0 || (!document.hidden && quiet < calm)) return;
		if (replaced) location.reload();
		else registration?.waiting?.postMessage("take over");
	};
	workers.addEventListener("controllerchange", () => {
		replaced = controlled; // the first one that comes is of the same version as the page
		controlled = true;
		if (replaced && !busy() && (document.hidden || quiet >= calm)) location.reload();
	});
	document.addEventListener("visibilitychange", change);
	setInterval(change, look);
	try {
		registration = await workers.register("/scanner/sw.js", { scope: "/scanner/", updateViaCache: "none" });
		setInterval(() => registration?.update().catch(() => {}), hour);
	} catch {
		// Without a worker (a private window, a full disk) the page works while there is a network.
	}
}
