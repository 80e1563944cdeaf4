package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"

	"anlo/credential"
)

const maxInstall = 700_000 // bytes over the wire

// A phone installs the scanner once, within what a mobile network bears, and
// opens it in airplane mode after it was switched off and on.
func TestScannerOpensWithoutNetwork(t *testing.T) {
	t.Parallel()
	l := newLane(t, 0)
	p := newPhone(t, l)
	p.size(360, false) // a browser that runs no scripts is told where to go
	p.language("vi")
	p.get("/scanner/")
	p.wait(`getComputedStyle(document.querySelector(".no-script")).visibility === "visible"`)
	p.seen("scanner without scripts")
	l.wire.Store(0)
	call(p.browser, network.ClearBrowserCache, struct{}{})
	p.size(360, true)
	p.get("/scanner/")
	p.installed()
	t.Logf("installed with %d bytes over the wire", l.wire.Load())
	if n := l.wire.Load(); n > maxInstall {
		t.Errorf("the first installation takes %d bytes", n)
	}
	if errors := call(p.browser, cdppage.GetInstallabilityErrors, struct{}{}).InstallabilityErrors; len(errors) > 0 {
		t.Errorf("cannot be installed: %s", errors[0].ErrorID)
	}
	if got := p.do(`(async () => { // nothing that the server says of anybody is kept
		const addresses = [];
		for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) addresses.push(new URL(url).pathname);
		return addresses.filter((path) => !path.startsWith("/scanner/") || path.includes("sw.js")).join() + (addresses.length > 20);
	})()`); got != "true" {
		t.Errorf("in the cache: %s", got)
	}
	p.open()
	p.enrol()
	p.says(`s.bundle !== null`, "true")
	p.do(`k.add(reading(1))`)
	p.off()

	l.stop()
	p.on()
	p.size(360, true)
	call(p.browser, network.ClearBrowserCache, struct{}{})
	begun := time.Now()
	p.get("/scanner/")
	p.wait(`document.querySelector("#scanner main:not(.no-script)")`)
	t.Logf("opened after %v", time.Since(begun).Round(time.Millisecond))
	if got := p.do(`[...document.styleSheets].map(({ cssRules }) => cssRules.length > 0)`); got != "true,true" {
		t.Errorf("the looks are missing without a network: %s", got)
	}
	p.open()
	p.says(`JSON.stringify([(await k.device()).label, await k.waiting() >= 1, s.bundle !== null, s.status.online])`, `["Làn 2",true,true,false]`)
	if got := p.do(`fetch("/scanner/communes.json").then((r) => r.json()).then((names) => names["00004"] + " " + Object.keys(names).length)`); got != "Phường Ba Đình, Thành phố Hà Nội 3321" {
		t.Errorf("communes: %s", got)
	}
	if !loadAssets().has("vendor/zxing-wasm/es/reader/index.js") {
		t.Log("built without zxing-wasm (`make assets`): reading is not tested")
		return
	}
	picture, err := credential.PNG("AL1:TEST OF A READER", 6)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.do(`(async () => { // the worker and its reader come from the cache as well
		const scripts = %s;
		const worker = new Worker(scripts + "reader.worker.js", { type: "module" });
		worker.postMessage(scripts.replace("js/scan/", "vendor/zxing-wasm/"));
		const picture = new Blob([Uint8Array.from(atob(%s), (c) => c.charCodeAt(0))]);
		return new Promise((done) => {
			const look = async () => { const frame = await createImageBitmap(picture); worker.postMessage(frame, [frame]) };
			let looks = 0;
			worker.onerror = () => done("does not start");
			worker.onmessage = ({ data }) => (data.length > 0 || ++looks > 100 ? done(data.join()) : setTimeout(look, 50));
			look();
		});
	})()`, p.scripts(), base64.StdEncoding.EncodeToString(picture)); got != "AL1:TEST OF A READER" {
		t.Errorf("the reader: %s", got)
	}
}

// A new version comes in whole or not at all, fetches only what is new, and
// waits until nobody reads.
func isReplaced(t *testing.T, b *browser) {
	l := newLane(t, 0)
	p := b.phone(t, l).open()
	p.installed()
	version := p.do(`fetch("/scanner/").then((r) => r.text()).then((page) => /data-version="(.*?)"/.exec(page)[1])`)
	update := func() string {
		return p.do(`(async () => {
			const registration = await navigator.serviceWorker.getRegistration("/scanner/");
			await registration.update().catch(() => {});
			const worker = registration.installing;
			if (worker) await new Promise((done) => { worker.onstatechange = () => worker.state !== "installing" && done() });
			return Boolean(registration.waiting);
		})()`)
	}
	l.set(func() { l.next, l.broken = "0123456789abcdef", "/keep.js" })
	if got := update(); got != "false" {
		t.Error("a version that lacks a file was installed")
	}
	p.says(`caches.keys().then((names) => names.length)`, "1")

	before := l.wire.Load()
	l.set(func() { l.broken = "" })
	if got := update(); got != "true" {
		t.Fatal("the next version was not installed")
	}
	if n := l.wire.Load() - before; n > 100_000 {
		t.Errorf("%d bytes for a version in which nothing is new", n)
	}
	shown := `fetch("/scanner/").then((r) => r.text()).then((page) => /data-version="(.*?)"/.exec(page)[1])`
	p.do(`(() => {
		window.before = true;
		Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
		document.dispatchEvent(new Event("visibilitychange"));
	})()`)
	time.Sleep(300 * time.Millisecond)
	p.says(`window.before`, "true") // somebody reads: nothing happens
	p.says(shown, version)
	p.do(`(() => { window.busy = false; document.dispatchEvent(new Event("visibilitychange")) })()`)
	p.says(`String(window.before)`, "undefined") // the page has begun anew
	p.says(shown, "0123456789abcdef")
	p.says(`caches.keys().then((names) => names.join())`, "anlo-scanner-next-"+p.do(`fetch("/scanner/sw.js").then((r) => r.text()).then((text) => /"version":"next-(.*?)"/.exec(text)[1])`))
}

// What only the scanner may is not given to other pages.
func TestScannerHeaders(t *testing.T) {
	v := newSite(t, Options{}).visitor("en")
	v.get("/scanner/")
	if got := v.header.Get("Permissions-Policy"); !strings.Contains(got, "camera=(self)") || !strings.Contains(got, "microphone=()") {
		t.Errorf("permissions: %s", got)
	}
	for _, want := range []string{"default-src 'none'", "'wasm-unsafe-eval'", "manifest-src 'self'", "worker-src 'self'", "frame-ancestors 'none'"} {
		if got := v.header.Get("Content-Security-Policy"); !strings.Contains(got, want) || strings.Contains(got, "unsafe-inline") {
			t.Errorf("policy: %s", got)
		}
	}
	var languages map[string]map[string]string
	for n := range v.all("script") {
		if attr(n, "id") == "words" {
			if err := json.Unmarshal([]byte(text(n)), &languages); err != nil {
				t.Fatal(err)
			}
		} else if attr(n, "src") == "" {
			t.Error("a script within the page")
		}
	}
	for _, key := range []string{"reason.expired", "install.title", "token.device"} {
		if languages["vi"][key] == "" || languages["vi"][key] == languages["en"][key] {
			t.Errorf("%s in both languages: %q, %q", key, languages["vi"][key], languages["en"][key])
		}
	}
	base := "/scanner/files/" + versionOnPage.FindStringSubmatch(v.body)[1]
	v.get(base + "/js/scan/keep.js").expect(http.StatusOK)
	if got := v.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("a file: %s", got)
	}
	v.get("/scanner/files/0000000000000000/js/scan/keep.js").expect(http.StatusOK)
	if got := v.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a file for a page of another version: %s", got)
	}
	v.get(base + "/js/assist.js").expect(http.StatusNotFound) // none of the scanner's
	v.get("/scanner/icons/192.png").expect(http.StatusOK)
	v.get("/scanner/icons/style.css").expect(http.StatusNotFound)
	var manifest struct {
		Name, Lang string
		StartURL   string `json:"start_url"`
		Icons      []struct{ Src string }
	}
	v.get("/scanner/manifest.webmanifest")
	if err := json.Unmarshal([]byte(v.body), &manifest); err != nil || manifest.Lang != "en" || manifest.StartURL != "/scanner/" || len(manifest.Icons) != 3 {
		t.Errorf("manifest: %+v %v", manifest, err)
	}
	v.get("/checkpoint")
	if got := v.header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
		t.Errorf("another page: %s", got)
	}
}
