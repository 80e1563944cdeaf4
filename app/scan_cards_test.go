package app_test

import (
	"errors"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// Somebody who shows a card alone, or a short code.
func TestCardsAreJudgedAgain(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		d.Travellers[0].Health.Symptoms = []anlo.Symptom{anlo.Cough}
		r := declare(t, a, d)
		clock.Add(time.Hour)
		card := func(number string, ago time.Duration) app.Reading {
			r := l.reading(anlo.ID{}, ago, anlo.ReasonNotChecked)
			r.Kind, r.Card = anlo.ReadCard, anlo.Document{Kind: anlo.CCCD, Number: number, Country: "VN"}
			return r
		}
		l.want("declared", "look [symptoms] !", card(anlotest.An.Number, 0))
		clock.Add(3 * time.Hour)
		l.want("nobody", "stop [not-declared] !", card("001090999999", 0))
		l.want("an hour ago: only kept", "look [not-checked]", card("001090999999", time.Hour))
		pass := l.reading(r.Passes[0].ID, 0, anlo.ReasonSymptoms)
		clock.Add(3 * time.Hour)
		pass.At = clock.Now()
		l.want("and the pass", "look [symptoms]", pass)
		clock.Add(10 * time.Minute)
		seen := card(anlotest.An.Number, 0)
		l.want("card after pass", "look [symptoms used-again] !", seen)
		code := l.reading(anlo.ID{}, 0, anlo.ReasonNotChecked)
		code.Kind, code.Code = anlo.ReadCode, "7K3M9QXP"
		l.want("a short code of nobody", "stop [not-declared] !", code)
		// A phone in wrong hands takes no census.
		asked := 0
		for range 100 {
			if l.says(card("001090999998", 0)) == "stop [not-declared] !" {
				asked++
			}
		}
		if asked > 60 {
			t.Errorf("%d cards were judged at once", asked)
		}
	})
}

// Whoever has a scanner and somebody's number does not learn where that somebody
// was, except by looking them up.
func TestNumbersTellNobodyWhereSomebodyWas(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		here, far := newPost(t, a, clock, "Pháp Vân", baDinh), newPost(t, a, clock, "Hòa Phước", haiChau)
		an := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		own := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh)).Passes[0].ID
		clock.Add(time.Hour)
		far.send(far.reading(an, 0))
		clock.Add(20 * time.Minute)
		probe := func(ago time.Duration, pass anlo.ID) app.Reading {
			r := here.reading(pass, ago, anlo.ReasonElsewhere)
			r.Kind, r.Card = anlo.ReadCard, anlo.Document{Kind: anlo.CCCD, Number: anlotest.An.Number, Country: "VN"}
			return r
		}
		for name, r := range map[string]app.Reading{"a little old": probe(16*time.Minute, anlo.ID{}), "beside another pass": probe(0, own)} {
			if got := here.send(r).Results[0]; got.Elsewhere != nil || got.Alert {
				t.Errorf("%s: %+v", name, got.Elsewhere)
			}
		}
		if got := here.send(probe(0, anlo.ID{})).Results[0]; got.Elsewhere == nil {
			t.Errorf("looked up: %+v", got)
		}
	})
}

func TestWithdrawnDeviceDelivers(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		pass := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		_, token := anlotest.Post(t, a)
		open := func() (*scanner, error) {
			by, err := a.OpenDeviceForDelivery(t.Context(), token)
			return &scanner{t, a, clock, by}, err
		}
		l, err := open()
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Hour)
		if err := a.RevokeDevice(t.Context(), anlo.Actor{Role: anlo.Operator}, l.by.Device.ID); err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Hour)
		if _, err := a.OpenDevice(t.Context(), token); err == nil {
			t.Error("it may do everything still")
		}
		if l, err = open(); err != nil {
			t.Fatal(err)
		}
		r := l.send(l.reading(pass, 90*time.Minute), l.reading(pass, 30*time.Minute), l.reading(anlo.NewID(clock.Now()), 61*time.Minute))
		if !r.Withdrawn || shown(r.Results[0]) != "go []" || r.Results[1].Refused != app.ErrDeviceWithdrawn {
			t.Errorf("%+v", r)
		}
		if got := shown(r.Results[2]); got != "go []" {
			t.Errorf("a withdrawn device learns: %s", got)
		}
		if _, err := a.Judge(t.Context(), l.by, "AL1:", time.Time{}); !errors.Is(err, anlo.ErrForbidden) {
			t.Errorf("it has codes judged: %v", err)
		}
		clock.Add(71 * time.Hour)
		if _, err := open(); !errors.Is(err, anlo.ErrDevice) {
			t.Errorf("three days later: %v", err)
		}
		// One whose time is over is no worse.
		_, token = anlotest.Post(t, a)
		clock.Add(90*24*time.Hour + time.Hour)
		if l, err = open(); err != nil {
			t.Fatal(err)
		}
		if r := l.send(l.reading(pass, 2*time.Hour), l.reading(pass, 0)); !r.Withdrawn || r.Results[0].Refused != nil || r.Results[1].Refused == nil {
			t.Errorf("%+v", r)
		}
	})
}
