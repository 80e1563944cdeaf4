// Reads an identity card with the camera and fills in the form. Nothing leaves
// the phone before the form is sent.
import { CardError, readCard } from "./card.js";

/** @typedef {(video: HTMLVideoElement) => Promise<string[]>} Decoder texts of the QR codes in sight */

/**
 * @param {HTMLElement} place where the button is; its data attributes have the words
 * @param {HTMLFormElement} form
 */
export async function camera(place, form) {
	const words = place.dataset;
	if (!navigator.mediaDevices?.getUserMedia || !(await native()) && !words.decoder) return;
	const button = /** @type {HTMLButtonElement} */ (place.querySelector("button"));
	const status = /** @type {HTMLElement} */ (place.querySelector(".status"));
	const label = [...button.childNodes].at(-1);
	const begin = label?.textContent ?? "";
	/** @type {(() => void) | null} */
	let stop = null;
	place.hidden = false;

	button.addEventListener("click", async () => {
		if (stop) return stop();
		const video = document.createElement("video");
		video.playsInline = true;
		video.muted = true;
		/** @type {MediaStream | undefined} */
		let stream;
		let looking = true;
		stop = () => {
			looking = false;
			stop = null;
			stream?.getTracks().forEach((track) => track.stop());
			video.remove();
			if (label) label.textContent = begin;
		};
		status.textContent = words.note ?? "";
		if (label) label.textContent = words.stop ?? "";
		try {
			stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
			if (!looking) return stream.getTracks().forEach((track) => track.stop());
			video.srcObject = stream;
			button.after(video);
			await video.play();
			const decode = await decoder(words.decoder);
			while (looking) {
				for (const text of await decode(video)) {
					try {
						fill(form, readCard(text));
						status.textContent = words.done ?? "";
						navigator.vibrate?.(80);
						stop?.();
					} catch (error) {
						status.textContent = (error instanceof CardError && words[error.fault]) || words.malformed || "";
					}
				}
				await new Promise((resolve) => setTimeout(resolve, 120));
			}
		} catch {
			status.textContent = words.noCamera ?? "";
			stop?.();
		}
	});
}

/** Reports whether the browser itself reads QR codes. */
async function native() {
	const Detector = /** @type {any} */ (window).BarcodeDetector;
	try {
		return Boolean(Detector) && (await Detector.getSupportedFormats()).includes("qr_code");
	} catch {
		return false;
	}
}

/**
 * @param {string | undefined} address of zxing-wasm
 * @returns {Promise<Decoder>}
 */
async function decoder(address) {
	if (await native()) {
		const detector = new /** @type {any} */ (window).BarcodeDetector({ formats: ["qr_code"] });
		return async (video) => (await detector.detect(video)).map((/** @type {{rawValue: string}} */ code) => code.rawValue);
	}
	const zxing = await import(address + "es/reader/index.js");
	zxing.prepareZXingModule({ overrides: { locateFile: () => address + "reader/zxing_reader.wasm" } });
	const canvas = document.createElement("canvas");
	const context = canvas.getContext("2d", { willReadFrequently: true });
	return async (video) => {
		if (!context || !video.videoWidth) return [];
		canvas.width = video.videoWidth;
		canvas.height = video.videoHeight;
		context.drawImage(video, 0, 0);
		const codes = await zxing.readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), { formats: ["QRCode"], tryHarder: true });
		return codes.map((/** @type {{text: string}} */ code) => code.text);
	};
}

/**
 * @param {HTMLFormElement} form
 * @param {import("./card.js").Card} card
 */
export function fill(form, card) {
	/** @type {Record<string, string>} */
	const values = { id_number: card.number, full_name: card.name, date_of_birth: card.born };
	for (const [name, value] of Object.entries(values)) {
		const input = form.elements.namedItem(name);
		if (input instanceof HTMLInputElement) input.value = value;
	}
	for (const id of ["document-id", "sex-" + card.sex]) {
		const choice = document.getElementById(id);
		if (choice instanceof HTMLInputElement) choice.checked = true;
	}
	// The address on the card goes with the draft to the screen that asks for it.
	const kept = form.querySelector("input[name=card_address]");
	const address = kept instanceof HTMLInputElement ? kept : document.createElement("input");
	address.type = "hidden";
	address.name = "card_address";
	address.value = card.address;
	form.append(address);
	form.dispatchEvent(new CustomEvent("card", { detail: card }));
}
