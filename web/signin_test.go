package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

var operator = anlo.Actor{Role: anlo.Operator}

const ownPassword = "một câu dài dễ nhớ"

// account opens one and returns its first password.
func (s *site) account(login string, grants ...anlo.Grant) string {
	s.t.Helper()
	_, password, err := anlotest.Auth(s.t, s.app).AddStaff(s.t.Context(), operator, anlo.Officer{Login: login, Name: "Lê Thị Lan"}, grants...)
	if err != nil {
		s.t.Fatal(err)
	}
	return password
}

// signedIn is a browser in which somebody is signed in.
func (s *site) signedIn(lang string, by anlo.Actor) *visitor {
	v := s.visitor(lang)
	home, _ := url.Parse(s.url)
	v.client.Jar.SetCookies(home, []*http.Cookie{anlotest.SignIn(s.t, s.app, by)})
	return v
}

var groups = regexp.MustCompile(`\b[A-Z2-7]{4}( [A-Z2-7]{4}){7}\b`)

// code is what an authenticator shows that has read the page.
func (v *visitor) code() string {
	v.t.Helper()
	secret := strings.ReplaceAll(groups.FindString(v.text()), " ", "")
	if secret == "" {
		v.t.Fatalf("no key for the authenticator: %s", v.text())
	}
	return anlotest.TOTP(secret, v.site.clock.Now())
}

func (v *visitor) cookie(name string) *http.Cookie {
	home, _ := url.Parse(v.site.url + "/signin")
	for _, c := range v.client.Jar.Cookies(home) {
		if strings.HasPrefix(c.Name, name) {
			return c
		}
	}
	return nil
}

var commune = anlotest.An.Permanent.Commune

// The whole way in, without JavaScript: first password, own password,
// authenticator, recovery codes, role; then out, and in again with a code.
func TestSignInPages(t *testing.T) {
	s := newSite(t, Options{})
	first := s.account("lan.nguyen", anlo.Grant{Role: anlo.CommuneOfficer, Area: commune}, anlo.Grant{Role: anlo.Auditor})
	v := s.visitor("vi")
	v.get("/account/password").expect(200, "Cán bộ đăng nhập")
	if v.at.RequestURI() != "/signin?to=%2Faccount%2Fpassword" {
		t.Errorf("sent to %s", v.at)
	}
	v.submit("/signin", "login", "Lan.Nguyen", "password", "sai mật khẩu").expect(422, "Tên đăng nhập hoặc mật khẩu không đúng")
	if v.value("login") != "lan.nguyen" || v.value("password") != "" {
		t.Error("the login is forgotten, or the password is not")
	}
	v.submit("/signin", "password", first).expect(200, "Chọn mật khẩu của riêng bạn", "lan.nguyen")
	v.submit("/signin/password", "new_password", "ngắn quá").expect(422, "ít nhất 12 ký tự")
	v.submit("/signin/password", "new_password", ownPassword).expect(200, "Thiết lập bước xác thực thứ hai")
	v.submit("/signin/enrol", "first_code", "000000").expect(422, "Mã này sai")
	secret := groups.FindString(v.text())
	v.submit("/signin/enrol", "first_code", v.code()).expect(200, "Mã dự phòng")
	recovery := regexp.MustCompile(`\b[A-Z2-7]{5}-[A-Z2-7]{5}\b`).FindAllString(v.text(), -1)
	if len(recovery) != auth.RecoveryCodes {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	if c := v.cookie("anlo_session"); c == nil || v.cookie("anlo_known_") == nil || v.cookie("anlo_signin") != nil {
		t.Error("the cookies are not those of somebody who is signed in")
	}
	v.get("/account").expect(200, "Chọn vai trò", "Kiểm toán viên", "Ba Đình")
	role := v.all("button")
	var auditor string
	for b := range role {
		if strings.Contains(text(b), "Kiểm toán viên") {
			auditor = attr(b, "value")
		}
	}
	res, err := v.client.PostForm(s.url+"/signin/role", url.Values{"role": {auditor}, "to": {"/account"}})
	v.read(res, err).expect(200, "Tài khoản của tôi", "Lê Thị Lan", "Đang dùng", "Còn 10 mã chưa dùng", "Thiết bị này")
	v.get("/staff").expect(403)
	v.get("/account").submit("/signout").expect(200, "Cán bộ đăng nhập")
	v.get("/account").expect(200, "Cán bộ đăng nhập")

	s.clock.Add(time.Minute)
	v.get("/signin?to=//example.org").submit("/signin", "login", "lan.nguyen", "password", ownPassword).expect(200, "Nhập mã xác thực")
	v.submit("/signin/code", "second_factor", "123").expect(422, "Mã này sai")
	v.submit("/signin/code", "second_factor", anlotest.TOTP(strings.ReplaceAll(secret, " ", ""), s.clock.Now())).expect(200, "Chọn vai trò")
	v.submit("/signout")
	v.get("/signin").submit("/signin", "login", "lan.nguyen", "password", ownPassword)
	v.submit("/signin/again").expect(200, "Mật khẩu")
	v.submit("/signin", "login", "lan.nguyen", "password", ownPassword).submit("/signin/code", "second_factor", recovery[0]).expect(200, "Chọn vai trò")
}

// Where a sign-in returns to is a page of this site.
func TestReturnStaysHere(t *testing.T) {
	s := newSite(t, Options{})
	v := s.signedIn("vi", anlotest.Officer(t, s.app, anlo.Approver, anlo.UnitRef{}))
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	leads := func(to string) string {
		v.get("/signin?" + url.Values{"to": {to}}.Encode())
		return v.header.Get("Location")
	}
	for to, want := range map[string]string{"/account/password": "/account/password", "/desk?view=new&x=%20": "/desk?view=new&x=%20", "": "/account", "/signin?to=/signin": "/account"} {
		if got := leads(to); got != want {
			t.Errorf("to %q leads to %q, want %q", to, got, want)
		}
	}
	home, _ := url.Parse(s.url)
	for _, to := range []string{"//example.org/", "https://example.org/", `/\example.org`, `\\example.org`, "javascript:alert(1)", "///example.org", "/" + strings.Repeat("x", 1000),
		"/a\r\nSet-Cookie: x=y", "/\t/example.org", "/%2f/example.org", "/./\\example.org"} {
		got := leads(to)
		at, err := home.Parse(got)
		if err != nil || at.Host != home.Host || strings.HasPrefix(got, "//") || strings.HasPrefix(got, `/\`) || len(got) > 600 || v.header.Get("Set-Cookie") != "" {
			t.Errorf("to %q leads to %q", to, got)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	s := newSite(t, Options{})
	first := s.account("lan", anlo.Grant{Role: anlo.Approver})
	r, _ := http.NewRequest("POST", s.url+"/signin", strings.NewReader(url.Values{"login": {"lan"}, "password": {first}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-Proto", "https")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	c := res.Cookies()
	if len(c) != 1 || c[0].Name != "__Host-anlo_signin" || !c[0].Secure || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Path != "/" || c[0].Domain != "" {
		t.Errorf("%v", c)
	}
	if strings.Contains(c[0].Value, "lan") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %v", c, res.Header)
	}
}

// A form that another site sends does nothing.
func TestFormFromAnotherSite(t *testing.T) {
	s := newSite(t, Options{})
	by := anlotest.Officer(t, s.app, anlo.Administrator, anlo.UnitRef{})
	session := anlotest.SignIn(t, s.app, by)
	for _, path := range []string{"/signout", "/staff/new", "/account/sessions", "/signin"} {
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://example.org"} {
			r, _ := http.NewRequest("POST", s.url+path, strings.NewReader("session=others&login=evil&name=Evil"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header, value)
			r.AddCookie(session)
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s: %d", path, header, res.StatusCode)
			}
		}
	}
	s.signedIn("vi", by).get("/staff").expect(200)
	if _, err := anlotest.Auth(t, s.app).StaffByLogin(t.Context(), operator, "evil"); anlo.KindOf(err) != anlo.NotFound {
		t.Error("the other site opened an account")
	}
}

// Too many attempts are told with words and a time to wait, and a device that
// has been signed in on is not meant.
func TestTooManyAttempts(t *testing.T) {
	s := newSite(t, Options{})
	first := s.account("lan", anlo.Grant{Role: anlo.Approver})
	v := s.visitor("vi")
	v.get("/signin").submit("/signin", "login", "lan", "password", first).submit("/signin/password", "new_password", ownPassword)
	secret := groups.FindString(v.text())
	v.submit("/signin/enrol", "first_code", v.code())
	v.get("/account").submit("/signout")
	s.clock.Add(time.Minute)

	stranger := s.visitor("vi")
	for range 11 {
		stranger.get("/signin").submit("/signin", "login", "lan", "password", "guess")
	}
	stranger.expect(429, "Đã thử quá nhiều lần")
	if stranger.header.Get("Retry-After") == "" {
		t.Error("no word on how long")
	}
	v.submit("/signin", "login", "lan", "password", ownPassword).expect(200, "Nhập mã xác thực")
	v.submit("/signin/code", "second_factor", anlotest.TOTP(strings.ReplaceAll(secret, " ", ""), s.clock.Now())).expect(200, "Tài khoản của tôi")
}

func TestAccountPages(t *testing.T) {
	s := newSite(t, Options{})
	first := s.account("lan", anlo.Grant{Role: anlo.Approver})
	v := s.visitor("en")
	v.get("/signin").submit("/signin", "login", "lan", "password", first).submit("/signin/password", "new_password", ownPassword)
	v.submit("/signin/enrol", "first_code", v.code()).link("/signin").expect(200, "My account")
	other := s.visitor("en")
	other.client.Jar = v.client.Jar

	v.get("/account/password").submit("/account/password", "password", "wrong", "new_password", "another long sentence").expect(422, "not your current password")
	v.submit("/account/password", "password", ownPassword, "new_password", "short").expect(422, "12 characters")
	v.submit("/account/password", "password", ownPassword, "new_password", "another long sentence").expect(200, "The password is changed")
	v.get("/account/recovery").submit("/account/recovery", "password", ownPassword).expect(422, "not your current")
	v.submit("/account/recovery", "password", "another long sentence").expect(200, "Recovery codes")
	v.get("/account/authenticator").submit("/account/authenticator", "password", "another long sentence", "first_code", "000000").expect(422, "This code is wrong")
	v.submit("/account/authenticator", "password", "another long sentence", "first_code", v.code()).expect(200, "Recovery codes")
	v.get("/account").submit("/account/sessions").expect(200, "Signed out")
	v.get("/account").expect(200, "This device")
}
