package web

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	script "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
)

// read returns what zbarimg reads on the screen as it is.
func (b *browser) read() string {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
		b.t.Fatal(err)
	}
	path := filepath.Join(b.t.TempDir(), "screen.png")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		b.t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", path).Output()
	if err != nil {
		b.t.Logf("zbarimg: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// citizenStates are the pages of a pass near its end, and of declaring again.
func (b *browser) citizenStates(see func(name string)) {
	b.t.Helper()
	s := b.site
	r, err := s.app.Declare(b.t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh), "")
	if err != nil {
		b.t.Fatal(err)
	}
	own := "/my/" + r.ManageToken
	s.clock.Add(anlo.PassLifetime - 16*time.Hour) // 20:00 of the evening before
	b.get(own)
	see("pass-ends-tomorrow")
	b.get(own + "#alone")
	see("pass-alone")
	b.get(own + "/again")
	see("again")
	b.fill("way-back", "✓", "depart-later", "✓", "well-no", "✓")
	b.do(`document.querySelectorAll("details.act").forEach((d) => { d.open = true })`)
	see("again-open")
	b.press("#send")
	see("again-wrong")
	b.do(`document.querySelectorAll("input:checked").forEach((i) => { i.checked = false })`)
	b.fill("who-0", "✓", "way-same", "✓", "depart-now", "✓", "well-yes", "✓")
	b.press("#send")
	see("again-sent")
	b.get(own)
	see("pass-followed")
	s.clock.Add(16 * time.Hour)
	b.get(own + "?p=2")
	see("pass-expired-again")
}

func TestCitizenPagesAreAccessible(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, false)
	b.language("vi")
	b.citizenStates(b.seen)
}

// The pass is as wide as the phone, in whole pixels, and is read from the screen:
// on the page, alone, on its side, on screens of any sharpness.
func TestPassIsReadFromTheScreen(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, true)
	r, err := b.site.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(b.site.clock.Now(), anlotest.An, anlotest.Binh), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		width, height int64
		sharp         float64
		hash          string
		least         float64 // of the code with its margin, in CSS pixels
	}{
		{360, 800, 1, "", 300},
		{360, 800, 1, "#alone", 300},
		{320, 568, 2, "", 290},
		{360, 640, 3, "#alone", 330},
		{640, 360, 2, "#alone", 330}, // on its side
		{1280, 800, 1, "", 360},
	} {
		call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: c.width, Height: c.height, DeviceScaleFactor: c.sharp, Mobile: true})
		b.get("/privacy") // a new address, not only another fragment
		b.get("/my/" + r.ManageToken + c.hash)
		name := fmt.Sprintf("%d × %d at %g, %q", c.width, c.height, c.sharp, c.hash)
		b.wait(fmt.Sprintf(`parseFloat(document.querySelector(".qr svg").style.width) >= %f`, c.least))
		wide, _ := strconv.ParseFloat(b.do(`document.querySelector(".qr svg").getBoundingClientRect().width`), 64)
		modules, _ := strconv.ParseFloat(b.do(`document.querySelector(".qr svg").viewBox.baseVal.width`), 64)
		if per := wide * c.sharp / modules; per-float64(int(per+.01)) > .02 {
			t.Errorf("%s: a square is %.3f pixels wide", name, per)
		}
		if got := b.read(); got != r.PartyPass.QR {
			t.Errorf("%s: read %q", name, got)
		}
	}
}

// A touch shows the code alone on white, another ends it; without JavaScript too.
func TestPassAlone(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	v := b.site.visitor("vi")
	own := v.fill().send().at.Path
	b.language("vi")
	for _, scripts := range []bool{true, false} {
		b.size(360, scripts)
		b.get("/privacy")
		b.get(own)
		if scripts {
			b.do(`navigator.wakeLock.request = async (kind) => { window.awake = kind; return { release: async () => { window.awake = "released" } } }`)
		}
		touch := func(x, y float64) {
			b.run(chromedp.MouseClickXY(x, y))
		}
		top := func() string {
			return b.do(`document.elementFromPoint(180, 700).closest(".qr") ? getComputedStyle(document.querySelector(".qr")).backgroundColor : "page"`)
		}
		if top() != "page" {
			t.Fatal("the code covers the page before anybody touched it")
		}
		touch(180, 200)
		b.wait(`location.hash === "#alone" && document.elementFromPoint(180, 700)?.closest(".qr")`)
		if got := top(); got != "rgb(255, 255, 255)" {
			t.Errorf("behind the code it is %s", got)
		}
		if said := b.do(`document.querySelector(".whose").innerText`); !strings.Contains(said, "Nguyễn Văn An") || !strings.Contains(said, "29A12345") {
			t.Errorf("beside the code stands %q", said)
		}
		if scripts {
			b.wait(`window.awake === "screen"`)
		}
		touch(180, 400)
		b.wait(`location.hash !== "#alone" && !document.elementFromPoint(180, 700)?.closest(".qr")`)
		if scripts {
			b.wait(`window.awake === "released"`)
		}
	}
}

// An unchanged trip takes three touches from the pass, and nothing to type.
func TestAgainInThreeTouches(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, true)
	_, own := b.site.ending("vi")
	b.language("vi")
	b.get(own)
	b.wait(`document.querySelector(".offline-ready").textContent`)
	touches := 0
	touch := func(selector string) {
		t.Helper()
		touches++
		b.press(selector)
	}
	touch(".again a")
	touches++
	b.do(`document.getElementById("well-yes").click()`)
	touch("#send")
	if got := b.do(`document.querySelector(".word").innerText`); got != "DÙNG ĐƯỢC" || touches > 3 {
		t.Errorf("%q after %d touches", got, touches)
	}
	at := b.do(`location.pathname`)
	if at == own {
		t.Error("it is the same pass")
	}
	b.wait(`document.querySelector(".offline-ready").textContent`)
	kept := b.do(`import(%s).then((m) => m.kept()).then((paths) => paths.join())`, b.site.assetPath("js/kept.js"))
	if kept != at {
		t.Errorf("kept without a network is %q, not only the new pass %q", kept, at)
	}
}

// After a restart without a network the pass opens with everything it needs, and
// the clock goes on: the end is announced, and comes.
func TestPassAfterARestartWithoutNetwork(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	home := t.TempDir()
	b := newBrowser(t, s, chromedp.UserDataDir(home))
	b.size(360, true)
	// The phone's clock is today's; so must be the pass.
	s.clock.Add(time.Since(s.clock.Now()))
	r, err := s.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh), "")
	if err != nil {
		t.Fatal(err)
	}
	own := "/my/" + r.ManageToken
	b.language("vi")
	b.get(own)
	b.wait(`document.querySelector(".offline-ready").textContent`)
	b.get("/")
	b.wait(`!document.querySelector("[data-kept]").hidden`)
	if got := b.do(`document.querySelector("[data-kept] a").pathname`); got != own {
		t.Errorf("the start page leads to %s", got)
	}
	if err := chromedp.Cancel(b.ctx); err != nil { // closes the browser and waits
		t.Fatal(err)
	}
	s.stop()
	b = newBrowser(t, s, chromedp.UserDataDir(home))
	b.size(360, true)
	b.get(own)
	if b.do(`document.querySelector(".qr svg path") !== null && getComputedStyle(document.querySelector(".top")).backgroundColor`) != "rgb(0, 89, 76)" {
		t.Fatal("the code or its looks are missing")
	}
	b.wait(`document.querySelector(".qr svg").style.width`) // its scripts run
	if got := b.read(); got != r.PartyPass.QR {
		t.Errorf("read %q", got)
	}
	b.get(own + "?p=2")
	if got := b.do(`document.querySelector(".rows dd b").innerText`); got != "Trần Thị Bình" {
		t.Errorf("the pass of the second traveller shows %q", got)
	}
	// Hours later, still without a network.
	for _, c := range []struct {
		left time.Duration
		want string
	}{{11 * time.Hour, "Khai lại chỉ trên một trang"}, {-time.Minute, "Theo giờ của máy này, mã đã hết hạn."}} {
		at := r.ExpiresAt.Add(-c.left).UnixMilli()
		call(b, script.AddScriptToEvaluateOnNewDocument, script.AddScriptToEvaluateOnNewDocumentParams{
			Source: fmt.Sprintf(`{ const late = %d - Date.now(), now = Date.now; Date.now = () => now() + late }`, at)})
		b.get(own)
		b.wait(fmt.Sprintf(`[...document.querySelectorAll(".ending")].some((line) => !line.hidden && line.innerText.includes(%q))`, c.want))
	}
}
