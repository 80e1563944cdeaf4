package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"anlo"
	"anlo/store"
)

// tally gathers counts by area and day until they are added in one transaction.
// Every count is kept three times, for the commune, what it lies in, and the
// country, so that no page has to add up.
type tally struct {
	app   *App
	days  map[dayKey]*store.Day
	flows map[store.Flow]int64
}

type dayKey struct {
	list, area string
	day        int64
}

func (a *App) newTally() *tally {
	return &tally{a, map[dayKey]*store.Day{}, map[store.Flow]int64{}}
}

// hanoiDay counts days since 1970 by the calendar on the wall.
func hanoiDay(t time.Time) int64 {
	_, offset := t.In(anlo.Hanoi).Zone()
	return (t.Unix() + int64(offset)) / 86400
}

func (t *tally) day(list, area string, day int64) *store.Day {
	k := dayKey{list, area, day}
	d := t.days[k]
	if d == nil {
		d = &store.Day{List: list, Area: area, Day: day}
		t.days[k] = d
	}
	return d
}

// areas are the codes of a unit and of all it lies in, the country last.
func (t *tally) areas(u anlo.UnitRef) []string {
	path := t.app.Units.Path(u)
	codes := make([]string, 0, len(path)+1)
	for _, p := range path {
		codes = append(codes, p.Code)
	}
	return append(codes, "")
}

// declared counts a traveller's statement as it was first made: the match where
// they live, on the day they said so; the trip on the day it is made.
func (t *tally) declared(r store.DeclarationRow) {
	said := hanoiDay(r.DeclaredAt)
	for _, area := range t.areas(anlo.UnitRef{List: r.List, Code: r.Permanent}) {
		t.day(r.List, area, said).Match(r.Grade)
	}
	travelled := hanoiDay(r.DepartsAt)
	from := t.areas(anlo.UnitRef{List: r.List, Code: r.Origin})
	to := t.areas(anlo.UnitRef{List: r.List, Code: r.Destination})
	for _, area := range to {
		if area == "" || !slices.Contains(from, area) {
			t.day(r.List, area, travelled).Arrivals++
		}
	}
	for _, area := range from {
		if area == "" || !slices.Contains(to, area) {
			t.day(r.List, area, travelled).Departures++
		}
	}
	t.flows[store.Flow{List: r.List, Day: travelled, Origin: from[0], Destination: to[0]}]++
}

// asked counts a notice that asks somebody to be seen.
func (t *tally) asked(n anlo.Notice) {
	if n.Roles.Asks() {
		t.count(n, func(d *store.Day) { d.Asked++ })
	}
}

// acted counts what an officer did, with the day on which the notice came, so
// that the outcomes of a day add up however late they come.
func (t *tally) acted(before anlo.Notice, f anlo.FollowUp) {
	switch f.Kind {
	case anlo.DoVerify, anlo.DoNotFound, anlo.DoWrongAddress:
		if before.State == anlo.NoticeNew && before.Roles.Asks() {
			t.count(before, func(d *store.Day) { d.Reached++ })
		}
		switch before.State {
		case anlo.NoticeNew, anlo.NoticeNotFound, anlo.NoticeWrongAddress:
			if f.Kind == anlo.DoVerify && before.Roles.Asks() {
				t.count(before, func(d *store.Day) { d.Found++ })
			}
		}
	case anlo.DoQuarantine:
		if before.State != anlo.NoticeMonitoring {
			t.count(before, func(d *store.Day) { d.Quarantined++ })
		}
	case anlo.DoRelease:
		t.count(before, func(d *store.Day) { d.Released++ })
	}
}

func (t *tally) count(n anlo.Notice, add func(*store.Day)) {
	for _, area := range t.areas(n.Commune) {
		add(t.day(n.Commune.List, area, hanoiDay(n.CreatedAt)))
	}
}

// add writes the counts.
func (t *tally) add(ctx context.Context, tx *store.Tx) error {
	days, flows := t.sorted()
	return tx.AddFigures(ctx, days, flows)
}

// sorted returns the counts in the order in which every transaction writes them.
func (t *tally) sorted() ([]store.Day, []store.Flow) {
	days := make([]store.Day, 0, len(t.days))
	for _, d := range t.days {
		days = append(days, *d)
	}
	slices.SortFunc(days, func(a, b store.Day) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Area, b.Area), cmp.Compare(a.Day, b.Day))
	})
	flows := make([]store.Flow, 0, len(t.flows))
	for f, n := range t.flows {
		f.Travellers = n
		flows = append(flows, f)
	}
	slices.SortFunc(flows, func(a, b store.Flow) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Destination, b.Destination))
	})
	return days, flows
}
