package app

import (
	"context"
	"time"

	"anlo"
	"anlo/store"
)

// Standing returns the pass by which somebody travels at a moment, and the
// statements of its declaration, the newest where several stand. It is the pass
// of the party where several travel. person is their index, by the document they
// declared or by the one the register has for them. anlo.ErrNotFound when
// nothing of theirs stood: never declared, over, cancelled.
func (a *App) Standing(ctx context.Context, person int64, at time.Time) (store.PassRow, []store.DeclarationRow, error) {
	ids, err := a.Store.Standing(ctx, person, at, clockSkew)
	if err != nil {
		return store.PassRow{}, nil, err
	}
	for _, id := range ids {
		rows, passes, err := a.Store.Declaration(ctx, id)
		if err != nil {
			return store.PassRow{}, nil, err
		}
		if p, ok := travelsBy(rows, passes, person, at); ok {
			return p, rows, nil
		}
	}
	return store.PassRow{}, nil, anlo.ErrNotFound
}

// travelsBy chooses the pass of a person, of the lead when person is 0, that
// stood at a moment. Passes come newest first, those that stand now before those
// that a correction has replaced since.
func travelsBy(rows []store.DeclarationRow, passes []store.PassRow, person int64, at time.Time) (store.PassRow, bool) {
	own := rows[0].Person
	for _, r := range rows {
		if person != 0 && (r.Person == person || r.Matched == person) {
			own = r.Person
			break
		}
	}
	stood := func(p store.PassRow) bool {
		return !p.IssuedAt.After(at.Add(clockSkew)) && (p.RevokedAt.IsZero() || p.RevokedAt.After(at))
	}
	for _, party := range []bool{true, false} {
		for _, p := range passes {
			if stood(p) && (party && p.Traveller == anlo.PartyTraveller || !party && p.Traveller >= 0 && p.Person == own) {
				return p, true
			}
		}
	}
	return store.PassRow{}, false
}
