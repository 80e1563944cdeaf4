package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

var (
	baDinh  = anlo.UnitRef{List: "vn-2026", Code: "00004"} // Phường Ba Đình, Hà Nội
	ngocHa  = anlo.UnitRef{List: "vn-2026", Code: "00008"} // Phường Ngọc Hà, Hà Nội
	hanoi   = anlo.UnitRef{List: "vn-2026", Code: "01"}
	haiChau = anlo.UnitRef{List: "vn-2026", Code: "20242"} // Phường Hải Châu, Đà Nẵng
)

func officer(role anlo.Role, area anlo.UnitRef) anlo.Actor {
	return anlo.Actor{Role: role, Area: area, Staff: anlo.NewID(anlotest.Noon)}
}

// declareAndRoute makes a declaration and routes it.
func declareAndRoute(t *testing.T, a *app.App, d anlo.Declaration) (anlo.Actor, app.Receipt) {
	t.Helper()
	r, err := a.Declare(t.Context(), anlotest.Citizen, d, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner, err := a.OpenLink(r.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	return owner, r
}

// desk returns what a list shows: "Nguyễn Văn An: destination, new".
func desk(t *testing.T, a *app.App, by anlo.Actor, q app.DeskQuery) (lines []string) {
	t.Helper()
	page, err := a.Desk(t.Context(), by, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range page.Items {
		lines = append(lines, i.FullName+": "+strings.Join(i.Roles.Names(), " ")+", "+string(i.State))
	}
	return lines
}

func is(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestEachCommuneConcernedHasOneNotice(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		all := app.DeskQuery{View: app.ViewAll}
		is(t, "where he lives and leaves", desk(t, a, officer(anlo.CommuneOfficer, baDinh), all), "Nguyễn Văn An: origin permanent, informed")
		is(t, "where he goes", desk(t, a, officer(anlo.CommuneOfficer, ngocHa), all), "Nguyễn Văn An: destination, new")
		is(t, "elsewhere", desk(t, a, officer(anlo.CommuneOfficer, haiChau), all))
		for range 2 {
			if n, err := a.Route(t.Context()); n != 0 || err != nil {
				t.Errorf("routed again: %d, %v", n, err)
			}
		}
		if n, err := a.Store.Waiting(t.Context()); n != 0 || err != nil {
			t.Errorf("%d rows wait, %v", n, err)
		}
	})
}

func TestAnotherResidenceInTheRegisterIsTold(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		d.Travellers[0].Permanent = anlo.Residence{Commune: haiChau, Address: "Số 5 Bạch Đằng"}
		d.Trip.Origin = d.Travellers[0].Permanent
		declareAndRoute(t, a, d)
		is(t, "the register's commune", desk(t, a, officer(anlo.CommuneOfficer, baDinh), app.DeskQuery{View: app.ViewAll}), "Nguyễn Văn An: registered, new")
	})
}

func TestNoticesFollowTheDeclaration(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		owner, _ := declareAndRoute(t, a, d)
		clock.Add(time.Minute)
		d.Trip.Destination = anlo.Residence{Commune: haiChau, Address: "Bệnh viện C"}
		if _, err := a.Change(t.Context(), owner, d); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := app.DeskQuery{View: app.ViewAll}
		is(t, "the old destination", desk(t, a, officer(anlo.CommuneOfficer, ngocHa), all), "Nguyễn Văn An: destination, cancelled")
		is(t, "the new one", desk(t, a, officer(anlo.CommuneOfficer, haiChau), all), "Nguyễn Văn An: destination, new")
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		is(t, "after cancelling", desk(t, a, officer(anlo.CommuneOfficer, haiChau), all), "Nguyễn Văn An: destination, cancelled")
		is(t, "at home", desk(t, a, officer(anlo.CommuneOfficer, baDinh), all), "Nguyễn Văn An: origin permanent, cancelled")
	})
}

// only returns the one notice of a desk.
func only(t *testing.T, a *app.App, by anlo.Actor) app.DeskItem {
	t.Helper()
	page, err := a.Desk(t.Context(), by, app.DeskQuery{View: app.ViewAll})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%d notices, %v", len(page.Items), err)
	}
	return page.Items[0]
}

func TestAnOfficerWalksANoticeToRelease(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		owner, _ := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		by := officer(anlo.CommuneOfficer, ngocHa)
		n := only(t, a, by).Notice
		today := anlo.DateOf(clock.Now().In(anlo.Hanoi))
		act := func(f anlo.FollowUp, state anlo.NoticeState) {
			t.Helper()
			next, err := a.FollowUp(t.Context(), by, n.NoticeID, n.Version, f)
			if err != nil {
				t.Fatalf("%s: %v", f.Kind, err)
			}
			if next.State != state {
				t.Fatalf("%s: %s, want %s", f.Kind, next.State, state)
			}
			if next.State.Open() == next.DueAt.IsZero() {
				t.Errorf("%s: state %s, due %v", f.Kind, next.State, next.DueAt)
			}
			n = next
		}
		act(anlo.FollowUp{Kind: anlo.DoNotFound}, anlo.NoticeNotFound)
		act(anlo.FollowUp{Kind: anlo.DoVerify}, anlo.NoticeVerified)
		act(anlo.FollowUp{Kind: anlo.DoQuarantine, From: today, Until: today.AddDays(6), Protocol: "vn-2022-02"}, anlo.NoticeMonitoring)
		if want := today.At(18, anlo.Hanoi); !n.DueAt.Equal(want) {
			t.Errorf("first check-in due %v, want %v", n.DueAt, want)
		}
		if m, err := a.Monitoring(t.Context(), owner); err != nil || len(m) != 1 || m[0].Until != today.AddDays(6) {
			t.Errorf("monitoring: %v, %v", m, err)
		}
		if err := a.CheckInOwn(t.Context(), owner, 0, anlo.FollowUp{Temperature: 366}); err != nil {
			t.Fatal(err)
		}
		if err := a.CheckInOwn(t.Context(), owner, 1, anlo.FollowUp{}); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("a check-in for nobody: %v", err)
		}
		n = only(t, a, by).Notice
		if want := today.AddDays(1).At(18, anlo.Hanoi); !n.DueAt.Equal(want) {
			t.Errorf("second check-in due %v, want %v", n.DueAt, want)
		}
		act(anlo.FollowUp{Kind: anlo.DoTest, Test: &anlo.Test{Kind: anlo.Antigen, Result: anlo.Negative, Taken: clock.Now()}}, anlo.NoticeMonitoring)
		clock.Add(7 * 24 * time.Hour)
		act(anlo.FollowUp{Kind: anlo.DoCheckIn, Way: anlo.ByPhone}, anlo.NoticeMonitoring)
		act(anlo.FollowUp{Kind: anlo.DoRelease}, anlo.NoticeReleased)

		r, err := a.Record(t.Context(), by, n.NoticeID)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, h := range r.History {
			kinds = append(kinds, string(h.Kind))
		}
		is(t, "history", kinds, "release", "check-in", "test", "check-in", "quarantine", "verify", "not-found", "routed")
		if _, err := a.FollowUp(t.Context(), by, n.NoticeID, n.Version, anlo.FollowUp{Kind: anlo.DoVerify}); anlo.KindOf(err) != anlo.Conflict {
			t.Errorf("verified after release: %v", err)
		}
	})
}

func TestTwoOfficersActAtOnce(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		by := officer(anlo.CommuneOfficer, ngocHa)
		n := only(t, a, by)
		errs := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := a.FollowUp(t.Context(), by, n.NoticeID, n.Version, anlo.FollowUp{Kind: anlo.DoVerify})
				errs <- err
			}()
		}
		first, second := <-errs, <-errs
		if first == nil {
			first, second = second, first
		}
		if second != nil || !errors.Is(first, anlo.ErrNoticeChanged) {
			t.Errorf("%v and %v", first, second)
		}
	})
}

func TestAnotherCommunesRecordIsNotFoundAndAudited(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		n := only(t, a, officer(anlo.CommuneOfficer, ngocHa))
		stranger := officer(anlo.CommuneOfficer, haiChau)
		_, err := a.Record(t.Context(), stranger, n.NoticeID)
		if !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("record: %v", err)
		}
		_, err = a.FollowUp(t.Context(), stranger, n.NoticeID, n.Version, anlo.FollowUp{Kind: anlo.DoVerify})
		if !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("follow-up: %v", err)
		}
		if count, err := a.Store.AuditCount(t.Context(), anlo.ActDenied); count != 2 || err != nil {
			t.Errorf("%d entries, %v", count, err)
		}
		if _, err := a.Desk(t.Context(), stranger, app.DeskQuery{Area: ngocHa}); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("desk: %v", err)
		}
		if _, err := a.Record(t.Context(), officer(anlo.Auditor, anlo.UnitRef{}), n.NoticeID); !errors.Is(err, anlo.ErrForbidden) {
			t.Errorf("an auditor: %v", err)
		}
	})
}

func TestSearch(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		d := anlotest.Declaration(clock.Now(), anlotest.Binh)
		d.Travellers[0].Phone, d.Trip.Vehicle.Plate, d.Trip.Destination.Address = "0987654321", "30F12399", "Ngõ 7 Đội Cấn"
		declareAndRoute(t, a, d)
		foreign := anlotest.Declaration(clock.Now(), anlotest.Binh)
		foreign.Travellers[0].Document, foreign.Travellers[0].FullName = anlo.Document{Kind: anlo.Passport, Number: "C4567890", Country: "FR"}, "Camille Dupont"
		foreign.Travellers[0].Phone, foreign.Trip.Vehicle.Plate, foreign.Trip.Destination.Address = "", "AB123CD", "Khách sạn Hoa Sen"
		declareAndRoute(t, a, foreign)
		by := officer(anlo.CommuneOfficer, ngocHa)
		camille := "Camille Dupont: destination, new"
		an, binh := "Nguyễn Văn An: destination, new", "Trần Thị Bình: destination, new"
		for text, want := range map[string][]string{
			"nguyen van an": {an}, "an nguyễn": {an}, "BÌNH": {binh}, "tran": {binh}, "doi can": {binh}, "hoang hoa tham": {an},
			"001090123456": {an}, "001 090 123 456": {an}, "0987 654 321": {binh}, "+84987654321": {binh}, "30F-123.99": {binh},
			"3456": {an}, "C4567890": {camille}, "7890": {camille}, "ab-123-cd": {camille}, "0999 999 999": nil, "99Z99999": nil, "nguyen binh": nil, "%": nil, "_": nil, "an' OR 1=1": nil, "12": nil, strings.Repeat("x", 10000): nil,
		} {
			got := desk(t, a, by, app.DeskQuery{Text: text})
			is(t, text[:min(len(text), 30)], got, want...)
			is(t, text[:min(len(text), 30)]+" elsewhere", desk(t, a, officer(anlo.CommuneOfficer, haiChau), app.DeskQuery{Text: text}))
		}
	})
}

func TestOverdueClimbs(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		commune, province, nation := officer(anlo.CommuneOfficer, ngocHa), officer(anlo.ProvinceSupervisor, hanoi), officer(anlo.NationalSupervisor, anlo.UnitRef{})
		overdue := app.DeskQuery{View: app.ViewOverdue}
		climb := func(want int) {
			t.Helper()
			if n, err := a.Climb(t.Context()); n != want || err != nil {
				t.Errorf("%d climbed, %v; want %d", n, err, want)
			}
		}
		clock.Add(26 * time.Hour) // departs after an hour, due a day later
		climb(0)
		is(t, "commune", desk(t, a, commune, overdue), "Nguyễn Văn An: destination, new")
		is(t, "province, early", desk(t, a, province, app.DeskQuery{View: app.ViewAll}))
		clock.Add(12 * time.Hour)
		climb(1)
		is(t, "province", desk(t, a, province, app.DeskQuery{View: app.ViewAll}), "Nguyễn Văn An: destination, new")
		is(t, "nation, early", desk(t, a, nation, app.DeskQuery{View: app.ViewAll}))
		clock.Add(25 * time.Hour)
		climb(1)
		is(t, "nation", desk(t, a, nation, overdue))
		is(t, "nation", desk(t, a, nation, app.DeskQuery{View: app.ViewNew}), "Nguyễn Văn An: destination, new")
		is(t, "the commune still has it", desk(t, a, commune, app.DeskQuery{View: app.ViewAll}), "Nguyễn Văn An: destination, new")
		clock.Add(100 * time.Hour)
		climb(0)
		n := only(t, a, commune)
		if _, err := a.FollowUp(t.Context(), commune, n.NoticeID, n.Version, anlo.FollowUp{Kind: anlo.DoVerify}); err != nil {
			t.Fatal(err)
		}
		is(t, "nation, done", desk(t, a, nation, app.DeskQuery{View: app.ViewAll}))
	})
}

func TestReroute(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		owner, _ := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		by := officer(anlo.CommuneOfficer, ngocHa)
		n := only(t, a, by)
		if _, err := a.FollowUp(t.Context(), by, n.NoticeID, n.Version, anlo.FollowUp{Kind: anlo.DoReroute, To: haiChau, Note: "nhầm phường"}); err != nil {
			t.Fatal(err)
		}
		is(t, "from", desk(t, a, by, app.DeskQuery{View: app.ViewAll}), "Nguyễn Văn An: destination, moved")
		there := officer(anlo.CommuneOfficer, haiChau)
		is(t, "to", desk(t, a, there, app.DeskQuery{}), "Nguyễn Văn An: destination sent, new")
		r, err := a.Record(t.Context(), there, only(t, a, there).NoticeID)
		if err != nil || len(r.History) != 1 || r.History[0].To != ngocHa || r.History[0].Note != "nhầm phường" {
			t.Errorf("%+v, %v", r.History, err)
		}
		clock.Add(time.Minute)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		d.Travellers[0].Phone = "0911111111"
		if _, err := a.Change(t.Context(), owner, d); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		is(t, "a correction leaves it there", desk(t, a, there, app.DeskQuery{}), "Nguyễn Văn An: destination sent, new")
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		is(t, "cancelled there too", desk(t, a, there, app.DeskQuery{View: app.ViewAll}), "Nguyễn Văn An: destination sent, cancelled")
	})
}

func TestMaskedUntilAskedForWithAPurpose(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
		by := officer(anlo.CommuneOfficer, ngocHa)
		page, err := a.Desk(t.Context(), by, app.DeskQuery{Text: "nguyen van an"})
		if err != nil || len(page.Items) != 1 || strings.Contains(page.Items[0].Phone, "0912345678") {
			t.Fatalf("%+v, %v", page.Items, err)
		}
		id := page.Items[0].NoticeID
		r, err := a.Record(t.Context(), by, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.Traveller.Document.Number != "•••••••••456" || r.Traveller.Phone != "•••••••678" || r.Match.Register.Number != "" {
			t.Errorf("not masked: %q %q %q", r.Traveller.Document.Number, r.Traveller.Phone, r.Match.Register.Number)
		}
		if len(r.Companions) != 1 || r.Companions[0].FullName != "Trần Thị Bình" || r.Companions[0].Notice == nil {
			t.Errorf("companions: %+v", r.Companions)
		}
		if len(r.Household) != 1 || r.Household[0].FullName != "Trần Thị Bình" {
			t.Errorf("household: %+v", r.Household)
		}
		if len(r.Elsewhere) != 1 || r.Elsewhere[0].Commune != baDinh {
			t.Errorf("elsewhere: %+v", r.Elsewhere)
		}
		if _, err := a.Reveal(t.Context(), by, id, "curiosity"); anlo.KindOf(err) != anlo.Invalid {
			t.Errorf("a purpose that is none: %v", err)
		}
		r, err = a.Reveal(t.Context(), by, id, anlo.PurposeMedical)
		if err != nil || r.Traveller.Document.Number != "001090123456" || r.Traveller.Phone != "0912345678" {
			t.Errorf("revealed: %v", err)
		}
		if n, err := a.Store.AuditCount(t.Context(), anlo.ActReveal); n != 2 || err != nil {
			t.Errorf("%d entries, %v; want one for each of the two people", n, err)
		}
	})
}

func TestOldCommunesMerge(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "master.key")
		old := func(c *app.Config) { c.UnitList = "vn-63" }
		key := func(c *app.Config) { c.MasterKey, c.RootKey = path, root }
		var id anlo.ID
		t.Run("before", func(t *testing.T) {
			a, clock := anlotest.AppOn(t, url, old, key)
			d := anlotest.Declaration(clock.Now(), anlotest.An)
			d.Travellers[0].Permanent.Commune = anlo.UnitRef{List: "vn-63", Code: "00001"}
			d.Trip.Origin.Commune, d.Trip.Destination.Commune = d.Travellers[0].Permanent.Commune, anlo.UnitRef{List: "vn-63", Code: "00004"}
			_, r := declareAndRoute(t, a, d)
			id = r.ID
		})
		a, _ := anlotest.AppOn(t, url, key)
		moved, err := a.MergeCommunes(t.Context(), anlo.Actor{Role: anlo.Operator})
		if err != nil || moved != 1 {
			t.Fatalf("%d moved, %v", moved, err)
		}
		to, _ := a.Units.Successors(anlo.UnitRef{List: "vn-63", Code: "00004"})
		is(t, "the commune it became", desk(t, a, officer(anlo.CommuneOfficer, to[0]), app.DeskQuery{}), "Nguyễn Văn An: destination, new")
		r, err := a.Record(t.Context(), officer(anlo.CommuneOfficer, to[0]), anlo.NoticeID{Commune: to[0], Declaration: id})
		if err != nil || len(r.History) != 2 || r.History[0].Kind != anlo.DidMerge {
			t.Errorf("%+v, %v", r.History, err)
		}
	})
}

// Midnight lies between the declaration and what is done about it: nothing then
// needs a key that could only be made by the writer who waits for it.
func TestWorkAfterMidnight(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		clock.Add(19*time.Hour - time.Second) // before midnight, UTC
		if _, err := a.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(clock.Now(), anlotest.An), ""); err != nil {
			t.Fatal(err)
		}
		clock.Add(2 * time.Second)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		if _, err := a.Route(ctx); err != nil {
			t.Fatal(err)
		}
		by := officer(anlo.CommuneOfficer, ngocHa)
		n := only(t, a, by)
		if _, err := a.FollowUp(ctx, by, n.NoticeID, n.Version, anlo.FollowUp{Kind: anlo.DoNotFound}); err != nil {
			t.Fatal(err)
		}
		clock.Add(100 * time.Hour)
		if _, err := a.Climb(ctx); err != nil {
			t.Fatal(err)
		}
		if r, err := a.Record(ctx, by, n.NoticeID); err != nil || len(r.History) != 3 {
			t.Fatal(r.History, err)
		}
	})
}
