package store_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"anlo/anlotest"
	"anlo/store"
)

func TestFigures(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		day := func(area string, n, v int64) store.Day {
			return store.Day{List: "l", Area: area, Day: n, Arrivals: v, Departures: 2 * v, Exact: 3 * v, Probable: 4 * v, Mismatch: 5 * v, NotFound: 6 * v,
				Unavailable: 7 * v, Asked: 8 * v, Reached: 9 * v, Found: 10 * v, Quarantined: 11 * v, Released: 12 * v}
		}
		other := day("01", 100, 1000)
		other.List = "other"
		flow := func(n int64, from, to string, travellers int64) store.Flow {
			return store.Flow{List: "l", Day: n, Origin: from, Destination: to, Travellers: travellers}
		}
		work := store.Work{List: "l", Area: "01", Fresh: 1, Open: 2, Overdue: 3, Monitoring: 4, AtProvince: 5, AtMinistry: 6, CountedAt: now}
		err := db.Update(ctx, func(tx *store.Tx) error {
			if err := tx.ReplaceWork(ctx, "l", []store.Work{work}); err != nil {
				return err
			}
			return tx.AddFigures(ctx, []store.Day{day("", 100, 50), day("01", 99, 1), day("01", 100, 2), day("01", 102, 4), day("02", 101, 7), other},
				[]store.Flow{flow(99, "01", "02", 500), flow(100, "01", "02", 5), flow(101, "01", "02", 6), flow(100, "02", "01", 20),
					flow(100, "01", "01", 90), flow(101, "03", "01", 1), flow(101, "02", "03", 4)})
		})
		if err != nil {
			t.Fatal(err)
		}
		same := func(name string, got, want any, err error) {
			t.Helper()
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b store.Day) bool { return a.Area < b.Area || a.Area == b.Area && a.Day < b.Day })); diff != "" || err != nil {
				t.Errorf("%s: %s %v", name, diff, err)
			}
		}
		days, err := db.Days(ctx, "l", "01", 100, 102)
		same("days", days, []store.Day{day("01", 100, 2), day("01", 102, 4)}, err)
		days, err = db.DaysTogether(ctx, "l", []string{"01", "02", "03"}, 100, 102)
		same("together", days, []store.Day{day("01", 0, 6), day("02", 0, 7)}, err)
		days, err = db.DaysTogether(ctx, "l", nil, 100, 102)
		same("of nowhere", days, []store.Day(nil), err)
		works, err := db.Works(ctx, "l", []string{"", "01"})
		same("work", works, []store.Work{work}, err)

		flows, err := db.Flows(ctx, "l", 100, 101, 3)
		same("flows", flows, []store.Flow{flow(0, "01", "01", 90), flow(0, "02", "01", 20), flow(0, "01", "02", 11)}, err)
		all := []string{"01", "02", "03"}
		flows, err = db.FlowsOf(ctx, "l", "01", true, all, 100, 101, 9)
		same("in", flows, []store.Flow{flow(0, "02", "01", 20), flow(0, "03", "01", 1)}, err)
		flows, err = db.FlowsOf(ctx, "l", "01", false, all, 100, 101, 9)
		same("out", flows, []store.Flow{flow(0, "01", "02", 11)}, err)
		crossings, err := db.Crossings(ctx, "l", 99, 101)
		same("crossings", crossings, map[int64]int64{99: 500, 100: 25, 101: 11}, err)
	})
}

// How long the heaviest page takes to read: a month, everybody travelling from
// everywhere to everywhere.
func BenchmarkFigures(b *testing.B) {
	db := anlotest.Store(b, b.TempDir()+"/anlo.db")
	var areas []string
	var days []store.Day
	var flows []store.Flow
	for i := range 34 {
		areas = append(areas, fmt.Sprintf("%02d", i))
	}
	for _, from := range areas {
		for n := range int64(31) {
			days = append(days, store.Day{List: "l", Area: from, Day: n, Arrivals: n})
			for _, to := range areas {
				flows = append(flows, store.Flow{List: "l", Day: n, Origin: from, Destination: to, Travellers: n})
			}
		}
	}
	if err := db.Update(b.Context(), func(tx *store.Tx) error { return tx.AddFigures(b.Context(), days, flows) }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, err := db.DaysTogether(b.Context(), "l", areas, 0, 30)
		if err == nil {
			_, err = db.Flows(b.Context(), "l", 0, 30, 2000)
		}
		if err == nil {
			_, err = db.Crossings(b.Context(), "l", 0, 30)
		}
		if err == nil {
			_, err = db.FlowsOf(b.Context(), "l", "01", true, areas, 0, 30, 100)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
