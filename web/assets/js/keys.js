// Single keys for those who work through a list all day. They do nothing while
// somebody types, and can be switched off (WCAG 2.1.4).

const store = "anlo-keys";

export function keys() {
	const help = /** @type {HTMLDialogElement | null} */ (document.getElementById("keys"));
	const on = /** @type {HTMLInputElement | null} */ (document.getElementById("keys-on"));
	if (!help || !on) return;
	on.checked = recall() !== "off";
	on.addEventListener("change", () => {
		remember(on.checked ? "on" : "off");
		announce(on.checked);
	});
	announce(on.checked);
	const open = document.getElementById("keys-open");
	open?.parentElement?.removeAttribute("hidden");
	open?.addEventListener("click", () => help.showModal());

	document.addEventListener("keydown", (event) => {
		if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open || typing(event.target)) return;
		if (act(event.key, help)) event.preventDefault();
	});
}

/**
 * @param {string} key
 * @param {HTMLDialogElement} help
 */
function act(key, help) {
	switch (key) {
	case "?":
		help.showModal();
		return true;
	case "j":
		return move(1);
	case "k":
		return move(-1);
	case "ArrowDown":
		return row() !== null && move(1);
	case "ArrowUp":
		return row() !== null && move(-1);
	case "x":
		return pick();
	}
	return key.length === 1 && lead(key.toLowerCase());
}

/** @param {EventTarget | null} target */
function typing(target) {
	return target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])"));
}

/** The row that the focus is in. */
function row() {
	return document.activeElement?.closest("[id^=row-]") ?? null;
}

/** @param {number} by */
function move(by) {
	const rows = [...document.querySelectorAll("[id^=row-]")];
	if (rows.length === 0) return false;
	const here = row();
	const at = here ? Math.min(Math.max(rows.indexOf(here) + by, 0), rows.length - 1) : 0;
	const link = rows[at].querySelector("a");
	link?.focus();
	rows[at].scrollIntoView({ block: "nearest" });
	return true;
}

function pick() {
	const box = /** @type {HTMLInputElement | null | undefined} */ (row()?.querySelector("input[name=id]"));
	box?.click();
	return Boolean(box);
}

/**
 * Leads to what a key stands for: the officer still presses it. Something for
 * many at once first selects the row that one is at.
 * @param {string} key
 */
function lead(key) {
	const target = /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`));
	if (!target) return false;
	const form = target.closest("#bulk");
	if (form && !form.querySelector("input[name=id]:checked")) pick();
	if (target.matches("summary")) /** @type {HTMLDetailsElement} */ (target.parentElement).open = true;
	if (target.matches("a")) target.click();
	target.focus();
	return true;
}

/**
 * Tells screen readers which keys there are.
 * @param {boolean} on
 */
function announce(on) {
	for (const target of document.querySelectorAll("[data-key]")) {
		if (on) target.setAttribute("aria-keyshortcuts", target.getAttribute("data-key") ?? "");
		else target.removeAttribute("aria-keyshortcuts");
	}
}

function recall() {
	try {
		return localStorage.getItem(store);
	} catch {
		return null; // private windows remember nothing
	}
}

/** @param {string} value */
function remember(value) {
	try {
		localStorage.setItem(store, value);
	} catch {
		// The switch holds for this page.
	}
}
