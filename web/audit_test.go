package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

var (
	auditor = anlo.Actor{Role: anlo.Auditor, Staff: anlo.NewID(anlotest.Noon)}
	nosy    = anlo.Actor{Role: anlo.CommuneOfficer, Area: ngocHa, Staff: anlo.NewID(anlotest.Noon)}
)

// auditSite is a site where an officer has opened An's record, revealed it, and
// asked for another's, and where whoever is signed in is by.
func auditSite(t *testing.T, by anlo.Actor) *site {
	t.Helper()
	s := newSite(t, Options{SignedIn: func(*http.Request) (anlo.Actor, error) {
		if by.Staff.IsZero() {
			return anlo.Actor{}, anlo.ErrUnsigned
		}
		return by, nil
	}})
	err := s.app.Store.Update(t.Context(), func(tx *store.Tx) error {
		_, one := tx.KeepStaff(t.Context(), store.StaffRow{ID: auditor.Staff, Login: "kiem.toan", Sealed: []byte("sealed")})
		_, two := tx.KeepStaff(t.Context(), store.StaffRow{ID: nosy.Staff, Login: "to.mo", Sealed: []byte("sealed")})
		return errors.Join(one, two)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), anlotest.An), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := s.app.Desk(t.Context(), nosy, app.DeskQuery{View: app.ViewAll})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(page, err)
	}
	s.clock.Add(time.Second)
	if _, err := s.app.Reveal(t.Context(), nosy, page.Items[0].NoticeID, anlo.PurposeMedical); err != nil {
		t.Fatal(err)
	}
	for range 60 {
		s.clock.Add(time.Second)
		e := store.NewAuditRow(s.clock.Now(), nosy, anlo.ActDenied, anlo.PurposeFollowUp, 0, anlo.NewID(s.clock.Now()))
		if err := s.app.Store.Audit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	s.clock.Add(10 * time.Second)
	if err := s.app.FlagAudit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// href returns the first address on the page that contains a text.
func (v *visitor) href(part string) string {
	v.t.Helper()
	for n := range v.all("a") {
		if strings.Contains(attr(n, "href"), part) {
			return attr(n, "href")
		}
	}
	v.t.Fatalf("no link with %q on %s", part, v.title())
	return ""
}

func TestAuditorsPage(t *testing.T) {
	v := auditSite(t, auditor).visitor("en")
	v.get("/audit").expect(200, "asked for records outside their area: 60", "to.mo", "ask for a notice outside the area", "Older entries")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Errorf("kept: %v", v.header)
	}
	v.get(v.href("cursor=")).expect(200, "reveal what is masked", "Medical care", "Phường Ngọc Hà", "Commune officer")
	v.get("/audit?purpose=medical&officer=to.mo&from=2026-11-23&until=2026-11-23").expect(200, "reveal what is masked")
	if strings.Count(v.body, "reveal what is masked") != 3 { // An, his wife, and the choice
		t.Errorf("other entries than those asked for: %s", v.text())
	}
	v.get("/audit?action=nonsense&purpose=nonsense&from=nonsense&s=nonsense&officer=").expect(200, "more than a day old")
	v.get("/audit?officer=nobody").expect(422, "no officer of that name")
	v.get("/audit?from=2026-11-24&until=2026-11-23").expect(422, "lies before the first")
	v.get("/audit?cursor=nonsense").expect(422)
}

// Whose data is asked about never stands in an address, nor on the page.
func TestAuditorsNameNobodyInAddresses(t *testing.T) {
	s := auditSite(t, auditor)
	v := s.visitor("en")
	v.get("/audit?action=notice.reveal")
	v.submit("/audit/subject?action=notice.reveal", "subject", anlotest.An.Number).expect(200, "Entries about person", "reveal what is masked")
	if !strings.Contains(v.at.RawQuery, "action=notice.reveal") {
		t.Errorf("the other filters are gone: %s", v.at)
	}
	for _, secret := range []string{anlotest.An.Number, "Nguyễn Văn An", "Văn An", "An</"} {
		if strings.Contains(v.at.String(), secret) || strings.Contains(v.body, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	v.get("/audit").submit("/audit/subject", "subject", "An").expect(422, "This is no identity number")
}

func TestFlagsAreNotedOnThePage(t *testing.T) {
	s := auditSite(t, auditor)
	v := s.visitor("vi")
	v.get("/audit").expect(200, "hỏi hồ sơ ngoài địa bàn: 60 lần")
	var action string
	for f := range v.all("form") {
		if strings.HasPrefix(attr(f, "action"), "/audit/flags/") {
			action = attr(f, "action")
		}
	}
	v.submit(action).expect(200, "Không có điều bất thường nào", "kiem.toan đã xem xét")
	v.get(v.href("officer=")).expect(200)
}

func TestOnlyAuditorsReadTheAudit(t *testing.T) {
	auditSite(t, nosy).visitor("en").get("/audit").expect(403)
	v := auditSite(t, anlo.Actor{}).visitor("en").get("/audit")
	if v.at.Path != "/signin" {
		t.Errorf("nobody is signed in, and %s was shown", v.at)
	}
}

func TestThePassSaysWhoLooked(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("en")
	own := v.fill().send().at.Path
	v.expect(200, "Who has looked at your data", "Nobody in office yet")
	if _, err := s.app.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	by := anlo.Actor{Role: anlo.NationalSupervisor, Staff: anlo.NewID(s.clock.Now())}
	person := s.app.Seal.Index("person", anlotest.An.Number)
	e := store.NewAuditRow(s.clock.Now(), by, anlo.ActReadDesk, anlo.PurposeFollowUp, person, anlo.NewID(s.clock.Now()))
	if err := s.app.Store.Audit(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	v.get(own).expect(200, "23 Nov 2026: National supervisor – The commune's follow-up")
}

func TestAuditorsPageIsAccessible(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, auditSite(t, auditor))
	b.size(360, false)
	b.language("vi")
	for name, path := range map[string]string{"audit": "/audit", "audit-wrong": "/audit?officer=ai", "audit-nothing": "/audit?action=keys.change&until=2020-01-01"} {
		b.get(path)
		b.accessible(name, 360)
		b.run(chromedp.EmulateViewport(320, 800))
		b.fits(name, 320)
		b.run(chromedp.EmulateViewport(1280, 800))
		b.accessible(name, 1280)
		b.run(chromedp.EmulateViewport(360, 800))
	}
}
