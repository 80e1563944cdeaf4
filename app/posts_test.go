package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// traffic is read at a post: so many vehicles in each of some minutes, ending now.
func traffic(t *testing.T, a *app.App, clock *anlotest.Clock, by anlo.Actor, minutes, each int, verdict anlo.Verdict) {
	t.Helper()
	now := clock.Now()
	b := app.ScanBatch{SentAt: now, BundleAt: now.Add(-time.Hour)}
	for m := range minutes {
		for i := range each {
			at := now.Add(-time.Duration(m+1)*time.Minute + time.Duration(i)*time.Second)
			b.Readings = append(b.Readings, app.Reading{Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadOther, At: at, Verdict: verdict,
				Decision: anlo.Passed, People: 2, Took: 3 * time.Second}})
		}
	}
	r, err := a.KeepScans(t.Context(), by, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range r.Results {
		if one.Refused != nil {
			t.Fatal(one.Refused)
		}
	}
}

var letThrough = anlo.Verdict{Outcome: anlo.Go}

// second enrols another device at a post.
func second(t *testing.T, a *app.App, c anlo.Checkpoint) anlo.Actor {
	t.Helper()
	d, _, err := a.AddDevice(t.Context(), anlo.Actor{Role: anlo.Operator}, c, "Làn 2")
	if err != nil {
		t.Fatal(err)
	}
	return anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d}
}

func TestAPostShowsItsFlow(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		first, _ := anlotest.Post(t, a)
		post := first.Device.Checkpoint
		other := second(t, a, post)
		by := head(t, a)
		clock.Add(15 * time.Second)
		traffic(t, a, clock, first, 20, 2, letThrough)
		traffic(t, a, clock, other, 8, 3, anlo.Verdict{Outcome: anlo.Stop, Reasons: []anlo.Reason{anlo.ReasonForged}})
		d, err := a.ReadPost(t.Context(), by, post.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := anlo.Flow{Near: 5 * (2 + 3), Far: 10*2 + 3*3, People: 2 * (25 + 29), Lanes: 2, Took: 3 * time.Second, Best: 3}
		if d.Flow != want {
			t.Errorf("%+v, want %+v", d.Flow, want)
		}
		if d.Wait.State != anlo.WaitKnown || d.Devices != 2 || d.Silent != 0 || len(d.Scanners) != 2 {
			t.Errorf("%+v, %+v", d.PostState, d.Scanners)
		}
		if s := d.Scanners[0]; s.Label != "Làn 2" || s.Read != 24 || s.Bundle != time.Hour || s.Silent {
			t.Errorf("%+v", s)
		}
		clock.Add(16 * time.Minute)
		if d, err = a.ReadPost(t.Context(), by, post.ID); err != nil || d.Silent != 2 || d.Wait.State != anlo.WaitUnknown {
			t.Errorf("after a while without readings: %+v, %v", d.PostState, err)
		}
		if err := a.CountQueue(t.Context(), by, post.ID, 100); err != nil {
			t.Fatal(err)
		}
		traffic(t, a, clock, first, 15, 5, letThrough)
		clock.Add(time.Minute)
		d, err = a.ReadPost(t.Context(), by, post.ID)
		if m := d.Wait.Time.Minutes(); err != nil || d.Flow.Queue != 100 || m < 19 || m > 26 {
			t.Errorf("100 vehicles at 5 a minute: %+v, %v", d.PostState, err)
		}
		if err := a.CountQueue(t.Context(), by, post.ID, 99); !errors.Is(err, anlo.ErrInvalid) {
			t.Error("a count that is not offered:", err)
		}
	})
}

func TestPostsAreSeenInTheArea(t *testing.T) {
	a, _ := anlotest.App(t)
	officer, _ := anlotest.Post(t, a)
	daNang, err := a.AddCheckpoint(t.Context(), anlo.Actor{Role: anlo.Operator}, "Hải Vân", haiChau)
	if err != nil {
		t.Fatal(err)
	}
	by := head(t, a)
	posts, err := a.Posts(t.Context(), by)
	if err != nil || len(posts) != 1 || posts[0].ID != officer.Device.Checkpoint.ID {
		t.Errorf("%+v, %v", posts, err)
	}
	if posts, err := a.Posts(t.Context(), anlotest.Officer(t, a, anlo.NationalSupervisor, anlo.UnitRef{})); err != nil || len(posts) != 2 {
		t.Errorf("the country: %+v, %v", posts, err)
	}
	if _, err := a.ReadPost(t.Context(), by, daNang.ID); !errors.Is(err, anlo.ErrNotFound) {
		t.Error("a post elsewhere:", err)
	}
	surge := anlo.Surge{Ends: a.Now().Add(time.Hour), Skip: []anlo.Skip{anlo.SkipCards}, Reason: anlo.SurgeQueue}
	for name, change := range map[string]func(anlo.ID) error{
		"CountQueue":   func(id anlo.ID) error { return a.CountQueue(t.Context(), by, id, 10) },
		"BeginSurge":   func(id anlo.ID) error { return a.BeginSurge(t.Context(), by, id, surge) },
		"EndSurge":     func(id anlo.ID) error { return a.EndSurge(t.Context(), by, id) },
		"SetCardHours": func(id anlo.ID) error { return a.SetCardHours(t.Context(), by, id, 4) },
	} {
		if err := change(daNang.ID); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("%s elsewhere: %v", name, err)
		}
		if err := change(posts[0].ID); err != nil {
			t.Errorf("%s here: %v", name, err)
		}
	}
}

func TestSurgeEndsByItself(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		device, _ := anlotest.Post(t, a)
		post := device.Device.Checkpoint.ID
		by := head(t, a)
		policy := func() anlo.Policy {
			t.Helper()
			p, err := a.Policy(t.Context(), device)
			if err != nil {
				t.Fatal(err)
			}
			d, err := a.ReadPost(t.Context(), by, post)
			if err != nil || d.Surge.ID != p.Surge.ID || d.CardHours != p.CardHours {
				t.Fatalf("the page says %+v, the device hears %+v, %v", d.Policy, p, err)
			}
			return p
		}
		begin := func(d time.Duration, skip ...anlo.Skip) error {
			return a.BeginSurge(t.Context(), by, post, anlo.Surge{Ends: clock.Now().Add(d), Skip: skip, Reason: anlo.SurgeHoliday})
		}
		if p := policy(); !p.Surge.IsZero() || p.CardHours != 0 {
			t.Fatalf("before: %+v", p)
		}
		for _, err := range []error{begin(29*time.Minute, anlo.SkipCards), begin(7*time.Hour, anlo.SkipCards), begin(time.Hour), begin(time.Hour, "verdicts"),
			begin(time.Hour, anlo.SkipCards, anlo.SkipCards), a.SetCardHours(t.Context(), by, post, 5)} {
			if !errors.Is(err, anlo.ErrInvalid) {
				t.Error("accepted:", err)
			}
		}
		if err := begin(2*time.Hour, anlo.SkipCards, anlo.SkipLooks); err != nil {
			t.Fatal(err)
		}
		if p := policy(); len(p.Surge.Skip) != 2 || p.Surge.Staff != by.Staff || p.Surge.Reason != anlo.SurgeHoliday || !p.Surge.Ends.Equal(clock.Now().Add(2*time.Hour)) {
			t.Errorf("under way: %+v", p)
		}
		clock.Add(time.Minute)
		if err := begin(time.Hour, anlo.SkipRiders); err != nil {
			t.Fatal(err)
		}
		if p := policy(); len(p.Surge.Skip) != 1 || p.Surge.Skip[0] != anlo.SkipRiders {
			t.Errorf("the second takes the place of the first: %+v", p)
		}
		clock.Add(time.Hour)
		if p := policy(); !p.Surge.IsZero() {
			t.Errorf("when its time is over: %+v", p)
		}
		if err := errors.Join(begin(time.Hour, anlo.SkipCards), a.EndSurge(t.Context(), by, post), a.SetCardHours(t.Context(), by, post, 12)); err != nil {
			t.Fatal(err)
		}
		if p := policy(); !p.Surge.IsZero() || p.CardHours != 12 {
			t.Errorf("ended early: %+v", p)
		}
	})
}

// What is told to everybody is made anew at most twice a minute, and tells
// nothing of a post that few come through.
func TestWaitsForEverybody(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		device, _ := anlotest.Post(t, a)
		read := func() app.PostWait {
			t.Helper()
			w, err := a.Waits(t.Context())
			if err != nil || len(w.Posts) != 1 {
				t.Fatal(w, err)
			}
			return w.Posts[0]
		}
		traffic(t, a, clock, device, 1, 4, letThrough)
		if p := read(); p.Wait.State != anlo.WaitUnknown {
			t.Errorf("four readings: %+v", p)
		}
		traffic(t, a, clock, device, 10, 3, letThrough)
		if p := read(); p.Wait.State != anlo.WaitUnknown {
			t.Errorf("the answer was not kept: %+v", p)
		}
		clock.Add(30 * time.Second)
		if p := read(); p.Wait.State != anlo.WaitKnown {
			t.Errorf("after half a minute: %+v", p)
		}
	})
}

func TestWatchersHearOfASurge(t *testing.T) {
	a, _ := anlotest.App(t)
	device, _ := anlotest.Post(t, a)
	post := device.Device.Checkpoint.ID
	by := head(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	changed, ended := make(chan struct{}, 8), make(chan error, 1)
	go func() { ended <- a.WatchPost(ctx, by, post, func() { changed <- struct{}{} }) }()
	for { // until the watcher has looked for the first time
		if err := a.CountQueue(t.Context(), by, post, 10); err != nil {
			t.Fatal(err)
		}
		if err := a.BeginSurge(t.Context(), by, post, anlo.Surge{Ends: a.Now().Add(time.Hour), Skip: anlo.Skips, Reason: anlo.SurgeQueue}); err != nil {
			t.Fatal(err)
		}
		if err := a.EndSurge(t.Context(), by, post); err != nil {
			t.Fatal(err)
		}
		if err := a.SetCardHours(t.Context(), by, post, anlo.CardHours[1]); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			return
		case <-time.After(20 * time.Millisecond):
			if err := a.SetCardHours(t.Context(), by, post, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
}
