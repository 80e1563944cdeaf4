// A USB barcode reader is a keyboard that types fast and ends with Enter or Tab.

const pause = 500; // milliseconds between keys after which it is another text
const shortest = 8; // characters: the short code of a text message

/**
 * Calls read with each text that a reader sends, wherever the focus is. Where
 * somebody types into a field, the reader types into it too.
 * @param {(text: string) => void} read
 */
export function wedge(read) {
	let text = "";
	let last = 0;
	addEventListener("keydown", (event) => {
		if (typing(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
		if (event.timeStamp - last > pause) text = "";
		last = event.timeStamp;
		if (event.key === "Enter" || event.key === "Tab") {
			const whole = text;
			text = "";
			if (whole.length < shortest) return; // somebody moves about with the keyboard
			event.preventDefault();
			event.stopPropagation();
			read(whole);
		} else if ([...event.key].length === 1) {
			if (text) event.preventDefault(); // a space in a code presses no button
			text += event.key;
		}
	}, { capture: true });
}

/** @param {EventTarget | null} at */
function typing(at) {
	return at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && !["radio", "checkbox", "button"].includes(at.type));
}
