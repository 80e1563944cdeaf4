// Reads the codes in a picture, away from the thread that draws.
import { prepare, read } from "./read.js";

const canvas = new OffscreenCanvas(1, 1);
const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));

addEventListener("message", async (event) => {
	if (typeof event.data === "string") return prepare(event.data); // where zxing is
	const picture = /** @type {ImageBitmap} */ (event.data);
	let texts = /** @type {string[]} */ ([]);
	try {
		const { width, height } = picture;
		if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
		context.drawImage(picture, 0, 0);
		texts = await read(context.getImageData(0, 0, width, height));
	} catch (error) {
		console.error("reader", error); // the next picture may be better
	} finally {
		picture.close();
	}
	postMessage(texts);
});
