// Finds the QR codes in a picture.

/** @type {any} */
let zxing = null;

/** @param {string} decoder address of zxing-wasm */
export async function prepare(decoder) {
	zxing = await import(decoder + "es/reader/index.js");
	zxing.prepareZXingModule({ overrides: { locateFile: () => decoder + "reader/zxing_reader.wasm" } });
}

/**
 * @param {ImageData} picture
 * @returns {Promise<string[]>}
 */
export async function read(picture) {
	const codes = zxing ? await zxing.readBarcodes(picture, { formats: ["QRCode"], tryHarder: true }) : [];
	return codes.map((/** @type {{ text: string }} */ code) => code.text);
}
