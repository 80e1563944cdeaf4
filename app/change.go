package app

import (
	"context"
	"time"

	"anlo"
	"anlo/store"
)

// Change corrects a declaration: new passes, same expiry, the old ones revoked.
// Errors: anlo.ErrInvalid with fields, ErrCancelled, ErrExpired.
func (a *App) Change(ctx context.Context, by anlo.Actor, d anlo.Declaration) (Declared, error) {
	if !by.May(anlo.ActChangeOwn) || by.ManageOf.IsZero() {
		return Declared{}, anlo.ErrForbidden
	}
	now := a.Now().Truncate(time.Second)
	old, err := a.declared(ctx, by.ManageOf)
	if err != nil {
		return Declared{}, err
	}
	clean(&d)
	// A trip under way may be corrected: its departure may lie further back
	// than a new one's.
	if d.Trip.DepartsAt.Equal(old.Declaration.Trip.DepartsAt) {
		err = d.Check(old.DeclaredAt, a.known)
	} else {
		err = d.Check(now, a.known)
	}
	if err != nil {
		return Declared{}, err
	}
	next := Declared{ID: old.ID, Revision: old.Revision + 1, DeclaredAt: old.DeclaredAt, ExpiresAt: old.ExpiresAt, Declaration: d}
	if err := open(old, now); err != nil {
		return Declared{}, err
	}
	if err := a.slow(by, d); err != nil {
		return Declared{}, err
	}
	w, err := a.issue(ctx, by, anlo.ActChangeOwn, next, now)
	if err != nil {
		return Declared{}, err
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		rows, _, err := tx.Declaration(ctx, by.ManageOf)
		if err != nil {
			return err
		}
		if rows[0].Revision != old.Revision || !rows[0].CancelledAt.IsZero() || !rows[0].FollowedBy.IsZero() { // changed meanwhile in another tab
			return &anlo.Error{Kind: anlo.Conflict, Code: "declaration.changed"}
		}
		return tx.Replace(ctx, w.rows, now)
	})
	if err != nil {
		return Declared{}, err
	}
	a.bundle.markDirty()
	a.routeSoon()
	return w.declared, nil
}

func open(d Declared, now time.Time) error {
	switch {
	case !d.CancelledAt.IsZero():
		return anlo.ErrCancelled
	case !now.Before(d.ExpiresAt):
		return anlo.ErrExpired
	case d.FollowedBy != "":
		return errFollowed
	}
	return nil
}

// Cancel revokes the passes. Cancelling twice is no error.
func (a *App) Cancel(ctx context.Context, by anlo.Actor) error {
	if !by.May(anlo.ActChangeOwn) || by.ManageOf.IsZero() {
		return anlo.ErrForbidden
	}
	now := a.Now()
	err := a.Store.Update(ctx, func(tx *store.Tx) error {
		rows, _, err := tx.Declaration(ctx, by.ManageOf)
		if err != nil || !rows[0].CancelledAt.IsZero() {
			return err
		}
		for _, r := range rows {
			if err := tx.Audit(ctx, a.entry(by, anlo.ActChangeOwn, anlo.PurposeTravel, r.Person, r.ID)); err != nil {
				return err
			}
		}
		return tx.Cancel(ctx, by.ManageOf, now, outgoing(store.Reroute, by.ManageOf, rows[0].Person, now))
	})
	if err == nil {
		a.bundle.markDirty()
		a.routeSoon()
	}
	return err
}
