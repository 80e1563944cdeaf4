package app_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/credential"
	"anlo/identity"
	"anlo/locale"
)

// clerk is a commune officer at a window.
func clerk(now time.Time) anlo.Actor {
	return anlo.Actor{Role: anlo.CommuneOfficer, Area: anlotest.An.Permanent.Commune, Staff: anlo.NewID(now), Lang: "vi"}
}

func TestDeclareFor(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		ctx := t.Context()
		device, _ := anlotest.Post(t, a)
		staff := clerk(clock.Now())
		post := anlo.Actor{Role: anlo.CheckpointOfficer, Area: anlo.UnitRef{List: "vn-2026", Code: "79"}, Staff: anlo.NewID(clock.Now())}
		for i, by := range []anlo.Actor{staff, post, device} {
			r, err := a.DeclareFor(ctx, by, anlotest.Declaration(clock.Now(), anlotest.An), "")
			if err != nil {
				t.Fatalf("%s: %v", by.Role, err)
			}
			owner, err := a.OpenLink(r.ManageToken)
			if err != nil {
				t.Fatal(err)
			}
			d, err := a.Declaration(ctx, owner)
			if err != nil || !d.Declaration.OnBehalf || !d.Confirmed[0] {
				t.Errorf("%s: kept as %v on behalf, confirmed %v, %v", by.Role, d.Declaration.OnBehalf, d.Confirmed, err)
			}
			if n, err := a.Store.AuditCount(ctx, anlo.ActDeclareFor); n != int64(i+1) || err != nil {
				t.Errorf("%s: %d entries, %v", by.Role, n, err)
			}
		}
		if n, _ := a.Store.AuditCount(ctx, anlo.ActDeclare); n != 0 {
			t.Errorf("%d of them say that the traveller declared", n)
		}
		for _, by := range []anlo.Actor{
			anlotest.Citizen,
			{Role: anlo.Auditor, Staff: anlo.NewID(clock.Now())},
			{Role: anlo.HealthOfficer, Staff: anlo.NewID(clock.Now())},
			{Role: anlo.CommuneOfficer}, // nobody in particular
			{Role: anlo.CommuneOfficer, Key: anlo.NewID(clock.Now()), Only: []anlo.Action{anlo.ActReadDesk}},
		} {
			if _, err := a.DeclareFor(ctx, by, anlotest.Declaration(clock.Now(), anlotest.An), ""); !errors.Is(err, anlo.ErrForbidden) {
				t.Errorf("%s may declare for others: %v", by.Role, err)
			}
		}
	})
}

func TestDeclareForTwice(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	by, other := clerk(clock.Now()), clerk(clock.Now())
	d := anlotest.Declaration(clock.Now(), anlotest.An)
	d.Trip.DepartsAt = time.Time{}
	first, err := a.DeclareFor(t.Context(), by, d, "k")
	if err != nil || !first.Declaration.Trip.DepartsAt.Equal(clock.Now()) {
		t.Fatalf("departs %v, %v", first.Declaration.Trip.DepartsAt, err)
	}
	clock.Add(2 * time.Second)
	if again, err := a.DeclareFor(t.Context(), by, d, "k"); err != nil || again.ID != first.ID {
		t.Errorf("a second press made %v, %v", again.ID, err)
	}
	if theirs, err := a.DeclareFor(t.Context(), other, d, "k"); err != nil || theirs.ID == first.ID {
		t.Errorf("another officer's key opened %v, %v", theirs.ID, err)
	}
}

func TestDeclareForIsLimited(t *testing.T) {
	a, clock := anlotest.App(t)
	by := clerk(clock.Now())
	wrong := anlo.Declaration{}
	for range 300 {
		if _, err := a.DeclareFor(t.Context(), by, wrong, ""); !errors.Is(err, anlo.ErrInvalid) {
			t.Fatal(err)
		}
	}
	if _, err := a.DeclareFor(t.Context(), by, wrong, ""); !errors.Is(err, anlo.ErrTooMany) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := a.DeclareFor(t.Context(), clerk(clock.Now()), wrong, ""); !errors.Is(err, anlo.ErrInvalid) {
		t.Errorf("another officer: %v", err)
	}
	clock.Add(5 * time.Second)
	if _, err := a.DeclareFor(t.Context(), by, wrong, ""); !errors.Is(err, anlo.ErrInvalid) {
		t.Errorf("five seconds later: %v", err)
	}
}

// The register gives a residence to whom it confirms, and to nobody else.
func TestResidenceFromTheRegister(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	by := clerk(clock.Now())
	d := anlotest.Declaration(clock.Now(), anlotest.An)
	d.Travellers[0].Permanent, d.Trip.Origin = anlo.Residence{}, anlo.Residence{}
	r, err := a.DeclareFor(t.Context(), by, d, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Declaration; got.Travellers[0].Permanent != anlotest.An.Permanent || got.Trip.Origin != anlotest.An.Permanent {
		t.Errorf("lives at %v, sets out from %v", got.Travellers[0].Permanent, got.Trip.Origin)
	}
	d.Travellers[0].FullName = "Trần Quốc Toản"
	var wrong *anlo.Error
	if _, err = a.DeclareFor(t.Context(), by, d, ""); !errors.As(err, &wrong) || wrong.Fields[0].Field != "travellers[0].residence.permanent.commune" {
		t.Errorf("a number with another's name is given a residence: %v", err)
	}
	if d.Travellers[0].Permanent != (anlo.Residence{}) {
		t.Error("what the caller holds was changed")
	}
}

// Where the register is down, the officer types what it cannot say.
func TestResidenceWithoutTheRegister(t *testing.T) {
	a, clock := anlotest.App(t, anlotest.WithRegister(silent{}))
	d := anlotest.Declaration(clock.Now(), anlotest.An)
	if _, err := a.DeclareFor(t.Context(), clerk(clock.Now()), d, ""); err != nil {
		t.Error(err)
	}
	d.Travellers[0].Permanent = anlo.Residence{}
	if _, err := a.DeclareFor(t.Context(), clerk(clock.Now()), d, ""); !errors.Is(err, anlo.ErrInvalid) {
		t.Error(err)
	}
}

type silent struct{}

func (silent) Match(context.Context, identity.Claim) (anlo.Match, error) {
	return anlo.Match{}, identity.ErrRegisterDown
}

func TestSlipReference(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	by := clerk(clock.Now())
	alone, err := a.DeclareFor(t.Context(), by, anlotest.Declaration(clock.Now(), anlotest.An), "")
	if err != nil {
		t.Fatal(err)
	}
	reference, err := a.SlipReference(by, alone.ID)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := a.Store.AuditCount(t.Context(), anlo.ActDeclareFor)
	if p, err := a.AssistedPass(t.Context(), by, reference); err != nil || p.QR != alone.Passes[0].QR {
		t.Errorf("%v", err)
	}
	if n, _ := a.Store.AuditCount(t.Context(), anlo.ActDeclareFor); n != before+1 {
		t.Errorf("%d entries after the pass was read again, %d before", n, before)
	}
	if _, err := a.AssistedPass(t.Context(), clerk(clock.Now()), reference); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("another officer reads it: %v", err)
	}
	if _, err := a.AssistedPass(t.Context(), anlotest.Citizen, reference); !errors.Is(err, anlo.ErrForbidden) {
		t.Errorf("a citizen reads it: %v", err)
	}
	owner, _ := a.OpenLink(alone.ManageToken)
	if err := a.Cancel(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AssistedPass(t.Context(), by, reference); !errors.Is(err, anlo.ErrCancelled) {
		t.Errorf("a cancelled pass is printed: %v", err)
	}
	party, err := a.DeclareFor(t.Context(), by, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh), "")
	if err != nil {
		t.Fatal(err)
	}
	reference, _ = a.SlipReference(by, party.ID)
	if p, err := a.AssistedPass(t.Context(), by, reference); err != nil || p.QR != party.PartyPass.QR {
		t.Errorf("the slip of a party: %v", err)
	}
	clock.Add(16 * time.Minute)
	if _, err := a.AssistedPass(t.Context(), by, reference); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("an old reference: %v", err)
	}
}

// What stands on a slip is what the code says and the words around it, so two
// people whose codes say the same have the same slip.
func TestSlipSaysWhatTheCodeSays(t *testing.T) {
	a, clock := anlotest.App(t)
	d := anlotest.Declaration(clock.Now(), anlotest.An)
	content := func() credential.SlipContent {
		t.Helper()
		r, err := a.DeclareFor(t.Context(), clerk(clock.Now()), d, "")
		if err != nil {
			t.Fatal(err)
		}
		c, err := a.Slip(locale.For("en"), r.Passes[0])
		if err != nil {
			t.Fatal(err)
		}
		c.Code = ""
		return c
	}
	said := content()
	for name, change := range map[string]func(){
		"number":    func() { d.Travellers[0].Document.Number = "001090999999" },
		"birthday":  func() { d.Travellers[0].BirthDate = anlo.Date{Year: 1990, Month: 7, Day: 3} },
		"sex":       func() { d.Travellers[0].Sex = anlo.Female },
		"phone":     func() { d.Travellers[0].Phone = "0987654321" },
		"home":      func() { d.Travellers[0].Permanent.Address = "Thôn Đoài" },
		"origin":    func() { d.Trip.Origin.Commune.Code = "00008" },
		"street":    func() { d.Trip.Destination.Address = "Số 99" },
		"departure": func() { d.Trip.DepartsAt = clock.Now().Add(7 * time.Hour) },
		"vehicle":   func() { d.Trip.Vehicle.Kind = anlo.Truck },
		"note":      func() { d.Trip.Note = "Đi thăm" },
		"health": func() {
			d.Travellers[0].Health = anlo.Health{Symptoms: []anlo.Symptom{anlo.Fever}, ContactWithCase: true}
		},
	} {
		change()
		if got := content(); !reflect.DeepEqual(got, said) {
			t.Errorf("the slip gives the %s away:\n%+v\n%+v", name, got, said)
		}
	}
}
