package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"anlo"
	"anlo/app"
	"anlo/simulate"
	"anlo/store"
)

const (
	deskDays = 14
	// declaredPerPerson is how many declarations simulate.Journeys makes of each
	// person in two weeks.
	declaredPerPerson = 0.245
	sampled           = 4000
)

// loaded is a database as two weeks of declarations leave it, and some of its
// notices, drawn at random, to ask for.
type loaded struct {
	app                                 *app.App
	declarations, notices               int // travellers each for itself
	open, overdue, climbed, atTheMinist int
	took                                time.Duration
	sample                              []sampleNotice
}

// sampleNotice is a notice, and what somebody might look for it by.
type sampleNotice struct {
	anlo.NoticeID
	person anlo.Person
	plate  string
}

// loadDesk fills an application with as many declarations, the last made now.
func loadDesk(ctx context.Context, a *app.App, declarations int) (*loaded, error) {
	l := &loaded{app: a}
	now := a.Now()
	from := now.AddDate(0, 0, -deskDays)
	loader, err := a.NewLoader(ctx, from, func(n anlo.Notice) []anlo.FollowUp { return life(n, now, usual) })
	if err != nil {
		return nil, err
	}
	start := time.Now()
	err = a.Store.Load(ctx, func(write func(store.Loaded) error) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		journeys, made := make(chan []simulate.Journey, 4), make(chan store.Loaded, 4)
		go func() {
			defer close(journeys)
			people := int(float64(declarations) / declaredPerPerson)
			batch := make([]simulate.Journey, 0, 500)
			for j := range simulate.Journeys(1, people, communes(), from, deskDays) {
				if batch = append(batch, j); len(batch) == cap(batch) {
					select {
					case journeys <- batch:
					case <-ctx.Done():
						return
					}
					batch = make([]simulate.Journey, 0, 500)
				}
			}
			journeys <- batch
		}()
		var workers sync.WaitGroup
		for range 2 {
			workers.Go(func() {
				for batch := range journeys {
					rows, err := l.rows(ctx, loader, batch)
					if err != nil {
						cancel(err)
						return
					}
					select {
					case made <- rows:
					case <-ctx.Done():
						return
					}
				}
			})
		}
		go func() {
			workers.Wait()
			close(made)
		}()
		for rows := range made {
			l.count(rows, now)
			if err := write(rows); err != nil {
				return err
			}
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		return write(loader.Figures())
	})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	l.took = time.Since(start)
	return l, a.CountWork(ctx)
}

// rows makes those of a batch of journeys.
func (l *loaded) rows(ctx context.Context, loader *app.Loader, batch []simulate.Journey) (rows store.Loaded, err error) {
	for _, j := range batch {
		matches := make([]anlo.Match, len(j.Travellers))
		for i, p := range j.People {
			matches[i] = matched(j.Travellers[i], p)
		}
		if err := loader.Add(ctx, j.At, j.Declaration, matches, &rows); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// matched is what the register would say, as often as it does.
func matched(t anlo.Traveller, p simulate.Person) anlo.Match {
	switch k := rand.IntN(100); {
	case k < 3:
		return anlo.Match{Grade: anlo.MatchNotFound}
	case k < 4:
		return anlo.Match{Grade: anlo.MatchDiffers, Reasons: []string{"name"}}
	case k < 30 || t.Permanent != p.Permanent:
		return anlo.Match{Grade: anlo.MatchProbable, Reasons: []string{"name.accents"}, Register: &p.Registered}
	}
	return anlo.Match{Grade: anlo.MatchExact, Register: &p.Registered}
}

// count keeps count of what was made, and a sample of it.
func (l *loaded) count(rows store.Loaded, now time.Time) {
	l.declarations += len(rows.Declarations)
	for _, n := range rows.Notices {
		l.notices++
		if !n.DueAt.IsZero() {
			l.open++
		}
		if n.Overdue(now) {
			l.overdue++
		}
		switch n.Level {
		case anlo.LevelProvince:
			l.climbed++
		case anlo.LevelMinistry:
			l.atTheMinist++
		}
		if i := rand.IntN(l.notices); len(l.sample) < sampled {
			l.sample = append(l.sample, sampleNotice{NoticeID: n.NoticeID})
		} else if i < sampled {
			l.sample[i] = sampleNotice{NoticeID: n.NoticeID}
		}
	}
}

// fates are how many of ten thousand notices that ask for a visit are not
// worked off in time and at once.
type fates struct{ late, absent, quarantined, wrong, forgotten int }

// usual is what most desks look like: a few of a hundred notices lie open.
var usual = fates{late: 230, absent: 120, quarantined: 90, wrong: 5, forgotten: 5}

// life is what was done about a notice until now.
func life(n anlo.Notice, now time.Time, f fates) (done []anlo.FollowUp) {
	if !n.State.Open() {
		return nil
	}
	do := func(at time.Time, f anlo.FollowUp) bool {
		if !at.Before(now) {
			return false
		}
		f.At, f.Role = at, anlo.CommuneOfficer
		done = append(done, f)
		return true
	}
	span := n.DueAt.Sub(n.CreatedAt)
	seen := atWork(n.CreatedAt.Add(time.Duration((0.05 + 0.6*rand.Float64()) * float64(span))))
	k := rand.IntN(10_000)
	among := func(share int) bool { k -= share; return k < 0 }
	switch {
	case among(f.forgotten):
		if climbs := n.DueAt.Add(anlo.ClimbAfter); do(climbs, anlo.FollowUp{Kind: anlo.DidClimb}) {
			do(climbs.Add(2*anlo.ClimbAfter), anlo.FollowUp{Kind: anlo.DidClimb})
		}
	case among(f.wrong):
		do(seen, anlo.FollowUp{Kind: anlo.DoWrongAddress})
	case among(f.quarantined):
		quarantined(seen, do)
	case among(f.absent): // not there at first
		if do(seen, anlo.FollowUp{Kind: anlo.DoNotFound}) {
			do(seen.Add(20*time.Hour), anlo.FollowUp{Kind: anlo.DoVerify})
		}
	case among(f.late): // some after it had climbed
		at := n.DueAt.Add(time.Duration(rand.IntN(18)+1) * time.Hour)
		if climbs := n.DueAt.Add(anlo.ClimbAfter); climbs.Before(at) {
			do(climbs, anlo.FollowUp{Kind: anlo.DidClimb})
		}
		do(at, anlo.FollowUp{Kind: anlo.DoVerify})
	default:
		do(seen, anlo.FollowUp{Kind: anlo.DoVerify})
	}
	return done
}

// atWork is the moment, or the next morning when that is at night.
func atWork(t time.Time) time.Time {
	t = t.In(anlo.Hanoi)
	switch h := t.Hour(); {
	case h < 7:
		return t.Add(time.Duration(7-h) * time.Hour)
	case h > 19:
		return t.Add(time.Duration(31-h) * time.Hour)
	}
	return t
}

// quarantined are seven days or two weeks at home: asked every evening, tested
// on the third, released at the end.
func quarantined(seen time.Time, do func(time.Time, anlo.FollowUp) bool) {
	first := anlo.DateOf(seen.Add(7 * time.Hour).In(anlo.Hanoi)) // in the evening, from tomorrow
	last := first.AddDays(6 + 7*rand.IntN(2))
	if !do(seen, anlo.FollowUp{Kind: anlo.DoQuarantine, From: first, Until: last, Protocol: "vn-2022-02"}) {
		return
	}
	for day := first.AddDays(1); !day.After(last); day = day.AddDays(1) {
		if day == first.AddDays(3) {
			at := day.At(9, anlo.Hanoi)
			do(at, anlo.FollowUp{Kind: anlo.DoTest, Test: &anlo.Test{Kind: anlo.Antigen, Result: anlo.Negative, Taken: at.Add(-time.Hour)}})
		}
		if !do(day.At(17, anlo.Hanoi), anlo.FollowUp{Kind: anlo.DoCheckIn, Way: anlo.ByPhone, Temperature: 365 + rand.IntN(8)}) {
			return
		}
	}
	do(last.AddDays(1).At(9, anlo.Hanoi), anlo.FollowUp{Kind: anlo.DoRelease})
}
