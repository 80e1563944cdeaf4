package app

import (
	"context"
	"sync"
	"time"

	"anlo"
)

// desks wakes those who watch. Changes made by this process wake them at once;
// those of another on the same database are looked for twice a second.
type desks struct {
	mu    sync.Mutex
	awake chan struct{} // closed at the next change
}

func (d *desks) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.awake == nil {
		d.awake = make(chan struct{})
	}
	return d.awake
}

func (d *desks) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.awake != nil {
		close(d.awake)
		d.awake = nil
	}
}

const (
	watchEvery = 500 * time.Millisecond
	watchPause = 250 * time.Millisecond // between two calls of changed
)

// Watch calls changed after a notice in the actor's area has changed since a
// page was read (DeskPage.Seq), at most four times a second, until ctx is done.
// It tells nothing but that: who is told asks again, under the same permission.
func (a *App) Watch(ctx context.Context, by anlo.Actor, since int64, changed func()) error {
	if !by.May(anlo.ActReadDesk) {
		return anlo.ErrForbidden
	}
	communes, last := a.communesIn(by.Area), since
	feed := int64(-1) // cheap to ask; only when it moved is the area looked at
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.desks.wait():
		case <-tick.C:
		}
		now, err := a.Store.FeedSeq(ctx)
		if err != nil || now == feed {
			continue
		}
		feed = now
		seq, err := a.Store.LastSeq(ctx, a.UnitList, communes)
		if err != nil || seq == last {
			continue
		}
		last = seq
		changed()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchPause):
		}
	}
}

// communesIn returns the codes of the communes of an area; nil, which is all of
// them, for the country.
func (a *App) communesIn(area anlo.UnitRef) []string {
	if area.IsZero() {
		return nil
	}
	if codes := a.lowest(area.Code); codes != nil {
		return codes
	}
	return []string{area.Code}
}

// lowest are the units under a code that have none below them.
func (a *App) lowest(code string) (out []string) {
	for _, u := range a.Units.Children(a.UnitList, code) {
		if below := a.lowest(u.Code); below != nil {
			out = append(out, below...)
		} else {
			out = append(out, u.Code)
		}
	}
	return out
}
