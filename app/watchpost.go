package app

import (
	"context"
	"time"

	"anlo"
)

// WatchPost calls changed at once, since a page was read before, and then after
// something was read at a post, or a device of it was heard of, at most four
// times a second, until ctx is done. It tells nothing but that.
func (a *App) WatchPost(ctx context.Context, by anlo.Actor, post anlo.ID, changed func()) error {
	if _, err := a.post(ctx, by, anlo.ActReadPost, post); err != nil {
		return err
	}
	last, err := a.Store.PostStamp(ctx, post, a.Now())
	if err != nil {
		return err
	}
	changed()
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

// minutesKept is how long the figures of a post are kept by the minute.
const minutesKept = 30 * 24 * time.Hour

// PrunePosts lets go of figures that no page shows any more. Call it every hour.
func (a *App) PrunePosts(ctx context.Context) error {
	return a.Store.PruneMinutes(ctx, a.Now().Add(-minutesKept))
}
