package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/simulate"
	"anlo/store"
)

// Killed at any moment while people declare and communes are told, and started
// again, the server tells each commune concerned of each declaration on disk,
// once; and its figures count what it told.
func TestKilledWhileRouting(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		data := t.TempDir()
		args := []string{"serve", "--data", data, "--database", url, "--listen", "127.0.0.1:0"}
		bodies := journeyBodies(t, 3000)
		var next atomic.Int64
		var taken atomic.Int64
		for range 4 {
			s := startServer(t, args...)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for {
						i := int(next.Add(1)) - 1
						if i >= len(bodies) {
							return
						}
						status, _, err := s.call("POST", "/api/v1/declarations", "", bodies[i])
						if err != nil { // it is dead
							return
						}
						if status == http.StatusCreated {
							taken.Add(1)
						}
					}
				})
			}
			time.Sleep(time.Duration(250+rand.IntN(500)) * time.Millisecond)
			s.kill()
			wg.Wait()
		}
		if taken.Load() < 20 {
			t.Fatalf("only %d declarations were taken", taken.Load())
		}
		s := startServer(t, args...)
		db := anlotest.Store(t, url)
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			n, err := db.Waiting(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d rows wait to be routed:\n%s", n, s.log)
			}
		}
		s.kill()
		asked := told(t, db)
		if n, err := db.Asked(t.Context(), "vn-2026"); err != nil || n != asked {
			t.Errorf("the figures say that %d were asked for, the notices %d, %v", n, asked, err)
		}
	})
}

// journeyBodies are what made-up people declare, for the API. Nobody of them is
// in the register, so that they alone say which communes are concerned.
func journeyBodies(t *testing.T, people int) (bodies []string) {
	t.Helper()
	for j := range simulate.Journeys(11, people, communes(), time.Now().Truncate(time.Hour), 1) {
		text, err := json.Marshal(declarationJSON(j.Declaration))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, string(text))
	}
	return bodies
}

// told compares the notices of every declaration on disk with the communes that
// it names, and returns how many of them ask for a visit.
func told(t *testing.T, db *store.DB) (asked int64) {
	t.Helper()
	ids, err := db.DeclarationIDs(t.Context())
	if err != nil || len(ids) == 0 {
		t.Fatalf("%d declarations, %v", len(ids), err)
	}
	for _, id := range ids {
		rows, _, err := db.Declaration(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		notices, err := db.NoticesOf(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, r := range rows {
			codes := []string{r.Destination, r.Origin, r.Permanent, r.Temporary}
			slices.Sort(codes)
			for _, c := range slices.Compact(codes) {
				if c != "" {
					want = append(want, anlo.NoticeID{Commune: anlo.UnitRef{List: r.List, Code: c}, Declaration: id, Traveller: r.Traveller}.String())
				}
			}
		}
		for _, n := range notices {
			got = append(got, n.NoticeID.String())
			if n.Roles.Asks() {
				asked++
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("declaration %s has %d notices, wants %d", id, len(got), len(want))
		}
	}
	return asked
}
