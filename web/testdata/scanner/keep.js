const scans = (window.kept = []);
export async function openKeep() {
	const stored = () => JSON.parse(localStorage.getItem("fake-device") || "null");
	return {
		device: async () => stored(), token: async () => "token", root: async () => new Uint8Array(),
		enrol: async () => {}, update: async () => {}, forget: async () => {},
		add: async (s) => { scans.push(s); }, change: async (id, c) => { Object.assign(scans.find((s) => s.id === id), c); },
		batch: async () => scans, sent: async () => {}, waiting: async () => scans.length,
		seen: async (pass, since) => window.seen ?? scans.filter((s) => s.pass === pass && s.at >= since).at(-1) ?? null,
		bundle: async () => null, keepBundle: async () => {}, cards: async () => null, keepCards: async () => {},
	};
}
