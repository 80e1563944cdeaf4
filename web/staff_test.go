package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

// shown is what a page shows once.
func (v *visitor) shown() string {
	v.t.Helper()
	for n := range v.all("dd") {
		if attr(n, "class") == "secret" {
			return strings.TrimSpace(text(n))
		}
	}
	v.t.Fatalf("nothing secret is shown: %s", v.text())
	return ""
}

func TestStaffPages(t *testing.T) {
	s := newSite(t, Options{})
	in := anlotest.Auth(t, s.app)
	v := s.signedIn("vi", anlotest.Officer(t, s.app, anlo.Administrator, anlo.UnitRef{}))
	v.get("/staff").expect(200, "Tài khoản cán bộ", "Quản trị viên").link("/staff/new").expect(200, "Thêm cán bộ")
	v.submit("/staff/new", "login", "", "name", "Lê Thị Lan", "work_phone", "12", "role", "commune-officer", "area", "ba dinh").expect(422, "Điện thoại công vụ: ", "Hãy chọn")
	if v.value("name") != "Lê Thị Lan" {
		t.Error("what was typed is lost")
	}
	v.submit("/staff/new", "login", "lan", "work_phone", "0912345678", "area_pick", "00004", "until", "2026-11-30", "own_number", anlotest.An.Number).expect(200, "Mật khẩu cấp lần đầu", "lan")
	first := v.shown()
	v.link("").get("/staff?login=LAN").expect(200, "lan", "Lê Thị Lan", "Cán bộ cấp xã, Phường Ba Đình", "Chưa đăng nhập lần đầu")
	a, err := in.StaffByLogin(t.Context(), operator, "lan")
	if err != nil || len(a.Roles) != 1 || !a.Roles[0].Until.Equal(time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v %v", a, err)
	}
	own := "/staff/" + a.ID.String()
	v.link(own).expect(200, "lan", "Phường Ba Đình")
	if v.value("own_number") != "" || strings.Contains(v.body, anlotest.An.Number) {
		t.Error("the identity number is shown again")
	}

	// The first password works, once.
	lan := s.visitor("vi")
	lan.get("/signin").submit("/signin", "login", "lan", "password", first).submit("/signin/password", "new_password", ownPassword)
	lan.submit("/signin/enrol", "first_code", lan.code())
	lan.get("/account").expect(200, "Cán bộ cấp xã")

	v.get(own).submit(own, "name", "").expect(422, "Họ và tên: ")
	v.submit(own, "name", "Lê Thị Lan Anh").expect(200, "Đã lưu").get("/staff").expect(200, "Lê Thị Lan Anh")
	v.get(own).submit(own+"/grant", "role", "").expect(422, "Vai trò: ")
	v.submit(own+"/grant", "role", "province-supervisor", "area", "Hà Nội").expect(200, "Đã thay đổi vai trò", "Giám sát cấp tỉnh", "Thành phố Hà Nội")
	v.get(own).submit(own+"/grant", "role", "commune-officer", "area", "").expect(422)
	v.get(own).submit(own+"/end").expect(200, "Không đăng nhập ở đâu")
	lan.get("/account").expect(200, "Cán bộ đăng nhập")

	v.get(own).submit(own+"/disable").expect(200, "Đã khóa")
	lan.get("/signin").submit("/signin", "login", "lan", "password", ownPassword).expect(422)
	v.get(own).submit(own+"/enable").expect(200, "Đã lưu")
	v.get(own).submit(own+"/reset").expect(200, "Mật khẩu cấp lần đầu")
	lan.submit("/signin", "login", "lan", "password", v.shown()).expect(200, "Chọn mật khẩu")
	v.get(own).submit(own+"/revoke", "grant", a.Roles[0].ID.String()).expect(200, "Đã thay đổi vai trò")

	// Nobody changes their own roles, and the last administrator stays.
	mine := s.ownPage(v)
	v.get(mine).expect(200, "Không ai tự thay đổi vai trò")
	res, err := v.client.PostForm(s.url+mine+"/grant", url.Values{"role": {"auditor"}})
	v.read(res, err).expect(403, "Không ai tự thay đổi vai trò")
	res, err = v.client.PostForm(s.url+mine+"/disable", nil)
	v.read(res, err).expect(403)
	v.get("/staff/" + anlo.NewID(s.clock.Now()).String()).expect(404)
	v.get("/staff/x").expect(404)
}

// ownPage is the page of whoever is signed in.
func (s *site) ownPage(v *visitor) string {
	v.get("/staff?login=administrator")
	for n := range v.all("a") {
		if href := attr(n, "href"); regexp.MustCompile(`^/staff/[0-9a-f]{8}-`).MatchString(href) {
			return href
		}
	}
	s.t.Fatal("the administrator is not in the list")
	return ""
}

func TestKeyAndDevicePages(t *testing.T) {
	s := newSite(t, Options{})
	in := anlotest.Auth(t, s.app)
	v := s.signedIn("vi", anlotest.Officer(t, s.app, anlo.Administrator, anlo.UnitRef{}))
	v.get("/staff/keys").expect(200, "Chưa có khóa nào")
	v.submit("/staff/keys", "key_name", "", "role", "auditor", "scopes", "notice.read", "key_until", "2026-12-01").expect(422, "Tên hệ thống: ", "Được làm: ")
	v.submit("/staff/keys", "key_name", "Bệnh viện C", "role", "commune-officer", "area", "00004", "scopes", "notice.read", "scopes", "figures.read", "key_until", "2026-12-01").expect(200, "Khóa chỉ hiện lần này")
	token := v.shown()
	by, err := in.OpenKey(t.Context(), token)
	if err != nil || !by.May(anlo.ActReadDesk) || by.May(anlo.ActExport) || by.Area != commune {
		t.Fatalf("%+v %v", by, err)
	}
	v.get("/staff/keys").expect(200, "Bệnh viện C", "xem bàn làm việc, xem số liệu", "Phường Ba Đình")
	if strings.Contains(v.body, token) {
		t.Error("the key is shown again")
	}
	v.submit("/staff/keys/"+by.Key.String()+"/revoke").expect(200, "Chưa có khóa nào")
	if _, err := in.OpenKey(t.Context(), token); anlo.KindOf(err) != anlo.Unsigned || err == nil {
		t.Error("a revoked key works:", err)
	}
	v.get("/staff/devices").expect(200, "Chưa có thiết bị nào")
	officer, device := anlotest.Post(t, s.app)
	v.get("/staff/devices").expect(200, "Pháp Vân").submit("/staff/devices/"+officer.Device.ID.String()+"/revoke").expect(200, "Chưa có thiết bị nào")
	if _, err := s.app.OpenDevice(t.Context(), device); anlo.KindOf(err) != anlo.Unsigned || err == nil {
		t.Error("a revoked device works:", err)
	}
}

// The frame says who is signed in, and opens nothing that the role does not.
func TestOfficeFrame(t *testing.T) {
	s := newSite(t, Options{})
	by := anlotest.Officer(t, s.app, anlo.CommuneOfficer, commune)
	v := s.signedIn("vi", by).get("/account").expect(200)
	frame := text(v.doc)
	for _, want := range []string{"commune-officer-", "Cán bộ cấp xã", "Phường Ba Đình, Thành phố Hà Nội", "Chuyển vai trò", "Đăng xuất", "Bàn làm việc"} {
		if !strings.Contains(frame, want) {
			t.Errorf("the frame does not say %q", want)
		}
	}
	for n := range v.all("a") {
		if href := attr(n, "href"); href == "/staff" || href == "/audit" {
			t.Errorf("a commune officer is offered %s", href)
		}
	}
	s.clock.Add(auth.SessionIdle)
	v.get("/account").expect(200, "Cán bộ đăng nhập")
}
