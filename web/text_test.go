package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

// texting gives a site a gateway, and returns the texts that it was handed.
func texting(c *notify.Console) anlotest.Option {
	return func(config *app.Config) { config.Texter = c }
}

func (s *site) texts(c *notify.Console) (bodies []string) {
	s.t.Helper()
	if err := s.app.SendTexts(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	for _, m := range c.Last() {
		bodies = append(bodies, m.Body)
	}
	return bodies
}

var shortCode = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`)

func TestCodeFromThePassPage(t *testing.T) {
	var c notify.Console
	s := newSite(t, Options{}, texting(&c))
	v := s.visitor("vi")
	own := v.fill().send().at.Path
	v.expect(200, "Gửi mã về điện thoại thường", "•••••••678")
	v.submit(own+"/text").expect(200, "Tin nhắn đang được gửi đến •••••••678", "Nhắn lại")
	bodies := s.texts(&c)
	if len(bodies) != 1 || len(shortCode.FindString(bodies[0])) != 9 {
		t.Fatalf("%q", bodies)
	}
	if strings.Contains(v.text(), shortCode.FindString(bodies[0])) || strings.Contains(v.text(), "0912345678") {
		t.Error("the page shows the code or the phone")
	}
	for range 4 {
		v.submit(own+"/text").expect(200, "Tin nhắn đang được gửi đến •••••••678")
	}
	if bodies = s.texts(&c); len(bodies) != 3 {
		t.Errorf("%d texts in a day", len(bodies))
	}
	_, token := anlotest.Post(t, s.app)
	o := s.visitor("vi")
	o.get("/checkpoint").submit("/checkpoint/enter", "token", token)
	o.submit("/checkpoint", "code", strings.ToLower(shortCode.FindString(bodies[0]))).expect(200, "CHO QUA", "Nguyễn Văn An")

	v.get("/privacy").expect(200, "nhà mạng nhận số điện thoại")
	english := s.visitor("en")
	english.fill().send().expect(200, "Send the code to a plain phone")
	v.get(own).link("/cancel").submit(own + "/cancel")
	if strings.Contains(v.text(), "điện thoại thường") {
		t.Error("a text is offered for what is cancelled")
	}
	silent := newSite(t, Options{}).visitor("vi")
	if silent.fill().send(); strings.Contains(silent.body, "/text") {
		t.Error("a text is offered where there is no gateway")
	}
	if silent.get("/privacy"); strings.Contains(silent.body, "nhà mạng") {
		t.Error("texts are spoken of where there is no gateway")
	}
}

func TestAssistSendsTheCode(t *testing.T) {
	for name, c := range map[string]struct {
		pairs []string
		sent  int
		says  string
	}{
		"with a phone":         {[]string{"phone", "0912 345 678"}, 1, "Mã đang được nhắn đến •••••••678"},
		"without":              {nil, 0, ""},
		"not wanted":           {[]string{"phone", "0912345678", "by_text", ""}, 0, ""},
		"a phone on the table": {[]string{"phone", "02438251234"}, 0, "chỉ nhắn đến số di động"},
	} {
		var console notify.Console
		s := newSite(t, as(window), texting(&console))
		v := s.visitor("vi")
		v.get("/assist").submit("/assist", "card", cardText).expect(200, "Nhắn mã đến số này")
		v.submit("/assist", append(slices.Clone(tripPairs), c.pairs...)...).expect(200, "MÃ ĐI ĐƯỜNG", c.says)
		if bodies := s.texts(&console); len(bodies) != c.sent {
			t.Errorf("%s: %d texts", name, len(bodies))
		}
		if strings.Contains(v.text(), "nhắn") != (c.says != "") {
			t.Errorf("%s: %s", name, v.text())
		}
	}
	v := newSite(t, as(window)).visitor("vi")
	if v.get("/assist"); strings.Contains(v.body, "by_text") {
		t.Error("a text is offered where there is no gateway")
	}
}

// A text costs one key more than a pass without, and the digits of the phone.
func TestAssistWithATextByKeyboard(t *testing.T) {
	t.Parallel()
	var c notify.Console
	s := newSite(t, as(window), texting(&c))
	b := newBrowser(t, s)
	b.size(1280, true)
	b.language("vi")
	b.get("/assist")
	b.accessible("assist with texts", 1280)
	h := &hands{browser: b}
	h.ready()
	h.focused("card")
	h.types(cardText + "\r")
	h.focused("to_commune")
	h.types("hai chau")
	b.wait(`document.querySelectorAll("#to_commune-options li").length > 0`)
	h.key(kb.ArrowDown, kb.Enter, kb.Enter)
	h.focused("vehicle-car")
	h.key(" ", kb.Enter)
	h.focused("plate")
	h.types("29a12345")
	h.key(kb.Enter)
	h.focused("reason-work")
	h.key(kb.ArrowDown, kb.Enter)
	h.focused("asked-nothing")
	h.key(" ", kb.Tab)
	h.focused("phone")
	h.types("0912345678")
	h.key(kb.Enter)
	b.wait(`document.getElementById("print")`)
	if h.keys > 15 {
		t.Errorf("%d keys", h.keys)
	}
	b.size(360, true)
	r, err := s.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), anlotest.Binh), "")
	if err != nil {
		t.Fatal(err)
	}
	b.get("/my/" + r.ManageToken + "?text=sent")
	b.accessible("pass with texts", 360)
	b.run(chromedp.EmulateViewport(320, 800))
	b.fits("pass with texts", 320)
	t.Logf("%d keys beside what is scanned and typed", h.keys)
	if bodies := s.texts(&c); len(bodies) != 1 {
		t.Errorf("%d texts", len(bodies))
	}
}
