// An OpenID Connect provider for tests: npm's oidc-provider, in memory, on a
// free port of loopback. Its first argument is JSON:
//
//	{"client": {…client metadata…}, "people": {"login": {…claims…}}, "scopes": {"scope": ["claim"]}}
//
// It prints its issuer on a line of its own and runs until its input ends.
import http from "node:http";
import Provider from "oidc-provider";

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
		cookies: { keys: ["only for tests"] },
	});
	for (const event of ["server_error", "authorization.error", "grant.error", "userinfo.error", "backchannel.error"]) {
		provider.on(event, (_, error) => console.error(event, error));
	}
	server.on("request", provider.callback());
	console.log(issuer);
});
