let zxing;
export async function prepare(address) {
	zxing = await import(address + "es/reader/index.js");
	zxing.prepareZXingModule({ overrides: { locateFile: () => address + "reader/zxing_reader.wasm" } });
}
export async function read(image) {
	return (await zxing.readBarcodes(image, { formats: ["QRCode"] })).map((c) => c.text);
}
