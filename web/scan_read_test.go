package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"anlo/anlotest"
)

// newFrames is a site that also serves frames, by their number, below /frames/.
func newFrames(t testing.TB, frames *[]*frame) *site {
	t.Helper()
	a, clock := anlotest.App(t)
	mux := http.NewServeMux()
	mux.Handle("/", New(a, Options{}))
	mux.HandleFunc("GET /frames/{n}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.PathValue("n"), &n)
		w.Write((*frames)[n].png(t))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &site{t, a, clock, server.URL, server.Close}
}

// lookScript prepares the scanner's reader, and look() reads a frame up to so many
// times, as a camera that is held still shows it again and again. It returns what
// was read and how long each look took.
const lookScript = `(async (files, decoder) => {
	const { prepare, read } = await import(files + "js/scan/read.js");
	await prepare(decoder);
	const canvas = document.createElement("canvas");
	const context = canvas.getContext("2d", { willReadFrequently: true });
	window.look = async (frame, looks) => {
		const bitmap = await createImageBitmap(await (await fetch(frame)).blob());
		Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
		context.drawImage(bitmap, 0, 0);
		const picture = context.getImageData(0, 0, bitmap.width, bitmap.height);
		const took = [];
		let texts = [];
		while (took.length < looks && texts.length === 0) {
			const from = performance.now();
			texts = await read(picture);
			took.push(performance.now() - from);
		}
		return { texts, took };
	};
	return true;
})(%s, %s)`

// prepareReader loads the scanner's reader in the page; false when the program was
// built without zxing-wasm.
func (b *browser) prepareReader() bool {
	b.t.Helper()
	if !loadAssets().has("vendor/zxing-wasm/es/reader/index.js") {
		b.t.Log("built without zxing-wasm (`make assets`): reading frames is not tested")
		return false
	}
	b.get("/scanner/")
	decoder := b.do(`document.body.dataset.decoder`)
	files, _, _ := strings.Cut(decoder, "vendor/")
	b.do(lookScript, files, decoder)
	return true
}

// Of frames of every kind, the scanner reads nearly all at a usual distance within
// a few looks, and never anything else than what is there.
func TestScannerReadsFrames(t *testing.T) {
	t.Parallel()
	var frames []*frame
	b := newBrowser(t, newFrames(t, &frames))
	if !b.prepareReader() {
		return
	}
	for _, k := range troubles {
		read := 0
		const of = 3
		for i := range of {
			f := k.shoot(t, 320, uint64(1000+i))
			frames = append(frames, f)
			got := b.do(`look("/frames/" + %s, 4).then((r) => r.texts.join("\n"))`, fmt.Sprint(len(frames)-1))
			switch got {
			case f.text:
				read++
			case "":
			default:
				t.Errorf("%s: read %q, not %q", f, got, f.text)
			}
		}
		if read < of-1 {
			t.Errorf("%s: %d of %d were read", k.kind, read, of)
		}
	}
}

// The browser's own reader is asked only when it has proved to agree, and never
// again when it did not; for letters beyond ASCII zxing has the last word.
func TestScannerTrustsTheBrowsersReaderWhenItAgrees(t *testing.T) {
	t.Parallel()
	frames := []*frame{troubles[0].shoot(t, 320, 1), identityCard().shoot(t, 320, 2)}
	b := newBrowser(t, newFrames(t, &frames))
	if !b.prepareReader() {
		return
	}
	for _, c := range []struct{ name, says, frame, want string }{
		{"agrees", frames[0].text, "0", "own,own,own,browser,browser calls 5"},
		{"differs", "AL1:ELSE", "0", "own,own,own,own,own calls 1"},
		{"fails", "", "0", "own,own,own,own,own calls 1"},
		{"agrees on a card", frames[1].text, "1", "own,own,own,own,own calls 5"},
	} {
		got := b.do(`(async (says, frame, text) => {
			let calls = 0;
			globalThis.BarcodeDetector = class {
				static async getSupportedFormats() { return ["qr_code"] }
				async detect() { calls++; if (!says) throw new Error(); return [{ rawValue: calls > 3 ? says + (says === text && frame === "0" ? "?" : "") : says }] }
			};
			const files = document.body.dataset.decoder.split("vendor/")[0];
			const { prepare } = await import(files + "js/scan/read.js");
			await prepare(document.body.dataset.decoder);
			const out = [];
			for (let i = 0; i < 5; i++) out.push((await look("/frames/" + frame, 1)).texts[0] === text ? "own" : "browser");
			return out + " calls " + calls;
		})(%s, %s, %s)`, c.says, c.frame, frames[int(c.frame[0]-'0')].text)
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func identityCard() trouble {
	for _, k := range troubles {
		if k.kind == "an identity card" {
			return k
		}
	}
	panic("no identity card")
}
