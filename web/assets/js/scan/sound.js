// What the officer hears and feels while looking at the traveller. Tones are
// made here: no file to load, and each verdict has a rhythm of its own for
// whoever cannot tell the pitches apart in the noise of a road.

/** @typedef {"go" | "look" | "stop" | "agrees" | "alert"} Signal */

const key = "anlo_scanner_mute";

/** Frequency, start and length of each tone, in Hz and seconds. @type {Record<Signal, [number, number, number][]>} */
const tones = {
	go: [[1320, 0, 0.12]],
	look: [[740, 0, 0.13], [740, 0.2, 0.13]],
	stop: [[220, 0, 0.55]],
	agrees: [[1050, 0, 0.08], [1570, 0.1, 0.14]],
	alert: [[330, 0, 0.2], [220, 0.22, 0.2], [330, 0.44, 0.2], [220, 0.66, 0.3]],
};

/** @type {Record<Signal, number[]>} */
const patterns = { go: [60], look: [90, 90, 90], stop: [500], agrees: [40, 60, 40], alert: [200, 100, 200, 100, 400] };

/** @type {AudioContext | undefined} */
let audio;

// A browser lets a page sound once somebody has touched it.
addEventListener("pointerdown", () => void context().resume().catch(() => {}), { passive: true });

function context() {
	return (audio ??= new AudioContext());
}

export function muted() {
	return localStorage.getItem(key) === "yes";
}

/** @param {boolean} quiet */
export function mute(quiet) {
	localStorage.setItem(key, quiet ? "yes" : "no");
}

/** @param {Signal} what */
export function signal(what) {
	if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(patterns[what]);
	if (muted()) return;
	const to = context();
	if (to.state !== "running") return void to.resume().catch(() => {});
	for (const [frequency, start, length] of tones[what]) {
		const tone = to.createOscillator();
		const volume = to.createGain();
		const begin = to.currentTime + start;
		tone.type = what === "go" || what === "agrees" ? "triangle" : "square";
		tone.frequency.value = frequency;
		volume.gain.setValueAtTime(0.6, begin);
		volume.gain.exponentialRampToValueAtTime(0.01, begin + length); // no click at the end
		tone.connect(volume).connect(to.destination);
		tone.start(begin);
		tone.stop(begin + length);
	}
}
