// <live-part data-part="…" data-events="…"> shows a part of a page that the
// server may change. It is told only that something changed, and fetches its
// part again, keeping the focus, what is selected and what is in sight.

const pause = 3000; // between two fetches: a busy commune changes all the time

class LivePart extends HTMLElement {
	/** @type {EventSource | undefined} */
	#events;
	#stale = false;
	#waiting = 0;
	#last = 0;

	connectedCallback() {
		this.#listen();
		document.addEventListener("visibilitychange", this.#look);
	}

	disconnectedCallback() {
		this.#events?.close();
		clearTimeout(this.#waiting);
		document.removeEventListener("visibilitychange", this.#look);
	}

	#look = () => {
		if (document.hidden) return;
		document.title = document.title.replace(/^● /, "");
		if (this.#stale) this.#soon();
	};

	#listen() {
		const events = new EventSource(this.dataset.events ?? "");
		this.#events = events;
		events.addEventListener("changed", () => this.#changed());
		events.addEventListener("open", () => this.#note(false));
		events.addEventListener("error", () => {
			this.#note(true);
			if (events.readyState !== EventSource.CLOSED) return; // it tries again by itself
			this.#changed(); // finds out whether the session has ended
			setTimeout(() => this.isConnected && this.#listen(), 60_000);
		});
	}

	#changed() {
		this.#stale = true;
		if (document.hidden) { // nobody looks: nothing is read before somebody does
			document.title = "● " + document.title.replace(/^● /, "");
			return;
		}
		this.#soon();
	}

	#soon() {
		clearTimeout(this.#waiting);
		this.#waiting = window.setTimeout(() => this.#fetch(), Math.max(0, this.#last + pause - Date.now()));
	}

	async #fetch() {
		this.#stale = false;
		this.#last = Date.now();
		try {
			const answer = await fetch(this.dataset.part ?? "", { headers: { Accept: "text/html" } });
			if (answer.redirected || answer.status === 403) return location.reload(); // the session has ended
			if (answer.ok) this.#replace(await answer.text());
		} catch {
			this.#note(true);
		}
	}

	/** @param {boolean} lost */
	#note(lost) {
		let note = this.querySelector(".lost");
		if (!lost) return note?.remove();
		if (note) return;
		note = document.createElement("p");
		note.className = "lost note doubt";
		note.setAttribute("role", "status");
		note.textContent = this.dataset.lost ?? "";
		this.prepend(note);
	}

	/** @param {string} html */
	#replace(html) {
		const fresh = new DOMParser().parseFromString(html, "text/html").body;
		const rows = (/** @type {Element} */ part) => [...part.querySelectorAll("[id^=row-]")];
		const known = new Set(rows(this).map((row) => row.id));
		for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.querySelectorAll("input[name=id]:checked"))) {
			const again = /** @type {HTMLInputElement | null} */ (fresh.querySelector("#" + CSS.escape(box.id)));
			if (again) again.checked = true;
		}
		const focus = this.contains(document.activeElement) ? document.activeElement : null;
		const place = focus ? rows(this).findIndex((row) => row.contains(focus)) : -1;
		const anchor = rows(this).find((row) => row.getBoundingClientRect().bottom > 0 && fresh.querySelector("#" + CSS.escape(row.id)));
		const before = anchor?.getBoundingClientRect().top ?? 0;

		this.replaceChildren(...fresh.childNodes);
		if (focus) {
			const now = rows(this);
			const link = now[Math.min(place, now.length - 1)]?.querySelector("a");
			const target = document.getElementById(focus.id) ?? link ?? document.getElementById("list-title");
			target?.focus({ preventScroll: true });
		}
		const after = anchor && document.getElementById(anchor.id);
		if (after && scrollY > 0) scrollBy({ top: after.getBoundingClientRect().top - before, behavior: "instant" });

		const added = rows(this).filter((row) => !known.has(row.id));
		for (const row of added) row.classList.add("fresh");
		const say = document.getElementById("fresh");
		if (say && added.length) say.textContent = (this.dataset.new ?? "").replace("{n}", String(added.length));
		this.dispatchEvent(new CustomEvent("live", { bubbles: true }));
	}
}

customElements.define("live-part", LivePart);
