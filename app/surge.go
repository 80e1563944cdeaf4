package app

import (
	"context"

	"anlo"
	"anlo/store"
)

// Policy is what the post of a device asks of its lanes now.
func (a *App) Policy(ctx context.Context, by anlo.Actor) (anlo.Policy, error) {
	if by.Device == nil {
		return anlo.Policy{}, anlo.ErrForbidden
	}
	return a.Store.Policy(ctx, by.Device.Checkpoint.ID, a.Now())
}

// BeginSurge has a post ask less until s.Ends, for s.Reason, in place of what is
// under way. It ends by itself, and no verdict changes.
func (a *App) BeginSurge(ctx context.Context, by anlo.Actor, post anlo.ID, s anlo.Surge) error {
	c, err := a.post(ctx, by, anlo.ActSurge, post)
	if err != nil {
		return err
	}
	s.Starts = a.Now()
	s.ID, s.Staff = anlo.NewID(s.Starts), by.Staff
	if err := s.Check(); err != nil {
		return err
	}
	return a.changePost(ctx, by, anlo.ActSurge, c, func(tx *store.Tx) error { return tx.BeginSurge(ctx, c.ID, s) })
}

// EndSurge has a post ask everything again. Ending what is over is no error.
func (a *App) EndSurge(ctx context.Context, by anlo.Actor, post anlo.ID) error {
	c, err := a.post(ctx, by, anlo.ActSurge, post)
	if err != nil {
		return err
	}
	return a.changePost(ctx, by, anlo.ActSurge, c, func(tx *store.Tx) error {
		_, err := tx.EndSurge(ctx, c.ID, a.Now())
		return err
	})
}

// SetCardHours says for how long the scanners of a post may use a list of
// identity cards without a network.
func (a *App) SetCardHours(ctx context.Context, by anlo.Actor, post anlo.ID, hours int) error {
	c, err := a.post(ctx, by, anlo.ActSurge, post)
	if err != nil {
		return err
	}
	if err := anlo.CheckCardHours(hours); err != nil {
		return err
	}
	return a.changePost(ctx, by, anlo.ActSurge, c, func(tx *store.Tx) error { return tx.SetCardHours(ctx, c.ID, hours) })
}
