package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// Errors of declaring again.
var (
	errEarly    = &anlo.Error{Kind: anlo.Conflict, Code: "again.early"}
	errFollowed = &anlo.Error{Kind: anlo.Conflict, Code: "again.followed"}
)

// Again makes a declaration once more, by whoever holds the link of the one
// before: new passes, 72 hours and a link of their own. The passes before end
// for those who travel again, so that nobody holds two. Whoever asks twice gets
// the same receipt.
// Errors: anlo.ErrInvalid with fields, ErrTooMany, ErrNotFound when the one
// before is too old.
func (a *App) Again(ctx context.Context, by anlo.Actor, d anlo.Declaration) (Receipt, error) {
	if !by.May(anlo.ActDeclare) || by.ManageOf.IsZero() {
		return Receipt{}, anlo.ErrForbidden
	}
	now := a.Now().Truncate(time.Second)
	before, err := a.Before(ctx, by)
	if errors.Is(err, errFollowed) {
		return a.follower(ctx, by)
	}
	if err != nil {
		return Receipt{}, err
	}
	clean(&d)
	if err := d.Check(now, a.known); err != nil {
		return Receipt{}, err
	}
	if err := a.slow(by, d); err != nil {
		return Receipt{}, err
	}
	w, err := a.issue(ctx, by, anlo.ActDeclare, Declared{ID: anlo.NewID(now), DeclaredAt: now, ExpiresAt: now.Add(anlo.PassLifetime), Declaration: d}, now)
	if err != nil {
		return Receipt{}, err
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		rows, _, err := tx.Declaration(ctx, by.ManageOf)
		switch {
		case err != nil:
			return err
		case !rows[0].FollowedBy.IsZero(): // by a second touch of the button
			return errFollowed
		case rows[0].Revision != before.Revision:
			return &anlo.Error{Kind: anlo.Conflict, Code: "declaration.changed"}
		}
		for _, r := range rows {
			if err := tx.Audit(ctx, a.entry(by, anlo.ActChangeOwn, anlo.PurposeTravel, r.Person, r.ID)); err != nil {
				return err
			}
		}
		return tx.Follow(ctx, by.ManageOf, w.rows, now)
	})
	if errors.Is(err, errFollowed) {
		return a.follower(ctx, by)
	}
	if err != nil {
		return Receipt{}, err
	}
	a.bundle.markDirty()
	a.routeSoon()
	if a.OnDeclared != nil {
		a.OnDeclared(!slices.Contains(w.declared.Confirmed, false))
	}
	return Receipt{w.declared, a.manageToken(w.declared.ID)}, nil
}

// Before returns the declaration that may be made once more.
// Errors: anlo.ErrNotFound when it is too old or its data were destroyed,
// "again.early", and "again.followed" when that was done.
func (a *App) Before(ctx context.Context, by anlo.Actor) (Declared, error) {
	d, err := a.Declaration(ctx, by)
	now := a.Now()
	switch {
	case errors.Is(err, seal.ErrDestroyed):
		return Declared{}, anlo.ErrNotFound
	case err != nil:
		return Declared{}, err
	case d.FollowedBy != "":
		return d, errFollowed
	case !now.Before(d.ExpiresAt.Add(anlo.AgainWithin)):
		return Declared{}, anlo.ErrNotFound
	case d.CancelledAt.IsZero() && now.Before(anlo.AgainFrom(d.ExpiresAt)):
		return d, errEarly
	}
	return d, nil
}

// follower answers again what was answered before.
func (a *App) follower(ctx context.Context, by anlo.Actor) (Receipt, error) {
	before, err := a.declared(ctx, by.ManageOf)
	if err != nil {
		return Receipt{}, err
	}
	next, err := a.OpenLink(before.FollowedBy)
	if err != nil {
		return Receipt{}, err
	}
	next.RemoteAddr, next.Lang = by.RemoteAddr, by.Lang
	d, err := a.Declaration(ctx, next)
	return Receipt{d, before.FollowedBy}, err
}
