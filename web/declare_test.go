package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"anlo/anlotest"
	"anlo/locale"
)

// fill walks through the first four screens as An does and stops at the last.
func (v *visitor) fill() *visitor {
	v.t.Helper()
	w := locale.For("vi")
	if strings.Contains(v.get("/").title(), "Travel") {
		w = locale.For("en")
	}
	v.link("/declare").expect(200, w.T("step.who"))
	v.send("id_number", "001 090 123 456", "full_name", "  Nguyễn   Văn An ", "date_of_birth", "31011990", "sex", "male", "phone", "+84 912 345 678")
	v.expect(200, w.T("step.home")).send("home_commune", "ba dinh ha noi", "home_address", "Số 12 Phan Đình Phùng")
	v.expect(200, w.T("step.trip")).send("to_commune", "hai chau da nang", "to_address", "Bệnh viện C", "vehicle", "car", "plate", "29a-123.45", "reason", "medical")
	v.expect(200, w.T("step.health")).send("symptoms", "none", "contact", "no")
	return v.expect(200, w.T("check.title"), "Nguyễn Văn An", "001 090 123 456", "0912345678", "Phường Ba Đình", "Phường Hải Châu", "29A12345")
}

func TestDeclareWithoutJavaScript(t *testing.T) {
	s := newSite(t, Options{})
	for _, lang := range []string{"vi", "en"} {
		t.Run(lang, func(t *testing.T) {
			w := locale.For(lang)
			v := s.visitor(lang)
			v.t = t
			v.fill().send().expect(200, w.T("my.state.valid"), "Nguyễn Văn An", "29A12345", "Phường Hải Châu", w.Time(anlotest.Noon.Add(72*3600e9)))
			if !strings.HasPrefix(v.at.Path, "/my/") {
				t.Fatalf("sent to %s", v.at)
			}
			if strings.Contains(v.text(), w.T("my.unconfirmed")) {
				t.Error("An is in the register, yet the pass says that they are not confirmed")
			}
			if got := attr(first(v, "html"), "lang"); got != lang {
				t.Errorf("html lang is %q", got)
			}
			if got := v.header.Get("Content-Language"); got != lang {
				t.Errorf("Content-Language is %q", got)
			}
		})
	}
}

func TestNothingTypedIsLost(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.get("/declare").send("id_number", "12345", "full_name", `<b>"An"</b>`, "date_of_birth", "31/02/1990", "phone", "abc")
	v.expect(422, "Lỗi:", "Có mục cần sửa", "12 chữ số", "Hãy viết ngày", "Số điện thoại không đúng", "Giới tính: Hãy điền mục này.")
	for id, want := range map[string]string{"id_number": "12345", "full_name": `<b>"An"</b>`, "date_of_birth": "31/02/1990", "phone": "abc"} {
		if got := v.value(id); got != want {
			t.Errorf("%s holds %q, want %q", id, got, want)
		}
	}
	for n := range v.all("input") {
		if attr(n, "name") == "id_number" && (attr(n, "aria-invalid") != "true" || !strings.Contains(attr(n, "aria-describedby"), "id_number-error")) {
			t.Error("the wrong input does not say so to a screen reader")
		}
	}
	v.linksLead()
}

// linksLead fails when a link of the summary leads nowhere.
func (v *visitor) linksLead() {
	v.t.Helper()
	ids := map[string]bool{}
	for n := range v.doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				v.t.Errorf("two elements have the id %q", id)
			}
			ids[id] = true
		}
	}
	for n := range v.all("a") {
		if to, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && !ids[to] {
			v.t.Errorf("a link leads to #%s, which is nowhere", to)
		}
	}
}

func TestCommuneIsChosenWhereSeveralAreMeant(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.fill().send("go", "home")
	v.expect(200, "Nơi ở").send("home_commune", "ba dinh")
	v.expect(422, "Có nhiều nơi trùng tên", "Phường Ba Đình, Thành phố Hà Nội", "Xã Ba Đình, Tỉnh Thanh Hoá")
	if v.value("home_commune") != "ba dinh" {
		t.Error("what was typed is lost")
	}
	v.send("home_commune_pick", "16171")
	v.expect(200, "Xem lại và gửi", "Xã Ba Đình, Tỉnh Thanh Hoá")

	// Whoever picks one and then types another name means the name.
	v.send("go", "home").send("home_commune", "ba dinh")
	v.send("home_commune", "hai chau da nang", "home_commune_pick", "16171").expect(200, "Phường Hải Châu")

	v.send("go", "home").send("home_commune", "qqqqq").expect(422, "Không tìm thấy")
}

func TestCompanions(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.fill().send("go", "person:1").expect(200, "Người đi cùng")
	v.send("full_name", "Trần Thị Bình").expect(422, "Lỗi:")
	if v.value("full_name") != "Trần Thị Bình" {
		t.Error("what was typed is lost")
	}
	v.send("id_number", "001192654321", "date_of_birth", "7/5/1992", "sex", "female", "symptoms", "cough", "contact", "no")
	v.expect(200, "Xem lại và gửi", "Trần Thị Bình", "Ở cùng nhà", "Triệu chứng Ho")

	v.send("go", "person:2").send("id_number", "001192654321", "full_name", "Bình lần nữa", "date_of_birth", "7/5/1992", "sex", "female", "symptoms", "none", "contact", "no")
	v.expect(422, "Người này đã có trong tờ khai")
	v.send("go", "check").expect(422, "Bỏ người này") // the sum of the whole waits for this companion
	if v.value("full_name") != "Bình lần nữa" {
		t.Error("what was typed is lost")
	}
	v.send("go", "remove:2").expect(200, "Xem lại", "Trần Thị Bình")

	v.send().expect(200, "Cả nhóm", "DÙNG ĐƯỢC", "Nguyễn Văn An", "Trần Thị Bình")
	v.link("?p=2").expect(200, "Trần Thị Bình")
	if ticket, _, _ := strings.Cut(v.text(), "Phương tiện"); strings.Contains(ticket, "Nguyễn") {
		t.Error("a companion's own pass names the other")
	}
}

func TestSentTwiceIsOneDeclaration(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	form := v.fill().form("/declare")
	var links []string
	for range 2 {
		res, err := v.client.PostForm(v.site.url+"/declare", form)
		links = append(links, v.read(res, err).expect(200).at.Path)
	}
	if links[0] != links[1] {
		t.Error("a double click made two declarations")
	}
}

func TestBackAndForth(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.get("/declare").send("id_number", "001090123456", "full_name", "Nguyễn Văn An", "date_of_birth", "1990", "sex", "male")
	v.expect(200, "Nơi ở").send("home_commune", "ba dinh ha noi", "go", "who").expect(200, "Người đi")
	if v.value("full_name") != "Nguyễn Văn An" {
		t.Error("the first screen forgot")
	}
	v.send().expect(422, "Nơi ở", "Hãy điền mục này")
	if v.value("home_commune") != "ba dinh ha noi" {
		t.Error("the second screen forgot what was typed before going back")
	}
	v.send("lang", "en", "home_address", "Số 1").expect(200, "Residence")
	if v.value("home_address") != "Số 1" {
		t.Error("changing the language loses what was typed")
	}
	v.send().expect(200, "Trip")
}

func TestPassport(t *testing.T) {
	v := newSite(t, Options{}).visitor("en")
	v.get("/declare").send("document", "passport", "passport", "x", "nationality", "LA", "full_name", "Somchai Vong", "date_of_birth", "1/2/1980", "sex", "male")
	v.expect(422, "Error:", "5 to 15 letters")
	v.send("passport", "PA 0123456").expect(200, "Residence")
	v.send("home_commune", "ba dinh ha noi", "home_address", "1 Kim Mã", "stay", "yes", "stay_commune", "hai chau da nang", "stay_address", "2 Bạch Đằng")
	v.send("to_commune", "ba dinh ha noi", "depart", "later", "depart_date", "2026-11-24", "depart_time", "06:30", "vehicle", "train", "plate", "29A1", "reason", "work")
	v.send("symptoms", "none", "contact", "no", "places", "Chợ Hàn\r\n\r\nCầu Rồng", "test", "pcr", "test_result", "negative", "test_date", "2026-11-20", "doses", "3")
	v.expect(200, "Laos", "PA0123456", "Temporary", "2 Bạch Đằng, Phường Hải Châu", "06:30 Tuesday, 24 Nov 2026", "Chợ Hàn; Cầu Rồng", "PCR · Negative · 20 Nov 2026")
	if strings.Contains(v.text(), "29A1") {
		t.Error("a train has a number plate")
	}
	v.send().expect(200, "VALID", "Identity not confirmed")
}

func TestDeparture(t *testing.T) {
	v := newSite(t, Options{}).visitor("en")
	v.fill().send("go", "trip")
	for _, c := range []struct{ date, time, want string }{
		{"", "", "Day of departure: Please fill this in."},
		{"2026-11-24", "", "Time of departure: Please fill this in."},
		{"2026-11-24", "25:00", "hours:minutes"},
		{"2026-13-24", "06:00", "Write the date"},
		{"2026-12-30", "06:00", "14 days ahead"},
		{"2026-11-20", "06:00", "more than 24 hours ago"},
	} {
		v.send("depart", "later", "depart_date", c.date, "depart_time", c.time).expect(422, c.want)
	}
	v.send("depart_date", "24/11/2026", "depart_time", "06:00").expect(200, "06:00 Tuesday, 24 Nov 2026")
}

func TestRemembered(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	v.fill().send("remember", "yes").expect(200, "DÙNG ĐƯỢC")
	jar, _ := url.Parse(s.url + "/declare")
	if c := v.client.Jar.Cookies(jar); len(c) != 3 || len(c[0].Value)+len(c[1].Value) > 3600 || strings.Contains(c[0].Value+c[1].Value, "An") && strings.Contains(c[0].Value, "Nguy") {
		t.Fatalf("%d cookies", len(c))
	}
	v.get("/declare").expect(200, "Chào Nguyễn Văn An", "Chuyến đi")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a name may be kept by caches")
	}
	if v.value("plate") != "29A12345" && v.value("plate") != "29a-123.45" {
		t.Errorf("the plate is %q", v.value("plate"))
	}
	v.send().expect(200, "Sức khỏe").send("symptoms", "none", "contact", "no").expect(200, "Xem lại", "001 090").send("remember", "yes").expect(200, "DÙNG ĐƯỢC")
	v.get("/declare").submit("/declare/forget").expect(200, "Người đi")
	if v.value("full_name") != "" {
		t.Error("not forgotten")
	}
	s.clock.Add(61 * 24 * 3600e9)
	v.get("/declare").expect(200, "Người đi")
}

func TestOnBehalfIsNotRemembered(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.fill().send("go", "who").send("behalf", "yes").expect(200, "Tôi khai hộ người khác")
	if v.asks("remember") {
		t.Error("offers to remember somebody else")
	}
}

func TestDraftExpires(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	v.get("/declare")
	s.clock.Add(draftLife + 1e9)
	v.send("full_name", "An").expect(422, "Trang đã quá hạn", "Bắt đầu lại")
	v.link("/declare").send("draft", "AAAA").expect(422, "Trang đã quá hạn")
}

func TestChangeAndCancel(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	own := v.fill().send().expect(200, "DÙNG ĐƯỢC").at.Path
	s.clock.Add(30 * 3600e9) // on the road since yesterday
	v.link("/change").expect(200, "Bạn đang sửa tờ khai đã gửi", "29A12345", "12:00 thứ Hai, 23/11/2026")
	v.send("go", "trip").expect(200, "Giữ giờ đã khai: 12:00").send("plate", "30A-999.99").expect(200, "30A99999")
	v.send().expect(200, "DÙNG ĐƯỢC", "30A99999", "12:00 thứ Năm, 26/11/2026")
	if v.at.Path != own {
		t.Errorf("the link changed to %s", v.at.Path)
	}
	v.link("/cancel").expect(200, "Hủy chuyến đi?").submit(own+"/cancel").expect(200, "ĐÃ HỦY")
	if strings.Contains(v.body, `class="qr"`) {
		t.Error("a cancelled pass still shows its code")
	}
	v.get(own+"/change").expect(409, "đã được hủy")
}

func first(v *visitor, tag string) *html.Node {
	for n := range v.all(tag) {
		return n
	}
	v.t.Fatalf("no <%s>", tag)
	return nil
}

// A number that does not fit the rest is pointed at, and keeps nobody from
// sending.
func TestDoubtsArePointedAt(t *testing.T) {
	v := newSite(t, Options{}).visitor("en")
	v.get("/declare").send("id_number", "001190123456", "full_name", "Nguyễn Văn An", "date_of_birth", "31/01/1991", "sex", "male")
	v.send("home_commune", "ba dinh ha noi", "home_address", "Số 12").send("to_commune", "hai chau da nang", "vehicle", "foot", "reason", "work")
	v.send("symptoms", "none", "contact", "no").expect(200, "is one of the other sex", "another year of birth")
	v.send().expect(200, "72") // sent all the same
}
