package app

import (
	"context"
	"strings"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/store"
)

// silentAfter is when a scanner that is on its own should have been heard of
// again: it sends each minute while it has a network.
const silentAfter = 15 * time.Minute

// PostState is how a post stands, without anybody's data.
type PostState struct {
	store.PostRow
	Wait anlo.Wait
}

// PostHours is how far back the page of a post looks.
const PostHours = 3

// PostDetail is everything that the page of a post shows.
type PostDetail struct {
	PostState
	At        time.Time
	Steps     []PostStep // of the last hours, the last one under way
	Verdicts  map[anlo.Outcome]int64
	Reasons   map[anlo.Reason]int64
	Decisions map[anlo.Decision]int64
	Alerts    []store.PostAlert
	Scanners  []Scanner
	Rules     credential.Rules // how old a scanner's bundle may be
	May       []anlo.Action    // of this actor, here
}

// PostStep counts who came in some minutes.
type PostStep struct {
	From    time.Time
	Minutes int64 // that have begun
	People  int64
}

// postStep is how many minutes a step has.
const postStep = 5

// Scanner is a device of a post and how it is.
type Scanner struct {
	anlo.Device
	Silent bool // it was not heard of for a while
	Bundle time.Duration
	Read   int64 // readings of the last hour
}

// Posts returns how the posts stand in the area of the actor, by name.
func (a *App) Posts(ctx context.Context, by anlo.Actor) ([]PostState, error) {
	if !by.May(anlo.ActReadPost) {
		return nil, anlo.ErrForbidden
	}
	states, err := a.postStates(ctx, anlo.ID{})
	if err != nil {
		return nil, err
	}
	var seen []PostState
	for _, s := range states {
		if by.MayIn(anlo.ActReadPost, a.path(s.Commune)...) {
			seen = append(seen, s)
		}
	}
	return seen, nil
}

func (a *App) postStates(ctx context.Context, post anlo.ID) ([]PostState, error) {
	now := a.Now()
	rows, err := a.Store.Posts(ctx, post, now, now.Add(-silentAfter))
	states := make([]PostState, len(rows))
	for i, r := range rows {
		states[i] = PostState{r, r.Flow.Wait(now)}
	}
	return states, err
}

// ReadPost returns how one post stands.
func (a *App) ReadPost(ctx context.Context, by anlo.Actor, id anlo.ID) (PostDetail, error) {
	c, err := a.post(ctx, by, anlo.ActReadPost, id)
	if err != nil {
		return PostDetail{}, err
	}
	now := a.Now()
	d := PostDetail{At: now, Rules: a.current().Rules}
	states, err := a.postStates(ctx, id)
	if err != nil || len(states) != 1 {
		return d, err
	}
	d.PostState = states[0]
	since := now.Add(-PostHours * time.Hour)
	minutes, err := a.Store.PostMinutes(ctx, id, store.MinuteOf(since))
	if err != nil {
		return d, err
	}
	d.count(minutes)
	if d.Alerts, err = a.Store.PostAlerts(ctx, id, since); err != nil {
		return d, err
	}
	if err := a.addScanners(ctx, &d, minutes); err != nil {
		return d, err
	}
	path := a.path(c.Commune)
	for _, action := range []anlo.Action{anlo.ActEnrol, anlo.ActCountQueue, anlo.ActSurge} {
		if by.MayIn(action, path...) {
			d.May = append(d.May, action)
		}
	}
	return d, nil
}

// count adds up what was read, by time and by kind.
func (d *PostDetail) count(minutes []store.Minute) {
	last := store.MinuteOf(d.At)
	first := last/postStep - PostHours*60/postStep + 1
	for step := first; step <= last/postStep; step++ {
		d.Steps = append(d.Steps, PostStep{From: time.UnixMilli(step * postStep * 60_000), Minutes: min(postStep, last-step*postStep+1)})
	}
	d.Verdicts, d.Reasons, d.Decisions = map[anlo.Outcome]int64{}, map[anlo.Reason]int64{}, map[anlo.Decision]int64{}
	for _, m := range minutes {
		if reason, ok := strings.CutPrefix(m.What, "reason:"); ok {
			d.Reasons[anlo.Reason(reason)] += m.Readings
			continue
		}
		switch o := anlo.Outcome(m.What); o {
		case anlo.Go, anlo.Look, anlo.Stop:
			d.Verdicts[o] += m.Readings
			if at := m.Minute/postStep - first; at >= 0 && at < int64(len(d.Steps)) {
				d.Steps[at].People += m.People
			}
		default:
			d.Decisions[anlo.Decision(m.What)] += m.Readings
		}
	}
}

func (a *App) addScanners(ctx context.Context, d *PostDetail, minutes []store.Minute) error {
	devices, err := a.Store.PostDevices(ctx, d.ID, d.At)
	if err != nil {
		return err
	}
	read := map[anlo.ID]int64{}
	for _, m := range minutes {
		if id, ok := m.Device(); ok && m.Minute >= store.MinuteOf(d.At.Add(-time.Hour)) {
			read[id] += m.Readings
		}
	}
	for _, v := range devices {
		s := Scanner{Device: v, Silent: d.At.Sub(v.Sync.At) > silentAfter, Read: read[v.ID]}
		if !v.Sync.BundleAt.IsZero() {
			s.Bundle = d.At.Sub(v.Sync.BundleAt)
		}
		d.Scanners = append(d.Scanners, s)
	}
	return nil
}

// CountQueue keeps how many vehicles somebody sees waiting at a post.
func (a *App) CountQueue(ctx context.Context, by anlo.Actor, post anlo.ID, vehicles int) error {
	c, err := a.post(ctx, by, anlo.ActCountQueue, post)
	if err != nil {
		return err
	}
	if err := anlo.CheckQueue(vehicles); err != nil {
		return err
	}
	return a.changePost(ctx, by, anlo.ActCountQueue, c, func(tx *store.Tx) error { return tx.CountQueue(ctx, c.ID, vehicles, a.Now()) })
}

// changePost changes something at a post and says who did.
func (a *App) changePost(ctx context.Context, by anlo.Actor, action anlo.Action, c anlo.Checkpoint, change func(*store.Tx) error) error {
	err := a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, action, anlo.PurposeOperation, 0, c.ID)); err != nil {
			return err
		}
		return change(tx)
	})
	if err == nil {
		a.posts.wake()
	}
	return err
}
