// Finds the QR codes in a picture: zxing-wasm, which is ours and the same
// everywhere, and the browser's own reader where it has proved to agree.

/**
 * @typedef {{ detect(picture: ImageData): Promise<{ rawValue: string }[]> }} Detector
 * @typedef {(picture: ImageData, options: object) => Promise<{ text: string }[]>} Decoder
 */

/** @type {Decoder} */
let decode = async () => [];

/** @type {Detector | null} */
let native = null;
let agreed = 0; // how often it said what zxing said
const enough = 3;

// Codes that a browser shows in its own dark colours are black on white no more.
const options = { formats: ["QRCode"], maxNumberOfSymbols: 8, tryHarder: true, tryRotate: false, tryInvert: true };

/**
 * What is tried, one a picture, on those in which nothing was found at first: the
 * next picture comes at once, and none takes long.
 * @type {((picture: ImageData) => Promise<{ text: string }[]>)[]}
 */
const harder = [
	(picture) => decode(enlarged(picture), { ...options, tryInvert: false, tryDownscale: false }), // small, moving, at night
	(picture) => decode(sharpened(picture), { ...options, tryInvert: false }), // out of focus
	(picture) => decode(picture, { ...options, binarizer: "GlobalHistogram" }), // stripes between two screens
];
let turn = 0;

/** @param {string} address of zxing-wasm */
export async function prepare(address) {
	const zxing = await import(address + "es/reader/index.js");
	zxing.prepareZXingModule({ overrides: { locateFile: () => address + "reader/zxing_reader.wasm" } });
	decode = zxing.readBarcodes;
	const Native = /** @type {any} */ (globalThis).BarcodeDetector;
	const formats = (await Native?.getSupportedFormats?.().catch(() => [])) ?? [];
	native = formats.includes("qr_code") ? new Native({ formats: ["qr_code"] }) : null;
	agreed = 0;
}

/**
 * The texts of the codes in a picture.
 * @param {ImageData} picture
 * @returns {Promise<string[]>}
 */
export async function read(picture) {
	if (native && agreed >= enough) {
		const seen = await look(native, picture);
		// Letters beyond ASCII are where browsers' readers guess.
		if (seen.length && seen.every((text) => /^[ -~]+$/.test(text))) return seen;
	}
	const texts = unique(await decode(picture, options));
	if (texts.length) {
		if (native && agreed < enough) await compare(native, picture, texts);
		return texts;
	}
	return unique(await harder[turn++ % harder.length](picture));
}

/** @param {Detector} detector @param {ImageData} picture @param {string[]} texts */
async function compare(detector, picture, texts) {
	const seen = await look(detector, picture);
	if (seen.length === 0) return;
	if (texts.every((text) => seen.includes(text) || !/^[ -~]+$/.test(text))) agreed++;
	else native = null; // never again
}

/** @param {Detector} detector @param {ImageData} picture */
async function look(detector, picture) {
	try {
		return (await detector.detect(picture)).map((code) => code.rawValue);
	} catch {
		native = null;
		return [];
	}
}

/** @param {{ text: string }[]} codes */
function unique(codes) {
	return [...new Set(codes.map((code) => code.text))].filter(Boolean);
}

/** The middle two thirds of a picture, at twice the size. @param {ImageData} picture */
function enlarged(picture) {
	const { width, height } = picture;
	const w = Math.round(width * 2 / 3), h = Math.round(height * 2 / 3);
	const from = new OffscreenCanvas(w, h), to = new OffscreenCanvas(2 * w, 2 * h);
	/** @type {OffscreenCanvasRenderingContext2D} */ (from.getContext("2d")).putImageData(picture, Math.round((w - width) / 2), Math.round((h - height) / 2));
	const context = /** @type {OffscreenCanvasRenderingContext2D} */ (to.getContext("2d", { willReadFrequently: true }));
	context.drawImage(from, 0, 0, 2 * w, 2 * h);
	return context.getImageData(0, 0, 2 * w, 2 * h);
}

const radius = 3, strength = 3;

/** A picture, in grey, whose edges stand out: what differs from around it differs more. @param {ImageData} picture */
function sharpened(picture) {
	const { width, height, data } = picture;
	const grey = new Float32Array(width * height);
	for (let i = 0; i < grey.length; i++) grey[i] = (data[4 * i] + 2 * data[4 * i + 1] + data[4 * i + 2]) / 4;
	const around = smooth(smooth(grey, width, height), width, height);
	const out = new ImageData(width, height);
	for (let i = 0; i < grey.length; i++) {
		out.data[4 * i] = out.data[4 * i + 1] = out.data[4 * i + 2] = grey[i] + strength * (grey[i] - around[i]);
		out.data[4 * i + 3] = 255;
	}
	return out;
}

/** Every pixel becomes the mean of those around it. @param {Float32Array} from @param {number} width @param {number} height */
function smooth(from, width, height) {
	return along(along(from, 1, width, width, height), width, height, 1, width);
}

/**
 * Means along lines: of `lines` lines, `gap` apart, each of `length` pixels `step`
 * apart.
 * @param {Float32Array} from @param {number} step @param {number} length @param {number} gap @param {number} lines
 */
function along(from, step, length, gap, lines) {
	const out = new Float32Array(from.length), n = 2 * radius + 1, last = length - 1;
	for (let line = 0; line < lines; line++) {
		const start = line * gap;
		let sum = 0;
		for (let i = -radius; i <= radius; i++) sum += from[start + Math.min(last, Math.max(0, i)) * step];
		for (let i = 0; i < length; i++) {
			out[start + i * step] = sum / n;
			sum += from[start + Math.min(last, i + radius + 1) * step] - from[start + Math.max(0, i - radius) * step];
		}
	}
	return out;
}
