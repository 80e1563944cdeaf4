package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

// accounts makes accounts of officers.
func accounts(t *testing.T, a *app.App, staff ...store.StaffRow) {
	t.Helper()
	err := a.Store.Update(t.Context(), func(tx *store.Tx) error {
		for _, s := range staff {
			s.Sealed = []byte("sealed")
			if _, err := tx.KeepStaff(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reads writes what an officer's reading leaves in the audit, spread over a
// span.
func reads(t *testing.T, a *app.App, clock *anlotest.Clock, by anlo.Actor, n int, span time.Duration, record bool, action anlo.Action) {
	t.Helper()
	for i := range n {
		clock.Add(span / time.Duration(n))
		var object anlo.ID
		if record {
			object = anlo.NewID(clock.Now())
		}
		e := store.NewAuditRow(clock.Now(), by, action, anlo.PurposeFollowUp, int64(1000+i), object)
		if err := a.Store.Audit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func flagged(t *testing.T, a *app.App, clock *anlotest.Clock) (lines []string) {
	t.Helper()
	clock.Add(10 * time.Second)
	if err := a.FlagAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	flags, err := a.AuditFlags(t.Context(), auditor)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flags {
		lines = append(lines, fmt.Sprintf("%s %s %d", f.Officer, f.Rule, f.N))
	}
	slices.Sort(lines)
	return lines
}

var auditor = anlo.Actor{Role: anlo.Auditor, Staff: anlo.NewID(anlotest.Noon)}

func TestUnusualReadingIsFlagged(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		busy, calm, nosy := officer(anlo.CommuneOfficer, baDinh), officer(anlo.CommuneOfficer, baDinh), officer(anlo.CommuneOfficer, ngocHa)
		accounts(t, a, store.StaffRow{ID: busy.Staff, Login: "busy"}, store.StaffRow{ID: calm.Staff, Login: "calm"}, store.StaffRow{ID: nosy.Staff, Login: "nosy"})
		is(t, "nothing has happened", flagged(t, a, clock))

		reads(t, a, clock, calm, 39, 9*time.Minute, true, anlo.ActReadDesk)
		reads(t, a, clock, calm, 590, 9*time.Minute, false, anlo.ActReadDesk)
		is(t, "a day's work", flagged(t, a, clock))

		// In two halves, so that no minute's look sees them all.
		reads(t, a, clock, busy, 25, 4*time.Minute, true, anlo.ActReadDesk)
		is(t, "half of it", flagged(t, a, clock))
		reads(t, a, clock, busy, 25, 4*time.Minute, true, anlo.ActReveal)
		is(t, "many records", flagged(t, a, clock), "busy records 50")
		is(t, "looked at again", flagged(t, a, clock), "busy records 50")
		reads(t, a, clock, nosy, 700, 5*time.Minute, false, anlo.ActReadDesk)
		is(t, "very many in lists", flagged(t, a, clock), "busy records 50", "nosy listed 700")

		reads(t, a, clock, nosy, 2, time.Second, true, anlo.ActDenied)
		is(t, "outside", flagged(t, a, clock), "busy records 50", "nosy listed 700", "nosy outside 2")
		reads(t, a, clock, nosy, 1, time.Second, true, anlo.ActDenied)
		is(t, "outside again", flagged(t, a, clock), "busy records 50", "nosy listed 700", "nosy outside 3")
	})
}

func TestNightIsFlagged(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		owl := officer(anlo.CommuneOfficer, baDinh)
		accounts(t, a, store.StaffRow{ID: owl.Staff, Login: "owl"})
		clock.Add(9*time.Hour + 58*time.Minute) // 21:58
		reads(t, a, clock, owl, 10, time.Minute, true, anlo.ActReadDesk)
		is(t, "in the evening", flagged(t, a, clock))
		clock.Add(time.Minute)
		reads(t, a, clock, owl, 3, time.Minute, true, anlo.ActReadDesk)
		is(t, "three at night", flagged(t, a, clock))
		clock.Add(3 * time.Hour) // another day of the calendar, the same night
		reads(t, a, clock, owl, 3, time.Minute, true, anlo.ActReadDesk)
		is(t, "six in one night", flagged(t, a, clock), "owl night 6")
		clock.Add(6 * time.Hour)
		reads(t, a, clock, owl, 10, time.Minute, true, anlo.ActReadDesk)
		is(t, "in the morning", flagged(t, a, clock), "owl night 6")
	})
}

// An officer who lives with Bình opens the record of a trip that An and Bình
// make; another one, who does not, opens it too, and one of elsewhere tries.
func TestRelativesAndForeignRecordsAreFlagged(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		child := anlo.Registered{Number: "001215000777", FullName: "Nguyễn Thị Cúc", BirthDate: anlo.Date{Year: 2001, Month: 2, Day: 3}, Sex: anlo.Female,
			Household: anlotest.An.Household, Permanent: anlotest.An.Permanent}
		if err := a.KeepRegistered(t.Context(), anlo.Actor{Role: anlo.Operator}, []anlo.Registered{child}); err != nil {
			t.Fatal(err)
		}
		daughter, stranger, far := officer(anlo.CommuneOfficer, ngocHa), officer(anlo.CommuneOfficer, ngocHa), officer(anlo.CommuneOfficer, haiChau)
		accounts(t, a, store.StaffRow{ID: daughter.Staff, Login: "daughter", Person: a.Seal.Index("person", child.Number)},
			store.StaffRow{ID: stranger.Staff, Login: "stranger", Person: a.Seal.Index("person", "001099999999")}, store.StaffRow{ID: far.Staff, Login: "far"})
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		page, err := a.Desk(t.Context(), daughter, app.DeskQuery{View: app.ViewAll})
		if err != nil || len(page.Items) != 1 {
			t.Fatal(page, err)
		}
		is(t, "a list shows whoever comes", flagged(t, a, clock))
		for _, by := range []anlo.Actor{daughter, stranger} {
			if _, err := a.Record(t.Context(), by, page.Items[0].NoticeID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.Record(t.Context(), far, page.Items[0].NoticeID); anlo.KindOf(err) != anlo.NotFound {
			t.Fatal(err)
		}
		got := flagged(t, a, clock)
		if len(got) != 2 || !strings.HasPrefix(got[0], "daughter relatives ") || got[1] != "far outside 1" {
			t.Errorf("%q", got)
		}
	})
}

func TestFlagsAreLookedInto(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		nosy := officer(anlo.CommuneOfficer, ngocHa)
		accounts(t, a, store.StaffRow{ID: nosy.Staff, Login: "nosy"}, store.StaffRow{ID: auditor.Staff, Login: "auditor"})
		reads(t, a, clock, nosy, 2, time.Second, true, anlo.ActDenied)
		flagged(t, a, clock)
		flags, err := a.AuditFlags(t.Context(), auditor)
		if err != nil || len(flags) != 1 || !flags[0].NotedAt.IsZero() {
			t.Fatal(flags, err)
		}
		reads(t, a, clock, nosy, 1, time.Second, true, anlo.ActDenied)
		flagged(t, a, clock)
		if err := a.NoteFlag(t.Context(), auditor, flags[0].ID, flags[0].N); anlo.KindOf(err) != anlo.NotFound {
			t.Errorf("two were looked into, and there are three: %v", err)
		}
		if err := a.NoteFlag(t.Context(), auditor, flags[0].ID, 3); err != nil {
			t.Fatal(err)
		}
		flags, err = a.AuditFlags(t.Context(), auditor)
		if err != nil || len(flags) != 1 || flags[0].NotedAt.IsZero() || flags[0].Noted != "auditor" {
			t.Error(flags, err)
		}
		if n, err := a.Store.AuditCount(t.Context(), anlo.ActAudit); n != 1 || err != nil {
			t.Errorf("%d entries of what the auditor did, %v", n, err)
		}
		reads(t, a, clock, nosy, 1, time.Second, true, anlo.ActDenied)
		flagged(t, a, clock)
		if flags, err = a.AuditFlags(t.Context(), auditor); err != nil || !flags[0].NotedAt.IsZero() {
			t.Error("more has happened, and nobody has to look", flags, err)
		}
	})
}

func TestAuditorsSearch(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		one, two := officer(anlo.CommuneOfficer, ngocHa), officer(anlo.CommuneOfficer, ngocHa)
		accounts(t, a, store.StaffRow{ID: one.Staff, Login: "one"}, store.StaffRow{ID: two.Staff, Login: "two"})
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		page, err := a.Desk(t.Context(), one, app.DeskQuery{View: app.ViewAll})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Reveal(t.Context(), two, page.Items[0].NoticeID, anlo.PurposeMedical); err != nil {
			t.Fatal(err)
		}
		clock.Add(48 * time.Hour)
		reads(t, a, clock, one, 130, time.Hour, true, anlo.ActReadDesk)

		for what, c := range map[string]struct {
			q    app.AuditQuery
			want int
		}{
			"an officer":            {app.AuditQuery{Officer: "one"}, 131},
			"by identifier":         {app.AuditQuery{Officer: one.Staff.String()}, 131},
			"a purpose":             {app.AuditQuery{Officer: "two", Purpose: anlo.PurposeMedical}, 2},
			"no such purpose":       {app.AuditQuery{Officer: "one", Purpose: anlo.PurposeMedical}, 0},
			"a subject":             {app.AuditQuery{Subject: anlotest.An.Number}, 2},
			"a subject, an officer": {app.AuditQuery{Subject: anlotest.An.Number, Officer: "two"}, 1},
			"a day":                 {app.AuditQuery{Officer: "one", Until: anlo.DateOf(anlotest.Noon)}, 1},
			"from a day":            {app.AuditQuery{Officer: "one", From: anlo.DateOf(anlotest.Noon).AddDays(1)}, 130},
			"an action of anybody":  {app.AuditQuery{Action: anlo.ActReveal}, 2},
			"nobody's passport":     {app.AuditQuery{Subject: "la:P1234567"}, 0},
		} {
			items := slices.DeleteFunc(searchAll(t, a, c.q), func(i app.AuditItem) bool { return i.Role == anlo.Auditor })
			if len(items) != c.want {
				t.Errorf("%s: %d entries, want %d", what, len(items), c.want)
			}
			for _, i := range items {
				if i.Role == anlo.Citizen || i.Officer == "" && i.Role == anlo.CommuneOfficer {
					t.Errorf("%s: %+v", what, i)
				}
			}
		}
		for field, q := range map[string]app.AuditQuery{"officer": {Officer: "nobody"}, "subject": {Subject: "An"},
			"until": {From: anlo.Date{Year: 2026, Month: 2, Day: 1}, Until: anlo.Date{Year: 2026, Month: 1, Day: 1}}} {
			_, err := a.SearchAudit(t.Context(), auditor, q)
			if e, ok := err.(*anlo.Error); !ok || len(e.Fields) != 1 || e.Fields[0].Field != field {
				t.Errorf("%+v: %v", q, err)
			}
		}
		if _, err := a.SearchAudit(t.Context(), one, app.AuditQuery{}); anlo.KindOf(err) != anlo.Forbidden {
			t.Errorf("a commune officer searched the audit: %v", err)
		}
		found := searchAll(t, a, app.AuditQuery{Action: anlo.ActAudit, Officer: auditor.Staff.String()})
		if len(found) < 10 || !slices.ContainsFunc(found, func(i app.AuditItem) bool { return i.Subject != "" }) {
			t.Errorf("searching left %d entries", len(found))
		}
	})
}

// searchAll reads page by page.
func searchAll(t *testing.T, a *app.App, q app.AuditQuery) (items []app.AuditItem) {
	t.Helper()
	for {
		page, err := a.SearchAudit(t.Context(), auditor, q)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page.Items...)
		if page.Next == "" {
			return items
		}
		q.Cursor = page.Next
	}
}

func TestPeopleSeeWhoLooked(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		post, _ := anlotest.Post(t, a)
		by := officer(anlo.CommuneOfficer, ngocHa)
		owner, r := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		if looks, err := a.WhoLooked(t.Context(), owner); err != nil || len(looks) != 0 {
			t.Errorf("%+v %v", looks, err)
		}
		if _, err := a.Judge(t.Context(), post, r.Passes[0].QR, time.Time{}); err != nil {
			t.Fatal(err)
		}
		clock.Add(24 * time.Hour)
		page, err := a.Desk(t.Context(), by, app.DeskQuery{View: app.ViewAll})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			clock.Add(time.Second)
			if _, err := a.Reveal(t.Context(), by, page.Items[0].NoticeID, anlo.PurposeMedical); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.SearchAudit(t.Context(), auditor, app.AuditQuery{Subject: anlotest.An.Number}); err != nil {
			t.Fatal(err)
		}
		looks, err := a.WhoLooked(t.Context(), owner)
		today := anlo.DateOf(clock.Now().In(anlo.Hanoi))
		want := []app.Look{{today, anlo.CommuneOfficer, ngocHa, anlo.PurposeMedical}, {today, anlo.CommuneOfficer, ngocHa, anlo.PurposeFollowUp},
			{today.AddDays(-1), anlo.CheckpointOfficer, anlo.UnitRef{}, anlo.PurposeCheckpoint}}
		if err != nil || !slices.Equal(looks, want) {
			t.Errorf("%+v %v, want %+v", looks, err, want)
		}
		if _, err := a.WhoLooked(t.Context(), anlotest.Citizen); anlo.KindOf(err) != anlo.Forbidden {
			t.Errorf("without the link: %v", err)
		}
	})
}
