package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

var hookAdmin = anlo.Actor{Role: anlo.Administrator, Staff: anlo.NewID(anlotest.Noon)}

// newHookSite is a site on which an administrator is signed in, and that may
// send to receivers of tests.
func newHookSite(t testing.TB, by anlo.Actor) *site {
	t.Helper()
	a, clock := anlotest.App(t, func(c *app.Config) {
		c.Sender = &notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	server := httptest.NewServer(New(a, Options{SignedIn: func(*http.Request) (anlo.Actor, error) { return by, nil }}))
	t.Cleanup(server.Close)
	return &site{t, a, clock, server.URL, server.Close}
}

// button presses the button of a form that has nothing to fill in.
func (v *visitor) button(ending string, pairs ...string) *visitor {
	v.t.Helper()
	for f := range v.all("form") {
		if action := attr(f, "action"); strings.HasSuffix(action, ending) {
			return v.submit(action, pairs...)
		}
	}
	v.t.Fatalf("no form goes to …%s on %s", ending, v.title())
	return nil
}

func TestWebhooksPage(t *testing.T) {
	s := newHookSite(t, hookAdmin)
	var status atomic.Int32
	status.Store(204)
	var got atomic.Int32
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.Add(1)
		w.WriteHeader(int(status.Load()))
	}))
	defer receiver.Close()
	work := func() {
		t.Helper()
		if err := s.app.SendWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	v := s.visitor("en")
	v.get("/webhooks").expect(200, "No system is told yet")
	v.submit("/webhooks", "hook_url", "http://example.vn/", "area", "nowhere at all").
		expect(422, "Please fill this in", "begins with https://", "No such commune")
	v.submit("/webhooks", "hook_label", "Police of Ngọc Hà", "hook_url", receiver.URL, "area", "tan an").expect(422, "Several places have this name")
	v.submit("/webhooks", "area", "ngoc ha, ha noi").expect(200, "Secret of a webhook", "Police of Ngọc Hà", "whsec_")
	if v.header.Get("Cache-Control") != "no-store" {
		t.Error("a page with a secret may be kept")
	}
	secret := regexp.MustCompile(`whsec_[^<\s]+`).FindString(v.body)
	v.get("/webhooks").expect(200, "Police of Ngọc Hà", "Phường Ngọc Hà, Thành phố Hà Nội", "Sending")
	work()
	v.get("/webhooks").expect(200, "Working")
	v.link(own(v)).expect(200, "Test", "Delivered")
	if strings.Contains(v.body, "whsec_") {
		t.Error("the secret is shown again")
	}
	v.button("/pause").expect(200, "Paused", "Since")
	v.button("/resume").expect(200, "Working")
	v.button("/rotate").expect(200, "whsec_", "24 hours")
	if regexp.MustCompile(`whsec_[^<\s]+`).FindString(v.body) == secret {
		t.Error("the new secret is the old one")
	}
	page := strings.TrimSuffix(v.at.Path, "/rotate")

	// A receiver that fails for a day, and comes back.
	status.Store(500)
	if _, err := s.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), anlotest.An), ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.app.QueueWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	work()
	v.get(page).expect(200, "Not getting through", "New notice", "To be tried again: The receiver answered 500.")
	for range 30 {
		s.clock.Add(time.Hour)
		work()
	}
	v.get(page).expect(200, "Undelivered messages", "The receiver answered 500.", "Send again")
	status.Store(204)
	v.button("/resend").expect(200, "Sent again: 1.")
	before := got.Load()
	work()
	if got.Load() != before+1 {
		t.Errorf("%d messages came", got.Load()-before)
	}
	v.get(page).expect(200, "Working", "Delivered")

	status.Store(410)
	if err := addHook(s, receiver.URL); err != nil {
		t.Fatal(err)
	}
	work()
	v.get("/webhooks").expect(200, "Stopped by the receiver")
	v.get(page).button("/remove").expect(200)
	if strings.Contains(v.body, page) {
		t.Error("removed, and still there")
	}
	v.get(page).expect(404)
	v.get("/webhooks/x").expect(404)
	res, err := v.client.PostForm(s.url+page+"/dance", url.Values{})
	v.read(res, err).expect(404)
}

// own is the address of the first webhook on the list.
func own(v *visitor) string { return regexp.MustCompile(`/webhooks/[0-9a-f-]{36}`).FindString(v.body) }

func addHook(s *site, url string) error {
	_, _, err := s.app.AddWebhook(s.t.Context(), hookAdmin, url, "Sở Y tế Hà Nội", anlo.UnitRef{List: "vn-2026", Code: "01"})
	return err
}

func TestOnlyAdministratorsConnect(t *testing.T) {
	for _, role := range anlo.StaffRoles {
		if role == anlo.Administrator {
			continue
		}
		v := newHookSite(t, anlo.Actor{Role: role, Area: anlo.UnitRef{List: "vn-2026", Code: "01"}}).visitor("vi")
		v.get("/webhooks").expect(403)
	}
	hanoi := hookAdmin
	hanoi.Area = anlo.UnitRef{List: "vn-2026", Code: "01"}
	v := newHookSite(t, hanoi).visitor("en")
	v.get("/webhooks").submit("/webhooks", "hook_label", "x", "hook_url", "https://example.vn/", "area", "da nang").expect(403, "You may not do this")
	v.submit("/webhooks", "area", "").expect(200, "whsec_")
	v.get("/webhooks").expect(200, "Thành phố Hà Nội")
}

// The pages for webhooks in every state: axe finds nothing, and they fit the
// smallest phone.
func TestWebhooksAccessibility(t *testing.T) {
	t.Parallel()
	s := newHookSite(t, hookAdmin)
	b := newBrowser(t, s)
	b.size(360, false)
	b.language("vi")
	see := func(name string) {
		t.Helper()
		b.accessible(name, 360)
		b.run(chromedp.EmulateViewport(320, 800))
		b.fits(name, 320)
		b.run(chromedp.EmulateViewport(1280, 800))
		b.accessible(name, 1280)
		b.run(chromedp.EmulateViewport(360, 800))
	}
	b.get("/webhooks")
	see("webhooks-none")
	b.fill("hook_url", "x", "area", "tan an")
	b.press(next)
	see("webhooks-wrong")
	b.fill("hook_label", "Công an phường Ngọc Hà", "hook_url", "http://127.0.0.1:1/nhan-thong-bao/dia-chi-rat-dai-de-xem-co-tran-ra-ngoai-khong", "area", "ngoc ha")
	b.press(next)
	see("webhook-secret")
	for range 30 {
		if err := s.app.SendWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.clock.Add(time.Hour)
	}
	b.get("/webhooks")
	see("webhooks-failing")
	b.press(".hook-open a")
	b.do(`document.querySelectorAll("details").forEach((d) => { d.open = true })`)
	see("webhook-dead")
}
