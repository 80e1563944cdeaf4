package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

var (
	baDinh  = anlo.UnitRef{List: "vn-2026", Code: "00004"}
	ngocHa  = anlo.UnitRef{List: "vn-2026", Code: "00008"}
	hanoi   = anlo.UnitRef{List: "vn-2026", Code: "01"}
	haiChau = anlo.UnitRef{List: "vn-2026", Code: "20242"}
)

// officers are those who are signed in by the cookie "officer" in tests.
var officers = map[string]anlo.Actor{
	"ngoc-ha":  {Role: anlo.CommuneOfficer, Area: ngocHa, Staff: anlo.NewID(anlotest.Noon)},
	"ba-dinh":  {Role: anlo.CommuneOfficer, Area: baDinh, Staff: anlo.NewID(anlotest.Noon)},
	"hai-chau": {Role: anlo.CommuneOfficer, Area: haiChau, Staff: anlo.NewID(anlotest.Noon)},
	"hanoi":    {Role: anlo.ProvinceSupervisor, Area: hanoi, Staff: anlo.NewID(anlotest.Noon)},
	"ministry": {Role: anlo.NationalSupervisor, Staff: anlo.NewID(anlotest.Noon)},
	"auditor":  {Role: anlo.Auditor, Staff: anlo.NewID(anlotest.Noon)},
	"head":     {Role: anlo.CheckpointOfficer, Area: hanoi, Staff: anlo.NewID(anlotest.Noon)},
	"admin":    {Role: anlo.Administrator, Staff: anlo.NewID(anlotest.Noon)},
}

const officerCookie = "officer"

func signedInByCookie(r *http.Request) (anlo.Actor, error) {
	by, ok := officers[cookie(r, officerCookie)]
	if !ok {
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	return by, nil
}

func newOffice(t testing.TB) *site { return newSite(t, Options{SignedIn: signedInByCookie}) }

// at is a visitor who is signed in by the name of a place.
func (s *site) at(name string) *visitor {
	v := s.visitor("vi")
	home, _ := url.Parse(s.url)
	v.client.Jar.SetCookies(home, []*http.Cookie{{Name: officerCookie, Value: name, Path: "/"}})
	return v
}

// declare makes a declaration and brings it to the desks.
func (s *site) declare(d anlo.Declaration) app.Receipt {
	s.t.Helper()
	r, err := s.app.Declare(s.t.Context(), anlotest.Citizen, d, "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.route()
	return r
}

func (s *site) route() {
	s.t.Helper()
	if _, err := s.app.Route(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// open follows the link of somebody in a list.
func (v *visitor) open(name string) *visitor {
	v.t.Helper()
	for n := range v.all("a") {
		if strings.TrimSpace(text(n)) == name {
			return v.get(attr(n, "href"))
		}
	}
	v.t.Fatalf("%s is not on %s: %.600s", name, v.title(), v.text())
	return nil
}

// act sends the form of a record in which a kind of act is.
func (v *visitor) act(kind anlo.FollowUpKind, pairs ...string) *visitor {
	v.t.Helper()
	for f := range v.all("form") {
		if action := attr(f, "action"); strings.Contains(action, "/follow-up") {
			values := url.Values{"kind": {string(kind)}}
			for n := range f.Descendants() {
				if attr(n, "name") == "version" {
					values.Set("version", attr(n, "value"))
				}
			}
			for i := 0; i < len(pairs); i += 2 {
				values.Add(pairs[i], pairs[i+1])
			}
			return v.post(action, values)
		}
	}
	v.t.Fatalf("nothing to do on %s: %.600s", v.title(), v.text())
	return nil
}

func (v *visitor) post(path string, values url.Values) *visitor {
	v.t.Helper()
	res, err := v.client.PostForm(v.site.url+path, values)
	return v.read(res, err)
}

func (v *visitor) without(texts ...string) *visitor {
	v.t.Helper()
	for _, bad := range texts {
		if strings.Contains(v.title()+" "+v.text(), bad) {
			v.t.Fatalf("%s shows %q: %.900s", v.title(), bad, v.text())
		}
	}
	return v
}

func TestDesk(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh))
	v := s.at("ngoc-ha")
	v.get("/desk").expect(200, "Phường Ngọc Hà", "Nguyễn Văn An", "Trần Thị Bình", "Số 1 Hoàng Hoa Thám", "13:00 ngày mai", "Đến đây").without("0912345678", "001090123456")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a list may be kept: %v", v.header)
	}
	v.open("Nguyễn Văn An").expect(200, "Số 1 Hoàng Hoa Thám", "•••••••678", "Khớp hoàn toàn", "Trần Thị Bình", "Cùng hộ theo dân cư", "Phường Ba Đình").
		without("0912345678", "001090123456")
	v.act(anlo.DoVerify).expect(200, "Đã lưu: Đã gặp tại địa chỉ", "Tiếp theo", "Số 1 Hoàng Hoa Thám")
	v.get("/desk").expect(200, "Trần Thị Bình").without("Nguyễn Văn An")
	v.open("Trần Thị Bình").act(anlo.DoNotFound, "visit-note", "cửa khóa", "on", "1").expect(200, "Đã lưu: Không gặp ai", "Không có việc nào ở đây")
	v.get("/desk?view=all").open("Trần Thị Bình").expect(200, "cửa khóa", "Chưa gặp được", "Lần trước chưa gặp")
}

// Save and next walks through a list, what is due first before the rest.
func TestSaveAndNext(t *testing.T) {
	s := newOffice(t)
	s.busyDay()
	v := s.at("ngoc-ha")
	v.get("/desk?view=overdue").open("Đặng Minh Quân").act(anlo.DoVerify, "on", "1").expect(200, "Hồ Thị Ái", "Đã lưu")
	v.act(anlo.DoWrongAddress, "on", "1").expect(200, "Tôn Nữ Thị Ngọc Trâm")
	if !strings.Contains(v.at.RawQuery, "view=overdue") {
		t.Errorf("the list was left: %s", v.at)
	}
}

func TestEachWork(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	v := s.at("ngoc-ha")
	v.get("/desk").open("Nguyễn Văn An")
	for _, c := range []struct {
		kind  anlo.FollowUpKind
		pairs []string
		want  []string
	}{
		{anlo.DoQuarantine, []string{"quarantine-protocol", "vn-2022-02", "quarantine-from", "2026-11-23"}, []string{"Từ 23/11/2026 đến hết 29/11/2026", "Hỏi thăm mỗi ngày đến hết 29/11/2026"}},
		{anlo.DoQuarantine, []string{"quarantine-protocol", "vn-2022-02", "quarantine-from", "23/11/2026", "quarantine-vaccinated", "yes"}, []string{"đến hết 27/11/2026"}},
		{anlo.DoCheckIn, []string{"check-in-way", "phone", "check-in-symptoms", "fever", "check-in-symptoms", "cough", "check-in-temperature", "38,2"}, []string{"Gọi điện", "Sốt, Ho", "38,2 °C", "Hạn 18:00 ngày mai"}},
		{anlo.DoTest, []string{"test-kind", "pcr", "test-result", "negative", "test-taken_at", "2026-11-23"}, []string{"PCR: Âm tính, 23/11/2026"}},
		{anlo.DoNote, []string{"note-note", "Có người lớn tuổi"}, []string{"Có người lớn tuổi"}},
		{anlo.DoEscalate, []string{"escalate-note", "Không hợp tác"}, []string{"Lên tỉnh", "Không hợp tác"}},
		{anlo.DoReturn, nil, []string{"Đã lưu: Trả về xã, phường"}},
		{anlo.DoRelease, nil, []string{"Đã hết cách ly"}},
	} {
		v.act(c.kind, c.pairs...).expect(200, append(c.want, "Đã lưu")...)
	}
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.Binh))
	v.get("/desk").open("Trần Thị Bình").act(anlo.DoReroute, "reroute-to", "hai chau da nang").expect(200, "Đã chuyển xã, phường khác", "Chuyển đến Phường Hải Châu")
	s.at("hai-chau").get("/desk").open("Trần Thị Bình").expect(200, "Nơi khác chuyển đến", "Số 1 Hoàng Hoa Thám", "Từ Phường Ngọc Hà")
}

func TestWhatIsWrongWithAWork(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	v := s.at("ngoc-ha")
	v.get("/desk").open("Nguyễn Văn An")
	for _, c := range []struct {
		kind  anlo.FollowUpKind
		pairs []string
		want  string
	}{
		{anlo.DoQuarantine, []string{"quarantine-protocol", "vn-2022-02", "quarantine-from", "23/11/2026", "quarantine-until", "2026-11-22"}, "Đến hết ngày: Ngày cuối sớm hơn ngày đầu."},
		{anlo.DoQuarantine, []string{"quarantine-protocol", "vn-1999", "quarantine-from", "hôm nay"}, "Từ ngày: Hãy viết ngày"},
		{anlo.DoCheckIn, nil, "Biết bằng cách nào: Hãy điền mục này."},
		{anlo.DoCheckIn, []string{"check-in-way", "phone", "check-in-temperature", "nóng"}, "Hãy viết thân nhiệt như 37,5."},
		{anlo.DoCheckIn, []string{"check-in-way", "phone", "check-in-temperature", "21"}, "Thân nhiệt trong khoảng"},
		{anlo.DoCheckIn, []string{"check-in-way", "link"}, "Biết bằng cách nào"},
		{anlo.DoTest, []string{"test-kind", "pcr"}, "Kết quả: Hãy điền mục này."},
		{anlo.DoReroute, []string{"reroute-to", "atlantis"}, "Xã, phường đúng: Không tìm thấy"},
		{anlo.DoReroute, []string{"reroute-to", "phuong ngoc ha, ha noi"}, "Thông báo đã thuộc xã này rồi."},
		{anlo.DoReroute, []string{"reroute-to", "hoa binh"}, "Có nhiều nơi trùng tên"},
		{anlo.DoEscalate, nil, "Nội dung: Hãy điền mục này."},
		{anlo.DoNote, []string{"note-note", strings.Repeat("x", 501)}, "Nội dung quá dài"},
	} {
		v.act(c.kind, c.pairs...).expect(422, c.want)
		for i := 0; i < len(c.pairs); i += 2 { // what was typed is still there
			if kept := v.kept(c.pairs[i]); kept != c.pairs[i+1] && c.pairs[i+1] != "vn-1999" && c.pairs[i+1] != "link" && kept != "2026-11-23" {
				t.Errorf("%s: %s holds %.40q", c.kind, c.pairs[i], kept)
			}
		}
	}
	v.post("/desk/n/"+v.noticeID()+"/follow-up", url.Values{"kind": {"routed"}, "version": {"0"}}).expect(422)
	v.get("/desk").expect(200, "Nguyễn Văn An")
}

// kept is the value that a question of the page holds.
func (v *visitor) kept(name string) string {
	for n := range v.doc.Descendants() {
		switch {
		case attr(n, "name") != name:
		case n.Data == "textarea":
			return strings.TrimPrefix(text(n), "\n")
		case attr(n, "type") != "radio" && attr(n, "type") != "checkbox":
			return attr(n, "value")
		case has(n, "checked"):
			return attr(n, "value")
		}
	}
	return ""
}

// noticeID is that of the record which the visitor looks at.
func (v *visitor) noticeID() string { return strings.Split(v.at.Path, "/")[3] }

func TestRevealForAPurpose(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	v := s.at("ngoc-ha")
	v.get("/desk").open("Nguyễn Văn An")
	path := v.at.Path + "/reveal"
	v.post(path, nil).expect(422, "Hãy chọn lý do xem.").without("0912345678")
	v.post(path, url.Values{"purpose": {"curiosity"}}).expect(422).without("0912345678")
	v.post(path, url.Values{"purpose": {"follow-up"}}).expect(200, "Gọi 0912345678", "001090123456", "đã được ghi lại")
	if v.header.Get("Cache-Control") != "no-store" || !strings.Contains(v.body, `href="tel:0912345678"`) {
		t.Errorf("%v", v.header)
	}
	if n, err := s.app.Store.AuditCount(t.Context(), anlo.ActReveal); n == 0 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

// Whoever does not work in a commune learns nothing about its notices.
func TestAnotherCommunesRecord(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	v := s.at("ngoc-ha")
	path := v.get("/desk").open("Nguyễn Văn An").at.Path
	id := v.noticeID()
	other := s.at("hai-chau")
	other.get("/desk?view=all").expect(200).without("Nguyễn Văn An")
	other.get(path).expect(404).without("Nguyễn Văn An")
	other.post(path+"/reveal", url.Values{"purpose": {"follow-up"}}).expect(404)
	other.post(path+"/follow-up", url.Values{"kind": {"verify"}, "version": {"0"}}).expect(404)
	other.post("/desk/bulk", url.Values{"kind": {"verify"}, "id": {id}}).expect(200, "1 hồ sơ chưa lưu được", "Không có trên bàn làm việc của bạn.").without("Nguyễn Văn An")
	other.get("/desk?view=all&area=" + ngocHa.Code).expect(404)
	for _, strange := range []string{"x", "vn-2026.00008", url.PathEscape("../../my"), strings.Repeat("9", 5000), id + "0"} {
		v.get("/desk/n/" + strange).expect(404)
	}
	s.at("hanoi").get(path).expect(200, "Nguyễn Văn An")
	s.at("auditor").get(path).expect(403)
	s.at("nobody").get("/desk")
	for _, route := range deskRoutes {
		method, pattern, _ := strings.Cut(route.pattern, " ")
		r, _ := http.NewRequest(method, s.url+strings.Replace(pattern, "{id}", id, 1), nil)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/signin") {
			t.Errorf("%s without a session: %d to %s", route.pattern, res.StatusCode, res.Header.Get("Location"))
		}
		if method == "POST" {
			r, _ := http.NewRequest(method, s.url+strings.Replace(pattern, "{id}", id, 1), strings.NewReader("kind=verify&version=0"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.AddCookie(&http.Cookie{Name: officerCookie, Value: "ngoc-ha"})
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s from another site: %d", route.pattern, res.StatusCode)
			}
		}
	}
	v.get("/desk").expect(200, "Nguyễn Văn An")
}

// Two officers close one notice at the same moment: one is told, and keeps what
// they typed.
func TestTwoOfficersAtOnce(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	first, second := s.at("ngoc-ha"), s.at("ngoc-ha")
	first.get("/desk").open("Nguyễn Văn An")
	second.get("/desk").open("Nguyễn Văn An")
	first.act(anlo.DoVerify).expect(200, "Đã lưu")
	second.act(anlo.DoNotFound, "visit-note", "gõ cửa không ai thưa").expect(409, "Chưa lưu được", "Cán bộ khác vừa xử lý", "Đã gặp")
	if got := second.kept("visit-note"); got != "gõ cửa không ai thưa" {
		t.Errorf("what was typed is gone: %q", got)
	}
	second.act(anlo.DoNotFound, "visit-note", "gõ cửa không ai thưa").expect(200, "Đã lưu")
}

func TestSearchSaysNothingInTheAddress(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	d := anlotest.Declaration(s.clock.Now(), anlotest.Binh)
	d.Trip.Destination.Address = "Ngõ 7 Đội Cấn"
	s.declare(d)
	v := s.at("ngoc-ha")
	for _, c := range []struct {
		text string
		an   bool
		binh bool
	}{{"nguyen van an", true, false}, {"001090123456", true, false}, {"doi can", false, true}, {"0912 345 678", true, true}, {"29a-123.45", true, true},
		{"%", false, false}, {"_", false, false}, {"' OR 1=1 --", false, false}, {strings.Repeat("ơ", 10_000), false, false}, {"\x00", false, false}} {
		v.get("/desk?view=new").post("/desk/search?view=new", url.Values{"text": {c.text}}).expect(200)
		if got := v.shows("Nguyễn Văn An"); got != c.an {
			t.Errorf("%.20q finds An: %t", c.text, got)
		}
		if got := v.shows("Trần Thị Bình"); got != c.binh {
			t.Errorf("%.20q finds Bình: %t", c.text, got)
		}
		if len(c.text) > 1 && strings.Contains(v.at.String(), url.QueryEscape(c.text)) || len(v.at.String()) > 1500 {
			t.Errorf("%.20q is in the address %s", c.text, v.at)
		}
	}
	v.post("/desk/search", url.Values{"text": {"tran thi binh"}}).expect(200, "Kết quả tìm", "Trần Thị Bình")
	found := v.at.RequestURI()
	v.get(found).expect(200, "Kết quả tìm", "Trần Thị Bình") // a reload
	s.at("hanoi").get(found).expect(200, "Hãy nhập lại").without("tran thi binh")
	s.clock.Add(searchLife + 1)
	v.get(found).expect(200, "quá một ngày").without("tran thi binh")
}

// shows reports whether somebody is in the list.
func (v *visitor) shows(name string) bool {
	for n := range v.all("a") {
		if strings.TrimSpace(text(n)) == name {
			return true
		}
	}
	return false
}

func TestBulk(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh))
	v := s.at("ngoc-ha")
	v.get("/desk").post("/desk/bulk", url.Values{"kind": {"verify"}}).expect(422, "Chưa chọn hồ sơ nào.")
	ids := v.get("/desk").picks()
	if len(ids) != 2 {
		t.Fatalf("%d to pick", len(ids))
	}
	v.post("/desk/bulk", url.Values{"kind": {"quarantine"}, "id": ids}).expect(422, "Chưa làm gì", "Theo quy định: Hãy điền mục này.")
	v.post("/desk/bulk", url.Values{"kind": {"check-in"}, "id": ids}).expect(422)
	v.post("/desk/bulk", url.Values{"kind": {"verify"}, "id": make([]string, maxBulk+1)}).expect(422)
	v.post("/desk/bulk", url.Values{"kind": {"quarantine"}, "id": ids[:1], "quarantine-protocol": {"vn-2021-12"}, "quarantine-from": {"2026-11-23"}}).expect(200, "Đã lưu 1 hồ sơ")
	v.post("/desk/bulk", url.Values{"kind": {"release"}, "id": ids}).expect(200, "Đã lưu 1 hồ sơ", "1 hồ sơ chưa lưu được", "Việc này không phù hợp")
}

func (v *visitor) picks() (ids []string) {
	for n := range v.all("input") {
		if attr(n, "name") == "id" {
			ids = append(ids, attr(n, "value"))
		}
	}
	return ids
}

// What people type is shown as they typed it, and does nothing.
func TestNamesAreHarmless(t *testing.T) {
	s := newOffice(t)
	long := strings.TrimSpace(strings.Repeat("Nguyễn ", 14))
	for i, name := range []string{"=cmd()|' /C calc'!A0", "<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, long} {
		d := anlotest.Declaration(s.clock.Now(), anlotest.An)
		d.Travellers[0].FullName, d.Travellers[0].Document.Number = name, []string{"001090123451", "001090123452", "001090123453", "001090123454"}[i]
		d.Trip.Destination.Address = name
		s.declare(d)
	}
	v := s.at("ngoc-ha")
	for _, path := range []string{"/desk", "/desk/part", "/desk/print?view=new"} {
		v.get(path).expect(200)
		if !strings.Contains(v.body, "&lt;script&gt;") || strings.Contains(v.body, "<script>alert") || strings.Contains(v.body, "<img") {
			t.Errorf("%s: %.500s", path, v.body)
		}
	}
	v.get("/desk").open("=cmd()|' /C calc'!A0").expect(200, "=cmd()|' /C calc'!A0")
}

func TestPrintedList(t *testing.T) {
	s := newOffice(t)
	s.busyDay()
	v := s.at("ngoc-ha")
	v.get("/desk/print").expect(200, "Danh sách: Hạn hôm nay", "Phạm Văn Cường").without("Đặng Minh Quân", "0905001101")
	v.get("/desk/print?view=overdue").expect(200, "Danh sách: Quá hạn")
	var at []int
	for _, address := range []string{"Số 3 Đội Cấn", "Số 44 Hoàng Hoa Thám", "Số 12 Ngọc Hà", "Thôn Đoài"} {
		at = append(at, strings.Index(v.text(), address))
	}
	for i := range at {
		if at[i] < 0 || i > 0 && at[i] < at[i-1] {
			t.Errorf("not in the order of the streets: %v", at)
		}
	}
}

// What climbed is before the supervisor, who may look into the commune's desk.
func TestSupervisors(t *testing.T) {
	s := newOffice(t)
	s.busyDay()
	v := s.at("hanoi")
	v.get("/desk").expect(200, "Thành phố Hà Nội", "Nguyễn Hoàng Phương Thảo", "Lên tỉnh", "Phường Ngọc Hà").without("Đặng Minh Quân")
	v.open("Nguyễn Hoàng Phương Thảo").act(anlo.DoReturn, "return-note", "Hỏi tổ dân phố").expect(200, "Đã lưu: Trả về xã, phường")
	v.get("/desk").expect(200).without("Nguyễn Hoàng Phương Thảo")
	v.get("/desk?view=all&area="+ngocHa.Code).expect(200, "Đặng Minh Quân")
}

func TestCheckInOwn(t *testing.T) {
	s := newOffice(t)
	r := s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh))
	own := "/my/" + r.ManageToken
	citizen := s.visitor("vi")
	citizen.get(own).expect(200).without("cách ly tại nhà")
	officer := s.at("ngoc-ha")
	officer.get("/desk").open("Trần Thị Bình").act(anlo.DoQuarantine, "quarantine-protocol", "vn-2022-02", "quarantine-from", "2026-11-23").expect(200)
	record := officer.at.Path

	citizen.get(own).expect(200, "Trần Thị Bình: cách ly tại nhà", "Đến hết ngày 29/11/2026", "Hôm nay bạn thế nào?").without("Nguyễn Văn An: cách ly")
	citizen.submit(own+"/check-in", "check-in-temperature-1", "nóng").expect(422, "Hãy viết thân nhiệt như 37,5.")
	citizen.submit(own+"/check-in", "check-in-temperature-1", "38,6", "check-in-symptoms-1", "cough").expect(200, "Đã báo lúc 12:00 hôm nay")
	officer.get(record).expect(200, "Người đó tự báo qua liên kết", "38,6 °C", "Ho", "Người dân")
	citizen.post(own+"/check-in", url.Values{"traveller": {"0"}}).expect(200)
	citizen.post(own+"/check-in", url.Values{"traveller": {"x"}}).expect(422)
	citizen.post("/my/wrong/check-in", url.Values{"traveller": {"1"}}).expect(404)
	s.clock.Add(anlo.PassLifetime + 1) // the quarantine lasts longer than the pass
	citizen.get(own).expect(200, "HẾT HẠN", "Hôm nay bạn thế nào?")
	officer.get(record).act(anlo.DoRelease).expect(200)
	citizen.get(own).expect(200).without("Hôm nay bạn thế nào?")
}
