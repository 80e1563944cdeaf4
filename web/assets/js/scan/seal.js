// Encryption of what stays on the phone. The keys are made when it is enrolled
// and no script can take them out.

/** @typedef {{ box: CryptoKey, mark: CryptoKey }} Keys box encrypts, mark names things without saying which */

const encoder = new TextEncoder();
const ivLength = 12;

/** @returns {Promise<Keys>} */
export async function makeKeys() {
	return {
		box: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
		mark: await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
	};
}

/**
 * @param {Keys} keys
 * @param {string} place where it will be kept: it cannot be opened as if from elsewhere
 * @param {BufferSource} plain
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function sealBytes(keys, place, plain) {
	const iv = crypto.getRandomValues(new Uint8Array(ivLength));
	const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encoder.encode(place) }, keys.box, plain);
	const sealed = new Uint8Array(ivLength + box.byteLength);
	sealed.set(iv);
	sealed.set(new Uint8Array(box), ivLength);
	return sealed;
}

/**
 * @param {Keys} keys
 * @param {string} place
 * @param {Uint8Array<ArrayBuffer>} sealed
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function openBytes(keys, place, sealed) {
	const how = { name: "AES-GCM", iv: sealed.subarray(0, ivLength), additionalData: encoder.encode(place) };
	return new Uint8Array(await crypto.subtle.decrypt(how, keys.box, sealed.subarray(ivLength)));
}

/**
 * @param {Keys} keys
 * @param {string} place
 * @param {unknown} value
 */
export function seal(keys, place, value) {
	return sealBytes(keys, place, encoder.encode(JSON.stringify(value)));
}

/**
 * @param {Keys} keys
 * @param {string} place
 * @param {Uint8Array<ArrayBuffer>} sealed
 * @returns {Promise<any>}
 */
export async function open(keys, place, sealed) {
	return JSON.parse(new TextDecoder().decode(await openBytes(keys, place, sealed)));
}

/**
 * A name for something by which it is found again, and which says nothing without the key.
 * @param {Keys} keys
 * @param {string} text
 */
export async function mark(keys, text) {
	const code = new Uint8Array(await crypto.subtle.sign("HMAC", keys.mark, encoder.encode(text)));
	return [...code.subarray(0, 16)].map((b) => b.toString(16).padStart(2, "0")).join("");
}
