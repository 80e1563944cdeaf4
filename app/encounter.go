package app

import (
	"context"
	"slices"
	"time"

	"anlo"
	"anlo/geo"
	"anlo/store"
)

const (
	lookedBack  = 2 * time.Hour   // for other readings of the same person
	encounter   = time.Minute     // in which one device may read a code again
	maxSpeed    = 120.0           // km/h, in a straight line between two posts
	speedsGrace = 5 * time.Minute // clocks differ, and a post lies somewhere in its commune
)

// addScans gathers the other readings of the same people around the same time.
func (a *App) addScans(ctx context.Context, k *onRecord, taken []takenScan) error {
	var persons []int64
	var from, until time.Time
	k.scans = make(map[int64][]store.PastScan, len(taken))
	for _, t := range taken {
		if t.Person == 0 {
			continue
		}
		if k.scans[t.Person] == nil {
			persons = append(persons, t.Person)
		}
		k.scans[t.Person] = append(k.scans[t.Person], store.PastScan{Person: t.Person, ID: t.ID, Checkpoint: t.Checkpoint, Device: t.Device,
			At: t.At, LetThrough: t.LetThrough()})
		if from.IsZero() || t.At.Before(from) {
			from = t.At
		}
		if t.At.After(until) {
			until = t.At
		}
	}
	if persons == nil {
		return nil
	}
	past, err := a.Store.RecentScans(ctx, persons, from.Add(-lookedBack), until.Add(lookedBack))
	if err != nil {
		return err
	}
	here, travelled := taken[0].Checkpoint, false
	for _, p := range past {
		k.scans[p.Person] = append(k.scans[p.Person], p)
		travelled = travelled || p.Checkpoint != here
	}
	for _, scans := range k.scans {
		slices.SortFunc(scans, func(a, b store.PastScan) int { return b.At.Compare(a.At) })
	}
	if !travelled {
		return nil
	}
	posts, err := a.Store.Checkpoints(ctx)
	k.posts = make(map[anlo.ID]anlo.Checkpoint, len(posts))
	for _, p := range posts {
		k.posts[p.ID] = p
	}
	return err
}

// usedBefore returns the reading by which the same person went through this
// post a while ago. A device that reads a code again within a minute reads it in
// the same encounter.
func (k onRecord) usedBefore(t *takenScan) *store.PastScan {
	began := t.At
	for _, p := range k.scans[t.Person] {
		switch {
		case p.ID == t.ID || p.Checkpoint != t.Checkpoint || !p.At.Before(t.At):
		case t.At.Sub(p.At) > lookedBack:
			return nil
		case p.Device == t.Device && began.Sub(p.At) < encounter:
			began = p.At
		case p.LetThrough:
			return &p
		}
	}
	return nil
}

// elsewhere finds a reading of the same person at another post from which
// nobody could have come, or to which nobody could have gone, in the time
// between.
func (a *App) elsewhere(k onRecord, t *takenScan) *Elsewhere {
	if k.posts == nil {
		return nil
	}
	var nearest *Elsewhere
	for _, p := range k.scans[t.Person] {
		between := t.At.Sub(p.At).Abs()
		if p.Checkpoint == t.Checkpoint || between > lookedBack {
			continue
		}
		here, _ := a.Units.Unit(k.posts[t.Checkpoint].Commune)
		there, _ := a.Units.Unit(k.posts[p.Checkpoint].Commune)
		km, placed := geo.Distance(here, there)
		if !placed || km <= maxSpeed*(between+speedsGrace).Hours() {
			continue
		}
		if nearest == nil || between < t.At.Sub(nearest.at).Abs() {
			nearest = &Elsewhere{Post: k.posts[p.Checkpoint].Name, Minutes: int(between.Minutes()), Km: int(km), id: p.Checkpoint, at: p.At}
		}
	}
	return nearest
}
