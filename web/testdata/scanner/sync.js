class FakeSync extends EventTarget {
	status = { online: true, waiting: 0, syncedAt: Date.now() - 60000, bundleIssued: Date.now() - 180000, clockOff: 0, storage: "ok" };
	bundle = { rules: { staleAfter: 6 * 3600e3, rejectAfter: 48 * 3600e3, skew: 300e3 },
		judge: async (text) => (await fetch("/test/judge", { method: "POST", body: text })).json().then((r) => ({ ...r, cti: r.pass ? new Uint8Array(8) : null })) };
	now() { return Date.now(); }
	async start() {}
	soon() {}
	async enrol(code, label) {
		if (code !== "K7QM-3XPD") throw new Error("enrolment.unknown");
		const d = { id: "1", label, expiresAt: 0, checkpoint: { id: "2", name: "Pháp Vân – Cầu Giẽ", commune: "" }, policy: { cardHours: 0, surge: null } };
		localStorage.setItem("fake-device", JSON.stringify(d));
		return d;
	}
	async leave() { localStorage.removeItem("fake-device"); }
	async lookUp(what) { return window.found ? window.found(what) : { kind: "card", outcome: "stop", reasons: ["not-declared"], bearer: null, pass: "", cti: null }; }
}
export function openSync() { return (window.sync = new FakeSync()); }
