package api

import (
	"fmt"
	"time"

	"anlo"
	"anlo/app"
)

// receipt answers POST /api/v1/declarations.
type receipt struct {
	DeclarationID anlo.ID   `json:"declaration_id" format:"uuid"`
	ManageToken   string    `json:"manage_token" doc:"Opens this declaration, as the bearer token of later requests. It is shown once and is the only proof of ownership: keep it secret."`
	DeclaredAt    time.Time `json:"declared_at"`
	ExpiresAt     time.Time `json:"expires_at" doc:"Of every pass: 72 hours after declaring, whatever is corrected later."`
	Passes        []pass    `json:"passes" doc:"One for each traveller, in the order of the declaration."`
	PartyPass     *pass     `json:"party_pass,omitempty" doc:"One code for everybody in the vehicle; absent when somebody travels alone."`
}

// declared answers reads and corrections.
type declared struct {
	DeclarationID anlo.ID     `json:"declaration_id" format:"uuid"`
	Revision      int         `json:"revision" minimum:"0" doc:"Counts corrections."`
	DeclaredAt    time.Time   `json:"declared_at"`
	ExpiresAt     time.Time   `json:"expires_at"`
	CancelledAt   *time.Time  `json:"cancelled_at,omitempty" doc:"Absent while the declaration stands."`
	Passes        []pass      `json:"passes"`
	PartyPass     *pass       `json:"party_pass,omitempty"`
	Declaration   declaration `json:"declaration" doc:"In the form that PUT takes."`
}

type pass struct {
	ID                anlo.ID   `json:"id" format:"uuid"`
	QR                string    `json:"qr" example:"AL1:6BF…" doc:"The text of the QR code."`
	Traveller         *int      `json:"traveller,omitempty" minimum:"0" doc:"Index in travellers; absent on the pass of a party."`
	IssuedAt          time.Time `json:"issued_at"`
	ExpiresAt         time.Time `json:"expires_at"`
	IdentityConfirmed bool      `json:"identity_confirmed" doc:"Whether the population register confirmed who this is; for a party, everybody. An unconfirmed pass is valid, and checkpoints look at the identity card."`
}

func receiptOf(r *app.Receipt) receipt {
	return receipt{
		DeclarationID: r.ID,
		ManageToken:   r.ManageToken,
		DeclaredAt:    r.DeclaredAt.UTC(),
		ExpiresAt:     r.ExpiresAt.UTC(),
		Passes:        passesOf(&r.Declared),
		PartyPass:     partyPassOf(&r.Declared),
	}
}

func (s *server) declaredOf(d *app.Declared) declared {
	out := declared{
		DeclarationID: d.ID,
		Revision:      d.Revision,
		DeclaredAt:    d.DeclaredAt.UTC(),
		ExpiresAt:     d.ExpiresAt.UTC(),
		Passes:        passesOf(d),
		PartyPass:     partyPassOf(d),
		Declaration:   writing{s.UnitList}.declaration(&d.Declaration),
	}
	if !d.CancelledAt.IsZero() {
		at := d.CancelledAt.UTC()
		out.CancelledAt = &at
	}
	return out
}

func passesOf(d *app.Declared) []pass {
	out := make([]pass, len(d.Passes))
	for i := range d.Passes {
		out[i] = passOf(&d.Passes[i], d.Confirmed[d.Passes[i].Traveller])
		out[i].Traveller = &d.Passes[i].Traveller
	}
	return out
}

func partyPassOf(d *app.Declared) *pass {
	if d.PartyPass == nil {
		return nil
	}
	p := passOf(d.PartyPass, allConfirmed(d))
	return &p
}

func passOf(p *anlo.Pass, confirmed bool) pass {
	return pass{ID: p.ID, QR: p.QR, IssuedAt: p.IssuedAt.UTC(), ExpiresAt: p.ExpiresAt.UTC(), IdentityConfirmed: confirmed}
}

func allConfirmed(d *app.Declared) bool {
	for _, c := range d.Confirmed {
		if !c {
			return false
		}
	}
	return true
}

// writing turns a declaration back into the JSON that reading reads.
type writing struct {
	list string // whose communes are written as a bare code
}

func (w writing) declaration(d *anlo.Declaration) declaration {
	out := declaration{
		Travellers: make([]traveller, len(d.Travellers)),
		OnBehalf:   d.OnBehalf,
		Trip:       w.trip(&d.Trip),
	}
	for i := range d.Travellers {
		out.Travellers[i] = w.traveller(&d.Travellers[i])
	}
	return out
}

func (w writing) trip(t *anlo.Trip) trip {
	return trip{
		Origin:      tripEnd(w.home(t.Origin)),
		Destination: tripEnd(w.home(t.Destination)),
		DepartsAt:   t.DepartsAt.Format(time.RFC3339),
		Vehicle:     vehicle{string(t.Vehicle.Kind), t.Vehicle.Plate},
		Reason:      string(t.Purpose),
		Note:        t.Note,
	}
}

func (w writing) traveller(t *anlo.Traveller) traveller {
	out := traveller{
		FullName:    t.FullName,
		DateOfBirth: t.BirthDate.String(),
		Sex:         string(t.Sex),
		Nationality: t.Nationality,
		Phone:       t.Phone,
		Residence:   residences{Permanent: w.home(t.Permanent)},
		Health: health{
			ContactWithCase: t.Health.ContactWithCase,
			Places:          t.Health.Places,
			Doses:           t.Health.Doses,
		},
	}
	if t.Document.Kind == anlo.Passport {
		out.Passport = t.Document.Number
	} else {
		out.IDNumber = t.Document.Number
	}
	if !t.Temporary.IsZero() {
		h := w.home(t.Temporary)
		out.Residence.Temporary = &h
	}
	for _, s := range t.Health.Symptoms {
		out.Health.Symptoms = append(out.Health.Symptoms, string(s))
	}
	out.Health.Test = testOf(t.Health.Test)
	return out
}

func testOf(t *anlo.Test) *test {
	if t == nil {
		return nil
	}
	return &test{string(t.Kind), string(t.Result), t.Taken.Format(time.RFC3339)}
}

func (w writing) home(r anlo.Residence) residence {
	code := r.Commune.Code
	if r.Commune.List != w.list {
		code = r.Commune.String()
	}
	return residence{code, r.Address}
}

func travellerField(i int, field string) string { return fmt.Sprintf("travellers[%d].%s", i, field) }
