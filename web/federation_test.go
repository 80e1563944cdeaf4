package web

import (
	"bufio"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
	"anlo/locale"
)

// provider is npm's oidc-provider in a process of its own.
type provider struct {
	issuer string
	stop   func()
}

func startProvider(t *testing.T, site string) provider {
	t.Helper()
	config, err := json.Marshal(map[string]any{
		"client": map[string]any{"client_id": "anlo", "client_secret": "only for tests, and long enough for that",
			"redirect_uris": []string{site + "/signin/oidc/callback"}, "backchannel_logout_uri": site + "/signin/oidc/logout",
			"backchannel_logout_session_required": true},
		"people": map[string]any{
			"lan": map[string]any{"preferred_username": "lan", "name": "Lê Thị Lan", "groups": []string{"ca-xa"}, "commune_code": anlotest.An.Permanent.Commune.Code},
			"mai": map[string]any{"preferred_username": "mai", "groups": []string{"khac"}},
		},
		"scopes": map[string]any{"anlo": []string{"preferred_username", "name", "groups", "commune_code"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "../auth/testdata/oidc-provider.mjs", string(config))
	var said strings.Builder
	node.Stderr = &said
	alive, err := node.StdinPipe() // it ends when this does
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal("the tests need node; `make test` installs Debian's: ", err)
	}
	stop := func() {
		alive.Close()
		node.Wait()
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	issuer, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		t.Fatalf("oidc-provider does not start; `make assets` gets it from npm: %s", said.String())
	}
	return provider{strings.TrimSpace(issuer), stop}
}

// federatedSite is the pages with a provider, under the name localhost: what
// comes from there must not mix with the cookies of the provider.
func federatedSite(t *testing.T, log *slog.Logger) (*site, provider) {
	t.Helper()
	a, clock := anlotest.App(t, anlotest.WithLog(log))
	clock.Add(time.Since(clock.Now())) // the provider's clock is the real one
	server := httptest.NewUnstartedServer(nil)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	base, _ := url.Parse("http://localhost:" + port)
	p := startProvider(t, base.String())
	in := anlotest.Auth(t, a)
	door := auth.NewOIDC(in, auth.OIDCConfig{Issuer: p.issuer, ClientID: "anlo", ClientSecretFile: "testdata/oidc.secret", Scopes: []string{"anlo"},
		Label: map[string]string{"vi": "Đăng nhập bằng tài khoản Bộ"},
		Rules: []auth.ClaimRule{{Claim: "groups", Value: "ca-xa", Role: anlo.CommuneOfficer, AreaClaim: "commune_code"}}}, base, "vn-2026")
	server.Config.Handler = New(a, Options{Auth: in, OIDC: door, Base: base})
	server.Start()
	t.Cleanup(server.Close)
	return &site{t: t, app: a, clock: clock, url: base.String()}, p
}

// atProvider signs somebody in on the provider's pages, and agrees to whatever
// it asks.
func (v *visitor) atProvider(login string) *visitor {
	v.t.Helper()
	for range 3 {
		if !strings.Contains(v.at.Path, "/interaction/") {
			return v
		}
		var action string
		for f := range v.all("form") {
			action = attr(f, "action")
		}
		if v.asks("login") {
			v.submit(action, "login", login, "password", "x")
		} else {
			v.submit(action)
		}
	}
	return v
}

func TestSignInAtTheProvider(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	s, p := federatedSite(t, slog.New(slog.NewTextHandler(&log, nil)))
	vi, en := locale.For("vi").T, locale.For("en").T
	v := s.visitor("vi")
	v.get("/account").expect(200, "Đăng nhập bằng tài khoản Bộ")
	v.get("/signin/oidc?to=/account").atProvider("lan")
	v.expect(200, vi("signin.title-enrol")) // the provider did not say that it asked for more than a password
	v.submit("/signin/enrol", "first_code", v.code()).expect(200)
	v.get("/account").expect(200, "Lê Thị Lan", "Phường Ba Đình")
	entries, err := s.app.Store.AuditCount(t.Context(), anlo.ActSignIn)
	if err != nil || entries != 1 {
		t.Errorf("%d entries of a sign-in, %v", entries, err)
	}

	v.get("/account/authenticator").expect(200)
	if v.asks("password") {
		t.Error("asked for a password that nobody has")
	}
	s.clock.Add(31 * time.Second) // another code; the provider allows its clock to be two minutes off
	v.submit("/account/authenticator", "first_code", v.code()).expect(200, vi("recovery.title"))

	// Signing out there is signing out here.
	v.get(p.issuer + "/session/end?client_id=anlo")
	v.submit(p.issuer+"/session/end/confirm", "logout", "yes")
	v.get("/account").expect(200, vi("signin.title"))

	// Back again, it is the code that is asked for, and then the page that one came for.
	s.clock.Add(31 * time.Second)
	v.get("/signin/oidc?to=/account/password").atProvider("lan").expect(200, vi("signin.title-code"))

	// Whoever has no role there, does not agree, or comes again with an old answer, stays out.
	stranger := s.visitor("en")
	stranger.get("/signin/oidc").atProvider("mai").expect(403, en("signin.no-role"))
	stranger.get(stranger.at.String()).expect(422, en("oidc.failed"))
	other := s.visitor("en")
	other.get("/signin/oidc").link("/abort").expect(422, en("oidc.failed"))
	for _, detail := range []string{"state", "nonce", "ticket", p.issuer} {
		if strings.Contains(other.text(), detail) {
			t.Errorf("a stranger is told of %q", detail)
		}
	}
	if res, err := http.PostForm(s.url+"/signin/oidc/logout", url.Values{"logout_token": {"x"}}); err != nil || res.StatusCode != 400 || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a logout token that is none: %v %v", res, err)
	}

	all := log.String()
	for _, person := range []string{"Lan", "Lê", "lan\"", "=lan", "mai"} {
		if strings.Contains(all, person) {
			t.Errorf("%q in the log:\n%s", person, all)
		}
	}
	if !strings.Contains(all, "access_denied") || !strings.Contains(all, "no sign-in under way") {
		t.Errorf("the log does not say why somebody stayed out:\n%s", all)
	}
}

// A provider that was never reached does not keep the server from starting, or
// anybody with a password from signing in.
func TestProviderThatIsDown(t *testing.T) {
	t.Parallel()
	a, _ := anlotest.App(t)
	in := anlotest.Auth(t, a)
	base, _ := url.Parse("https://anlo.example")
	gone := httptest.NewServer(nil)
	gone.Close()
	s := newSite(t, Options{OIDC: auth.NewOIDC(in, auth.OIDCConfig{Issuer: gone.URL, ClientID: "anlo"}, base, "vn-2026")})
	v := s.visitor("en")
	v.get("/signin").expect(200, locale.For("en").T("oidc.button"))
	v.link("/signin/oidc").expect(503, locale.For("en").T("oidc.down"))
	if !v.asks("password") {
		t.Error("there is no way to sign in with a password")
	}
	s.visitor("en").get("/signin/oidc/callback?code=x&state=y").expect(422)
}
