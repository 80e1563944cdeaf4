// A turn: one reading, from the code in sight until the traveller has gone.

/** @typedef {import("./types.js").Reading} Reading */
/** @typedef {import("./types.js").Decision} Decision */
/** @typedef {import("./types.js").Compared} Compared */
/** @typedef {import("./code.js").Question} Question */

/**
 * @typedef {object} Turn
 * @property {string} id of the reading that is kept
 * @property {Reading} judged by the code alone
 * @property {Reading} reading as the officer sees it, with what the card beside it said
 * @property {number} at by this phone's clock
 * @property {number} seen performance.now() when the code came into view
 * @property {Question | null} asked for a card alone or a short code
 * @property {string} text of the code; of the card when there is one
 * @property {Decision | ""} decision
 * @property {boolean} tapped the officer said so; else it was taken from what they did next
 * @property {Compared | ""} compared
 * @property {Question | null} stranger whose card did not agree
 * @property {string} agreed name on the card that agreed last
 * @property {Set<number>} ticked riders of a party who were there
 * @property {number | null} counted riders; null while nobody counts
 * @property {"" | "yes" | "no"} kept on the disk
 * @property {number} again when the same pass was let through before; 0 when it was not
 * @property {boolean} wantsCard the officer should look at a card
 */

const most = 60; // anlo.MaxTravellers

/** @param {Turn} turn */
export function settled(turn) {
	return turn.decision !== "" && turn.tapped;
}

/**
 * Reports whether a card that is read now belongs beside this turn's pass.
 * @param {Turn} turn
 */
export function judgeCard(turn) {
	const { kind, cti, outcome, bearer } = turn.judged;
	return kind === "pass" && cti !== null && outcome !== "stop" && !turn.tapped && ((bearer?.party ?? 1) > 1 || turn.compared !== "agrees");
}

/** How many people there were: those counted, else those declared. @param {Turn} turn */
export function peopleOf(turn) {
	return Math.min(most, Math.max(1, turn.counted || turn.judged.bearer?.party || 1));
}

/**
 * Counts riders by hand; those checked off by name are among them.
 * @param {Turn} turn
 * @param {number} by +1 or −1
 */
export function count(turn, by) {
	turn.counted = Math.min(most, Math.max(turn.ticked.size, (turn.counted ?? 0) + by));
}

/**
 * Checks a rider off, or takes that back.
 * @param {Turn} turn
 * @param {number} traveller
 * @param {boolean} here
 */
export function tick(turn, traveller, here) {
	const byHand = turn.counted !== turn.ticked.size;
	if (here) turn.ticked.add(traveller);
	else turn.ticked.delete(traveller);
	turn.counted = byHand ? Math.max(turn.counted ?? 0, turn.ticked.size) : turn.ticked.size;
}
