package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
)

// Killed in the middle of batches and started again, the server has each
// reading that was sent again once: a batch is there as a whole or not at all,
// and its figures count its readings.
func TestKilledWhileDelivering(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		place := place{Data: t.TempDir(), Database: url}
		args := []string{"serve", "--data", place.Data, "--database", url, "--listen", "127.0.0.1:0"}
		a, err := place.open(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		post, err := a.AddCheckpoint(t.Context(), operator, "Pháp Vân", anlotest.An.Permanent.Commune)
		if err != nil {
			t.Fatal(err)
		}
		const phones, batches, size = 4, 12, 100
		var tokens [phones]string
		for i := range tokens {
			if _, tokens[i], err = a.AddDevice(t.Context(), operator, post, fmt.Sprint("Làn ", i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		var bodies [phones][batches]string
		for i := range phones {
			for j := range batches {
				bodies[i][j] = batchOf(t, size)
			}
		}
		var delivered [phones]atomic.Int64 // batches that were answered
		for range 3 {
			s := startServer(t, args...)
			var answered atomic.Int64
			var wg sync.WaitGroup
			for i := range phones {
				wg.Go(func() {
					for {
						next := delivered[i].Load()
						if next == batches {
							return
						}
						status, _, err := s.call("POST", "/api/v1/scans", tokens[i], bodies[i][next])
						if err != nil || status != http.StatusOK { // it is dead
							return
						}
						delivered[i].Add(1)
						if answered.Add(1) == 8 {
							s.cmd.Process.Kill()
						}
					}
				})
			}
			wg.Wait()
			s.kill()
			wholeBatches(t, url, post.ID, size)
		}
		s := startServer(t, args...)
		for i := range phones { // all of it, once more and in another order
			for j := range batches {
				body := bodies[i][batches-1-j]
				if status, got, err := s.call("POST", "/api/v1/scans", tokens[i], body); err != nil || status != http.StatusOK || strings.Contains(string(got), "refused") {
					t.Fatalf("%d %v %.200s", status, err, got)
				}
			}
		}
		s.kill()
		if n := wholeBatches(t, url, post.ID, size); n != phones*batches*size {
			t.Errorf("%d readings, want %d", n, phones*batches*size)
		}
	})
}

func batchOf(t *testing.T, size int) string {
	t.Helper()
	now := time.Now()
	scans := make([]map[string]any, size)
	for i := range scans {
		scans[i] = map[string]any{"id": anlo.NewID(now).String(), "at": now.Format(rfc3339ms), "kind": "other", "verdict": "stop",
			"reasons": []string{"forged"}, "people": 1, "decision": "turned-back", "took_ms": 900}
	}
	body, err := json.Marshal(map[string]any{"sent_at": now.Format(rfc3339ms), "scans": scans})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// wholeBatches counts the readings of a post, and checks that batches are whole
// and the figures are those of a count.
func wholeBatches(t *testing.T, url string, post anlo.ID, size int) int {
	t.Helper()
	db := anlotest.Store(t, url)
	counts, err := db.ScanCount(t.Context(), post)
	if err != nil {
		t.Fatal(err)
	}
	minutes, err := db.PostMinutes(t.Context(), post, 0)
	if err != nil {
		t.Fatal(err)
	}
	var stopped, turned int64
	for _, m := range minutes {
		switch m.What {
		case "stop":
			stopped += m.Readings
		case "turned-back":
			turned += m.Readings
		}
	}
	n := counts[anlo.Stop]
	if n%size != 0 || stopped != int64(n) || turned != int64(n) {
		t.Errorf("%d readings in batches of %d; the figures say %d, %d turned back", n, size, stopped, turned)
	}
	return n
}

// The benchmark of readings runs through on either database.
func TestBenchScans(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		if !strings.HasPrefix(url, "postgres") {
			url = ""
		}
		rows, err := (&benchScansCmd{Phones: 2, Readings: 2500, Database: url, Profile: filepath.Join(t.TempDir(), "profile")}).measure(t.Context())
		if err != nil || len(rows) != 3 {
			t.Fatal(rows, err)
		}
		for _, r := range rows {
			if !(r.Got > 0) || !strings.HasPrefix(r.What, "scans") {
				t.Errorf("%+v", r)
			}
		}
	})
}
