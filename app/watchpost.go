package app

import (
	"context"
	"time"

	"anlo"
)

// WatchPost calls changed after something was read at a post, or a device of it
// was heard of, at most four times a second, until ctx is done. It tells nothing
// but that.
func (a *App) WatchPost(ctx context.Context, by anlo.Actor, post anlo.ID, changed func()) error {
	if err := a.mayAtPost(ctx, by, anlo.ActReadPost, post); err != nil {
		return err
	}
	last, err := a.Store.PostStamp(ctx, post, a.Now())
	if err != nil {
		return err
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.posts.wait():
		case <-tick.C:
		}
		stamp, err := a.Store.PostStamp(ctx, post, a.Now())
		if err != nil || stamp == last {
			continue
		}
		last = stamp
		changed()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchPause):
		}
	}
}

// mayAtPost says whether somebody may do something at a post: in its commune,
// or what that lies in.
func (a *App) mayAtPost(ctx context.Context, by anlo.Actor, action anlo.Action, post anlo.ID) error {
	if !by.May(action) {
		return anlo.ErrForbidden
	}
	c, err := a.Store.Checkpoint(ctx, post)
	if err != nil {
		return err
	}
	path := []anlo.UnitRef{c.Commune}
	for _, u := range a.Units.Path(c.Commune) {
		path = append(path, u.UnitRef)
	}
	if !by.MayIn(action, path...) {
		return anlo.ErrForbidden
	}
	return nil
}
