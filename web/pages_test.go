package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/credential"
	"anlo/identity"
	"anlo/locale"
)

// The whole first visit, on the wire: the page, its stylesheet, scripts, icon
// and whatever those import.
func TestPageBudget(t *testing.T) {
	const limit = 20 << 10 // the design allows 50
	s := newSite(t, Options{})
	for _, path := range []string{"/", "/declare"} {
		page := wire(t, s.url+path)
		total := len(page)
		seen := map[string]bool{}
		wanted := assetLinks(unzip(t, page), "")
		for len(wanted) > 0 {
			link := wanted[0]
			wanted = wanted[1:]
			if seen[link] {
				continue
			}
			seen[link] = true
			body := wire(t, s.url+link)
			total += len(body)
			wanted = append(wanted, assetLinks(unzip(t, body), link[:strings.LastIndex(link, "/")+1])...)
		}
		t.Logf("%s: %d bytes in %d files", path, total, len(seen)+1)
		if total > limit || len(seen) < 2 {
			t.Errorf("%s: %d bytes in %d files, want at most %d", path, total, len(seen)+1, limit)
		}
	}
}

var (
	linked   = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)
	imported = regexp.MustCompile(`from "\./([^"]+)"`)
)

func assetLinks(text, folder string) (links []string) {
	for _, m := range linked.FindAllStringSubmatch(text, -1) {
		links = append(links, m[1])
	}
	for _, m := range imported.FindAllStringSubmatch(text, -1) {
		links = append(links, folder+m[1])
	}
	return links
}

func wire(t *testing.T, url string) []byte {
	t.Helper()
	r, _ := http.NewRequest("GET", url, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%s: %d %v", url, res.StatusCode, err)
	}
	return body
}

func unzip(t *testing.T, body []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return string(body)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestHeaders(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	own := v.fill().send().at.Path
	for _, c := range []struct{ path, cache string }{
		{"/", "no-cache"},
		{"/privacy", "no-cache"},
		{"/declare", "private, no-cache"},
		{own, "no-store"},
		{own + "/cancel", "no-store"},
		{own + "/change", "no-store"},
		{"/checkpoint", "no-store"},
		{"/nowhere", "no-store"},
	} {
		v.get(c.path)
		h := v.header
		policy := h.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.Contains(policy, "frame-ancestors 'none'") ||
			strings.Contains(strings.ReplaceAll(policy, "'wasm-unsafe-eval'", ""), "unsafe") || strings.Contains(policy, "wasm") != (c.path == "/declare") {
			t.Errorf("%s: policy %s", c.path, policy)
		}
		if h.Get("Cache-Control") != c.cache || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Content-Language") != "vi" || !strings.Contains(h.Get("Vary"), "Accept-Language") {
			t.Errorf("%s: %v", c.path, h)
		}
		for n := range v.doc.Descendants() { // what the policy would refuse
			if n.Data == "style" || has(n, "style") || n.Data == "script" && attr(n, "src") == "" {
				t.Errorf("%s: <%s> within the page", c.path, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: %s=%q", c.path, a.Key, a.Val)
				}
			}
		}
	}
	v.get(s.assetPath("style.css"))
	if v.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || v.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("stylesheet: %v", v.header)
	}
	v.get("/assets/0000000000000000/style.css")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a stylesheet under the address of another version: %v", v.header)
	}
	v.get(s.assetPath("vendor/README.md")).expect(404)
}

func (s *site) assetPath(name string) string { return loadAssets().base + "/" + name }

// A step that was filled in shows what somebody typed, so nothing may keep it.
func TestOnlyBlankStepsAreKept(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.get("/declare").send("id_number", "001090123456", "full_name", "An", "date_of_birth", "1990", "sex", "male")
	if got := v.header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("a blank step: %s", got)
	}
	v.send("home_address", "Số 1").expect(422)
	if got := v.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a step with an address: %s", got)
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	v.get("/declare")
	for name, header := range map[string][2]string{"Sec-Fetch-Site": {"Sec-Fetch-Site", "cross-site"}, "Origin": {"Origin", "https://evil.example"}} {
		r, _ := http.NewRequest("POST", s.url+"/declare", strings.NewReader(v.form("/declare").Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header[0], header[1])
		res, err := v.client.Do(r)
		w := s.visitor("vi")
		if w.read(res, err); w.status != http.StatusForbidden || !strings.Contains(w.text(), "từ một trang khác") {
			t.Errorf("%s: %d %s", name, w.status, w.text())
		}
	}
}

func TestLanguage(t *testing.T) {
	s := newSite(t, Options{})
	handler := New(s.app, Options{})
	ask := func(path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Language", accept)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	if w := ask("/", "en-US"); !strings.Contains(w.Body.String(), `<html lang="en">`) {
		t.Error("an English browser is not spoken to in English")
	}
	if w := ask("/", "fr"); !strings.Contains(w.Body.String(), `<html lang="vi">`) {
		t.Error("the default is not Vietnamese")
	}
	w := ask("/privacy?a=1&lang=en", "vi")
	if w.Code != 303 || w.Header().Get("Location") != "/privacy?a=1" || !strings.Contains(w.Header().Get("Set-Cookie"), "anlo_lang=en") {
		t.Errorf("%d to %s with %s", w.Code, w.Header().Get("Location"), w.Header().Get("Set-Cookie"))
	}
	if w := ask("//evil.example/?lang=en", "vi"); strings.HasPrefix(w.Header().Get("Location"), "//") {
		t.Errorf("sends to %s", w.Header().Get("Location"))
	}
	v := s.visitor("vi")
	v.get("/").link("?lang=en").expect(200, "Travel safely").link("?lang=vi").expect(200, "Đi lại an toàn")
}

// Words of pages are where the words are: whatever a page shows has a message.
func TestEveryMessageExists(t *testing.T) {
	key := regexp.MustCompile(`T "([a-z0-9_.-]+)"`)
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := templateFiles.ReadFile("templates/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasSuffix(m[1], ".") && !locale.For("vi").Has(m[1]) {
				t.Errorf("%s: %s has no words", e.Name(), m[1])
			}
		}
	}
	for _, s := range steps {
		for _, in := range append(s.inputs, sameHome) {
			if !locale.For("vi").Has("field." + in.name) {
				t.Errorf("the question %s has no words", in.name)
			}
		}
	}
}

func TestUnits(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	for q, want := range map[string]string{"ba+dinh+ha+noi": "Phường Ba Đình, Thành phố Hà Nội", "hai+chau": "Phường Hải Châu, Thành phố Đà Nẵng"} {
		v.get("/units?q=" + q)
		var list []suggestion
		if err := json.Unmarshal([]byte(v.body), &list); err != nil || len(list) == 0 || len(list) > suggestions || list[0].Name != want {
			t.Errorf("%s: %v %v", q, list, err)
		}
	}
	if v.get("/units?q=" + strings.Repeat("x", 5000)); v.body != "[]\n" {
		t.Errorf("nonsense finds %s", v.body)
	}
}

func TestPictures(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	own := v.fill().send().at.Path
	by, err := s.app.OpenLink(strings.TrimPrefix(own, "/my/"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.app.Declaration(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	v.link(".png").expect(200)
	if codes, err := credential.ReadPicture(strings.NewReader(v.body)); err != nil || len(codes) != 1 || codes[0] != d.Passes[0].QR {
		t.Errorf("the picture says %q, %v", codes, err)
	}
	if _, err := png.DecodeConfig(strings.NewReader(v.body)); err != nil || v.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %v", err, v.header)
	}
	if v.get(own).link(".pdf"); !strings.HasPrefix(v.body, "%PDF-") || v.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("not a PDF: %.40q", v.body)
	}
	if v.get(own).link(".svg"); !strings.HasPrefix(v.body, "<svg") {
		t.Errorf("not an SVG: %.40q", v.body)
	}
	for _, wrong := range []string{own + "/pass/" + anlo.NewID(s.clock.Now()).String() + ".png", own + "/pass/x.png", own + "/pass/" + d.Passes[0].ID.String() + ".exe", own + "x", "/my/AAAA", own[:len(own)-2] + "/cancel"} {
		v.get(wrong).expect(404, "Không có trang này")
	}
}

func TestPassExpires(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("en")
	own := v.fill().send().expect(200, "VALID", "72 h 0 min left").at.Path
	s.clock.Add(71*time.Hour + 30*time.Minute)
	v.get(own).expect(200, "VALID", "0 h 30 min left")
	s.clock.Add(time.Hour)
	v.get(own).expect(200, "EXPIRED", "Declare again")
	if strings.Contains(v.body, `class="qr"`) {
		t.Error("an expired pass still shows its code")
	}
	v.get(own+"/change").expect(409, "72 hours")
}

func TestCheckpoint(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	own := v.fill().send().at.Path
	by, _ := s.app.OpenLink(strings.TrimPrefix(own, "/my/"))
	d, err := s.app.Declaration(t.Context(), by)
	if err != nil {
		t.Fatal(err)
	}
	_, token := anlotest.Post(t, s.app)

	o := s.visitor("vi")
	o.get("/checkpoint").expect(200, "Vào chốt").submit("/checkpoint/enter").expect(422, "Hãy điền mục này")
	o.submit("/checkpoint/enter", "token", "anlo_dev_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").expect(422, "không đúng, đã hết hạn")
	o.submit("/checkpoint/enter", "token", " "+token+"\n").expect(200, "Kiểm tra mã", "Pháp Vân – Cầu Giẽ")
	if strings.Contains(o.body, token) {
		t.Error("the page shows the token")
	}
	o.submit("/checkpoint", "code", d.Passes[0].QR).expect(200, "CHO QUA", "Nguyễn Văn An", "sinh 1990", "29A12345", "Phường Hải Châu, Thành phố Đà Nẵng", "1 người", "12:00 thứ Năm, 26/11/2026")
	o.submit("/checkpoint", "code", d.Passes[0].QR+"\r\n").expect(200, "CHO QUA")
	o.submit("/checkpoint", "code", "hello").expect(200, "DỪNG LẠI", "Không đọc được mã", "Tăng độ sáng")
	o.submit("/checkpoint", "code", " ").expect(200, "Kiểm tra mã")
	card := identity.Card{Document: d.Declaration.Travellers[0].Document, FullName: "Nguyễn Văn An", BirthDate: anlotest.An.BirthDate, Sex: anlo.Male, Address: "Hà Nội"}
	for _, typed := range []string{card.Text(), card.Document.Number, " 001 090 123 456"} {
		o.submit("/checkpoint", "code", typed).expect(200, "CHO QUA", "Nguyễn Văn An", "29A12345")
	}
	o.submit("/checkpoint", "code", anlotest.Binh.Number).expect(200, "DỪNG LẠI", "Chưa có tờ khai", "Khai giúp")
	o.submit("/checkpoint", "code", "7k3m-9qxp").expect(200, "DỪNG LẠI", "Chưa có tờ khai")
	v.link("/cancel").submit(own + "/cancel")
	o.submit("/checkpoint", "code", d.Passes[0].QR).expect(200, "DỪNG LẠI", "đã hủy")
	o.submit("/checkpoint", "code", card.Text()).expect(200, "DỪNG LẠI", "Chưa có tờ khai", "Khai giúp người này")
	o.submit("/checkpoint/assist").expect(200, "Nguyễn Văn An · 31/01/1990", "Pháp Vân – Cầu Giẽ")
	o.get("/checkpoint").expect(200, "Kiểm tra mã")
	o.submit("/checkpoint/leave").expect(200, "Vào chốt")
	if res, err := o.client.PostForm(s.url+"/checkpoint", map[string][]string{"code": {d.Passes[0].QR}}); err != nil || o.read(res, err).status != 422 {
		t.Errorf("whoever left still judges: %d", o.status)
	}
}

func TestDeviceCookie(t *testing.T) {
	s := newSite(t, Options{})
	_, token := anlotest.Post(t, s.app)
	r := httptest.NewRequest("POST", "/checkpoint/enter", strings.NewReader("token="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-Proto", "https")
	w := httptest.NewRecorder()
	New(s.app, Options{}).ServeHTTP(w, r)
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Secure", "Path=/checkpoint"} {
		if !strings.Contains(w.Header().Get("Set-Cookie"), want) {
			t.Errorf("the cookie lacks %s: %s", want, w.Header().Get("Set-Cookie"))
		}
	}
}

func TestProblems(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("en")
	v.get("/nowhere").expect(404, "There is no such page")
	res, err := v.client.Post(s.url+"/privacy", "text/plain", nil)
	v.read(res, err).expect(405, "That does not work")
	if v.header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow: %q", v.header.Get("Allow"))
	}
	res, err = v.client.Post(s.url+"/declare", "application/x-www-form-urlencoded", strings.NewReader("draft="+strings.Repeat("x", maxForm)))
	v.read(res, err).expect(413, "too long")
	res, err = v.client.Post(s.url+"/declare", "application/x-www-form-urlencoded", strings.NewReader("%zz"))
	v.read(res, err).expect(422)

	v.fill()
	form := v.form("/declare")
	s.app.Close()
	res, err = v.client.PostForm(s.url+"/declare", form)
	v.read(res, err)
	if v.status < 500 || strings.Contains(v.body, "sql") || strings.Contains(v.body, "closed") {
		t.Errorf("%d %s", v.status, v.text())
	}
}

func TestLimit(t *testing.T) {
	s := newSite(t, Options{})
	limited := httptest.NewServer(New(s.app, Options{Limiter: anlo.NewLimiter(time.Minute, 1, s.clock.Now)}))
	t.Cleanup(limited.Close)
	s.url = limited.URL
	v := s.visitor("vi")
	v.fill()
	form := v.form("/declare")
	v.send().expect(200, "DÙNG ĐƯỢC")
	res, err := v.client.PostForm(s.url+"/declare", form)
	v.read(res, err).expect(429, "quá nhiều yêu cầu", "Nguyễn Văn An") // nothing is lost
	s.clock.Add(time.Minute)
	v.send().expect(200, "DÙNG ĐƯỢC")
}
