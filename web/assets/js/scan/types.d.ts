// What the parts of the scanner give one another. The words are those of the Go
// side: anlo.Verdict, anlo.Scan, anlo.Decision.

export type Outcome = "go" | "look" | "stop";
export type Decision = "passed" | "turned-back" | "sent-aside";
export type Kind = "pass" | "certificate" | "card" | "code" | "other";
export type Compared = "agrees" | "differs";

/** A traveller as a pass names them; tag is 20 bits of SHA-256(CWT ID ‖ document key). */
export interface Named { name: string; birthYear: number; tag: number }

export interface Bearer {
	travellers: Named[];
	commune: string; // code in the bundle's list of units
	purpose: string; // "work", "home", …
	plate: string; // "" when there is none
	party: number;
	issuedAt: number; // milliseconds since 1970
	expiresAt: number;
}

/** What judge.js says of the text of a code at a moment. */
export interface Reading {
	kind: Kind;
	outcome: Outcome;
	reasons: string[]; // stable codes in the order of Go's Bundle.Judge
	bearer: Bearer | null; // null when nothing trustworthy could be read
	pass: string; // anlo.PassID as a UUID; "" when it is no pass of ours
	cti: Uint8Array | null;
}

/** A signed bundle that was opened: see bundle.js. Times are milliseconds since 1970. */
export interface Bundle {
	version: number;
	keyListVersion: number;
	issued: number;
	nextUpdate: number;
	unitList: string;
	rules: { staleAfter: number; rejectAfter: number; skew: number }; // milliseconds
	judge(text: string, at: number): Promise<Reading>;
}

/** One reading as it is kept on the phone and sent. */
export interface Scan {
	id: string; // UUIDv7, made here
	at: number; // by this phone's clock, uncorrected: the server corrects by sent_at
	kind: Kind;
	pass: string;
	number: string; // identity number, of a card read alone; else ""
	code: string; // short code of a text message; else ""
	outcome: Outcome;
	reasons: string[];
	decision: Decision | "";
	compared: Compared | "";
	people: number;
	took: number; // milliseconds from the code to the decision, 0 while open
	revision?: number; // of what batch() gives: grows with each change
}

/** What an enrolled phone knows of itself. */
export interface Device {
	id: string;
	label: string;
	expiresAt: number;
	checkpoint: { id: string; name: string; commune: string };
	policy: Policy;
}

/** What the post asks of its lanes now. */
export interface Policy {
	cardHours: number; // how long a list of cards may be used without a network; 0: no list
	surge: { until: number; skip: string[] } | null; // "cards", "riders", "looks"
}

/** How things stand, for the line at the top of the scanner. */
export interface Status {
	online: boolean;
	waiting: number; // readings that are still to be sent
	syncedAt: number; // 0 when never
	bundleIssued: number; // 0 when there is none
	clockOff: number; // milliseconds that this phone's clock is behind the server's
	storage: "ok" | "low" | "full"; // full: readings are in memory only, and lost when the page is closed
	refused: number; // readings that the server does not take, kept for a week
}

/** What the server knew better about a reading that was made a moment ago. */
export interface Alert {
	scan: string; // identifier of the reading
	outcome: Outcome;
	reasons: string[];
	elsewhere: { post: string; minutes: number; km: number } | null;
}

/** What the phone knew of the time: its clock is off milliseconds behind, it was at least last, and synced when it last had a network. */
export interface KnownTime { off: number; last: number; synced: number }

/** keep.js: what stays on the phone. Everything personal in it is encrypted. */
export interface Keep extends EventTarget {
	// events: "storage", "gone" (another tab, the server or the browser took away what was kept: ask device() again)
	device(): Promise<Device | null>;
	lost(): Promise<boolean>; // the phone was enrolled, and the browser has removed what it kept
	token(): Promise<string>;
	root(): Promise<Uint8Array>; // the root's SubjectPublicKeyInfo, pinned when the phone was enrolled
	enrol(device: Device, token: string, root: Uint8Array): Promise<void>;
	update(change: Partial<Device>): Promise<void>;
	withdraw(): Promise<void>; // device() is null from now on; what waits may still be delivered
	forget(): Promise<void>; // key, token, bundle and readings: what is left cannot be read
	add(scan: Scan): Promise<void>; // resolves when it is on the disk, or in memory when storage() is "full"
	change(id: string, change: Partial<Scan>): Promise<void>; // a decision; goes out again if it was sent already
	batch(limit: number): Promise<Scan[]>;
	sent(ids: string[]): Promise<void>;
	refuse(items: { id: string; code: string }[]): Promise<void>; // aside, and not sent again
	waiting(): Promise<number>;
	refused(): Promise<number>;
	seen(pass: string, since: number, before?: number): Promise<{ at: number; decision: Decision | "" } | null>; // the last reading of a pass on this phone
	bundle(): Promise<Uint8Array | null>;
	keepBundle(data: Uint8Array): Promise<void>;
	cards(): Promise<Uint8Array | null>;
	keepCards(data: Uint8Array | null, until?: number): Promise<void>; // until by this phone's clock: not given out any more then
	clock(): Promise<KnownTime | null>;
	keepClock(clock: KnownTime): Promise<void>;
	storage(): Promise<"ok" | "low" | "full">;
}

/** sync.js: everything that goes over the network. It never throws for want of one. */
export interface Sync extends EventTarget {
	// events: "status", "bundle", "alert" (detail: Alert), "withdrawn" (by the server, or the browser took away what was kept), "policy"
	readonly status: Status;
	readonly bundle: Bundle | null;
	now(): number; // corrected by what the server's clock said
	start(): Promise<void>;
	soon(now?: boolean): void; // something is waiting; now: somebody asked for it
	enrol(code: string, label: string): Promise<Device>; // throws Error("enrolment.unknown" | "too-many" | "offline" | "storage")
	leave(): Promise<void>; // sends what is waiting, then withdraws itself and forgets; throws Error("offline") while it cannot
	lookUp(what: { number?: string; code?: string }): Promise<Reading | null>; // null without a network
}
