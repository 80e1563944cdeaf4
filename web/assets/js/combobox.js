// Suggests communes while one is typed (ARIA 1.2, combobox with a list).

/** @typedef {{code: string, name: string}} Unit */

/** @type {Map<string, Promise<Unit[]>>} */
const asked = new Map();

/**
 * @param {string} text
 * @returns {Promise<Unit[]>}
 */
function ask(text) {
	let answer = asked.get(text);
	if (!answer) {
		answer = fetch("/units?q=" + encodeURIComponent(text)).then((r) => (r.ok ? r.json() : []));
		answer.catch(() => asked.delete(text));
		asked.set(text, answer);
	}
	return answer;
}

/** @param {HTMLInputElement} input */
export function combobox(input) {
	const list = document.createElement("ul");
	list.className = "options";
	list.id = input.id + "-options";
	list.setAttribute("role", "listbox");
	list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
	list.hidden = true;
	input.after(list);
	for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
		input.setAttribute(name, value);
	}
	let current = -1;
	let waiting = 0;

	const close = () => {
		list.hidden = true;
		current = -1;
		input.setAttribute("aria-expanded", "false");
		input.removeAttribute("aria-activedescendant");
	};

	/** @param {string} name */
	const choose = (name) => {
		input.value = name;
		close();
		input.closest(".commune")?.querySelector(".pick")?.remove();
	};

	/** @param {number} index */
	const mark = (index) => {
		const options = list.children;
		current = (index + options.length) % options.length;
		[...options].forEach((option, i) => option.setAttribute("aria-selected", String(i === current)));
		input.setAttribute("aria-activedescendant", options[current].id);
		options[current].scrollIntoView({ block: "nearest" });
	};

	/** @param {Unit[]} units */
	const show = (units) => {
		list.replaceChildren(...units.map((unit, i) => {
			const option = document.createElement("li");
			option.id = list.id + i;
			option.setAttribute("role", "option");
			option.setAttribute("aria-selected", "false");
			option.textContent = unit.name;
			option.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
			option.addEventListener("click", () => choose(unit.name));
			return option;
		}));
		list.hidden = units.length === 0;
		current = -1;
		input.removeAttribute("aria-activedescendant");
		input.setAttribute("aria-expanded", String(!list.hidden));
	};

	input.addEventListener("input", () => {
		clearTimeout(waiting);
		const text = input.value.trim();
		if (text.length < 2) return close();
		waiting = window.setTimeout(async () => {
			const units = await ask(text).catch(() => []);
			if (input.value.trim() === text && document.activeElement === input) show(units);
		}, 150);
	});

	input.addEventListener("keydown", (event) => {
		if (list.hidden) return;
		if (event.key === "ArrowDown") mark(current + 1);
		else if (event.key === "ArrowUp") mark(current < 0 ? list.children.length - 1 : current - 1);
		else if (event.key === "Enter" && current >= 0) choose(list.children[current].textContent ?? "");
		else if (event.key === "Escape") close();
		else return;
		event.preventDefault();
	});
	input.addEventListener("blur", close);
}
