// Looks through the camera as long as the page is in sight, and tells which
// codes came into view.
import { h } from "./dom.js";

/** @typedef {"starting" | "looking" | "refused" | "busy" | "none"} State */

const key = "anlo_scanner_camera";
const gone = 3000; // milliseconds out of sight after which the same code is another reading

/** Tells the codes that came into view from those that are still there. */
export class Sight {
	/** @type {Map<string, number>} */
	#seen = new Map();

	/**
	 * @param {string[]} texts in the picture
	 * @param {number} now in milliseconds
	 * @returns {string[]} those that are new
	 */
	news(texts, now) {
		for (const [text, last] of this.#seen) if (now - last > gone) this.#seen.delete(text);
		const fresh = [...new Set(texts)].filter((text) => !this.#seen.has(text));
		if (fresh.length) for (const text of this.#seen.keys()) if (!texts.includes(text)) this.#seen.delete(text); // another came
		for (const text of texts) this.#seen.set(text, now);
		return fresh;
	}
}

function reader() {
	const worker = new Worker(new URL("./reader.worker.js", import.meta.url), { type: "module" });
	worker.postMessage(document.body.dataset.decoder ?? "");
	return worker;
}

/** Events: "codes" (detail: { texts, seen }), "change" when the state or the torch did. */
export class Camera extends EventTarget {
	video = h("video", { playsinline: true, muted: true, "aria-hidden": "true" });
	/** @type {State} */
	state = "starting";
	torch = /** @type {boolean | null} */ (null); // null when there is none
	paused = false; // somebody types or has the menu open
	#facing = localStorage.getItem(key) === "user" ? "user" : "environment";
	#wanted = false;
	#sight = new Sight();
	/** @type {MediaStream | null} */
	#stream = null;
	/** @type {Worker | null} */
	#worker = null;
	/** @type {WakeLockSentinel | null} */
	#awake = null;

	constructor() {
		super();
		this.video.muted = true; // the attribute alone does not count for elements made by scripts
		document.addEventListener("visibilitychange", () => {
			if (document.hidden) this.#close();
			else if (this.#wanted) void this.start();
		});
	}

	/** Opens the camera; where that is refused, the state says so. */
	async start() {
		this.#wanted = true;
		this.#close();
		this.#become("starting");
		void this.#stayAwake();
		let stream;
		try {
			stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: {
				facingMode: { ideal: this.#facing }, width: { ideal: 1280 }, height: { ideal: 720 } } });
		} catch (error) {
			const name = error instanceof DOMException ? error.name : "";
			return this.#become(name === "NotAllowedError" ? "refused" : name === "NotReadableError" ? "busy" : "none");
		}
		if (!this.#wanted || document.hidden) return stream.getTracks().forEach((track) => track.stop());
		this.#close(); // another start may have been faster
		this.#stream = stream;
		const track = stream.getVideoTracks()[0];
		const can = /** @type {any} */ (track.getCapabilities?.() ?? {});
		if (can.focusMode?.includes("continuous")) void track.applyConstraints({ advanced: [/** @type {any} */ ({ focusMode: "continuous" })] }).catch(() => {});
		this.torch = can.torch ? false : null;
		track.addEventListener("ended", () => { if (this.#stream === stream) this.#become("busy"); });
		this.video.srcObject = stream;
		await this.video.play().catch(() => {});
		this.#become("looking");
		void this.#look(stream);
	}

	stop() {
		this.#wanted = false;
		this.#close();
		void this.#awake?.release();
	}

	/** Looks out of the other side of the phone, and remembers that. */
	flip() {
		this.#facing = this.#facing === "user" ? "environment" : "user";
		localStorage.setItem(key, this.#facing);
		return this.start();
	}

	async light() {
		const track = this.#stream?.getVideoTracks()[0];
		if (!track || this.torch === null) return;
		await track.applyConstraints({ advanced: [/** @type {any} */ ({ torch: !this.torch })] });
		this.torch = !this.torch;
		this.dispatchEvent(new Event("change"));
	}

	/** @param {State} state */
	#become(state) {
		this.state = state;
		this.dispatchEvent(new Event("change"));
	}

	#close() {
		this.#stream?.getTracks().forEach((track) => track.stop());
		this.#stream = null;
	}

	/**
	 * One picture at a time: a slow phone reads fewer, and never falls behind.
	 * @param {MediaStream} stream
	 */
	async #look(stream) {
		while (this.#stream === stream) {
			if (!this.paused && this.video.videoWidth) {
				const seen = performance.now();
				const texts = await this.#read(await createImageBitmap(this.video));
				const fresh = this.#stream === stream && !this.paused ? this.#sight.news(texts, seen) : [];
				if (fresh.length) this.dispatchEvent(new CustomEvent("codes", { detail: { texts: fresh, seen } }));
			}
			await new Promise((resolve) => setTimeout(resolve, 30)); // for whatever else the phone has to do
		}
	}

	/**
	 * @param {ImageBitmap} picture
	 * @returns {Promise<string[]>}
	 */
	#read(picture) {
		const worker = (this.#worker ??= reader());
		return new Promise((resolve) => {
			worker.onmessage = (event) => resolve(event.data);
			worker.onerror = () => {
				this.#worker = null;
				worker.terminate();
				setTimeout(resolve, 1000, []); // and tries again, without haste
			};
			worker.postMessage(picture, [picture]);
		});
	}

	async #stayAwake() {
		try {
			this.#awake = (await navigator.wakeLock?.request("screen")) ?? null;
		} catch {
			// a phone that saves power refuses; its screen may go dark
		}
	}
}
