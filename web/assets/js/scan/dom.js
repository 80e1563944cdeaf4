// Makes elements. Text goes in as text, never as markup: codes are written by strangers.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [props] attributes; functions are listeners, false and null leave one out
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (typeof value === "function") made.addEventListener(name, value);
		else if (value === true) made.setAttribute(name, "");
		else if (value !== false && value != null) made.setAttribute(name, String(value));
	}
	made.append(.../** @type {(Node | string)[]} */ (children.flat().filter((c) => c || c === "")));
	return made;
}

/** Drawings of our own, the same as in templates/shapes.html. */
const drawings = {
	go: '<circle class="body" cx="50" cy="50" r="47"/><path class="mark" d="m25 52 17 18 34-39"/>',
	look: '<path class="body" d="M50 5 98 92H2z"/><path class="mark" d="M50 36v26m0 15v1"/>',
	stop: '<path class="body" d="M31 3h38l28 28v38L69 97H31L3 69V31z"/><path class="mark" d="m32 32 36 36m0-36L32 68"/>',
	wait: '<circle class="body" cx="50" cy="50" r="47"/><path class="mark" d="M50 24v28l18 14"/>',
	on: '<circle class="full" cx="50" cy="50" r="40"/>',
	off: '<circle class="ring" cx="50" cy="50" r="34"/><path class="ring" d="M20 80 80 20"/>',
	tick: '<path class="ring" d="m14 54 24 24 48-54"/>',
	up: '<path class="ring" d="M50 88V16M20 44l30-30 30 30"/>',
	menu: '<path class="ring" d="M12 22h76M12 50h76M12 78h76"/>',
	type: '<path class="ring" d="M6 22h88v56H6zM20 38h4m16 0h4m16 0h4m12 0h4M26 62h48"/>',
	torch: '<path class="ring" d="M54 6 22 56h24l-6 38 38-54H52z"/>',
	flip: '<path class="ring" d="M14 44a38 38 0 0 1 70-12m2-22v24H62M86 56a38 38 0 0 1-70 12m-2 22V66h24"/>',
	card: '<path class="ring" d="M6 20h88v60H6zM20 66c2-12 22-12 24 0M25 42a7 7 0 1 0 14 0 7 7 0 0 0-14 0M58 40h24M58 56h18"/>',
};

/** @typedef {keyof typeof drawings} Shape */

/** @param {Shape} name */
export function shape(name) {
	const holder = document.createElement("template");
	holder.innerHTML = `<svg class="shape" viewBox="0 0 100 100" aria-hidden="true" focusable="false">${drawings[name]}</svg>`;
	return /** @type {SVGElement} */ (holder.content.firstChild);
}
