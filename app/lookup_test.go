package app_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

func lookUp(t *testing.T, a *app.App, officer anlo.Actor, what app.Sought) (string, anlo.ID) {
	t.Helper()
	v, pass, err := a.LookUp(t.Context(), officer, what)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(fmt.Sprintln(v.Outcome, v.Reasons)), pass
}

const nothing = "stop [not-declared]"

func TestLookUpByCard(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		card := app.Sought{Number: "001 090 123 456"}
		if got, pass := lookUp(t, a, officer, card); got != nothing || !pass.IsZero() {
			t.Errorf("before declaring: %s %s", got, pass)
		}
		first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		if got, pass := lookUp(t, a, officer, card); got != "go []" || pass != first.Passes[0].ID {
			t.Errorf("declared: %s %s", got, pass)
		}
		if got, pass := lookUp(t, a, officer, app.Sought{Number: anlotest.An.OldNumber}); got != "go []" || pass != first.Passes[0].ID {
			t.Errorf("by the old card: %s %s", got, pass)
		}
		clock.Add(time.Hour)
		d := anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh)
		d.Travellers[1].Health.Symptoms = []anlo.Symptom{anlo.Fever}
		second := declare(t, a, d)
		for _, number := range []string{anlotest.An.Number, anlotest.Binh.Number} {
			if got, pass := lookUp(t, a, officer, app.Sought{Number: number}); got != "look [symptoms]" || pass != second.PartyPass.ID {
				t.Errorf("%s, in a party that declared since: %s %s", number, got, pass)
			}
		}
		owner, err := a.OpenLink(second.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if got, pass := lookUp(t, a, officer, card); got != "go []" || pass != first.Passes[0].ID {
			t.Errorf("the newer one cancelled: %s %s", got, pass)
		}
		clock.Add(anlo.PassLifetime)
		if got, pass := lookUp(t, a, officer, card); got != nothing || !pass.IsZero() {
			t.Errorf("after 72 hours: %s %s", got, pass)
		}
	})
}

// Who declared with the old card, or with a slip of a finger, is found by the
// number on the card they carry.
func TestLookUpKnowsTheRegistersNumber(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		d.Travellers[0].Document = anlo.Document{Kind: anlo.CMND, Number: anlotest.An.OldNumber, Country: "VN"}
		r := declare(t, a, d)
		if !r.Confirmed[0] {
			t.Fatal("the register does not know the old number")
		}
		for _, number := range []string{anlotest.An.Number, anlotest.An.OldNumber} {
			if got, pass := lookUp(t, a, officer, app.Sought{Number: number}); got != "go []" || pass != r.Passes[0].ID {
				t.Errorf("%s: %s %s", number, got, pass)
			}
		}
	})
}

func TestStandingAtAMoment(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		made := clock.Now()
		r := declare(t, a, anlotest.Declaration(made, anlotest.An))
		person := a.Seal.Index("person", anlotest.An.Number)
		clock.Add(10 * time.Hour)
		owner, err := a.OpenLink(r.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := a.Change(t.Context(), owner, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(10 * time.Hour)
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Hour)
		for hour, want := range map[int]anlo.ID{-1: {}, 1: r.Passes[0].ID, 11: changed.PartyPass.ID, 21: {}, 80: {}} {
			p, _, err := a.Standing(t.Context(), person, made.Add(time.Duration(hour)*time.Hour))
			if want.IsZero() != errors.Is(err, anlo.ErrNotFound) || !want.IsZero() && err != nil || p.ID != want {
				t.Errorf("after %d hours: %s, %v; want %s", hour, p.ID, err, want)
			}
		}
	})
}

func TestLookUpsAreLimitedAndAudited(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	officer, _ := anlotest.Post(t, a)
	other, _ := anlotest.Post(t, a)
	ask := func(by anlo.Actor) error {
		_, _, err := a.LookUp(t.Context(), by, app.Sought{Number: anlotest.An.Number})
		return err
	}
	for i := range 60 {
		if err := ask(officer); err != nil {
			t.Fatalf("look-up %d: %v", i, err)
		}
	}
	if err := ask(officer); !errors.Is(err, anlo.ErrTooMany) {
		t.Errorf("the 61st at once: %v", err)
	}
	if _, err := a.JudgeTyped(t.Context(), officer, anlotest.An.Number); !errors.Is(err, anlo.ErrTooMany) {
		t.Errorf("the 61st, on the page: %v", err)
	}
	if err := ask(other); err != nil {
		t.Errorf("another device: %v", err)
	}
	clock.Add(time.Minute)
	for i := range 20 {
		if err := ask(officer); err != nil {
			t.Fatalf("look-up %d of the next minute: %v", i, err)
		}
	}
	if err := ask(officer); !errors.Is(err, anlo.ErrTooMany) {
		t.Errorf("the 21st of the next minute: %v", err)
	}
	if n, err := a.Store.AuditCount(t.Context(), anlo.ActLookUp); n != 81 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

func TestLookUpSaysWhatIsWrong(t *testing.T) {
	a, _ := anlotest.App(t)
	officer, _ := anlotest.Post(t, a)
	for want, what := range map[string]app.Sought{
		"number: required":            {},
		"number: id-number.length":    {Number: "12345"},
		"number: id-number.malformed": {Number: "B1234567"},
		"code: short-code.malformed":  {Code: "7K3M-9QX"},
		"code: lookup.both":           {Number: anlotest.An.Number, Code: "7K3M-9QXP"},
	} {
		_, _, err := a.LookUp(t.Context(), officer, what)
		if err == nil || !strings.Contains(err.Error(), want) || anlo.KindOf(err) != anlo.Invalid {
			t.Errorf("%+v: %v, want %s", what, err, want)
		}
	}
	if _, _, err := a.LookUp(t.Context(), anlotest.Citizen, app.Sought{Number: anlotest.An.Number}); !errors.Is(err, anlo.ErrForbidden) {
		t.Errorf("a citizen: %v", err)
	}
}
