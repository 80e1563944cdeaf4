package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/credential"
	"anlo/seal"
	"anlo/store"
)

// statement is what is sealed of one traveller's declaration.
type statement struct {
	Traveller anlo.Traveller
	Trip      anlo.Trip
	OnBehalf  bool
	Match     anlo.Match
}

// written is a declaration ready to be kept, and as its owner will see it.
type written struct {
	rows       store.NewDeclaration
	statements []statement // what is sealed in the rows
	declared   Declared
}

// issue identifies the travellers, signs their passes and seals what they
// said. It writes nothing. d brings the identifier, the dates and the
// declaration itself; now is when the passes are issued.
func (a *App) issue(ctx context.Context, by anlo.Actor, action anlo.Action, d Declared, now time.Time) (written, error) {
	matches := a.identify(ctx, d.Declaration)
	w := written{declared: d}
	var named []anlo.Named
	allConfirmed := true
	for i, t := range d.Declaration.Travellers {
		person := a.person(t.Document)
		confirmed := matches[i].Grade.Confirmed()
		allConfirmed = allConfirmed && confirmed
		cti := newCTI()
		me := anlo.Named{Name: t.FullName, BirthYear: t.BirthDate.Year, Tag: credential.IDTag(cti, t.Document)}
		p, row, err := a.sign(ctx, cti, d, person, i, []anlo.Named{me}, confirmed, now)
		if err != nil {
			return written{}, err
		}
		decl, err := a.row(ctx, d, i, person, matches[i], now)
		if err != nil {
			return written{}, err
		}
		w.declared.Passes = append(w.declared.Passes, p)
		w.declared.Confirmed = append(w.declared.Confirmed, confirmed)
		w.rows.Passes = append(w.rows.Passes, row)
		w.rows.Rows = append(w.rows.Rows, decl)
		w.statements = append(w.statements, statement{t, d.Declaration.Trip, d.Declaration.OnBehalf, matches[i]})
		w.rows.Audit = append(w.rows.Audit, a.entry(by, action, anlo.PurposeTravel, person, d.ID))
		if matches[i].Grade == anlo.MatchUnavailable {
			w.rows.Outbox = append(w.rows.Outbox, store.OutboxRow{ID: anlo.NewID(now), Person: person, Kind: store.Identify,
				Declaration: d.ID, Traveller: i, DueAt: now.Add(firstRetry)})
		}
		named = append(named, me)
	}
	kind := store.Route
	if d.Revision > 0 {
		kind = store.Reroute
	}
	w.rows.Outbox = append(w.rows.Outbox, outgoing(kind, d.ID, w.rows.Rows[0].Person, now))
	if len(named) > 1 {
		cti := newCTI()
		for i := range named {
			named[i].Tag = credential.IDTag(cti, d.Declaration.Travellers[i].Document)
		}
		p, row, err := a.sign(ctx, cti, d, w.rows.Rows[0].Person, anlo.PartyTraveller, named, allConfirmed, now)
		if err != nil {
			return written{}, err
		}
		w.declared.PartyPass = &p
		w.rows.Passes = append(w.rows.Passes, row)
	}
	return w, nil
}

func newCTI() (cti [8]byte) {
	rand.Read(cti[:])
	return cti
}

// sign makes one pass and its row.
func (a *App) sign(ctx context.Context, cti [8]byte, d Declared, person int64, traveller int, named []anlo.Named, confirmed bool, now time.Time) (anlo.Pass, store.PassRow, error) {
	day := now.Unix() / 86400
	place, err := a.status.take(ctx, a, day)
	if err != nil {
		return anlo.Pass{}, store.PassRow{}, fmt.Errorf("status list: %w", err)
	}
	claims := credential.Pass{CTI: cti, IssuedAt: now, ExpiresAt: d.ExpiresAt, Travellers: named,
		Commune: d.Declaration.Trip.Destination.Commune.Code, Purpose: d.Declaration.Trip.Purpose,
		Plate: d.Declaration.Trip.Vehicle.Plate, StatusIndex: place, IdentityConfirmed: confirmed}
	text, err := a.signText(ctx, claims, now)
	if err != nil {
		return anlo.Pass{}, store.PassRow{}, err
	}
	p := anlo.Pass{ID: claims.ID(), Declaration: d.ID, Traveller: traveller, QR: text, IssuedAt: now, ExpiresAt: d.ExpiresAt}
	row := store.PassRow{ID: p.ID, Person: person, Declaration: d.ID, Traveller: traveller, Day: day,
		StatusIndex: int64(place), IssuedAt: now, ExpiresAt: d.ExpiresAt}
	row.Sealed, err = a.Seal.Seal(ctx, seal.DayOf(now), seal.AD("pass", "sealed", p.ID[:]), []byte(text))
	return p, row, err
}

func (a *App) openPass(ctx context.Context, r store.PassRow) (anlo.Pass, error) {
	text, err := a.Seal.Open(ctx, seal.AD("pass", "sealed", r.ID[:]), r.Sealed)
	return anlo.Pass{ID: r.ID, Declaration: r.Declaration, Traveller: r.Traveller, QR: string(text),
		IssuedAt: r.IssuedAt, ExpiresAt: r.ExpiresAt, RevokedAt: r.RevokedAt}, err
}

// row makes the kept form of one traveller's statement.
func (a *App) row(ctx context.Context, d Declared, i int, person int64, m anlo.Match, now time.Time) (store.DeclarationRow, error) {
	t, trip := d.Declaration.Travellers[i], d.Declaration.Trip
	r := store.DeclarationRow{
		ID: d.ID, Traveller: i, Person: person, Revision: d.Revision,
		DeclaredAt: d.DeclaredAt, ChangedAt: now, ExpiresAt: d.ExpiresAt,
		List: trip.Destination.Commune.List, Permanent: t.Permanent.Commune.Code, Temporary: t.Temporary.Commune.Code,
		Origin: trip.Origin.Commune.Code, Destination: trip.Destination.Commune.Code,
		DepartsAt: trip.DepartsAt, Vehicle: trip.Vehicle.Kind, Purpose: trip.Purpose, Grade: m.Grade,
	}
	if t.Phone != "" {
		r.PhoneIndex = a.Seal.Index("phone", t.Phone)
	}
	if trip.Vehicle.Plate != "" {
		r.PlateIndex = a.Seal.Index("plate", trip.Vehicle.Plate)
	}
	if m.Grade.Confirmed() && m.Register != nil {
		r.Matched = a.Seal.Index("person", m.Register.Number)
	}
	err := a.sealStatement(ctx, &r, statement{t, trip, d.Declaration.OnBehalf, m})
	return r, err
}

func (a *App) sealStatement(ctx context.Context, r *store.DeclarationRow, s statement) error {
	plain, err := cbor.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode statement: %w", err)
	}
	r.Sealed, err = a.Seal.Seal(ctx, seal.DayOf(r.DeclaredAt), statementAD(*r), plain)
	return err
}

func (a *App) openStatement(ctx context.Context, r store.DeclarationRow) (s statement, err error) {
	plain, err := a.Seal.Open(ctx, statementAD(r), r.Sealed)
	if err != nil {
		return s, fmt.Errorf("declaration %s: %w", r.ID, err)
	}
	if err := cbor.Unmarshal(plain, &s); err != nil {
		return s, fmt.Errorf("declaration %s: its content cannot be read", r.ID)
	}
	return s, nil
}

func statementAD(r store.DeclarationRow) []byte {
	return seal.AD("declaration", "sealed", append(r.ID[:], byte(r.Traveller), byte(r.Revision), byte(r.Revision>>8)))
}
