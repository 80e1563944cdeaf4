package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/credential"
	"anlo/identity"
)

func TestMain(m *testing.M) { anlotest.Main(m) }

func declare(t *testing.T, a *app.App, d anlo.Declaration) app.Receipt {
	t.Helper()
	r, err := a.Declare(t.Context(), anlotest.Citizen, d, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func judge(t *testing.T, a *app.App, officer anlo.Actor, code string) string {
	t.Helper()
	v, err := a.Judge(t.Context(), officer, code, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(fmt.Sprintln(v.Outcome, v.Reasons))
}

// offline judges with nothing but the published bundle and the root key.
func offline(t *testing.T, a *app.App, code string, at time.Time) string {
	t.Helper()
	data, _, err := a.Bundle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := credential.OpenBundle(data, a.Root, at)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := b.Judge(code, at)
	return strings.TrimSpace(fmt.Sprintln(v.Outcome, v.Reasons))
}

func TestDeclareAndPass(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		if len(r.Passes) != 1 || r.PartyPass != nil || !r.Confirmed[0] {
			t.Fatalf("%+v", r)
		}
		code := r.Passes[0].QR
		if got := judge(t, a, officer, code); got != "go []" {
			t.Errorf("online: %s", got)
		}
		if got := offline(t, a, code, clock.Now()); got != "go []" {
			t.Errorf("offline: %s", got)
		}
		clock.Add(anlo.PassLifetime - time.Second)
		if got := judge(t, a, officer, code); got != "go []" {
			t.Errorf("in the last second: %s", got)
		}
		clock.Add(time.Hour)
		if got := judge(t, a, officer, code); !strings.HasPrefix(got, "stop [expired") {
			t.Errorf("after 72 hours: %s", got)
		}
		if counts, err := a.Store.ScanCount(t.Context(), officer.Device.Checkpoint.ID); err != nil || counts[anlo.Go] != 2 || counts[anlo.Stop] != 1 {
			t.Errorf("scans %v, %v", counts, err)
		}
	})
}

func TestChangeReissuesAndNeverExtends(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		owner, err := a.OpenLink(r.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(10 * time.Hour)
		d := anlotest.Declaration(clock.Now(), anlotest.Binh) // another person altogether
		changed, err := a.Change(t.Context(), owner, d)
		if err != nil {
			t.Fatal(err)
		}
		if !changed.ExpiresAt.Equal(r.ExpiresAt) || !changed.Passes[0].ExpiresAt.Equal(r.Passes[0].ExpiresAt) {
			t.Error("the correction extended the pass")
		}
		if got := judge(t, a, officer, r.Passes[0].QR); !strings.Contains(got, "stop [revoked]") {
			t.Errorf("the old pass: %s", got)
		}
		if got := offline(t, a, r.Passes[0].QR, clock.Now()); got != "stop [revoked]" {
			t.Errorf("the old pass offline: %s", got)
		}
		if got := judge(t, a, officer, changed.Passes[0].QR); got != "go []" {
			t.Errorf("the new pass: %s", got)
		}
		if got, err := a.Declaration(t.Context(), owner); err != nil || got.Declaration.Travellers[0].FullName != anlotest.Binh.FullName || got.Revision != 1 {
			t.Errorf("%+v %v", got, err)
		}
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Errorf("cancelling twice: %v", err)
		}
		if got := offline(t, a, changed.Passes[0].QR, clock.Now()); got != "stop [revoked]" {
			t.Errorf("cancelled, offline: %s", got)
		}
		if got := judge(t, a, officer, changed.Passes[0].QR); got != "stop [revoked]" {
			t.Errorf("cancelled, online: %s", got)
		}
		if _, err := a.Change(t.Context(), owner, d); !errors.Is(err, anlo.ErrCancelled) {
			t.Errorf("change after cancelling: %v", err)
		}
	})
}

func TestParty(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		d := anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh)
		d.Travellers[1].Health.Symptoms = []anlo.Symptom{anlo.Fever}
		r := declare(t, a, d)
		if len(r.Passes) != 2 || r.PartyPass == nil {
			t.Fatalf("%+v", r)
		}
		for i, want := range []string{"go []", "look [symptoms]"} {
			if got := judge(t, a, officer, r.Passes[i].QR); got != want {
				t.Errorf("traveller %d: %s, want %s", i, got, want)
			}
		}
		v, err := a.Judge(t.Context(), officer, r.PartyPass.QR, time.Time{})
		if err != nil || v.Outcome != anlo.Look || len(v.Bearer.Travellers) != 2 {
			t.Errorf("party: %+v %v", v, err)
		}
		for i, n := range v.Bearer.Travellers {
			p, err := credential.ReadPass(r.PartyPass.QR)
			if err != nil {
				t.Fatal(err)
			}
			if n.Tag != credential.IDTag(p.CTI, d.Travellers[i].Document) {
				t.Errorf("traveller %d: the tag does not fit the identity number", i)
			}
		}
	})
}

func TestIdempotency(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		const callers = 20
		ids := make([]anlo.ID, callers)
		tokens := make([]string, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				r, err := a.Declare(t.Context(), anlotest.Citizen, d, "key")
				if err != nil {
					t.Error(err)
				}
				ids[i], tokens[i] = r.ID, r.ManageToken
			})
		}
		wg.Wait()
		if len(slices.Compact(ids)) != 1 || len(slices.Compact(tokens)) != 1 {
			t.Error("one key made several declarations")
		}
		d.Trip.Purpose = anlo.Home
		if _, err := a.Declare(t.Context(), anlotest.Citizen, d, "key"); !errors.Is(err, anlo.ErrIdempotencyUsed) {
			t.Errorf("another body under the same key: %v", err)
		}
		stranger := anlotest.Declaration(clock.Now(), anlotest.Binh)
		if r, err := a.Declare(t.Context(), anlotest.Citizen, stranger, "key"); err != nil || r.ID == ids[0] {
			t.Errorf("somebody else with the same key: %v", err)
		}
	})
}

// flaky is a register that can be switched off.
type flaky struct {
	down atomic.Bool
	slow atomic.Bool
}

func (f *flaky) Match(ctx context.Context, c identity.Claim) (anlo.Match, error) {
	if f.slow.Load() {
		<-ctx.Done()
		return anlo.Match{}, ctx.Err()
	}
	if f.down.Load() {
		return anlo.Match{}, anlo.ErrUnavailable
	}
	return anlo.Match{Grade: anlo.MatchExact, Register: &anlotest.An}, nil
}

func TestRegisterDownNeverBlocks(t *testing.T) {
	register := &flaky{}
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		officer, _ := anlotest.Post(t, a)
		register.down.Store(true)
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		if r.Confirmed[0] {
			t.Fatal("confirmed by a register that is down")
		}
		before := r.Passes[0].QR
		if got := judge(t, a, officer, before); got != "look [identity-not-confirmed]" {
			t.Errorf("before: %s", got)
		}
		clock.Add(time.Minute)
		if n, err := a.ConfirmWaiting(t.Context()); n != 0 || err != nil {
			t.Errorf("settled %d while the register is down, %v", n, err)
		}
		register.down.Store(false)
		clock.Add(2 * time.Hour)
		if n, err := a.ConfirmWaiting(t.Context()); n != 1 || err != nil {
			t.Fatalf("settled %d, %v", n, err)
		}
		owner, err := a.OpenLink(r.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		d, err := a.Declaration(t.Context(), owner)
		if err != nil || !d.Confirmed[0] || d.Passes[0].ID != r.Passes[0].ID || !d.Passes[0].ExpiresAt.Equal(r.ExpiresAt) {
			t.Fatalf("%+v %v", d, err)
		}
		for name, code := range map[string]string{"the printed copy": before, "the fresh one": d.Passes[0].QR} {
			if got := judge(t, a, officer, code); got != "go []" {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got := offline(t, a, d.Passes[0].QR, clock.Now()); got != "go []" {
			t.Errorf("the fresh one offline: %s", got)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, err := a.Store.Waiting(t.Context()); n != 0 || err != nil {
			t.Errorf("%d rows wait, %v", n, err)
		}
	}, anlotest.WithRegister(register))
}

func TestSlowRegister(t *testing.T) {
	register := &flaky{}
	register.slow.Store(true)
	a, clock := anlotest.App(t, anlotest.WithRegister(register))
	if r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)); r.Confirmed[0] || len(r.Passes) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestStrangersLearnNothing(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	other := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh))
	for _, token := range []string{"", "x", r.ManageToken[:42], r.ManageToken + "A", strings.ToUpper(r.ManageToken)} {
		if _, err := a.OpenLink(token); !errors.Is(err, anlo.ErrUnsigned) {
			t.Errorf("token %q: %v", token, err)
		}
	}
	owner, _ := a.OpenLink(r.ManageToken)
	if _, err := a.Pass(t.Context(), owner, other.Passes[0].ID); !errors.Is(err, anlo.ErrNotFound) {
		t.Errorf("somebody else's pass: %v", err)
	}
	if _, err := a.Pass(t.Context(), owner, r.Passes[0].ID); err != nil {
		t.Error(err)
	}
	if _, err := a.Declaration(t.Context(), anlotest.Citizen); !errors.Is(err, anlo.ErrForbidden) {
		t.Errorf("without a link: %v", err)
	}
	if _, err := a.Judge(t.Context(), owner, r.Passes[0].QR, time.Time{}); !errors.Is(err, anlo.ErrForbidden) {
		t.Errorf("a citizen judges: %v", err)
	}
}

func TestDeviceTokens(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		officer, token := anlotest.Post(t, a)
		got, err := a.OpenDevice(t.Context(), token)
		if err != nil || got.Device.ID != officer.Device.ID || got.Role != anlo.CheckpointOfficer {
			t.Fatalf("%+v %v", got, err)
		}
		if err := a.RevokeDevice(t.Context(), anlo.Actor{Role: anlo.Operator}, officer.Device.ID); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{token, "", "anlo_dev_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
			if _, err := a.OpenDevice(t.Context(), bad); !errors.Is(err, anlo.ErrDevice) {
				t.Errorf("%v", err)
			}
		}
		if err := a.RevokeDevice(t.Context(), anlotest.Citizen, officer.Device.ID); !errors.Is(err, anlo.ErrForbidden) {
			t.Errorf("a citizen revokes a device: %v", err)
		}
	})
}

func TestSealedForms(t *testing.T) {
	a, clock := anlotest.App(t)
	s, err := a.SealForm("draft", []byte("typed"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.OpenForm("draft", s, time.Hour); err != nil || string(got) != "typed" {
		t.Fatalf("%q %v", got, err)
	}
	if _, err := a.OpenForm("remembered", s, time.Hour); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("for another purpose: %v", err)
	}
	clock.Add(2 * time.Hour)
	if _, err := a.OpenForm("draft", s, time.Hour); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("too old: %v", err)
	}
	for _, bad := range []string{"", "AAAA", "AAAAAAAAAAAAAAAA", "!", s[1:]} {
		if _, err := a.OpenForm("draft", bad, time.Hour); !errors.Is(err, anlo.ErrUnsigned) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestForgedCodes(t *testing.T) {
	a, clock := anlotest.App(t)
	other, _ := anlotest.App(t)
	anlotest.Register(t, a)
	officer, _ := anlotest.Post(t, a)
	mine := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].QR
	foreign := declare(t, other, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].QR
	for code, want := range map[string]string{
		"":                "stop [unreadable]",
		"hello":           "stop [unreadable]",
		mine[:60]:         "stop [unreadable]",
		foreign:           "stop [key-unknown]",
		"HC1:" + mine[4:]: "stop [unreadable]",
	} {
		if got := judge(t, a, officer, code); got != want {
			t.Errorf("%.10q: %s, want %s", code, got, want)
		}
	}
}

// A correction in the very second of the declaration still shows the new pass.
func TestChangeWithinTheSameSecond(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		for range 10 { // the order of identifiers within a second is chance
			r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
			owner, err := a.OpenLink(r.ManageToken)
			if err != nil {
				t.Fatal(err)
			}
			changed, err := a.Change(t.Context(), owner, anlotest.Declaration(clock.Now(), anlotest.Binh, anlotest.An))
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Declaration(t.Context(), owner)
			if err != nil || got.Passes[0].ID != changed.Passes[0].ID || got.Passes[1].ID != changed.Passes[1].ID || got.PartyPass.ID != changed.PartyPass.ID {
				t.Fatalf("the link shows a pass that was replaced (%v)", err)
			}
		}
	})
}

// A replaced pass tells nothing about whoever stands in the declaration now.
func TestReplacedPassTellsNothingNew(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	officer, _ := anlotest.Post(t, a)
	r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	owner, err := a.OpenLink(r.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Hour)
	d := anlotest.Declaration(clock.Now(), anlotest.Binh)
	d.Travellers[0].Health.Symptoms = []anlo.Symptom{anlo.Fever}
	if _, err := a.Change(t.Context(), owner, d); err != nil {
		t.Fatal(err)
	}
	if got := judge(t, a, officer, r.Passes[0].QR); got != "stop [revoked]" {
		t.Errorf("now: %s", got)
	}
	v, err := a.Judge(t.Context(), officer, r.Passes[0].QR, clock.Now().Add(-30*time.Minute))
	if err != nil || v.Outcome != anlo.Go {
		t.Errorf("read before it was replaced: %+v %v", v, err)
	}
}

// Whoever guesses at somebody's data is slowed down, as leading traveller, as
// companion and in corrections alike.
func TestGuessingAtANumberIsLimited(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh))
	owner, err := a.OpenLink(r.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	guess := anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh)
	for i := range 200 {
		guess.Travellers[0].BirthDate = anlo.Date{Year: 1990, Month: 1 + i%12, Day: 1 + i%28}
		if _, err = a.Change(t.Context(), owner, guess); err != nil {
			break
		}
	}
	if !errors.Is(err, anlo.ErrTooMany) {
		t.Errorf("200 guesses in corrections: %v", err)
	}
	if _, err := a.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(clock.Now(), anlotest.An), ""); !errors.Is(err, anlo.ErrTooMany) {
		t.Errorf("and then as a new declaration: %v", err)
	}
}
