package main

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"anlo"
	"anlo/app"
)

// demoLanes are the scanners of the demonstration: they read as long as it runs,
// so that the pages of the posts live.
type demoLanes struct {
	app    *app.App
	tokens []string
}

const (
	laneHours = 2               // that lie behind the posts at the start
	laneEvery = 3 * time.Second // between two looks at the road
)

// run reads until ctx is done. A device that somebody withdraws reads no more.
func (l demoLanes) run(ctx context.Context) {
	tick := time.NewTicker(laneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := l.app.Now()
		for i, token := range l.tokens {
			var b []app.Reading
			if rand.Float64() < laneRate(i, now)*laneEvery.Minutes() {
				b = append(b, laneReading(now.Add(-time.Second)))
			}
			l.send(ctx, token, b)
		}
	}
}

// before fills the hours before the start, where they are empty.
func (l demoLanes) before(ctx context.Context) {
	now := l.app.Now()
	posts, err := l.app.Posts(ctx, operator)
	if err != nil || len(posts) == 0 || posts[0].Flow.Near+posts[0].Flow.Far > 20 {
		return
	}
	for i, token := range l.tokens {
		var b []app.Reading
		for at := now.Add(-laneHours * time.Hour); at.Before(now); at = at.Add(time.Minute) {
			n := laneRate(i, at) * (.7 + .6*rand.Float64())
			for k := range int(math.Round(n)) {
				b = append(b, laneReading(at.Add(time.Duration(float64(k)/n*float64(time.Minute)))))
			}
		}
		for len(b) > 0 {
			n := min(len(b), app.MaxReadings)
			l.send(ctx, token, b[:n])
			b = b[n:]
		}
	}
}

// send is best effort: a device may have been withdrawn, the program may end.
func (l demoLanes) send(ctx context.Context, token string, readings []app.Reading) {
	by, err := l.app.OpenDevice(ctx, token)
	if err != nil {
		return
	}
	now := l.app.Now()
	_, _ = l.app.KeepScans(ctx, by, app.ScanBatch{SentAt: now, BundleAt: now.Add(-time.Minute), Readings: readings})
}

// laneRate is how many vehicles a lane reads a minute: a slow wave, each lane a
// little apart.
func laneRate(lane int, at time.Time) float64 {
	return 5 + float64(lane%3) + 2*math.Sin(float64(at.Unix())/1800+float64(lane))
}

// laneReading is a vehicle that nobody knows: most go, some take a look.
func laneReading(at time.Time) app.Reading {
	s := anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadOther, At: at, Verdict: anlo.Verdict{Outcome: anlo.Go}, Decision: anlo.Passed,
		People: 1 + rand.IntN(4), Took: time.Duration(1200+rand.IntN(2600)) * time.Millisecond}
	switch k := rand.IntN(100); {
	case k < 9:
		s.Verdict = anlo.Verdict{Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonIdentity}}
	case k < 13:
		s.Verdict, s.Decision = anlo.Verdict{Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonSymptoms}}, anlo.SentAside
	case k < 15:
		s.Verdict, s.Decision = anlo.Verdict{Outcome: anlo.Stop, Reasons: []anlo.Reason{anlo.ReasonExpired}}, anlo.TurnedBack
	case k < 16:
		s.Verdict, s.Decision = anlo.Verdict{Outcome: anlo.Stop, Reasons: []anlo.Reason{anlo.ReasonForged}}, anlo.SentAside
	}
	return app.Reading{Scan: s}
}

// crossPosts has two passes read where they cannot both have been, so that there
// are alerts, and asks less at the second post.
func (p *past) crossPosts(ctx context.Context, supervisor anlo.Actor) error {
	read := func(by anlo.Actor, pass anlo.ID, ago time.Duration) error {
		at := p.end.Add(-ago)
		s := anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadPass, Pass: pass, At: at, Verdict: anlo.Verdict{Outcome: anlo.Go}, Decision: anlo.Passed, People: 1, Took: 2 * time.Second}
		_, err := p.app.KeepScans(ctx, by, app.ScanBatch{SentAt: p.end, BundleAt: p.end.Add(-time.Minute), Readings: []app.Reading{{Scan: s}}})
		return err
	}
	alerts := 0
	for i := len(p.passes) - 1; i >= 0 && alerts < 2; i-- {
		row, _, err := p.app.Store.Pass(ctx, p.passes[i])
		if err != nil || !row.RevokedAt.IsZero() {
			continue
		}
		from, to := p.posts[alerts%2], p.posts[1-alerts%2]
		if err := read(from, row.ID, 14*time.Minute); err != nil {
			return err
		}
		if err := read(to, row.ID, time.Duration(3+4*alerts)*time.Minute); err != nil {
			return err
		}
		alerts++
	}
	second := p.posts[1].Device.Checkpoint.ID
	if err := p.app.CountQueue(ctx, supervisor, second, anlo.QueueCounts[3]); err != nil {
		return err
	}
	return p.app.BeginSurge(ctx, supervisor, second, anlo.Surge{Ends: p.end.Add(4 * time.Hour), Skip: []anlo.Skip{anlo.SkipCards, anlo.SkipRiders}, Reason: anlo.SurgeQueue})
}
