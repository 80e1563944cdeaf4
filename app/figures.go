package app

import (
	"context"
	"time"

	"anlo"
	"anlo/store"
)

// FiguresQuery says which area and days somebody wants the figures of.
type FiguresQuery struct {
	Area        anlo.UnitRef // a commune or province; zero for the actor's whole area
	From, Until anlo.Date    // zero for the last 14 days, up to today
}

const (
	figuresDays    = 14
	maxFiguresDays = 31
	maxFlows       = 2000 // every pair of 34 provinces
)

// Counts are what happened in an area in some time. What became of a notice is
// counted on the day the notice came, so that outcomes never exceed what was
// asked.
type Counts struct {
	Arrivals, Departures                             int64 // trips across its border; of the country, all trips
	Exact, Probable, Mismatch, NotFound, Unavailable int64 // people who live there, compared with the register
	Asked, Reached, Found                            int64 // notices that ask for a visit; visited; met
	Quarantined, Released                            int64
}

// Confirmed is how many were compared with the register and how many of them
// it knows.
func (c Counts) Confirmed() (known, compared int64) {
	known = c.Exact + c.Probable
	return known, known + c.Mismatch + c.NotFound
}

// Work is what lies open in an area, whichever days it is from.
type Work struct {
	Fresh, Open, Overdue   int64 // Open includes the others
	Monitoring             int64
	AtProvince, AtMinistry int64 // has climbed
}

// DayFigures is one day of an area.
type DayFigures struct {
	Day anlo.Date
	Counts
	Crossing int64 // of the country: trips from one province to another
}

// AreaFigures is an area in the whole period, and its work.
type AreaFigures struct {
	Unit anlo.Unit
	Counts
	Work
}

// Flow is how many travelled from one province to another in the period.
type Flow struct {
	From, To   anlo.Unit
	Travellers int64
}

// Figures are counts of an area. They name nobody.
type Figures struct {
	List        string      // of units
	Path        []anlo.Unit // the area and what it lies in, the largest first; nil for the country
	From, Until anlo.Date
	Days        []DayFigures // every day of the period
	Total       AreaFigures  // of the area itself
	Areas       []AreaFigures
	// Flows are the pairs of provinces, the most travelled first, and trips
	// within one among them; of a province, those across its border.
	Flows     []Flow
	CountedAt time.Time // when the work was counted; zero when it never was
}

// Country reports whether the figures are of the whole country.
func (f Figures) Country() bool { return f.Path == nil }

// errPeriod says that the days asked for are none or too many.
var errPeriod = &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "until", Code: "figures.period"}}}

// Figures returns the counts of an area, of those inside it, and the flows
// between provinces. They are read from what was added up before, never from
// declarations.
func (a *App) Figures(ctx context.Context, by anlo.Actor, q FiguresQuery) (Figures, error) {
	if q.Area.IsZero() {
		q.Area = by.Area
	}
	if !by.MayIn(anlo.ActFigures, a.path(q.Area)...) {
		return Figures{}, anlo.ErrForbidden
	}
	path := a.Units.Path(q.Area)
	if !q.Area.IsZero() && path == nil {
		return Figures{}, anlo.ErrNotFound
	}
	f := Figures{List: a.UnitList, Path: path, From: q.From, Until: q.Until}
	if path != nil {
		f.List = q.Area.List
		f.Total.Unit = path[len(path)-1]
	}
	if err := f.period(anlo.DateOf(a.Now().In(anlo.Hanoi))); err != nil {
		return Figures{}, err
	}
	for _, u := range a.Units.Children(f.List, f.Total.Unit.Code) {
		f.Areas = append(f.Areas, AreaFigures{Unit: u})
	}
	if err := a.countDays(ctx, &f); err != nil {
		return Figures{}, err
	}
	if err := a.countWork(ctx, &f); err != nil {
		return Figures{}, err
	}
	return f, a.countFlows(ctx, &f)
}

// ExportFigures is Figures for a file that leaves the house, which is logged.
func (a *App) ExportFigures(ctx context.Context, by anlo.Actor, q FiguresQuery) (Figures, error) {
	f, err := a.Figures(ctx, by, q)
	if err != nil {
		return Figures{}, err
	}
	return f, a.Store.Audit(ctx, a.entry(by, anlo.ActFigures, anlo.PurposeOperation, 0, anlo.ID{}))
}

// period fills in the days that were not asked for, and refuses those that
// make no sense.
func (f *Figures) period(today anlo.Date) error {
	switch {
	case f.From.IsZero() && f.Until.IsZero():
		f.Until = today
		f.From = today.AddDays(1 - figuresDays)
	case f.From.IsZero():
		f.From = f.Until.AddDays(1 - figuresDays)
	case f.Until.IsZero():
		f.Until = f.From.AddDays(figuresDays - 1)
	}
	if f.From.Month == 0 || f.Until.Month == 0 || f.From.After(f.Until) || f.Until.After(f.From.AddDays(maxFiguresDays-1)) {
		return errPeriod
	}
	return nil
}

// dayOf counts days since 1970, as the tables do.
func dayOf(d anlo.Date) int64 { return d.At(0, time.UTC).Unix() / 86400 }

func (f *Figures) codes() []string {
	codes := make([]string, len(f.Areas))
	for i, area := range f.Areas {
		codes[i] = area.Unit.Code
	}
	return codes
}

func (a *App) countDays(ctx context.Context, f *Figures) error {
	from, until := dayOf(f.From), dayOf(f.Until)
	days, err := a.Store.Days(ctx, f.List, f.Total.Unit.Code, from, until)
	if err != nil {
		return err
	}
	f.Days = make([]DayFigures, until-from+1)
	for i := range f.Days {
		f.Days[i].Day = f.From.AddDays(i)
	}
	for _, d := range days {
		f.Days[d.Day-from].Counts = counts(d)
		f.Total.Counts.add(counts(d))
	}
	if f.Country() {
		crossings, err := a.Store.Crossings(ctx, f.List, from, until)
		if err != nil {
			return err
		}
		for i := range f.Days {
			f.Days[i].Crossing = crossings[from+int64(i)]
		}
	}
	inside, err := a.Store.DaysTogether(ctx, f.List, f.codes(), from, until)
	if err != nil {
		return err
	}
	byArea := map[string]store.Day{}
	for _, d := range inside {
		byArea[d.Area] = d
	}
	for i := range f.Areas {
		f.Areas[i].Counts = counts(byArea[f.Areas[i].Unit.Code])
	}
	return nil
}

func counts(d store.Day) Counts {
	return Counts{
		Arrivals: d.Arrivals, Departures: d.Departures,
		Exact: d.Exact, Probable: d.Probable, Mismatch: d.Mismatch, NotFound: d.NotFound, Unavailable: d.Unavailable,
		Asked: d.Asked, Reached: d.Reached, Found: d.Found, Quarantined: d.Quarantined, Released: d.Released,
	}
}

func (c *Counts) add(d Counts) {
	c.Arrivals += d.Arrivals
	c.Departures += d.Departures
	c.Exact += d.Exact
	c.Probable += d.Probable
	c.Mismatch += d.Mismatch
	c.NotFound += d.NotFound
	c.Unavailable += d.Unavailable
	c.Asked += d.Asked
	c.Reached += d.Reached
	c.Found += d.Found
	c.Quarantined += d.Quarantined
	c.Released += d.Released
}

func (a *App) countWork(ctx context.Context, f *Figures) error {
	works, err := a.Store.Works(ctx, f.List, append(f.codes(), f.Total.Unit.Code, "")) // an area without work has no row; the country says when
	if err != nil {
		return err
	}
	byArea := map[string]Work{}
	for _, w := range works {
		byArea[w.Area] = Work{w.Fresh, w.Open, w.Overdue, w.Monitoring, w.AtProvince, w.AtMinistry}
		if w.CountedAt.After(f.CountedAt) {
			f.CountedAt = w.CountedAt
		}
	}
	f.Total.Work = byArea[f.Total.Unit.Code]
	for i := range f.Areas {
		f.Areas[i].Work = byArea[f.Areas[i].Unit.Code]
	}
	return nil
}

// countFlows asks for what crosses the border of a province, or for every pair
// of the country. Flows are kept between provinces only.
func (a *App) countFlows(ctx context.Context, f *Figures) error {
	from, until := dayOf(f.From), dayOf(f.Until)
	var flows []store.Flow
	var err error
	switch len(f.Path) {
	case 0:
		flows, err = a.Store.Flows(ctx, f.List, from, until, maxFlows)
	case 1:
		var all []string
		for _, u := range a.Units.Children(f.List, "") {
			all = append(all, u.Code)
		}
		for _, in := range []bool{true, false} {
			var some []store.Flow
			some, err = a.Store.FlowsOf(ctx, f.List, f.Path[0].Code, in, all, from, until, maxFlows)
			if err != nil {
				return err
			}
			flows = append(flows, some...)
		}
	}
	for _, flow := range flows {
		origin, _ := a.Units.Unit(anlo.UnitRef{List: f.List, Code: flow.Origin})
		destination, _ := a.Units.Unit(anlo.UnitRef{List: f.List, Code: flow.Destination})
		f.Flows = append(f.Flows, Flow{origin, destination, flow.Travellers})
	}
	return err
}
