package web

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"anlo"
	"anlo/anlotest"
	"anlo/jobs"
)

// enter gives the browser the session of somebody whom anlotest.Officer made.
func (b *browser) enter(by anlo.Actor) {
	b.t.Helper()
	c := anlotest.SignIn(b.t, b.site.app, by)
	call(b, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.site.url, Path: c.Path})
}

// declareOnPhone declares a trip to Phường Ngọc Hà, from the first page to the
// pass, and returns when it was sent.
func (b *browser) declareOnPhone(name, number string) time.Time {
	b.t.Helper()
	b.get("/declare")
	b.fill("full_name", name, "date_of_birth", "31/01/1990", "id_number", number, "sex-male", "✓", "phone", "0912345678")
	b.press(next)
	b.fill("home_commune", "Phường Ba Đình, Thành phố Hà Nội", "home_address", "Số 12 Phan Đình Phùng")
	b.press(next)
	b.fill("from-home", "✓", "depart-now", "✓", "to_commune", "Phường Ngọc Hà, Thành phố Hà Nội", "to_address", "Số 1 Hoàng Hoa Thám", "vehicle-car", "✓", "plate", "29A-123.45", "reason-medical", "✓")
	b.press(next)
	b.fill("symptoms-none", "✓", "contact-no", "✓")
	b.press(next)
	sent := time.Now()
	b.press("#send")
	return sent
}

// act opens a work on a record, lets fill prepare it, and saves.
func (b *browser) act(kind string, fill func()) {
	b.t.Helper()
	selector := "#work-" + kind + " button.primary"
	if b.do(`document.querySelector(%s) !== null`, selector) != "true" { // one of the big buttons
		selector = "button[name=kind][value=" + kind + "]"
	}
	fill()
	b.press(selector)
}

// The whole way: a declaration made on a phone appears on the open desk of each
// of its communes and nowhere else; an officer walks it to release; the province
// sees the one that nobody works on; the auditor sees who looked.
func TestADeclarationsWay(t *testing.T) {
	s := newSite(t, Options{})
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { jobs.Run(ctx, s.app) })
	t.Cleanup(func() { stop(); work.Wait() })
	unit := func(code string) anlo.UnitRef { return anlo.UnitRef{List: "vn-2026", Code: code} }
	to := anlotest.Officer(t, s.app, anlo.CommuneOfficer, unit("00008"))
	home := anlotest.Officer(t, s.app, anlo.CommuneOfficer, unit("00004"))
	elsewhere := anlotest.Officer(t, s.app, anlo.CommuneOfficer, unit("20242"))
	province := anlotest.Officer(t, s.app, anlo.ProvinceSupervisor, unit("01"))
	auditor := anlotest.Officer(t, s.app, anlo.Auditor, anlo.UnitRef{})

	desks := map[string]*browser{}
	for name, by := range map[string]anlo.Actor{"destination": to, "home": home, "elsewhere": elsewhere} {
		b := newBrowser(t, s)
		b.size(1280, true)
		b.enter(by)
		b.get("/desk?view=all")
		b.wait(ready)
		desks[name] = b
	}
	phone := newBrowser(t, s)
	phone.size(360, true)
	sent := phone.declareOnPhone("Nguyễn Văn An", "001090123456")
	const shown = `document.body.textContent.includes("Nguyễn Văn An")`
	for _, name := range []string{"destination", "home"} {
		desks[name].wait(shown)
		t.Logf("%s: on the open desk %v after it was sent", name, time.Since(sent).Round(10*time.Millisecond))
	}
	if desks["elsewhere"].do(shown) != "false" {
		t.Error("another commune is told as well")
	}

	b := desks["destination"]
	b.press("table.notices .who a")
	b.act("verify", func() {})
	b.act("quarantine", func() {})
	s.clock.Add(20 * time.Hour)
	b.enter(to) // the session ended long ago
	b.get("/desk?view=monitoring")
	b.press("table.notices .who a")
	b.act("check-in", func() { b.do(`document.querySelector("#work-check-in input[value=phone]").click()`) })
	b.act("release", func() {})
	if got := b.do(`document.querySelector(".state-mark").className`); got != "state-mark released" {
		t.Errorf("at the end: %q", got)
	}

	phone.declareOnPhone("Hồ Quang Tám", "001090999888")
	s.clock.Add(40 * time.Hour)
	if _, err := s.app.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Climb(t.Context()); err != nil {
		t.Fatal(err)
	}
	above := desks["elsewhere"]
	above.enter(province)
	above.get("/desk?view=overdue")
	if above.do(`document.body.textContent.includes("Hồ Quang Tám") + " " + document.body.textContent.includes("Nguyễn Văn An")`) != "false false" {
		t.Error("just climbed, it is due to the province in twelve hours")
	}
	s.clock.Add(13 * time.Hour)
	above.enter(province)
	above.get("/desk?view=overdue")
	if above.do(`document.body.textContent.includes("Hồ Quang Tám")`) != "true" {
		t.Errorf("the province does not see what is overdue: %s", above.do(`document.body.innerText.slice(0, 900)`))
	}

	above.enter(auditor)
	above.get("/audit")
	above.accessible("audit", 1280)
	rows := above.do(`[...document.querySelectorAll(".audit-rows tbody tr")].map((r) => r.innerText.replaceAll("\n", " ")).join("\n")`)
	login := b.loginOf(to)
	if n := above.do(`[...document.querySelectorAll(".audit-rows tbody tr")].filter((r) => r.textContent.includes(%s)).length > 4`, login); n != "true" {
		t.Errorf("the auditor does not see %s:\n%s", login, rows)
	}
}

func (b *browser) loginOf(by anlo.Actor) string {
	b.t.Helper()
	r, err := b.site.app.Store.Staff(b.t.Context(), by.Staff)
	if err != nil {
		b.t.Fatal(err)
	}
	return r.Login
}
