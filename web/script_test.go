package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/credential"
	"anlo/identity"
)

const cardText = "001090123456|012345678|Nguyễn Văn An|31011990|Nam|Số 1 Tổ 2, Phúc Xá, Ba Đình, Hà Nội|15042021"

// wait fails unless a condition in the page becomes true.
func (b *browser) wait(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			b.t.Fatalf("never came true: %s; the page says: %s", condition, b.do(`document.body.innerText.slice(0, 600)`))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// The browser reads identity cards as the server does.
func TestCardsAreReadAlike(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/declare")
	for _, text := range []string{
		cardText,
		"001090123456||Nguyễn Văn An|01011990|Nam|Hà Nội|15042021",
		"001190123456|Trần Thị Bình|07051992|Nữ|Hà Nội|15042021",
		"001190123456|Trần Thị Bình|07051992|Nữ|Hà Nội",
		"001190123456||Trần Thị Bình|00001945|nữ|Hà Nội||x|y",
		"001190123456||Trần Thị Bình|1945|NAM|Hà Nội|",
		"\ufeff 001 090 123 456 ||  Nguye\u0302\u0303n   Va\u0306n An |01011990| Nam |a|15042021 ",
		"00109012345||Nguyễn Văn An|01011990|Nam|a|15042021",
		"001090123456|12|Nguyễn Văn An|01011990|Nam|a|15042021",
		"001090123456||12345|01011990|Nam|a|15042021",
		"001090123456||" + strings.Repeat("a", 101) + "|01011990|Nam|a|15042021",
		"001090123456||Nguyễn Văn An|31021990|Nam|a|15042021",
		"001090123456||Nguyễn Văn An|01010000|Nam|a|15042021",
		"001090123456||Nguyễn Văn An|01011990|Male|a|15042021",
		"001090123456||Nguyễn Văn An|01011990|Nam|a|99999999",
		"001090123456||Nguyễn\u202eVăn An|01011990|Nam|a|15042021",
		"https://example.org/", "", "||||||", "AL1:6BF", strings.Repeat("x|", 600),
	} {
		want := map[string]string{}
		card, err := identity.ReadCard(text)
		var e *anlo.Error
		if errors.As(err, &e) {
			want["fault"] = strings.TrimPrefix(e.Code, "card.")
		} else {
			want = map[string]string{"number": card.Document.Number, "oldNumber": card.OldNumber, "name": card.FullName, "born": card.BirthDate.Typed(), "sex": string(card.Sex), "address": card.Address}
		}
		var got map[string]string
		said := b.do(`import(%s).then((m) => { try { return JSON.stringify(m.readCard(%s)) } catch (e) { return JSON.stringify({ fault: e.fault ?? String(e) }) } })`, b.site.assetPath("js/card.js"), text)
		if err := json.Unmarshal([]byte(said), &got); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q\n got %v\nwant %v", text, got, want)
		}
	}
}

// Held before the camera, a card fills in the form.
func TestCameraReadsACard(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	b := newBrowser(t, s, chromedp.Flag("use-file-for-fake-video-capture", film(t, cardText)))
	b.size(360, true)
	b.get("/declare")
	if !loadAssets().has("vendor/zxing-wasm/es/reader/index.js") {
		t.Log("built without zxing-wasm (`make assets`): only that the button stays away is tested")
		if b.do(`document.querySelector("[data-camera]").hidden || "BarcodeDetector" in window`) != "true" {
			t.Error("a button that cannot work is shown")
		}
		return
	}
	b.wait(`!document.querySelector("[data-camera]").hidden`)
	b.do(`document.querySelector(".scan").click()`)
	b.wait(`document.getElementById("full_name").value`)
	for id, want := range map[string]string{"id_number": "001090123456", "full_name": "Nguyễn Văn An", "date_of_birth": "31/01/1990"} {
		if got := b.do(`document.getElementById(%s).value`, id); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	if b.do(`document.getElementById("sex-male").checked && !document.querySelector("video")`) != "true" {
		t.Error("the sex is missing or the camera still runs")
	}
	b.press(next)
	if got := b.do(`document.getElementById("home_commune").value + " / " + document.getElementById("home_address").value`); got != "Phường Hồng Hà, Thành phố Hà Nội / Số 1 Tổ 2" {
		t.Errorf("the address on the card became %q", got)
	}
}

// film makes what a camera sees that looks at a QR code (YUV4MPEG2, the form
// that Chromium takes).
func film(t *testing.T, text string) string {
	t.Helper()
	drawn, err := credential.PNG(text, 6)
	if err != nil {
		t.Fatal(err)
	}
	code, err := png.Decode(bytes.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	const width, height = 640, 480
	frame := image.NewGray(image.Rect(0, 0, width, height))
	at := image.Pt((width-code.Bounds().Dx())/2, (height-code.Bounds().Dy())/2)
	for y := range height {
		for x := range width {
			frame.SetGray(x, y, color.Gray{Y: 200})
			if p := image.Pt(x, y).Sub(at); p.In(code.Bounds()) {
				frame.SetGray(x, y, color.GrayModel.Convert(code.At(p.X, p.Y)).(color.Gray))
			}
		}
	}
	path := filepath.Join(t.TempDir(), "card.y4m")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420\n", width, height)
	for range 3 {
		fmt.Fprint(w, "FRAME\n")
		w.Write(frame.Pix)
		w.Write(bytes.Repeat([]byte{128}, width*height/2)) // no colour
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCommunesAreSuggested(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, true)
	b.get("/declare")
	b.fill("id_number", "001090123456", "full_name", "Nguyễn Văn An", "date_of_birth", "31/01/1990", "sex-male", "✓")
	b.press(next)
	b.run(chromedp.SendKeys(chromedp.CSS("#home_commune"), "ba dinh"))
	b.wait(`document.querySelectorAll("#home_commune-options li").length > 1`)
	b.do(`document.getElementById("home_commune").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", cancelable: true }))`)
	if b.do(`document.getElementById("home_commune").getAttribute("aria-activedescendant")`) == "" {
		t.Error("the arrow key marks nothing")
	}
	b.accessible("suggestions", 360)
	b.do(`document.getElementById("home_commune").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }))`)
	if got := b.do(`document.getElementById("home_commune").value`); got != "Phường Ba Đình, Thành phố Hà Nội" {
		t.Errorf("chose %q", got)
	}
}

// The back button of the browser shows the screen before, as it was.
func TestBackButton(t *testing.T) {
	t.Parallel()
	for _, scripts := range []bool{true, false} {
		b := newBrowser(t, newSite(t, Options{}))
		b.size(360, scripts)
		b.get("/declare")
		b.fill("id_number", "001090123456", "full_name", "Nguyễn Văn An", "date_of_birth", "31/01/1990", "sex-male", "✓")
		b.press(next)
		b.fill("home_commune", "ba dinh ha noi", "home_address", "Số 12")
		b.press(next)
		b.run(chromedp.NavigateBack())
		b.wait(`document.getElementById("home_address")?.value === "Số 12"`)
		b.press(next)
		b.wait(`document.getElementById("to_commune")`)
	}
}

// A pass that was open once opens again in a tunnel.
func TestPassWithoutNetwork(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, true)
	v := b.site.visitor("vi")
	own := v.fill().send().at.Path
	b.language("vi")
	b.get(own)
	b.wait(`document.querySelector(".offline-ready").textContent`)
	b.wait(`navigator.serviceWorker.controller`)
	b.site.stop()
	b.get(own)
	if b.do(`document.querySelector(".qr svg path") !== null && getComputedStyle(document.querySelector(".top")).backgroundColor`) != "rgb(0, 89, 76)" {
		t.Error("the code or its looks are missing without a network")
	}
}
