package web

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// busyDay fills the desk of Ngọc Hà as it looks in the evening of a busy day,
// and returns the address of somebody who is under home quarantine.
func (s *site) busyDay() (own string) {
	s.t.Helper()
	by := officers["ngoc-ha"]
	streets := []string{"Số 12 Ngọc Hà", "Số 5, ngõ 158 Ngọc Hà", "Căn 1203, chung cư 15 Liễu Giai", "Số 88 Đội Cấn", "Số 3 Đội Cấn", "Thôn Đoài, nhà ông Tám cạnh giếng làng", "Số 44 Hoàng Hoa Thám"}
	names := []string{"Lê Thị Hồng Nhung", "Phạm Văn Cường", "Nguyễn Hoàng Phương Thảo", "Vũ Đình Khải", "Đặng Minh Quân", "Hồ Thị Ái", "Tôn Nữ Thị Ngọc Trâm"}
	from := []string{"20242", "26734", "31117", "00166", "20242", "11365", "17230"}
	for i, name := range names {
		d := anlotest.Declaration(s.clock.Now(), anlotest.An)
		t := &d.Travellers[0]
		t.FullName, t.BirthDate.Year = name, 1950+i*7
		t.Document.Number = fmt.Sprintf("0311%02d0044%02d", 50+i, i)
		t.Phone = fmt.Sprintf("09050011%02d", i)
		home := anlo.UnitRef{List: "vn-2026", Code: from[i]}
		if s.app.Units.Known(home) {
			t.Permanent = anlo.Residence{Commune: home, Address: fmt.Sprintf("Số %d Bạch Đằng", i+1)}
		}
		if i%3 != 2 {
			known := anlo.Registered{Number: t.Document.Number, FullName: t.FullName, BirthDate: t.BirthDate, Sex: t.Sex, Permanent: t.Permanent}
			if err := s.app.KeepRegistered(s.t.Context(), anlo.Actor{Role: anlo.Operator}, []anlo.Registered{known}); err != nil {
				s.t.Fatal(err)
			}
		}
		d.Trip.Origin = t.Permanent
		d.Trip.Destination.Address = streets[i]
		d.Trip.DepartsAt = s.clock.Now()
		d.Trip.Vehicle = anlo.Vehicle{Kind: anlo.VehicleKinds[i], Plate: map[bool]string{true: fmt.Sprintf("30F1239%d", i)}[i < 3]}
		r := s.declare(d)
		if i == 1 {
			own = "/my/" + r.ManageToken
		}
		s.clock.Add(time.Minute)
	}
	find := func(name string) app.DeskItem {
		page, err := s.app.Desk(s.t.Context(), by, app.DeskQuery{View: app.ViewAll, Limit: 200})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, i := range page.Items {
			if i.FullName == name {
				return i
			}
		}
		s.t.Fatalf("%s is not on the desk", name)
		return app.DeskItem{}
	}
	act := func(name string, f anlo.FollowUp) {
		s.t.Helper()
		n := find(name)
		if _, err := s.app.FollowUp(s.t.Context(), by, n.NoticeID, n.Version, f); err != nil {
			s.t.Fatal(err)
		}
		s.clock.Add(time.Minute)
	}
	today := anlo.DateOf(s.clock.Now().In(anlo.Hanoi))
	act(names[0], anlo.FollowUp{Kind: anlo.DoNotFound, Note: "cửa khóa, hàng xóm nói đi làm về lúc 19 giờ"})
	act(names[1], anlo.FollowUp{Kind: anlo.DoVerify})
	act(names[1], anlo.FollowUp{Kind: anlo.DoQuarantine, From: today, Until: today.AddDays(6), Protocol: "vn-2022-02"})
	act(names[1], anlo.FollowUp{Kind: anlo.DoCheckIn, Way: anlo.ByPhone, Symptoms: []anlo.Symptom{anlo.Cough, anlo.SoreThroat}, Temperature: 375})
	act(names[1], anlo.FollowUp{Kind: anlo.DoTest, Test: &anlo.Test{Kind: anlo.Antigen, Result: anlo.Negative, Taken: s.clock.Now()}})
	act(names[2], anlo.FollowUp{Kind: anlo.DoWrongAddress, Note: "không có chung cư này"})
	act(names[3], anlo.FollowUp{Kind: anlo.DoVerify})
	s.clock.Add(26 * time.Hour)

	d := anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh)
	d.Travellers[0].FullName, d.Travellers[0].Temporary = "nguyen van an", anlo.Residence{Commune: ngocHa, Address: "Phòng 302, Số 9 Ngọc Hà"}
	d.Travellers[0].Health = anlo.Health{Symptoms: []anlo.Symptom{anlo.Fever, anlo.Cough}, ContactWithCase: true}
	d.Travellers[1].FullName = "Nguyễn Thị Khác Hẳn"
	r := s.declare(d)
	post, _ := anlotest.Post(s.t, s.app)
	if _, err := s.app.Judge(s.t.Context(), post, r.Passes[0].QR, time.Time{}); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.app.Climb(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return own
}

// signIn makes the browser an officer's.
func (b *browser) signIn(name string) {
	b.t.Helper()
	call(b, network.SetCookie, network.SetCookieParams{Name: officerCookie, Value: name, URL: b.site.url})
}

// row follows somebody's link in a list.
func (b *browser) row(name string) {
	b.t.Helper()
	href := b.do(`[...document.querySelectorAll(".who a")].find((a) => a.textContent === %s)?.getAttribute("href")`, name)
	if !strings.HasPrefix(href, "/desk/n/") {
		b.t.Fatalf("%s is not in the list: %s", name, b.do(`document.body.innerText.slice(0, 600)`))
	}
	b.get(href)
}

// deskStates are the officers' pages in every state that they meet them.
func (b *browser) deskStates(see func(name string)) {
	b.t.Helper()
	press := func(selector, name string) { b.t.Helper(); b.press(selector); see(name) }
	visit := func(path, name string) { b.t.Helper(); b.get(path); see(name) }
	b.signIn("ngoc-ha")
	visit("/desk", "desk-empty")
	own := b.site.busyDay()
	visit("/desk", "desk-new")
	visit("/desk?view=overdue", "desk-overdue")
	visit("/desk?view=monitoring", "desk-monitoring")
	visit("/desk?view=all", "desk-all")
	b.do(`document.querySelector(".filters").open = true`)
	see("desk-filter")
	b.do(`[...document.querySelectorAll("input[name=id]")].slice(0, 3).forEach((box) => box.click())`)
	b.do(`document.querySelectorAll(".bulk-bar details").forEach((d) => { d.open = d.textContent.includes("37") || d.querySelector("[name=quarantine-from]") !== null })`)
	see("desk-picked")
	b.fill("text", "ngoc ha")
	press(".desk-search button", "desk-found")
	b.fill("text", "%")
	press(".desk-search button", "desk-nobody")
	visit("/desk?s=old", "desk-search-expired")
	visit("/desk/print?view=all", "desk-print")

	b.get("/desk?view=all")
	b.row("nguyen van an")
	see("record-new")
	b.do(`document.querySelectorAll("details").forEach((d) => { d.open = true })`)
	see("record-forms")
	press(".reveal .primary", "record-no-purpose")
	b.fill("purpose-follow-up", "✓")
	press(".reveal .primary", "record-revealed")
	b.do(`document.querySelector("#work-quarantine").open = true`)
	b.fill("quarantine-from", "", "quarantine-until", "2026-01-01")
	press("#work-quarantine .primary", "record-wrong")
	b.get("/desk?view=all")
	b.row("Nguyễn Thị Khác Hẳn")
	see("record-mismatch")
	press("button.verify", "record-saved")
	b.get("/desk?view=all")
	b.row("Phạm Văn Cường")
	see("record-monitoring")
	b.get("/desk?view=all")
	b.row("Vũ Đình Khải")
	n := b.do(`document.querySelector("[name=version]").value`)
	b.do(`document.querySelector("#work-note [name=version]").value = String(%s - 1)`, n)
	b.fill("note-note", "Gia đình đã báo tổ trưởng.")
	b.do(`document.querySelector("#work-note").open = true`)
	press("#work-note .primary", "record-conflict")

	visit(own, "at-home")
	b.fill("check-in-temperature-0", "nóng")
	press(".at-home .primary", "at-home-wrong")
	b.fill("check-in-temperature-0", "36,8")
	press(".at-home .primary", "at-home-done")

	b.get("/desk")
	b.do(`document.querySelectorAll("input[name=id]").forEach((box) => box.click())`)
	press(".bulk-bar button[value=verify]", "bulk-done")
	b.get("/desk?view=all")
	b.do(`[...document.querySelectorAll("input[name=id]")].forEach((box) => box.click())`)
	b.do(`[...document.querySelectorAll(".bulk-bar .act")].forEach((d) => { d.open = true })`)
	press(".bulk-bar button[value=release]", "bulk-some")
	b.signIn("hanoi")
	visit("/desk", "desk-province")
	b.signIn("ministry")
	visit("/desk", "desk-ministry")
}

// Every page of an officer in every state, without JavaScript.
func TestDeskAccessibility(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newOffice(t))
	b.size(360, false)
	b.language("vi")
	b.deskStates(b.seen)
}
