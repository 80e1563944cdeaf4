package app_test

import (
	"errors"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

// today is the day that tests begin on, as the tables count days.
const today = 20780 // 23 November 2026

func unit(code string) anlo.UnitRef { return anlo.UnitRef{List: "vn-2026", Code: code} }

func keepFigures(t *testing.T, a *app.App, days []store.Day, flows []store.Flow, works []store.Work) {
	t.Helper()
	err := a.Store.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddFigures(t.Context(), days, flows); err != nil {
			return err
		}
		return tx.ReplaceWork(t.Context(), "vn-2026", works)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFigures(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		day := func(area string, day, n int64) store.Day {
			return store.Day{List: "vn-2026", Area: area, Day: day, Arrivals: n, Departures: n + 1, Exact: 90 * n, Probable: 5 * n, Mismatch: 3 * n,
				NotFound: 2 * n, Unavailable: n, Asked: 10 * n, Reached: 8 * n, Found: 6 * n}
		}
		flow := func(from, to string, n int64) store.Flow {
			return store.Flow{List: "vn-2026", Day: today, Origin: from, Destination: to, Travellers: n}
		}
		counted := clock.Now().Truncate(time.Millisecond)
		keepFigures(t, a, []store.Day{day("", today, 9), day("01", today-13, 2), day("01", today-14, 70), day("01", today, 3), day("00004", today, 1)},
			[]store.Flow{flow("01", "01", 50), flow("01", "48", 7), flow("48", "01", 4), flow("79", "48", 2)},
			[]store.Work{{List: "vn-2026", Open: 5, Overdue: 2, CountedAt: counted}, {List: "vn-2026", Area: "01", Open: 4, Overdue: 1, CountedAt: counted}})

		figures := func(by anlo.Actor, q app.FiguresQuery) app.Figures {
			t.Helper()
			f, err := a.Figures(t.Context(), by, q)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		national := anlo.Actor{Role: anlo.NationalSupervisor}
		f := figures(national, app.FiguresQuery{})
		if !f.Country() || len(f.Days) != 14 || len(f.Areas) != 34 || f.Total.Open != 5 || !f.CountedAt.Equal(counted) {
			t.Errorf("country: %d days, %d areas, %+v", len(f.Days), len(f.Areas), f.Total)
		}
		if last := f.Days[13]; last.Day != (anlo.Date{Year: 2026, Month: 11, Day: 23}) || last.Arrivals != 9 || last.Crossing != 13 {
			t.Errorf("today: %+v", last)
		}
		if len(f.Flows) != 4 || f.Flows[0].Travellers != 50 || f.Flows[1].From.Name != "Thành phố Hà Nội" || f.Flows[1].To.Name != "Thành phố Đà Nẵng" {
			t.Errorf("flows: %+v", f.Flows)
		}
		for _, area := range f.Areas {
			if area.Unit.Code == "01" && (area.Arrivals != 5 || area.Departures != 7 || area.Overdue != 1) {
				t.Errorf("Hà Nội among the provinces: %+v", area)
			}
		}

		province := anlo.Actor{Role: anlo.ProvinceSupervisor, Area: unit("01")}
		f = figures(province, app.FiguresQuery{})
		if known, compared := f.Total.Confirmed(); known != 475 || compared != 500 || f.Total.Found != 30 || f.Total.Unit.Code != "01" {
			t.Errorf("Hà Nội: %+v", f.Total)
		}
		if len(f.Areas) != 126 || f.Areas[0].Unit.Parent != "01" || f.Days[0].Arrivals != 2 || f.Days[13].Arrivals != 3 {
			t.Errorf("Hà Nội: %d communes, first day %+v", len(f.Areas), f.Days[0])
		}
		if len(f.Flows) != 2 || f.Flows[0].Travellers != 4 || f.Flows[1].Travellers != 7 {
			t.Errorf("flows of Hà Nội: %+v", f.Flows)
		}
		f = figures(province, app.FiguresQuery{Area: unit("00004"), From: anlo.Date{Year: 2026, Month: 11, Day: 23}, Until: anlo.Date{Year: 2026, Month: 11, Day: 23}})
		if len(f.Days) != 1 || f.Total.Arrivals != 1 || f.Areas != nil || f.Flows != nil || len(f.Path) != 2 || !f.CountedAt.Equal(counted) {
			t.Errorf("Ba Đình: %+v", f)
		}

		for _, c := range []struct {
			name string
			by   anlo.Actor
			q    app.FiguresQuery
			want error
		}{
			{"another province", province, app.FiguresQuery{Area: unit("48")}, anlo.ErrForbidden},
			{"the province of a commune", anlo.Actor{Role: anlo.CommuneOfficer, Area: unit("00004")}, app.FiguresQuery{Area: unit("01")}, anlo.ErrForbidden},
			{"another commune", anlo.Actor{Role: anlo.CommuneOfficer, Area: unit("00004")}, app.FiguresQuery{Area: unit("00008")}, anlo.ErrForbidden},
			{"a citizen", anlotest.Citizen, app.FiguresQuery{}, anlo.ErrForbidden},
			{"an administrator", anlo.Actor{Role: anlo.Administrator}, app.FiguresQuery{}, anlo.ErrForbidden},
			{"nowhere", national, app.FiguresQuery{Area: unit("77777")}, anlo.ErrNotFound},
			{"a long period", national, app.FiguresQuery{From: anlo.Date{Year: 2026, Month: 1, Day: 1}, Until: anlo.Date{Year: 2026, Month: 2, Day: 1}}, anlo.ErrInvalid},
			{"backwards", national, app.FiguresQuery{From: anlo.Date{Year: 2026, Month: 2, Day: 2}, Until: anlo.Date{Year: 2026, Month: 2, Day: 1}}, anlo.ErrInvalid},
			{"a bare year", national, app.FiguresQuery{From: anlo.Date{Year: 2026}}, anlo.ErrInvalid},
		} {
			if _, err := a.Figures(t.Context(), c.by, c.q); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}

		if _, err := a.ExportFigures(t.Context(), province, app.FiguresQuery{}); err != nil {
			t.Error(err)
		}
		if _, err := a.ExportFigures(t.Context(), province, app.FiguresQuery{Area: unit("48")}); !errors.Is(err, anlo.ErrForbidden) {
			t.Errorf("exporting another province: %v", err)
		}
		if n, err := a.Store.AuditCount(t.Context(), anlo.ActFigures); n != 1 || err != nil {
			t.Errorf("%d exports in the audit, %v", n, err)
		}
	})
}
