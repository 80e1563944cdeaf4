package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo/anlotest"
	"anlo/credential"
)

// reel makes what a camera sees: pictures with codes side by side, each for a
// second and a half, and then again from the beginning.
func reel(t *testing.T, pictures ...[]string) string {
	t.Helper()
	const width, height, rate = 1280, 720, 4
	path := filepath.Join(t.TempDir(), "lane.y4m")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420\n", width, height, rate)
	for _, texts := range pictures {
		frame := image.NewGray(image.Rect(0, 0, width, height))
		for i := range frame.Pix {
			frame.Pix[i] = 180
		}
		for i, text := range texts {
			drawn, err := credential.PNG(text, 6)
			if err != nil {
				t.Fatal(err)
			}
			code, err := png.Decode(bytes.NewReader(drawn))
			if err != nil {
				t.Fatal(err)
			}
			size := code.Bounds().Size()
			if size.X > width/len(texts) || size.Y > height {
				t.Fatalf("a code of %d pixels", size.X)
			}
			at := image.Pt(width*(2*i+1)/(2*len(texts))-size.X/2, (height-size.Y)/2)
			for y := range size.Y {
				for x := range size.X {
					frame.SetGray(at.X+x, at.Y+y, color.GrayModel.Convert(code.At(x, y)).(color.Gray))
				}
			}
		}
		for range rate * 3 / 2 {
			fmt.Fprint(w, "FRAME\n")
			w.Write(frame.Pix)
			w.Write(bytes.Repeat([]byte{128}, width*height/2)) // no colour
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// Without any network, with passes held to the camera: the verdict appears, is
// kept, and gives way to the next without a touch.
func TestScannerCameraOffline(t *testing.T) {
	t.Parallel()
	if !loadAssets().has("vendor/zxing-wasm/reader/zxing_reader.wasm") {
		t.Fatal("the test needs zxing-wasm; `make assets` gets it from npm")
	}
	r := newRoadside(t)
	an, both := r.pass(anlotest.An), r.pass(anlotest.An, anlotest.Binh)
	o := newOfficer(t, r, chromedp.Flag("use-file-for-fake-video-capture", reel(t, []string{an}, nil, []string{both}, nil)))
	o.get("/scanner/")
	o.wait(`document.getElementById("enrol-code")`)
	o.types("enrol-code", r.code())
	o.tap("enrol-send")
	o.wait(`document.getElementById("allow")`)
	o.comes(`navigator.serviceWorker.ready.then((r) => r.active?.state === "activated")`)
	o.comes(`import(document.querySelector("script[src]").src.replace("app.js", "keep.js")).then((m) => m.openKeep()).then((keep) => keep.bundle())`)
	r.stop()
	o.get("/scanner/")
	o.wait(`document.querySelector(".line")?.innerText.includes("Mất mạng")`)
	o.sees("go", "Nguyễn Văn An", "1 người")
	o.sees("go", "2 người")
	o.sees("go", "1 người") // the film begins again
	o.wait(`document.querySelector(".signs").innerText.match(/Chờ gửi: [2-9]/)`)
	made := o.do(`(async () => {
		const { openKeep } = await import(document.querySelector("script[src]").src.replace("app.js", "keep.js"));
		return (await (await openKeep()).batch(3)).map((s) => [s.kind, s.outcome, s.decision, s.people, s.took > 0].join(" ")).join("\n");
	})()`)
	if !regexp.MustCompile(`^pass go passed 1 true\npass go passed 2 true\npass go`).MatchString(made) {
		t.Errorf("on the phone there is\n%s", made)
	}
}

// Two phones held up at once: the one that needs the officer first.
func TestScannerTwoCodes(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	an, duyen := r.pass(anlotest.An), r.pass(stranger)
	o := newOfficer(t, r, chromedp.Flag("use-file-for-fake-video-capture", reel(t, []string{an, duyen}))).enrol()
	o.sees("look", "Phạm Thị Duyên")
	o.wait(`document.querySelector(".others .chip.go")?.innerText.includes("Nguyễn Văn An")`)
	o.do(`document.querySelector(".others .chip.go").click()`)
	o.sees("go", "Nguyễn Văn An")
	o.do(`document.querySelector(".others .chip.look").click()`)
	o.sees("look", "Phạm Thị Duyên")
	o.tap("passed")
	o.wait(`document.querySelector(".lane.ready")`)
	time.Sleep(4 * time.Second) // the codes are still in sight: that is no other reading
	o.kept("pass go  passed  1", "pass look identity-not-confirmed passed  1")
}

// A camera that may not be used stops nobody.
func TestScannerWithoutCamera(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	an := r.pass(anlotest.An)
	o := newOfficer(t, r, chromedp.Flag("use-fake-ui-for-media-stream", "deny"))
	o.enrol()
	o.wait(`document.querySelector(".sight").innerText.includes("Camera đang bị chặn") && document.getElementById("retry")`)
	o.tap("type")
	o.types("typed", an)
	o.do(`document.querySelector(".typing .strong").click()`)
	o.sees("go", "Nguyễn Văn An")
	o.reads(strings.Replace(an, "AL1:", "AL1:A", 1)) // altered
	o.sees("stop", "Không đọc được mã")
}

// The console shows a code; the new phone is held before it.
func TestScannerEnrolsByCamera(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	code := r.code()
	o := newOfficer(t, r, chromedp.Flag("use-file-for-fake-video-capture", reel(t, []string{"https://example.org"}, []string{"ANLO-POST:" + code + "@" + r.url + "/scanner/"})))
	o.get("/scanner/")
	o.tap("enrol-scan")
	o.wait(`document.querySelector(".by-camera [role=status]")?.textContent.includes("không phải mã kích hoạt")`)
	o.wait(`document.getElementById("enrol-code").value !== ""`)
	if got := o.do(`document.getElementById("enrol-code").value`); got != strings.ReplaceAll(code, "-", "") {
		t.Errorf("the code became %q, want %q", got, code)
	}
	o.types("enrol-label", "Làn 7")
	o.tap("enrol-send")
	o.tap("allow")
	o.wait(`document.querySelector(".line")?.innerText.includes("Làn 7")`)
}

// A code in sight is one reading until it was gone for three seconds or another
// came; those beside it do not count as another.
func TestCodesInSight(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	b := newBrowser(t, r.site)
	b.get("/scanner/")
	b.wait(`document.getElementById("enrol-code")`)
	got := b.do(`(async () => {
		const { Sight } = await import(document.querySelector("script[src]").src.replace("app.js", "camera.js"));
		const sight = new Sight();
		return [[["a"], 0], [["a"], 200], [[], 1000], [["a"], 3100], [["a"], 6200], [["a", "b"], 6300], [["b"], 6400], [["a", "b"], 6500],
			[["c"], 6600], [["a"], 6700], [["a", "a"], 9000], [[], 9100], [["a"], 12500]].map(([texts, at]) => sight.news(texts, at).join("")).join(" ");
	})()`)
	if want := "a    a b   c a   a"; got != want {
		t.Errorf("news: %q, want %q", got, want)
	}
}

// Codes as people and consoles write them.
func TestCodesThatAreTyped(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	b := newBrowser(t, r.site)
	b.get("/scanner/")
	b.wait(`document.getElementById("enrol-code")`)
	for text, want := range map[string]string{
		"001 090.123-456":                `{"number":"001090123456"}`,
		"012345678":                      `{"number":"012345678"}`,
		"7k3m-9qxp":                      `{"code":"7K3M9QXP"}`,
		"7K3M 9Qxo":                      `{"code":"7K3M9QX0"}`,
		"lIo3m9qx":                       `{"code":"1103M9QX"}`,
		"7K3M9QXU":                       "null", // no U in these codes
		"00109012345":                    "null",
		"":                               "null",
		"https://example.org":            "null",
		"AL1:" + strings.Repeat("0", 40): "null",
	} {
		got := b.do(`import(document.querySelector("script[src]").src.replace("app.js", "code.js")).then((m) => JSON.stringify(m.question(%s)))`, text)
		if got != want {
			t.Errorf("%q is taken for %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"ANLO-POST:K7QM-3XPD@https://anlo.example/scanner/": `{"code":"K7QM3XPD","origin":"https://anlo.example"}`,
		"anlo-post:k7qm3xpd":                      `{"code":"K7QM3XPD","origin":""}`,
		"https://anlo.example/scanner/#K7QM-3XPD": `{"code":"K7QM3XPD","origin":"https://anlo.example"}`,
		"https://anlo.example/scanner/#%E0%A4%A":  "null",
		"ANLO-POST:K7QM-3XPD@nowhere":             "null",
		"https://anlo.example/scanner/":           "null",
		"K7QM-3XPD":                               "null",
	} {
		got := b.do(`import(document.querySelector("script[src]").src.replace("app.js", "code.js")).then((m) => JSON.stringify(m.enrolment(%s)))`, text)
		if got != want {
			t.Errorf("%q enrols by %s, want %s", text, got, want)
		}
	}
}
