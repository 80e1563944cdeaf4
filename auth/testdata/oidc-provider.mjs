// An OpenID Connect provider for tests: npm's oidc-provider, in memory, on a
// free port of loopback. Its first argument is JSON:
//
//	{"client": {…client metadata…}, "people": {"login": {…claims…}}, "scopes": {"scope": ["claim"]}}
//
// It prints its issuer on a line of its own and runs until its input ends.
import { webcrypto } from "node:crypto";
import http from "node:http";

// Debian 12 has Node 18, which is older than the provider asks for.
globalThis.crypto ??= webcrypto;
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);
const { default: Provider } = await import("oidc-provider");

const { client, people, scopes } = JSON.parse(process.argv[2]);
process.stdin.resume().on("end", () => process.exit());

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
	const issuer = `http://127.0.0.1:${server.address().port}`;
	const provider = new Provider(issuer, {
		clients: [client],
		claims: { openid: ["sub"], ...scopes },
		findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
		features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
		pkce: { required: () => true },
		fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }), // it would not call loopback
		cookies: { keys: ["only for tests"] },
	});
	provider.on("server_error", (_, error) => console.error(error));
	provider.on("backchannel.error", (_, error) => console.error(error));
	server.on("request", provider.callback());
	console.log(issuer);
});
