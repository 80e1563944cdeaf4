// Asks the authenticator of this device or a security key, for forms that can
// do nothing without: they are hidden in the page and shown from here.

/** @typedef {{ [name: string]: any }} Fields */

/** @param {string} text base64url */
function bytes(text) {
	return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} data */
function base64url(data) {
	if (!data) return undefined;
	const text = Array.from(new Uint8Array(data), (b) => String.fromCharCode(b)).join("");
	return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @param {Fields} options as JSON carries them: bytes are base64url
 * @returns {any} as navigator.credentials takes them
 */
export function read(options) {
	const list = (/** @type {Fields[] | undefined} */ all) => all?.map((one) => ({ ...one, id: bytes(one.id) }));
	return {
		...options,
		challenge: bytes(options.challenge),
		...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
		excludeCredentials: list(options.excludeCredentials),
		allowCredentials: list(options.allowCredentials),
	};
}

/**
 * @param {PublicKeyCredential} credential
 * @returns {Fields} what the server reads
 */
export function write(credential) {
	const response = /** @type {Fields} */ (credential.response);
	return {
		id: credential.id,
		rawId: base64url(credential.rawId),
		type: credential.type,
		authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
		clientExtensionResults: credential.getClientExtensionResults(),
		response: {
			clientDataJSON: base64url(response.clientDataJSON),
			attestationObject: base64url(response.attestationObject),
			transports: response.getTransports?.(),
			authenticatorData: base64url(response.authenticatorData),
			signature: base64url(response.signature),
			userHandle: base64url(response.userHandle),
		},
	};
}

/** @param {HTMLFormElement} form whose data attributes have the options and the words */
function passkey(form) {
	const { passkey: kind, options, failed, wait } = form.dataset;
	const answer = /** @type {HTMLInputElement} */ (form.elements.namedItem("answer"));
	const status = /** @type {HTMLElement} */ (form.querySelector(".status"));
	let asking = false;
	form.hidden = false;
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		if (asking) return;
		asking = true;
		status.textContent = wait ?? "";
		try {
			const publicKey = read(JSON.parse(options ?? ""));
			const made = kind === "create" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
			answer.value = JSON.stringify(write(/** @type {PublicKeyCredential} */ (made)));
			form.submit();
		} catch {
			status.textContent = failed ?? "";
		}
		asking = false;
	});
	addEventListener("pageshow", () => { answer.value = ""; }); // an answer is taken once
}

if (window.PublicKeyCredential) {
	document.querySelectorAll("form[data-passkey]").forEach((form) => passkey(/** @type {HTMLFormElement} */ (form)));
	document.querySelectorAll("[data-with-passkeys]").forEach((part) => part.removeAttribute("hidden"));
	document.querySelectorAll("[data-without-passkeys]").forEach((part) => part.remove());
}
