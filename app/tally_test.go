package app_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

// Each traveller is counted once in every area, however the notices move.
func TestDaysAreCountedAsTheyHappen(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh)) // inside Hanoi
		far := anlotest.Declaration(clock.Now(), anlotest.An)
		far.Trip.Destination.Commune = haiChau
		declareAndRoute(t, a, far)
		by := officer(anlo.CommuneOfficer, ngocHa)
		page, err := a.Desk(t.Context(), by, app.DeskQuery{Text: "nguyen van an"})
		if err != nil || len(page.Items) != 1 {
			t.Fatal(page, err)
		}
		n := page.Items[0]
		for _, k := range []anlo.FollowUpKind{anlo.DoNotFound, anlo.DoVerify} {
			if n.Notice, err = a.FollowUp(t.Context(), by, n.NoticeID, n.Version, anlo.FollowUp{Kind: k}); err != nil {
				t.Fatal(err)
			}
		}
		today := int64(clock.Now().Unix()+7*3600) / 86400
		for area, want := range map[string]store.Day{
			"":           {Arrivals: 3, Departures: 3, Exact: 3, Asked: 3, Reached: 1, Found: 1},
			hanoi.Code:   {Departures: 1, Exact: 3, Asked: 2, Reached: 1, Found: 1},
			"48":         {Arrivals: 1, Asked: 1},
			ngocHa.Code:  {Arrivals: 2, Asked: 2, Reached: 1, Found: 1},
			haiChau.Code: {Arrivals: 1, Asked: 1},
			baDinh.Code:  {Departures: 3, Exact: 3},
		} {
			want.List, want.Area, want.Day = a.UnitList, area, today
			got, err := a.Store.Days(t.Context(), a.UnitList, area, today, today)
			if err != nil || len(got) != 1 {
				t.Fatalf("%q: %v, %v", area, got, err)
			}
			if diff := cmp.Diff(want, got[0]); diff != "" {
				t.Errorf("%q: %s", area, diff)
			}
		}
	})
}

func TestWorkIsCountedByArea(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
		clock.Add(38 * time.Hour)
		if _, err := a.Climb(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.Add(13 * time.Hour)
		for range 2 { // counting again replaces
			if err := a.CountWork(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, area := range []string{"", hanoi.Code, ngocHa.Code} {
			got, err := a.Store.Works(t.Context(), a.UnitList, []string{area})
			if err != nil || len(got) != 1 {
				t.Fatalf("%q: %v, %v", area, got, err)
			}
			want := store.Work{List: a.UnitList, Area: area, Fresh: 2, Open: 2, Overdue: 2, AtProvince: 2, CountedAt: got[0].CountedAt}
			if diff := cmp.Diff(want, got[0]); diff != "" || !got[0].CountedAt.Equal(clock.Now()) {
				t.Errorf("%q: %s", area, diff)
			}
		}
	})
}
