package auth_test

import (
	"errors"
	"testing"

	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

func TestLogoutByTheProvider(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		i := newIssuer(t, clock)
		door := i.door(in, true)
		arrive := mustArrive(t)
		begin := func(sub, sid string) string {
			return arrive(i.signIn(door, and(mfa, map[string]any{"sub": sub, "sid": sid}))).Token
		}
		one, two, colleague := begin("lan", "s1"), begin("lan", "s2"), begin("mai", "s3")
		for name, token := range map[string]string{
			"a nonce":          i.logoutToken(map[string]any{"nonce": "x"}),
			"an empty nonce":   i.logoutToken(map[string]any{"nonce": ""}),
			"no event":         i.logoutToken(map[string]any{"events": map[string]any{}}),
			"an event of text": i.logoutToken(map[string]any{"events": map[string]any{logoutEvent: "x"}}),
			"nobody":           i.logoutToken(map[string]any{"sub": nil, "sid": nil}),
			"no identifier":    i.logoutToken(map[string]any{"jti": nil}),
			"another issuer":   i.logoutToken(map[string]any{"iss": "https://evil.example"}),
			"another audience": i.logoutToken(map[string]any{"aud": "other"}),
			"expired":          i.logoutToken(map[string]any{"exp": clock.Now().Unix() - 1}),
			"old":              i.logoutToken(map[string]any{"iat": clock.Now().Unix() - 3600}),
			"from the future":  i.logoutToken(map[string]any{"iat": clock.Now().Unix() + 3600}),
			"no time of issue": i.logoutToken(map[string]any{"iat": nil}),
			"another key":      (&issuer{t: t, clock: clock, url: i.url, key: newKey(t)}).logoutToken(nil),
			"an ID token":      i.sign(i.key, i.claims("n", nil)),
			"no token":         "",
		} {
			if err := door.Logout(t.Context(), token); !errors.Is(err, auth.ErrProvider) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, token := range []string{one, two, colleague} {
			session(t, in, token)
		}
		token := i.logoutToken(nil)
		if err := door.Logout(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		refused(t, in, one)
		session(t, in, two)
		if err := door.Logout(t.Context(), token); !errors.Is(err, auth.ErrProvider) {
			t.Errorf("the same token again: %v", err)
		}
		if err := door.Logout(t.Context(), i.logoutToken(map[string]any{"sid": nil})); err != nil {
			t.Fatal(err)
		}
		refused(t, in, two)
		session(t, in, colleague)
	})
}
