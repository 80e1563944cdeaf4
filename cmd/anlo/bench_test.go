package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"anlo"
	"anlo/anlotest"
)

// The benchmarks of the desk run through on either database, and ask for what
// officers ask for.
func TestBenchDesk(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		if !strings.HasPrefix(url, "postgres") {
			url = ""
		}
		for name, measure := range map[string]func(context.Context) ([]row, error){
			"desk":  (&benchDeskCmd{Declarations: 300, Requests: 4, Database: url}).measure,
			"route": (&benchRouteCmd{Declarations: 160, Callers: 8, Database: url}).measure,
		} {
			rows, err := measure(t.Context())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, r := range rows {
				if !(r.Got > 0) || !strings.HasPrefix(r.What, name) {
					t.Errorf("%+v", r)
				}
			}
			if len(rows) < 2 {
				t.Errorf("%s measured %d things", name, len(rows))
			}
		}
	})
}

// A database that was loaded looks as if its declarations had been made and
// routed: its figures count its notices, and the next change has the next number.
func TestLoadedLikeLived(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		a, err := place{Data: filepath.Join(t.TempDir(), "data"), Database: url}.open(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		l, err := loadDesk(t.Context(), a, 200)
		if err != nil {
			t.Fatal(err)
		}
		var asked int64
		ids, err := a.Store.DeclarationIDs(t.Context())
		if err != nil || len(ids) < 100 {
			t.Fatalf("%d declarations, %v", len(ids), err)
		}
		notices := 0
		for _, id := range ids {
			rows, err := a.Store.NoticesOf(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			notices += len(rows)
			for _, n := range rows {
				if n.Roles.Asks() {
					asked++
				}
			}
		}
		if n, err := a.Store.Asked(t.Context(), "vn-2026"); err != nil || n != asked || notices != l.notices {
			t.Errorf("%d notices of %d, %d of %d asked for, %v", notices, l.notices, asked, n, err)
		}
		if seq, err := a.Store.LastSeq(t.Context(), "vn-2026", nil); err != nil || seq != int64(notices) {
			t.Errorf("the last change is %d of %d, %v", seq, notices, err)
		}
		s := l.sample[0]
		if r, err := a.Record(t.Context(), officerOf(anlo.CommuneOfficer, s.Commune), s.NoticeID); err != nil || r.Traveller.FullName == "" {
			t.Errorf("a record: %v", err)
		}
		here, err := a.Store.LastSeq(t.Context(), "vn-2026", []string{s.Commune.Code, "00004"})
		if err != nil || here < 1 || here > int64(notices) {
			t.Errorf("the last change there is %d, %v", here, err)
		}
	})
}
