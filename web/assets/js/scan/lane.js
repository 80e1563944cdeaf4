// One lane: what was read, what the officer did about it, and what is kept of
// both. It knows nothing of how that looks.
import { find } from "./cards.js";
import { ours, question } from "./code.js";
import { newId } from "./id.js";
import { Record } from "./record.js";
import { count, judgeCard, peopleOf, settled, tick } from "./turn.js";
import { compare } from "./tag.js";
import { signal } from "./sound.js";

/** @typedef {import("./types.js").Keep} Keep */
/** @typedef {import("./types.js").Sync} Sync */
/** @typedef {import("./types.js").Reading} Reading */
/** @typedef {import("./types.js").Decision} Decision */
/** @typedef {import("./types.js").Policy} Policy */
/** @typedef {import("./types.js").Alert} Alert */
/** @typedef {import("./code.js").Question} Question */
/** @typedef {import("./turn.js").Turn} Turn */
/** @typedef {Alert & { turn: Turn | null }} Warning an alert and whom it is about, when that is still known */

const second = 1000;
const passesAfter = 8 * second; // a go that nobody touched was let through
const clearsAfter = 30 * second; // nobody's name stays on the screen when all is done
const forgetsAfter = 120 * second;
const longest = 10 * 60 * second; // anlo.MaxTook
const every = 5; // when there is a crowd, the card of every fifth traveller is asked for

const weight = { stop: 0, look: 1, go: 2 };

/** Fires "change" whenever what the officer should see is another. */
export class Lane extends EventTarget {
	/** @type {Turn[]} those read from one picture, the worst first */
	turns = [];
	/** @type {Turn | null} */
	current = null;
	/** @type {Turn | null} the one before, to look at again */
	last = null;
	/** @type {Question | null} what the server is being asked about */
	asking = null;
	/** @type {Warning[]} */
	warnings = [];
	/** @type {Policy} */
	policy;
	#keep;
	#sync;
	#record;
	#reading = Promise.resolve();
	#touched = 0;
	#goes = 0;

	/**
	 * @param {Keep} keep
	 * @param {Sync} sync
	 * @param {Policy} policy
	 */
	constructor(keep, sync, policy) {
		super();
		this.#keep = keep;
		this.#sync = sync;
		this.#record = new Record(keep, () => {
			sync.soon();
			this.#changed();
		});
		this.policy = policy;
		sync.addEventListener("alert", (event) => this.#warn(/** @type {CustomEvent<Alert>} */ (event).detail));
		setInterval(() => this.#tick(), second);
	}

	/**
	 * Takes the codes that came into view, one picture after the other.
	 * @param {string[]} texts
	 * @param {number} [seen] performance.now() when they did
	 */
	read(texts, seen = performance.now()) {
		this.#reading = this.#reading.then(() => this.#take(texts, seen)).catch((error) => console.error("lane", error));
		return this.#reading;
	}

	/**
	 * What the officer did with the traveller before them.
	 * @param {Decision} decision
	 */
	decide(decision) {
		const turn = this.current;
		if (!turn) return;
		turn.tapped = true;
		this.#decide(turn, decision);
		this.last = turn;
		this.current = this.turns.find((other) => !settled(other) && this.asks(other)) ?? null;
		if (!this.current) this.#clear();
		this.#changed();
	}

	/** @param {Turn} turn one of those in the picture, or the last */
	show(turn) {
		this.current = turn;
		if (!this.turns.includes(turn)) this.turns = [turn];
		turn.tapped = false;
		this.#touch();
	}

	/** @param {number} by +1 or −1 rider, counted by hand */
	count(by) {
		if (!this.current) return;
		count(this.current, by);
		this.#touch();
	}

	/**
	 * @param {number} traveller whose name was touched
	 * @param {boolean} here
	 */
	tick(traveller, here) {
		if (!this.current) return;
		tick(this.current, traveller, here);
		this.#touch();
	}

	/** The card that did not agree is that of the next traveller. */
	another() {
		const turn = this.current;
		const stranger = turn?.stranger;
		if (!turn || !stranger) return;
		Object.assign(turn, { stranger: null, compared: "", reading: turn.judged });
		this.#record.change(turn, { compared: "", outcome: turn.judged.outcome, reasons: turn.judged.reasons });
		this.#reading = this.#reading.then(async () => this.#bring([await this.#ask(stranger, performance.now())]));
	}

	/** @param {Warning} warning that was seen */
	dismiss(warning) {
		this.warnings = this.warnings.filter((other) => other !== warning);
		this.#changed();
	}

	/**
	 * Reports whether the post asks less now: "cards", "riders" or "looks".
	 * @param {string} what
	 */
	less(what) {
		const { surge } = this.policy;
		return surge !== null && surge.until > this.#sync.now() && surge.skip.includes(what);
	}

	/**
	 * Reports whether the officer should say what they did.
	 * @param {Turn} turn
	 */
	asks(turn) {
		const { outcome, reasons } = turn.reading;
		const minor = reasons.every((reason) => reason === "identity-not-confirmed" || reason === "bundle-stale");
		return outcome === "stop" || (outcome === "look" && !(minor && this.less("looks")));
	}

	/** Reports whether riders are counted in this turn. @param {Turn} turn */
	counts(turn) {
		return (turn.reading.bearer?.party ?? 1) > 1 && turn.reading.kind === "pass" && turn.reading.outcome !== "stop" && !this.less("riders");
	}

	/**
	 * @param {string[]} texts
	 * @param {number} seen
	 */
	async #take(texts, seen) {
		const questions = /** @type {Question[]} */ ([]);
		const turns = /** @type {Turn[]} */ ([]);
		for (const text of texts) {
			const asked = question(text);
			if (asked) questions.push(asked);
			else turns.push(await this.#turn(await this.#judge(text), seen, null, text));
		}
		const own = turns.filter((turn) => ours(turn.text));
		if (own.length) await this.#bring(own);
		else if (turns.length && !questions.length) await this.#bring(turns);
		const asked = /** @type {Turn[]} */ ([]);
		for (const one of questions) {
			if (await this.#beside(one)) continue;
			const turn = await this.#ask(one, seen);
			if (!this.#same(turn)) asked.push(turn);
		}
		if (asked.length) await this.#bring(asked);
	}

	/**
	 * @param {string} text
	 * @returns {Promise<Reading>}
	 */
	async #judge(text) {
		const bundle = this.#sync.bundle;
		if (bundle) return bundle.judge(text, this.#sync.now());
		return { kind: "other", outcome: "look", reasons: ["not-checked"], bearer: null, pass: "", cti: null };
	}

	/**
	 * Asks about a card or a short code: the server, or the list on this phone.
	 * @param {Question} asked
	 * @param {number} seen
	 */
	async #ask(asked, seen) {
		this.asking = asked;
		this.#changed();
		const { number, code } = asked;
		let found = await this.#sync.lookUp(number ? { number } : { code });
		const { bundle } = this.#sync;
		const list = !found && number && bundle ? await this.#keep.cards().catch(() => null) : null;
		if (list && bundle && number) found = await find(bundle, list, number, this.#sync.now());
		found ??= { kind: "card", outcome: "look", reasons: ["not-checked"], bearer: null, pass: "", cti: null };
		this.asking = null;
		return this.#turn({ ...found, kind: number ? "card" : "code" }, seen, asked, asked.text ?? "");
	}

	/**
	 * @param {Reading} judged
	 * @param {number} seen
	 * @param {Question | null} asked
	 * @param {string} text
	 * @returns {Promise<Turn>}
	 */
	async #turn(judged, seen, asked, text) {
		const at = Date.now();
		const again = await this.#record.before(judged.pass, at);
		if (again) judged = { ...judged, outcome: judged.outcome === "go" ? "look" : judged.outcome, reasons: [...judged.reasons, "used-again"] };
		if (judged.outcome === "go") this.#goes++;
		return { id: newId(at), judged, reading: judged, at, seen, asked, text, decision: "", tapped: false, compared: "", stranger: null, agreed: "",
			ticked: new Set(), counted: null, kept: "", again, wantsCard: !this.less("cards") || this.#goes % every === 0 };
	}

	/**
	 * Shows new turns and keeps them; those before are done.
	 * @param {Turn[]} turns
	 */
	async #bring(turns) {
		const before = this.turns;
		turns.sort((a, b) => weight[a.reading.outcome] - weight[b.reading.outcome]);
		if (this.current) this.last = this.current;
		this.turns = turns;
		this.current = turns[0];
		this.#touch();
		signal(turns[0].reading.outcome);
		for (const turn of before) this.#leave(turn);
		await Promise.all(turns.map((turn) => this.#record.add(turn)));
	}

	/**
	 * A card beside the pass before the officer agrees with it or not.
	 * @param {Question} asked
	 * @returns {Promise<boolean>} false when there is nothing to compare it with
	 */
	async #beside(asked) {
		const turn = this.current;
		if (!asked.card || !turn || !judgeCard(turn)) return false;
		const { compared, traveller } = await compare(turn.judged, asked.card);
		if (!compared) return false;
		const { bearer } = turn.judged;
		if (compared === "agrees") {
			if ((bearer?.party ?? 1) > 1) tick(turn, traveller, true);
			turn.agreed = asked.card.name;
			if (bearer?.party === 1 || !turn.compared) Object.assign(turn, { compared, reading: turn.judged }); // in a party, a stranger stays one
			turn.stranger = null;
			signal("agrees");
		} else {
			const reasons = [...turn.judged.reasons, "id-tag-differs"];
			Object.assign(turn, { compared, agreed: "", stranger: asked, reading: { ...turn.judged, outcome: "look", reasons } });
			signal("alert");
		}
		this.#touch();
		this.#record.change(turn, { compared: turn.compared, outcome: turn.reading.outcome, reasons: turn.reading.reasons, people: peopleOf(turn) });
		return true;
	}

	/**
	 * The card of somebody who showed a short code leads to the same pass.
	 * @param {Turn} found
	 */
	#same(found) {
		const turn = this.current;
		if (!turn?.asked?.code || !turn.reading.pass || found.reading.pass !== turn.reading.pass || turn.tapped) return false;
		Object.assign(turn, { compared: "agrees", agreed: found.asked?.card?.name ?? "" });
		signal("agrees");
		this.#touch();
		this.#record.change(turn, { compared: "agrees" });
		return true;
	}

	/** @param {Turn} turn that makes room for the next */
	#leave(turn) {
		if (!turn.decision && !this.asks(turn)) this.#decide(turn, "passed");
		else if (!turn.decision && turn.counted) this.#record.change(turn, { people: peopleOf(turn) });
	}

	/**
	 * @param {Turn} turn
	 * @param {Decision} decision
	 */
	#decide(turn, decision) {
		turn.decision = decision;
		this.#record.change(turn, { decision, people: peopleOf(turn), took: Math.min(longest, Math.round(performance.now() - turn.seen)) });
	}

	/** @param {Alert} alert */
	#warn(alert) {
		const turn = this.#record.turn(alert.scan);
		this.warnings = [...this.warnings.filter((other) => other.scan !== alert.scan), { ...alert, turn }];
		signal("alert");
		this.#changed();
	}

	#tick() {
		const idle = performance.now() - this.#touched;
		let done = true;
		for (const turn of this.turns) {
			if (!turn.decision && !this.asks(turn) && turn.counted === null && idle >= passesAfter) this.#decide(turn, "passed");
			done &&= turn.decision !== "";
		}
		if (!this.current || idle < (done ? clearsAfter : forgetsAfter)) return;
		this.last = this.current;
		this.#clear();
		this.#changed();
	}

	#clear() {
		for (const turn of this.turns) this.#leave(turn);
		this.current = null;
		this.turns = [];
	}

	#touch() {
		this.#touched = performance.now();
		this.#changed();
	}

	#changed() {
		this.dispatchEvent(new Event("change"));
	}
}
