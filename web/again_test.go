package web

import (
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// ending is a visitor whose pass ends in three hours.
func (s *site) ending(lang string) (v *visitor, own string) {
	v = s.visitor(lang)
	own = v.fill().send().expect(200).at.Path
	s.clock.Add(anlo.PassLifetime - 3*time.Hour)
	return v, own
}

// declared is the declaration that a page belongs to.
func (s *site) declared(own string) app.Declared {
	s.t.Helper()
	by, err := s.app.OpenLink(strings.TrimPrefix(own, "/my/"))
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := s.app.Declaration(s.t.Context(), by)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func TestAgainWithoutJavaScript(t *testing.T) {
	s := newSite(t, Options{})
	v, own := s.ending("vi")
	v.get(own).link("/again").expect(200, "Khai lại", "Nguyễn Văn An", "29A12345", "Phường Hải Châu", "hết hạn lúc 12:00 thứ Năm")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a name may be kept by caches")
	}
	v.linksLead()
	v.submit(own+"/again").expect(422, "Sức khỏe 14 ngày qua: Hãy điền mục này.")
	v.linksLead()
	v.submit(own+"/again", "well", "yes").expect(200, "DÙNG ĐƯỢC", "29A12345", "09:00 Chủ nhật, 29/11/2026")
	if v.at.Path == own || !strings.HasPrefix(v.at.Path, "/my/") {
		t.Errorf("sent to %s", v.at.Path)
	}
	was, is := s.declared(own).Declaration, s.declared(v.at.Path).Declaration
	was.Trip.DepartsAt = is.Trip.DepartsAt
	if !is.Trip.DepartsAt.Equal(s.clock.Now()) || was.Trip != is.Trip || was.Travellers[0].Person != is.Travellers[0].Person {
		t.Errorf("it is another trip: %+v, was %+v", is.Trip, was.Trip)
	}
	next := v.at.Path
	v.get(own+"/again").expect(200, "DÙNG ĐƯỢC")
	if v.at.Path != next {
		t.Error("once more leads elsewhere than to the pass that followed")
	}
}

func TestAgainAndBack(t *testing.T) {
	s := newSite(t, Options{})
	v, own := s.ending("en")
	v.get(own+"/again").expect(200, "The way back: from Phường Hải Châu")
	v.submit(own+"/again", "way", "back", "depart", "later", "depart_date", "2026-11-27", "depart_time", "25:00", "well", "yes").expect(422, "Time of departure")
	v.submit(own+"/again", "depart_time", "06:30").expect(200, "VALID", "06:30 Friday, 27 Nov 2026", "Phường Ba Đình")
	if trip := s.declared(v.at.Path).Declaration.Trip; trip.Purpose != anlo.Home || trip.Destination.Address != "Số 12 Phan Đình Phùng" || trip.Origin.Address != "Bệnh viện C" {
		t.Errorf("%+v", trip)
	}
	// From home out again: nobody knows what for.
	back := v.at.Path
	s.clock.Add(anlo.PassLifetime)
	v.get(back+"/again").submit(back+"/again", "way", "back", "well", "yes").expect(422, "Why: Please fill this in.")
	v.submit(back+"/again", "reason", "work").expect(200, "VALID", "Phường Hải Châu")
}

// A party: who stays behind is not declared, who is unwell says how.
func TestAgainWithAParty(t *testing.T) {
	s := newSite(t, Options{})
	d := anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh)
	positive, doses := anlo.Test{Kind: anlo.PCR, Result: anlo.Positive, Taken: s.clock.Now()}, 3
	d.Travellers[0].Health = anlo.Health{Symptoms: []anlo.Symptom{anlo.Fever}, Test: &positive, Doses: &doses, Places: []string{"Chợ Hàn"}}
	r, err := s.app.Declare(t.Context(), anlotest.Citizen, d, "")
	if err != nil {
		t.Fatal(err)
	}
	own := "/my/" + r.ManageToken
	v := s.visitor("vi")
	v.get(own+"/again").expect(409, "còn dùng được hơn một ngày")
	s.clock.Add(anlo.PassLifetime + time.Hour)
	v.get(own).link("/again").expect(200, "Mã trước đã hết hạn", "Trần Thị Bình")

	form := v.form(own + "/again")
	form.Del("who")
	form.Set("well", "yes")
	res, err := v.client.PostForm(s.url+own+"/again", form)
	v.read(res, err).expect(422, "Hãy chọn ít nhất một người đi.")
	v.submit(own+"/again", "who", "0", "who", "1", "well", "no").expect(422, "Hãy cho biết ở dưới ai có gì")
	v.submit(own+"/again", "test-1", "pcr", "test_date-1", "2027-01-01").expect(422, "Ngày lấy mẫu")
	v.submit(own+"/again", "test-1", "none", "symptoms-1", "cough").expect(200, "Cả nhóm", "DÙNG ĐƯỢC")
	is := s.declared(v.at.Path).Declaration.Travellers
	if an := is[0].Health; len(an.Symptoms) > 0 || an.Test != nil || len(an.Places) > 0 || an.Doses == nil || *an.Doses != 3 {
		t.Errorf("what An said last time is said again: %+v", an)
	}
	if binh := is[1].Health; len(binh.Symptoms) != 1 || binh.ContactWithCase {
		t.Errorf("Bình said another thing: %+v", binh)
	}
}

// Bình drives without An, who led: the party's first is now she.
func TestAgainWithoutTheLead(t *testing.T) {
	s := newSite(t, Options{})
	r, err := s.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh), "")
	if err != nil {
		t.Fatal(err)
	}
	own := "/my/" + r.ManageToken
	s.clock.Add(anlo.PassLifetime - time.Hour)
	v := s.visitor("vi")
	v.get(own+"/again").submit(own+"/again", "who", "1", "well", "yes").expect(200, "DÙNG ĐƯỢC", "Trần Thị Bình")
	is := s.declared(v.at.Path).Declaration
	if len(is.Travellers) != 1 || is.Travellers[0].Permanent != anlotest.Binh.Permanent {
		t.Errorf("%+v", is.Travellers)
	}
	v.get(own).expect(200, "ĐÃ KHAI LẠI")
	v.link("?p=1").expect(200, "DÙNG ĐƯỢC", "Nguyễn Văn An")
}

// More has changed than the screen asks: the usual form goes on from there, and
// still replaces the pass before.
func TestAgainThroughTheForm(t *testing.T) {
	s := newSite(t, Options{})
	v, own := s.ending("vi")
	v.get(own+"/again").submit(own+"/again", "go", "form").expect(200, "Sức khỏe")
	v.send("symptoms", "none", "contact", "no").expect(200, "Xem lại", "Nguyễn Văn An")
	v.send("go", "trip").send("plate", "30A-999.99").expect(200, "30A99999").send().expect(200, "DÙNG ĐƯỢC", "30A99999")
	if before := s.declared(own); before.FollowedBy != strings.TrimPrefix(v.at.Path, "/my/") || before.Passes[0].RevokedAt.IsZero() {
		t.Errorf("the pass before still stands")
	}
	v.get(own + "/again")
	if v.at.Path == own+"/again" {
		t.Error("may be declared a third time")
	}
}

func TestAgainTooLate(t *testing.T) {
	s := newSite(t, Options{})
	v, own := s.ending("vi")
	s.clock.Add(anlo.AgainWithin + 3*time.Hour)
	v.get(own+"/again").expect(200, "Người đi")
	if v.at.Path != "/declare" {
		t.Errorf("led to %s", v.at.Path)
	}
	v.get("/my/nonsense/again").expect(404)
}

func TestAgainChangesLanguage(t *testing.T) {
	s := newSite(t, Options{})
	v, own := s.ending("vi")
	v.get(own+"/again").submit(own+"/again", "depart", "later").expect(422)
	v.submit(own+"/again", "lang", "en", "depart_time", "06:30").expect(200, "Declare again")
	if v.value("depart_time") != "06:30" {
		t.Error("changing the language loses what was typed")
	}
}

// A phone that remembers its traveller leads to the one screen while that can
// be, and to the form with the usual answers otherwise; declaring again changes
// nothing of what it remembers.
func TestRememberedAndAgain(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("en")
	v.get("/").expect(200, "About a minute")
	own := v.fill().send("remember", "yes").expect(200, "VALID").at.Path
	v.get("/").expect(200, "Declare once more", "This phone remembers")
	v.get("/declare").expect(200, "Nguyễn Văn An")
	if strings.Contains(v.body, "/again") {
		t.Error("offers on the first day what is possible on the last")
	}
	s.clock.Add(anlo.PassLifetime - time.Hour)
	v.get("/declare").link(own+"/again").expect(200, "Declare again").submit(own+"/again", "well", "yes").expect(200, "VALID")
	v.get("/declare").expect(200, "Nguyễn Văn An")
	if strings.Contains(v.body, "/again") {
		t.Error("offers to make again what was made again")
	}
	v.submit("/declare/forget").expect(200, "Traveller")
	v.get("/").expect(200, "About a minute")
}
