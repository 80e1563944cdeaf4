package app

import (
	"context"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// Loader makes the rows that declarations and the work on them would have left
// behind, for benchmarks that fill a database: sealed and counted like any
// other, without passes, audit entries and idempotency keys.
type Loader struct {
	app *App
	// Life is what was done about a fresh notice until now, in order.
	Life func(anlo.Notice) []anlo.FollowUp

	mu    sync.Mutex
	count *tally
}

// NewLoader returns a loader for declarations made from a moment on until now.
// It makes the keys of those days: while a database is loaded nobody else can
// write to it.
func (a *App) NewLoader(ctx context.Context, from time.Time, life func(anlo.Notice) []anlo.FollowUp) (*Loader, error) {
	for day := seal.DayOf(from); day <= seal.DayOf(a.Now()); day++ {
		if _, err := a.Seal.Seal(ctx, day, nil, nil); err != nil {
			return nil, err
		}
	}
	return &Loader{app: a, Life: life, count: a.newTally()}, nil
}

// Add makes the rows of a declaration made at a moment, and adds them to l.
// Histories are kept of notices that still lie open.
func (l *Loader) Add(ctx context.Context, at time.Time, d anlo.Declaration, matches []anlo.Match, to *store.Loaded) error {
	made := Declared{ID: anlo.NewID(at), DeclaredAt: at, ExpiresAt: at.Add(anlo.PassLifetime), Declaration: d}
	counts := l.app.newTally()
	for i, t := range d.Travellers {
		row, err := l.app.row(ctx, made, i, l.app.person(t.Document), matches[i], at)
		if err != nil {
			return err
		}
		to.Declarations = append(to.Declarations, row)
		counts.declared(row)
		s := statement{t, d.Trip, d.OnBehalf, matches[i]}
		for commune, c := range l.app.concerned(s) {
			n, err := l.app.notice(ctx, row, s, commune, c, len(d.Travellers))
			if err != nil {
				return err
			}
			n.CreatedAt, n.ChangedAt = at, at
			counts.asked(n.Notice)
			if err := l.live(ctx, &n, counts, to); err != nil {
				return err
			}
			to.Notices = append(to.Notices, n)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count.merge(counts)
	return nil
}

func (l *Loader) live(ctx context.Context, n *store.NoticeRow, counts *tally, to *store.Loaded) error {
	var history []store.FollowUpRow
	for _, f := range l.Life(n.Notice) {
		next, err := n.Apply(f)
		if err != nil {
			return err
		}
		counts.acted(n.Notice, f)
		n.Notice, f.Level, f.ID = next, next.Level, anlo.NewID(f.At)
		history = append(history, store.FollowUpRow{Notice: n.NoticeID, Version: n.Version, FollowUp: f})
	}
	if !n.State.Open() {
		return nil
	}
	for _, h := range history {
		plain, err := cbor.Marshal(h.FollowUp)
		if err != nil {
			return err
		}
		if h.Sealed, err = l.app.Seal.Seal(ctx, seal.DayOf(n.Declaration.Time()), followUpAD(h.ID), plain); err != nil {
			return err
		}
		to.FollowUps = append(to.FollowUps, h)
	}
	return nil
}

// Figures returns the counts of everything that was added.
func (l *Loader) Figures() store.Loaded {
	days, flows := l.count.sorted()
	return store.Loaded{Days: days, Flows: flows}
}

// merge adds the counts of another tally.
func (t *tally) merge(other *tally) {
	for k, d := range other.days {
		t.day(k.list, k.area, k.day).Add(*d)
	}
	for f, n := range other.flows {
		t.flows[f] += n
	}
}
