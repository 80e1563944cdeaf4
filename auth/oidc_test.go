package auth_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

var mfa = map[string]any{"amr": []string{"pwd", "otp"}}

func and(all ...map[string]any) map[string]any {
	sum := map[string]any{}
	for _, m := range all {
		maps.Copy(sum, m)
	}
	return sum
}

func session(t *testing.T, in *auth.Auth, token string) auth.Session {
	t.Helper()
	s, err := in.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustArrive(t *testing.T) func(auth.Arrived, error) auth.Arrived {
	return func(in auth.Arrived, err error) auth.Arrived {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
}

func TestProviderGivesAndTakesRoles(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		i := newIssuer(t, clock)
		door := i.door(in, true)
		arrive := mustArrive(t)
		before := arrive(i.signIn(door, mfa)).Token
		first := session(t, in, before)
		if first.By.Role != anlo.CommuneOfficer || first.By.Area != commune || first.Factor != auth.FactorProvider || first.Login != "lan" {
			t.Fatalf("signed in as %+v", first)
		}
		// Another role given here stays, whatever the provider says.
		if _, err := in.Grant(t.Context(), operator, first.By.Staff, anlo.Grant{Role: anlo.Vaccinator}); err != nil {
			t.Fatal(err)
		}
		again := arrive(i.signIn(door, and(mfa, map[string]any{"groups": []string{"ca-xa", "kiem-toan"}, "commune_code": []string{"00008", "no such"}})))
		s := session(t, in, again.Token)
		if s.By.Staff != first.By.Staff {
			t.Error("the same subject has two accounts")
		}
		roles, err := in.Roles(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, r := range roles {
			have = append(have, string(r.Role)+" "+r.Area.Code)
		}
		slices.Sort(have)
		if got := strings.Join(have, ", "); got != "auditor , commune-officer 00008, vaccinator " {
			t.Errorf("roles: %s", got)
		}
		if s := session(t, in, before); s.By.Role != "" {
			t.Errorf("the session acts as %s in %v, which the provider took away", s.By.Role, s.By.Area)
		}
	})
}

func TestSecondFactorIsOurs(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		i := newIssuer(t, clock)
		arrive := mustArrive(t)
		for name, try := range map[string]struct {
			trust  bool
			claims map[string]any
		}{
			"not trusted":              {false, mfa},
			"one factor":               {true, map[string]any{"amr": []string{"pwd"}}},
			"two of the same kind":     {true, map[string]any{"amr": []string{"pwd", "pin"}}},
			"nothing said":             {true, nil},
			"a context that says less": {true, map[string]any{"acr": "1"}},
		} {
			if got := arrive(i.signIn(i.door(in, try.trust), try.claims)); got.Token != "" || got.Ticket == "" {
				t.Errorf("%s: let in without our second factor", name)
			}
		}
		door := i.door(in, false)
		ticket := arrive(i.signIn(door, nil)).Ticket
		p, err := in.Pending(t.Context(), ticket)
		if err != nil || p.Step != auth.StepEnrol {
			t.Fatalf("%+v %v", p, err)
		}
		e, _, err := in.Enrol(t.Context(), office, ticket, anlotest.TOTP(p.Secret, clock.Now()))
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Minute)
		ticket = arrive(i.signIn(door, nil)).Ticket
		second, err := in.Code(t.Context(), office, ticket, anlotest.TOTP(p.Secret, clock.Now()))
		if err != nil {
			t.Fatal(err)
		}
		// The provider ends such sessions too.
		if err := door.Logout(t.Context(), i.logoutToken(nil)); err != nil {
			t.Fatal(err)
		}
		refused(t, in, e.Token)
		refused(t, in, second.Token)
	})
}

func TestOnlyWhatIsProvenIsBelieved(t *testing.T) {
	a, clock := anlotest.App(t)
	in := anlotest.Auth(t, a)
	i := newIssuer(t, clock)
	door := i.door(in, true)
	other := newKey(t)
	signed := func(more map[string]any) func(string) string {
		return func(nonce string) string { return i.sign(i.key, i.claims(nonce, and(mfa, more))) }
	}
	hour := func(h int64) int64 { return clock.Now().Unix() + h*3600 }
	for name, token := range map[string]func(nonce string) string{
		"another nonce":          signed(map[string]any{"nonce": "x"}),
		"no nonce":               signed(map[string]any{"nonce": nil}),
		"another issuer":         signed(map[string]any{"iss": "https://evil.example"}),
		"another audience":       signed(map[string]any{"aud": "other"}),
		"many audiences, no azp": signed(map[string]any{"aud": []string{"anlo", "other"}}),
		"another azp":            signed(map[string]any{"azp": "other"}),
		"expired":                signed(map[string]any{"exp": hour(-1)}),
		"no expiry":              signed(map[string]any{"exp": nil}),
		"issued long ago":        signed(map[string]any{"iat": hour(-1)}),
		"issued in the future":   signed(map[string]any{"iat": hour(1)}),
		"no time of issue":       signed(map[string]any{"iat": nil}),
		"no subject":             signed(map[string]any{"sub": nil}),
		"another access token":   signed(map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
		"another key":            func(nonce string) string { return i.sign(other, i.claims(nonce, mfa)) },
		"no signature":           func(nonce string) string { return unsigned(i.claims(nonce, mfa)) },
		"a changed byte":         func(nonce string) string { return change(i.sign(i.key, i.claims(nonce, mfa))) },
		"no token":               func(string) string { return "" },
	} {
		ticket, answer := i.begin(door, token)
		if got, err := door.Finish(t.Context(), office, ticket, answer); !errors.Is(err, auth.ErrProvider) || got != (auth.Arrived{}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, spoil := range map[string]func(ticket *string, answer url.Values){
		"another state":      func(_ *string, a url.Values) { a.Set("state", rand.Text()) },
		"no state":           func(_ *string, a url.Values) { a.Del("state") },
		"another provider":   func(_ *string, a url.Values) { a.Set("iss", "https://evil.example") },
		"an error":           func(_ *string, a url.Values) { a.Set("error", "access_denied") },
		"another code":       func(_ *string, a url.Values) { a.Set("code", "x") },
		"another browser":    func(ticket *string, _ url.Values) { *ticket, _ = i.begin(door, signed(nil)) },
		"no ticket":          func(ticket *string, _ url.Values) { *ticket = "" },
		"too late":           func(*string, url.Values) { clock.Add(time.Hour) },
		"an answer for long": func(_ *string, a url.Values) { a.Set("state", strings.Repeat("x", 100_000)) },
	} {
		ticket, answer := i.begin(door, signed(nil))
		spoil(&ticket, answer)
		if _, err := door.Finish(t.Context(), office, ticket, answer); !errors.Is(err, auth.ErrProvider) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The same without a fault, with everything that may be there; and then again.
	ticket, answer := i.begin(door, signed(map[string]any{"aud": []string{"anlo", "other"}, "azp": "anlo"}))
	if got, err := door.Finish(t.Context(), office, ticket, answer); err != nil || got.Token == "" {
		t.Errorf("a good answer: %v", err)
	}
	i.codes[answer.Get("code")] = true // even if the provider takes the code twice
	if _, err := door.Finish(t.Context(), office, ticket, answer); !errors.Is(err, auth.ErrProvider) {
		t.Errorf("an answer that was used before: %v", err)
	}
}

// unsigned is a token with the algorithm "none".
func unsigned(claims map[string]any) string {
	text, _ := json.Marshal(claims)
	code := base64.RawURLEncoding.EncodeToString
	return code([]byte(`{"alg":"none"}`)) + "." + code(text) + "."
}

// change makes another token of a token.
func change(token string) string {
	parts := strings.Split(token, ".")
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), `"sub":"lan"`, `"sub":"lam"`, 1)))
	return strings.Join(parts, ".")
}

func TestProviderDown(t *testing.T) {
	a, clock := anlotest.App(t)
	in := anlotest.Auth(t, a)
	i := newIssuer(t, clock)
	door := i.door(in, true)
	address := i.server.Listener.Addr().String()
	i.server.Close()
	if _, _, err := door.Begin(t.Context(), ""); !errors.Is(err, auth.ErrProviderDown) {
		t.Errorf("begin: %v", err)
	}
	if err := door.Logout(t.Context(), "x"); !errors.Is(err, auth.ErrProviderDown) {
		t.Errorf("logout: %v", err)
	}
	newOfficer(t, in, clock, "lan", anlo.Grant{Role: anlo.Auditor}).signIn(office) // with a password
	i.start(address)
	clock.Add(time.Minute)
	mustArrive(t)(i.signIn(door, mfa))
	late := i.door(in, true)
	if _, _, err := late.Begin(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	// Known once, it may go away: only what needs it fails.
	ticket, answer := i.begin(door, func(nonce string) string { return i.sign(i.key, i.claims(nonce, mfa)) })
	i.server.Close()
	clock.Add(2 * time.Minute)
	if _, err := door.Finish(t.Context(), office, ticket, answer); !errors.Is(err, auth.ErrProviderDown) {
		t.Errorf("finish: %v", err)
	}
	if err := late.Logout(t.Context(), i.logoutToken(nil)); !errors.Is(err, auth.ErrProviderDown) {
		t.Errorf("logout without the keys: %v", err)
	}
	clock.Add(2 * time.Hour)
	if _, _, err := door.Begin(t.Context(), ""); err != nil {
		t.Errorf("begin with what was known: %v", err)
	}
}

func TestNamesAtTheProviderProveNothing(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		i := newIssuer(t, clock)
		door := i.door(in, true)
		local := newOfficer(t, in, clock, "lan", anlo.Grant{Role: anlo.Administrator})
		s := session(t, in, mustArrive(t)(i.signIn(door, mfa)).Token)
		if s.By.Staff == local.id || s.By.Role != anlo.CommuneOfficer || !strings.HasPrefix(s.Login, "lan-") {
			t.Errorf("signed in as %+v", s)
		}
		strange := session(t, in, mustArrive(t)(i.signIn(door, and(mfa, map[string]any{"sub": "2", "preferred_username": "Đỗ\u0000", "name": "\u202e", "email": 7}))).Token)
		if !strings.HasPrefix(strange.Login, "oidc-") {
			t.Errorf("login %q", strange.Login)
		}
		if _, err := in.Password(t.Context(), office, s.Login, ""); !errors.Is(err, auth.ErrWrong) {
			t.Errorf("an account without a password takes an empty one: %v", err)
		}
	})
}

func TestNoRoleNoEntry(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		i := newIssuer(t, clock)
		door := i.door(in, true)
		for name, more := range map[string]map[string]any{
			"another group": {"groups": []string{"ca-tinh"}},
			"no group":      {"groups": nil},
			"no area":       {"commune_code": nil},
			"no such area":  {"commune_code": "99999"},
			"a province":    {"commune_code": "01"},
			"strange":       {"groups": map[string]any{"ca-xa": true}},
		} {
			if _, err := i.signIn(door, and(mfa, more)); !errors.Is(err, auth.ErrNoRole) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := a.Store.StaffByLogin(t.Context(), "lan"); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("an account for nobody: %v", err)
		}
		token := mustArrive(t)(i.signIn(door, mfa)).Token
		if _, err := i.signIn(door, and(mfa, map[string]any{"groups": nil})); !errors.Is(err, auth.ErrNoRole) {
			t.Errorf("without a role any more: %v", err)
		}
		s := session(t, in, token)
		if s.By.Role != "" {
			t.Error("the role is still there")
		}
		if err := in.DisableStaff(t.Context(), operator, s.By.Staff); err != nil {
			t.Fatal(err)
		}
		if _, err := i.signIn(door, mfa); !errors.Is(err, auth.ErrProvider) {
			t.Errorf("a disabled account: %v", err)
		}
	})
}
