package app_test

import (
	"errors"
	"fmt"
	"testing"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

func TestExportDesk(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		const declared = 201 // more than a page holds
		for range declared {
			if _, err := a.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(clock.Now(), anlotest.An), ""); err != nil {
				t.Fatal(err)
			}
			clock.Add(90_000_000_000)
		}
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh))
		for n := 1; n > 0; {
			var err error
			if n, err = a.Route(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		export := func(by anlo.Actor, q app.DeskQuery) (names map[string]int, seen map[string]bool, err error) {
			names, seen = map[string]int{}, map[string]bool{}
			more, err := a.ExportDesk(t.Context(), by, q, func(i app.DeskItem) error {
				if i.Phone != "•••••••678" {
					t.Errorf("a phone is %q", i.Phone)
				}
				names[i.FullName]++
				seen[i.NoticeID.String()] = true
				return nil
			})
			if more {
				t.Error("there are said to be more")
			}
			return names, seen, err
		}
		names, seen, err := export(officer(anlo.CommuneOfficer, ngocHa), app.DeskQuery{View: app.ViewAll})
		if err != nil || len(seen) != declared+1 || names["Nguyễn Văn An"] != declared || names["Trần Thị Bình"] != 1 {
			t.Errorf("%d different of %v, %v", len(seen), names, err)
		}
		if n, err := a.Store.AuditCount(t.Context(), anlo.ActExport); n != 2 || err != nil {
			t.Errorf("%d audit entries for two people, %v", n, err)
		}
		names, _, err = export(officer(anlo.CommuneOfficer, ngocHa), app.DeskQuery{Text: "Bình"})
		if err != nil || fmt.Sprint(names) != "map[Trần Thị Bình:1]" {
			t.Errorf("a search: %v, %v", names, err)
		}
		if n, _ := a.Store.AuditCount(t.Context(), anlo.ActExport); n != 3 {
			t.Errorf("%d audit entries after another file", n)
		}

		if _, _, err := export(officer(anlo.HealthOfficer, ngocHa), app.DeskQuery{}); !errors.Is(err, anlo.ErrForbidden) {
			t.Errorf("a health officer: %v", err)
		}
		if _, _, err := export(officer(anlo.CommuneOfficer, haiChau), app.DeskQuery{Area: ngocHa}); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("another commune: %v", err)
		}
		full := errors.New("the disk is full")
		if _, err := a.ExportDesk(t.Context(), officer(anlo.CommuneOfficer, ngocHa), app.DeskQuery{View: app.ViewAll}, func(app.DeskItem) error { return full }); !errors.Is(err, full) {
			t.Errorf("a failing file: %v", err)
		}
	})
}
