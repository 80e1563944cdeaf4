package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"golang.org/x/oauth2"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

// issuer is a provider whose tokens are made as a test wants them. That the
// real thing works too is tested in package web.
type issuer struct {
	t      *testing.T
	clock  *anlotest.Clock
	server *httptest.Server
	url    string
	key    *ecdsa.PrivateKey

	challenge string // of the sign-in under way
	token     string // that the code is exchanged for
	codes     map[string]bool
}

func newIssuer(t *testing.T, clock *anlotest.Clock) *issuer {
	t.Helper()
	i := &issuer{t: t, clock: clock, key: newKey(t), codes: map[string]bool{}}
	i.start("127.0.0.1:0")
	return i
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (i *issuer) start(address string) {
	i.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		i.t.Fatal(err)
	}
	i.url = "http://" + l.Addr().String()
	pages := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: i.key.Public(), KeyID: "1", Algorithm: oidc.ES256}}, Algorithms: []string{oidc.ES256}}
	pages.SetIssuer(i.url)
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("POST /token", i.exchange)
	i.server = &httptest.Server{Listener: l, Config: &http.Server{Handler: mux}}
	i.server.Start()
	i.t.Cleanup(i.server.Close)
}

func (i *issuer) exchange(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	code := r.PostFormValue("code")
	if oauth2.S256ChallengeFromVerifier(r.PostFormValue("code_verifier")) != i.challenge || !i.codes[code] {
		w.WriteHeader(http.StatusBadRequest)
		w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	delete(i.codes, code)
	json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": i.token})
}

// claims are those of a token in which nothing is wrong.
func (i *issuer) claims(nonce string, more map[string]any) map[string]any {
	now := i.clock.Now().Unix()
	c := map[string]any{"iss": i.url, "aud": "anlo", "sub": "lan", "sid": "s1", "iat": now, "exp": now + 300, "nonce": nonce,
		"preferred_username": "lan", "name": "Lê Thị Lan", "groups": []string{"ca-xa"}, "commune_code": commune.Code}
	maps.Copy(c, more)
	return c
}

func (i *issuer) sign(key *ecdsa.PrivateKey, claims map[string]any) string {
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(claims)
	if err != nil {
		i.t.Fatal(err)
	}
	return oidctest.SignIDToken(key, "1", oidc.ES256, string(text))
}

// door is how a server would be configured for the provider.
func (i *issuer) door(in *auth.Auth, trust bool) *auth.OIDC {
	base, _ := url.Parse("https://anlo.example")
	return auth.NewOIDC(in, auth.OIDCConfig{Issuer: i.url, ClientID: "anlo", TrustMFA: trust, Rules: []auth.ClaimRule{
		{Claim: "groups", Value: "ca-xa", Role: anlo.CommuneOfficer, AreaClaim: "commune_code"},
		{Claim: "groups", Value: "kiem-toan", Role: anlo.Auditor},
	}}, base, "vn-2026")
}

// begin starts a sign-in and returns the ticket of the browser and the answer
// of a provider where everything went well. The token is signed last, so that
// a test can change what is in it.
func (i *issuer) begin(door *auth.OIDC, token func(nonce string) string) (ticket string, answer url.Values) {
	i.t.Helper()
	address, ticket, err := door.Begin(i.t.Context(), "/desk")
	if err != nil {
		i.t.Fatal(err)
	}
	u, _ := url.Parse(address)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || q.Get("redirect_uri") != "https://anlo.example/signin/oidc/callback" {
		i.t.Fatalf("the provider is asked %v", q)
	}
	i.challenge, i.token = q.Get("code_challenge"), token(q.Get("nonce"))
	code := rand.Text()
	i.codes[code] = true
	return ticket, url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {i.url}}
}

// signIn is a whole sign-in with some claims changed.
func (i *issuer) signIn(door *auth.OIDC, more map[string]any) (auth.Arrived, error) {
	i.t.Helper()
	ticket, answer := i.begin(door, func(nonce string) string { return i.sign(i.key, i.claims(nonce, more)) })
	return door.Finish(i.t.Context(), office, ticket, answer)
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutToken is one in which nothing is wrong but what a test changes.
func (i *issuer) logoutToken(more map[string]any) string {
	now := i.clock.Now().Unix()
	return i.sign(i.key, and(map[string]any{"iss": i.url, "aud": "anlo", "iat": now, "exp": now + 120, "jti": rand.Text(), "sub": "lan", "sid": "s1",
		"events": map[string]any{logoutEvent: map[string]any{}}}, more))
}
