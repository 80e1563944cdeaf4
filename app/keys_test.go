package app_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

func TestKeysRotateAndWithdraw(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		operator := anlo.Actor{Role: anlo.Operator}
		first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		if err := a.Rotate(t.Context(), operator, time.Hour); err != nil {
			t.Fatal(err)
		}
		states := func() string {
			keys, err := a.Keys(t.Context(), operator)
			if err != nil {
				t.Fatal(err)
			}
			var s []string
			for _, k := range keys {
				if k.Use == "pass" {
					s = append(s, k.State)
				}
			}
			return strings.Join(s, " ")
		}
		if got := states(); got != "signing next" {
			t.Errorf("before the change: %s", got)
		}
		clock.Add(2 * time.Hour)
		if got := states(); got != "retired signing" {
			t.Errorf("after the change: %s", got)
		}
		second := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh))
		for _, r := range []app.Receipt{first, second} {
			if got := judge(t, a, officer, r.Passes[0].QR); got != "go []" {
				t.Errorf("after rotation: %s", got)
			}
		}
		keys, _ := a.Keys(t.Context(), operator)
		for _, k := range keys {
			if k.Use == "pass" && k.State == "retired" {
				if err := a.Withdraw(t.Context(), operator, k.KID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := offline(t, a, first.Passes[0].QR, clock.Now()); got != "stop [key-unknown]" {
			t.Errorf("signed by a withdrawn key: %s", got)
		}
		if got := judge(t, a, officer, second.Passes[0].QR); got != "go []" {
			t.Errorf("signed by the other: %s", got)
		}
		if err := a.Rotate(t.Context(), anlotest.Citizen, 0); !errors.Is(err, anlo.ErrForbidden) {
			t.Errorf("a citizen rotates: %v", err)
		}
	})
}

// The next key is in every bundle a week before it signs, and a server that
// runs for months never stops signing.
func TestKeysAreMadeBeforeTheyAreDue(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	officer, _ := anlotest.Post(t, a)
	for range 60 {
		clock.Add(24 * time.Hour)
		if err := a.EnsureKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := a.RefreshBundle(t.Context()); err != nil {
			t.Fatal(err)
		}
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		if got := judge(t, a, officer, r.Passes[0].QR); got != "go []" {
			t.Fatalf("at %v: %s", clock.Now(), got)
		}
	}
	keys, err := a.Keys(t.Context(), anlo.Actor{Role: anlo.Operator})
	if err != nil || len(keys) < 8 || len(keys) > 14 {
		t.Errorf("%d keys in two months, %v", len(keys), err)
	}
}
