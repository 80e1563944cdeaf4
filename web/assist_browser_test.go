package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpinput "github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"anlo/anlotest"
	"anlo/credential"
)

// hands count what an officer does: keys that move or choose, apart from what
// is scanned or typed as text.
type hands struct {
	*browser
	keys int
}

func (h *hands) key(keys ...string) {
	h.t.Helper()
	for _, k := range keys {
		h.keys++
		h.types(k)
	}
}

// types sends text letter by letter, as a keyboard or a reader does. Enter is
// one event, as from a keyboard: who prevents it prevents what follows from it.
func (h *hands) types(text string) {
	h.t.Helper()
	text, enter := strings.CutSuffix(text, kb.Enter)
	if text != "" {
		h.run(chromedp.KeyEvent(text))
	}
	if enter {
		key := cdpinput.DispatchKeyEventParams{Type: cdpinput.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}
		call(h.browser, cdpinput.DispatchKeyEvent, key)
		key.Type, key.Text = cdpinput.DispatchKeyEventTypeKeyUp, ""
		call(h.browser, cdpinput.DispatchKeyEvent, key)
	}
}

// ready waits for the page's script.
func (h *hands) ready() { h.t.Helper(); h.wait(`document.querySelector("#to_commune[role=combobox]")`) }

func (h *hands) focused(id string) {
	h.t.Helper()
	h.wait(fmt.Sprintf("document.activeElement.id === %q", id))
}

// From the card to the printer with the keyboard alone: at most fifteen keys
// besides what is scanned and typed.
func TestAssistByKeyboard(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, as(window)))
	b.size(1280, true)
	b.language("vi")
	b.get("/assist")
	b.do(`window.print = () => { document.title = "printed"; dispatchEvent(new Event("afterprint")) }`)
	h := &hands{browser: b}
	h.ready()
	h.focused("card")
	begun := time.Now()
	h.types(cardText + "\r") // the reader presses Enter
	h.focused("to_commune")
	if got := b.do(`document.getElementById("person").textContent`); got != "Nguyễn Văn An · 31/01/1990 · Nam" {
		t.Errorf("the page speaks of %q", got)
	}
	h.types("hai chau")
	b.wait(`document.querySelectorAll("#to_commune-options li").length > 0`)
	h.key(kb.ArrowDown, kb.Enter)
	h.key(kb.Enter) // to the next question
	h.focused("vehicle-car")
	h.key(" ", kb.Enter)
	h.focused("plate")
	h.types("29a12345")
	h.key(kb.Enter)
	h.focused("reason-work")
	h.key(kb.ArrowDown, kb.Enter)
	h.focused("asked-nothing")
	h.key(" ", kb.Enter)
	b.wait(`document.getElementById("print")`)
	b.do(`window.print = () => { document.title = "printed"; dispatchEvent(new Event("afterprint")) }`)
	h.focused("print")
	h.key(kb.Enter)
	b.wait(`document.title === "printed"`)
	t.Logf("%d keys, %v", h.keys, time.Since(begun).Round(time.Millisecond))
	if h.keys > 15 {
		t.Errorf("%d keys", h.keys)
	}
	for _, want := range []string{"Nguyễn Văn An", "Phường Hải Châu", "29A12345", "Về nhà"} {
		if !strings.Contains(b.do(`document.querySelector(".slip").innerText`), want) {
			t.Errorf("%q is not on the slip: %s", want, b.do(`document.querySelector(".slip").innerText`))
		}
	}
	h.focused("card") // the next in the queue
	h.types("001192654321||Trần Thị Bình|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021\r")
	b.wait(`document.getElementById("person")?.textContent === "Trần Thị Bình · 07/05/1992 · Nữ"`)
	h.focused("to_commune")
}

// With a finger: card by the reader or camera, then one tap a question.
func TestAssistByTaps(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	_, token := anlotest.Post(t, s.app)
	b := newBrowser(t, s)
	b.size(360, true)
	b.language("vi")
	b.get("/checkpoint")
	b.fill("token", token)
	b.press(next)
	b.get("/checkpoint/assist")
	h := &hands{browser: b}
	h.ready()
	h.focused("card")
	h.types(cardText + kb.Tab) // as other readers do
	h.focused("to_commune")
	taps := 0
	for _, id := range []string{"to-home", "vehicle-foot", "reason-medical", "asked-nothing"} {
		taps++
		b.run(chromedp.Click(chromedp.CSS("label:has(#" + id + ")")))
		b.wait(`document.getElementById("` + id + `").checked`)
	}
	taps++
	b.run(chromedp.Click(chromedp.CSS("#send")))
	b.wait(`document.getElementById("print")`)
	t.Logf("%d taps", taps)
	if got := b.do(`document.querySelector(".slip").innerText`); !strings.Contains(got, "Phường Hồng Hà") || strings.Contains(got, "Tổ 2") {
		t.Errorf("the slip says %s", got)
	}
}

// A reader that is not a card's, or a second card, does no harm.
func TestAssistWrongAndSecondCard(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, as(window)))
	b.size(1280, true)
	b.language("vi")
	b.get("/assist")
	h := &hands{browser: b}
	h.ready()
	h.types("https://example.org\r")
	b.wait(`document.getElementById("person").textContent.includes("không phải mã QR")`)
	h.focused("card")
	h.types(cardText + "\r")
	h.focused("to_commune")
	b.fill("asked-nothing", "✓", "home_address", "nơi khác", "vehicle-foot", "✓", "reason-work", "✓", "to-home", "✓")
	b.do(`document.getElementById("card").focus()`)
	h.types("001192654321||Trần Thị Bình|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021\r")
	b.wait(`document.getElementById("full_name").value === "Trần Thị Bình"`)
	h.focused("asked-nothing")
	if b.do(`document.querySelector("[name=asked]:checked") === null && document.getElementById("home_address").value`) != "" {
		t.Error("the second person inherits the health or the home of the first")
	}
	if b.do(`location.pathname + document.querySelectorAll("form#assist").length`) != "/assist1" {
		t.Error("a card sent the form")
	}
}

// assistStates are the pages of assisted entry as officers meet them.
func (b *browser) assistStates(see func(name string)) {
	b.t.Helper()
	b.get("/assist")
	see("assist")
	b.press("#send")
	see("assist-wrong")
	b.fill("card", cardText)
	b.do(`document.getElementById("assist").submit()`)
	b.wait(`document.getElementById("person")?.textContent`)
	b.fill("to-home", "✓", "vehicle-motorcycle", "✓", "plate", "29H1-234.56", "reason-family", "✓", "asked-some", "✓", "symptoms-cough", "✓", "contact-no", "✓")
	see("assist-filled")
	b.fill("asked-nothing", "✓")
	b.press("#send")
	see("slip")
}

func TestAssistAccessibility(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, as(window)))
	b.size(360, false)
	b.language("vi")
	b.assistStates(func(name string) {
		b.accessible(name, 360)
		b.run(chromedp.EmulateViewport(320, 800))
		b.fits(name, 320)
		b.run(chromedp.EmulateViewport(1280, 800))
		b.accessible(name, 1280)
		b.run(chromedp.EmulateViewport(360, 800))
	})
}

// What comes out of the printer, on a roll of 80 mm as on A5: one page with
// a code that can be read, and nothing of the screen around it.
func TestSlipOnPaper(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, as(window)))
	b.size(1280, true)
	b.language("vi")
	b.assistStates(func(string) {})
	margin := 0.15
	for name, paper := range map[string][2]float64{"80mm": {80, 200}, "a5": {148, 210}, "a4": {210, 297}} {
		out := call(b, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PaperWidth: paper[0] / 25.4, PaperHeight: paper[1] / 25.4,
			MarginTop: &margin, MarginBottom: &margin, MarginLeft: &margin, MarginRight: &margin})
		pdf := filepath.Join(t.TempDir(), name+".pdf")
		if keep := os.Getenv("SLIP_PICTURES"); keep != "" {
			pdf = filepath.Join(keep, "slip-"+name+".pdf")
		}
		if err := os.WriteFile(pdf, out.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		says, err := credential.ReadPass(scan(t, pdf))
		if err != nil {
			t.Fatal(err)
		}
		if says.Travellers[0].Name != "Nguyễn Văn An" {
			t.Errorf("%s: the code speaks of somebody else", name)
		}
		words := printed(t, pdf)
		if strings.Contains(words, "\f") {
			t.Errorf("%s: more than one page", name)
		}
		for _, word := range strings.Fields(words) {
			if strings.Contains(word, "/my/") || strings.Contains(word, "tiếp") || strings.Contains(word, "Khai") {
				t.Errorf("%s: %q is printed", name, word)
			}
		}
	}
}
