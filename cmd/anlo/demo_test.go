package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"anlo"
)

// browser keeps cookies between the pages that it opens.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// Whoever starts the demonstration signs in with what its start page shows, and
// finds work of every kind; `anlo serve` on the same data shows none of it.
func TestDemoOfficers(t *testing.T) {
	d := startDemo(t, t.TempDir())
	c := browser(t)
	page := func(res *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %v\n%s", res.Request.URL.Path, res.StatusCode, err, text)
		}
		return string(text)
	}
	start := page(c.Get(d.base + "/"))
	roles := map[anlo.Role]bool{}
	for _, s := range d.Staff {
		roles[s.Role] = true
		if !strings.Contains(start, "<code>"+s.Login+"</code>") {
			t.Errorf("the start page does not show %s", s.Login)
		}
	}
	for _, r := range anlo.StaffRoles {
		if !roles[r] {
			t.Errorf("nobody is %s", r)
		}
	}
	me := d.Staff[0]
	code := regexp.MustCompile(`<code>` + me.Login + `</code>[^<]*<code>(\d{6})</code>`).FindStringSubmatch(start)
	if code == nil {
		t.Fatalf("no code for %s:\n%s", me.Login, start)
	}
	page(c.PostForm(d.base+"/signin", url.Values{"login": {me.Login}, "password": {me.Password}}))
	page(c.PostForm(d.base+"/signin/code", url.Values{"second_factor": {code[1]}}))
	desk := page(c.Get(d.base + "/desk?view=all"))
	if got := strings.Count(desk, `href="/desk/n/`); got < 5 {
		t.Errorf("the desk of %s has %d notices:\n%s", me.AreaName, got, desk)
	}
	waits := page(c.Get(d.base + "/wait"))
	for _, want := range []string{demoPosts[0].name, demoPosts[1].name, "Dưới 5 phút", "Khoảng", "Chốt đang hỏi ít hơn"} {
		if !strings.Contains(waits, want) {
			t.Errorf("the waiting times do not show %q:\n%s", want, waits)
		}
	}
	d.texts(t)
	d.kill()
	s := startServer(t, "serve", "--data", d.dir, "--listen", "127.0.0.1:0")
	if got := page(browser(t).Get(s.base + "/")); strings.Contains(got, me.Password) || strings.Contains(got, "demo-officers") {
		t.Error("the start page of `anlo serve` shows the officers of the demonstration")
	}
}

// texts asks for the text of a pass, finds it on the start page, and has its code
// judged.
func (d demo) texts(t *testing.T) {
	t.Helper()
	var made struct {
		ManageToken string `json:"manage_token"`
	}
	if err := json.Unmarshal(d.must(t, 201, "POST", "/api/v1/declarations", "", d.body(t, 0)), &made); err != nil {
		t.Fatal(err)
	}
	d.must(t, 200, "POST", "/my/"+made.ManageToken+"/text", "", "")
	code := ""
	for range 100 {
		_, page, err := d.call("GET", "/", "", "")
		if err != nil {
			t.Fatal(err)
		}
		if code = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(string(page)); code != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if got := d.must(t, 200, "POST", "/api/v1/lookups", d.Devices[0].Token, `{"code":"`+code+`"}`); !bytes.Contains(got, []byte(`"verdict":"go"`)) {
		t.Errorf("the code %q: %s", code, got)
	}
}
