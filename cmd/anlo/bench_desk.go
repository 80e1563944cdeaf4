package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anlo"
	"anlo/app"
)

type benchDeskCmd struct {
	Declarations int    `help:"Declarations of two weeks to fill the database with; three times as many notices follow." default:"200000"`
	Requests     int    `help:"Requests of each kind." default:"200"`
	Database     string `help:"postgres:// URL of an empty database; SQLite in a temporary folder without it." placeholder:"URL"`
	JSON         bool   `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchDeskCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

// measure fills a database and asks it what officers ask, each time somebody
// else on the desk of another notice drawn at random. Beside each stands the
// time in which the same rows are read bare, by key or by the same index.
func (c *benchDeskCmd) measure(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	database, err := freshDatabase(ctx, c.Database, "desk")
	if err != nil {
		return nil, err
	}
	a, err := (place{Data: filepath.Join(dir, "desk"), Database: database}).open(ctx, nil)
	if err != nil {
		return nil, err
	}
	l, err := loadDesk(ctx, a, c.Declarations)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	m := deskMeter{loaded: l, requests: c.Requests, engine: a.Store.Engine()}
	err = m.all(ctx)
	return m.rows, errors.Join(err, a.Close())
}

// deskMeter asks and keeps the times.
type deskMeter struct {
	*loaded
	requests int
	engine   string
	rows     []row
}

func (m *deskMeter) all(ctx context.Context) error {
	rate := float64(m.notices) / m.took.Seconds()
	m.rows = append(m.rows, row{What: "desk " + m.engine + ", loading", Got: rate, Unit: "notices/s",
		Note: fmt.Sprintf("%d statements, %d notices: %.1f %% open, %d overdue, %d at a province, %d at the ministry; no passes",
			m.declarations, m.notices, 100*float64(m.open)/float64(m.notices), m.overdue, m.climbed, m.atTheMinist)})
	if err := m.know(ctx); err != nil {
		return err
	}
	for _, v := range app.Views {
		if err := m.page(ctx, "first page, "+string(v), anlo.CommuneOfficer, commune, app.DeskQuery{View: v}); err != nil {
			return err
		}
	}
	steps := []func(context.Context) error{m.again, m.names, m.numbers, m.records, m.supervisors, m.background}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// know opens the sample, so that it can be looked for.
func (m *deskMeter) know(ctx context.Context) error {
	m.sample = m.sample[:min(len(m.sample), 2*m.requests)]
	for i := range m.sample {
		s := &m.sample[i]
		r, err := m.app.Reveal(ctx, officerOf(anlo.CommuneOfficer, s.Commune), s.NoticeID, anlo.PurposeFollowUp)
		if err != nil {
			return err
		}
		s.person, s.plate = r.Traveller.Person, r.Trip.Vehicle.Plate
	}
	return nil
}

// officerOf is another officer each time, to whom nobody was shown before.
func officerOf(role anlo.Role, area anlo.UnitRef) anlo.Actor {
	return anlo.Actor{Role: role, Area: area, Staff: anlo.NewID(time.Now())}
}

// commune is where a notice lies.
func commune(_ *app.App, n anlo.NoticeID) anlo.UnitRef { return n.Commune }

// provinceOf is what that lies in.
func provinceOf(a *app.App, n anlo.NoticeID) anlo.UnitRef {
	path := a.Units.Path(n.Commune)
	for _, u := range path {
		if u.Level == 1 {
			return u.UnitRef
		}
	}
	return n.Commune
}

func country(*app.App, anlo.NoticeID) anlo.UnitRef { return anlo.UnitRef{} }

// time measures one request for each of the sample, and the limit of each.
func (m *deskMeter) time(what, note string, request func(sampleNotice) error, limit func(sampleNotice) error) error {
	var took, bare []time.Duration
	for _, s := range m.sample[:min(m.requests, len(m.sample))] {
		start := time.Now()
		if err := request(s); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		took = append(took, time.Since(start))
		if limit == nil {
			continue
		}
		start = time.Now()
		if err := limit(s); err != nil {
			return fmt.Errorf("%s, bare: %w", what, err)
		}
		bare = append(bare, time.Since(start))
	}
	milli := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	r := row{What: "desk " + m.engine + ", " + what, Got: milli(quantile(took, 0.95)), Unit: "ms p95", Bound: "≤ 100 ms", Note: note50(took) + note}
	if limit != nil {
		r.Limit = milli(quantile(bare, 0.95))
		r.Ratio = r.Got / r.Limit
	}
	m.rows = append(m.rows, r)
	return nil
}

// page measures a list: opened, counted and entered into the audit. Its limit
// reads the same rows by the declarations' keys.
func (m *deskMeter) page(ctx context.Context, what string, role anlo.Role, area func(*app.App, anlo.NoticeID) anlo.UnitRef, q app.DeskQuery) error {
	var last app.DeskPage
	shown := 0
	err := m.time(what, "", func(s sampleNotice) (err error) {
		last, err = m.app.Desk(ctx, officerOf(role, area(m.app, s.NoticeID)), q)
		shown += len(last.Items)
		return err
	}, func(sampleNotice) error {
		ids := make([]anlo.ID, len(last.Items))
		for i, item := range last.Items {
			ids[i] = item.Declaration
		}
		_, err := m.app.Store.NoticesAmong(ctx, ids)
		return err
	})
	if err == nil {
		m.rows[len(m.rows)-1].Note += fmt.Sprintf(", %d shown", shown/min(m.requests, len(m.sample)))
	}
	return err
}

// again measures the page that refreshes itself: nobody new is shown, and the
// audit has nothing to keep.
func (m *deskMeter) again(ctx context.Context) error {
	by := map[anlo.UnitRef]anlo.Actor{}
	for _, s := range m.sample {
		by[s.Commune] = officerOf(anlo.CommuneOfficer, s.Commune)
		if _, err := m.app.Desk(ctx, by[s.Commune], app.DeskQuery{View: app.ViewArrivals}); err != nil {
			return err
		}
	}
	return m.time("first page, arrivals, shown before", ", without audit entries", func(s sampleNotice) error {
		_, err := m.app.Desk(ctx, by[s.Commune], app.DeskQuery{View: app.ViewArrivals})
		return err
	}, nil)
}

// names measures the search by words. Its limit reads what is searched, without
// opening it.
func (m *deskMeter) names(ctx context.Context) error {
	for _, kind := range []struct {
		what string
		text func(sampleNotice) string
	}{
		{"a common name", func(sampleNotice) string { return "nguyen thi" }},
		{"a full name", func(s sampleNotice) string { return s.person.FullName }},
		{"a name of nobody", func(sampleNotice) string { return "nguyen xyz" }},
	} {
		searched := 0
		err := m.time("search, "+kind.what, "", func(s sampleNotice) error {
			page, err := m.app.Desk(ctx, officerOf(anlo.CommuneOfficer, s.Commune), app.DeskQuery{View: app.ViewAll, Text: kind.text(s)})
			searched += page.Searched
			return err
		}, func(s sampleNotice) error {
			_, err := m.app.Store.NoticeTexts(ctx, s.Commune, anlo.NoticeID{}, 20_000)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers measures the search by identity number, phone and plate.
func (m *deskMeter) numbers(ctx context.Context) error {
	for _, kind := range []struct {
		what, column, index string
		text                func(sampleNotice) string
	}{
		{"identity number", "person", "person", func(s sampleNotice) string { return s.person.Document.Number }},
		{"phone", "phone_index", "phone", func(s sampleNotice) string { return s.person.Phone }},
		{"plate", "plate_index", "plate", func(s sampleNotice) string { return s.plate }},
	} {
		err := m.time("search, "+kind.what, "", func(s sampleNotice) error {
			text := kind.text(s)
			if text == "" {
				text = m.sample[rand.IntN(len(m.sample))].person.Document.Number
			}
			_, err := m.app.Desk(ctx, officerOf(anlo.CommuneOfficer, s.Commune), app.DeskQuery{View: app.ViewAll, Text: text})
			return err
		}, func(s sampleNotice) error {
			found, err := m.app.Store.DeclarationsBy(ctx, kind.column, m.app.Seal.Index(kind.index, kind.text(s)), 1)
			if err != nil || len(found) == 0 {
				return err
			}
			_, err = m.app.Store.NoticesAmong(ctx, []anlo.ID{found[0].ID})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// records measures one record with all that belongs to it. Its limit reads the
// notice and the declaration by their keys.
func (m *deskMeter) records(ctx context.Context) error {
	return m.time("a record", "", func(s sampleNotice) error {
		_, err := m.app.Record(ctx, officerOf(anlo.CommuneOfficer, s.Commune), s.NoticeID)
		return err
	}, func(s sampleNotice) error {
		if _, err := m.app.Store.Notice(ctx, s.NoticeID); err != nil {
			return err
		}
		_, _, err := m.app.Store.Declaration(ctx, s.Declaration)
		return err
	})
}

// supervisors measures what has climbed, in a province and in the country, and
// the question that a page which is watched asks at every change.
func (m *deskMeter) supervisors(ctx context.Context) error {
	if err := m.page(ctx, "province, what climbed", anlo.ProvinceSupervisor, provinceOf, app.DeskQuery{View: app.ViewOverdue}); err != nil {
		return err
	}
	if err := m.page(ctx, "country, what climbed", anlo.NationalSupervisor, country, app.DeskQuery{View: app.ViewOverdue}); err != nil {
		return err
	}
	err := m.time("country, figures", "", func(sampleNotice) error {
		_, err := m.app.Figures(ctx, officerOf(anlo.NationalSupervisor, anlo.UnitRef{}), app.FiguresQuery{})
		return err
	}, nil)
	if err != nil {
		return err
	}
	return m.time("country, a name", "", func(s sampleNotice) error {
		words := strings.Fields(s.person.FullName)
		_, err := m.app.Desk(ctx, officerOf(anlo.NationalSupervisor, anlo.UnitRef{}), app.DeskQuery{Text: words[0] + " " + words[len(words)-1]})
		return err
	}, nil)
}

// background measures the work that runs by itself.
func (m *deskMeter) background(ctx context.Context) error {
	for _, job := range []struct {
		what, note string
		run        func() error
	}{
		{"count the work", "every half minute, all communes", func() error { return m.app.CountWork(ctx) }},
		{"climb, nothing due", "every minute", func() error { _, err := m.app.Climb(ctx); return err }},
	} {
		if err := job.run(); err != nil { // the first moves what has fallen due since it was loaded
			return err
		}
		start := time.Now()
		if err := job.run(); err != nil {
			return err
		}
		m.rows = append(m.rows, row{What: "desk " + m.engine + ", " + job.what, Got: float64(time.Since(start)) / float64(time.Millisecond), Unit: "ms", Note: job.note})
	}
	return nil
}
