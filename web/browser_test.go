package web

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
)

// browser is a Chromium that belongs to a test.
type browser struct {
	t    testing.TB
	site *site
	ctx  context.Context
	axe  string

	scripts bool // may pages run theirs?
}

func newBrowser(t testing.TB, s *site, flags ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the tests need Chromium; `make test` installs Debian's")
	}
	axe, err := os.ReadFile("../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal("the tests need axe-core; `make assets` gets it from npm: ", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(options, flags...)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, site: s, ctx: ctx, axe: string(axe)}
	b.run(chromedp.Navigate("about:blank")) // starts it; a deadline on this would end it
	b.ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return b
}

func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// call sends a command of the DevTools protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	out, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// size makes the window so wide, and turns JavaScript on or off.
func (b *browser) size(width int64, scripts bool) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(width, 800))
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
	b.scripts = scripts
}

func (b *browser) language(lang string) {
	b.t.Helper()
	call(b, network.SetCookie, network.SetCookieParams{Name: languageCookie, Value: lang, URL: b.site.url})
}

func (b *browser) get(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.site.url + path))
}

// do runs JavaScript from outside the page, which works where the page's own
// is off, and returns what it says.
func (b *browser) do(script string, args ...any) string {
	b.t.Helper()
	for i, a := range args {
		text, _ := json.Marshal(a)
		args[i] = string(text)
	}
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("(async () => String(await ("+fmt.Sprintf(script, args...)+")))()", chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.300s: %v", script, err)
	}
	return out
}

// fill puts values into inputs; a pair whose value is "✓" ticks what has the id.
func (b *browser) fill(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "✓" {
			b.do(`document.getElementById(%s).click()`, pairs[i])
		} else {
			b.do(`document.getElementById(%s).value = %s`, pairs[i], pairs[i+1])
		}
	}
}

// press clicks what the selector finds and waits for the next page.
func (b *browser) press(selector string) {
	b.t.Helper()
	if b.do(`document.querySelector(%s) !== null`, selector) != "true" {
		b.t.Fatalf("there is no %s on %q: %s", selector, b.do(`document.title`), b.do(`document.body.innerText.slice(0, 800)`))
	}
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).click()`, selector))); err != nil {
		b.t.Fatalf("%s: %v", selector, err)
	}
}

const next = "form .actions .primary"

// states are the pages in every state that people meet them, in an order in
// which one leads to the next. see is called in each.
func (b *browser) states(see func(name string)) {
	b.t.Helper()
	visit := func(path, name string) { b.t.Helper(); b.get(path); see(name) }
	press := func(selector, name string) { b.t.Helper(); b.press(selector); see(name) }
	visit("/", "home")
	visit("/privacy", "privacy")
	visit("/nowhere", "404")

	visit("/declare", "who")
	b.fill("full_name", "Nguyễn Văn An", "date_of_birth", "31/02/1990", "id_number", "12345")
	press(next, "who-wrong")
	b.fill("id_number", "001090123456", "date_of_birth", "31/01/1990", "sex-male", "✓", "phone", "0912345678")
	press(next, "residence")
	b.fill("home_commune", "ba dinh", "home_address", "Số 12 Phan Đình Phùng")
	press(next, "residence-choose")
	b.do(`document.querySelector("[name=home_commune_pick]").click()`)
	press(next, "trip")
	b.fill("from-other", "✓", "depart-later", "✓")
	press(next, "trip-wrong")
	b.fill("from-home", "✓", "depart-now", "✓", "to_commune", "hai chau da nang", "to_address", "Bệnh viện C", "vehicle-car", "✓", "plate", "29A-123.45", "reason-medical", "✓")
	press(next, "health")
	b.do(`document.querySelector("details").open = true`)
	b.fill("symptoms-none", "✓", "symptoms-fever", "✓", "test-pcr", "✓")
	press(next, "health-wrong")
	b.do(`document.querySelectorAll("input:checked").forEach((box) => { box.checked = false })`)
	b.fill("symptoms-none", "✓", "contact-no", "✓", "test-none", "✓")
	press(next, "check")
	press("[value='person:1']", "companion")
	press(next, "companion-wrong")
	b.fill("full_name", "Phạm Thị Duyên", "id_number", "001192654399", "date_of_birth", "7/5/1992", "sex-female", "✓", "symptoms-cough", "✓", "contact-no", "✓")
	press(next, "check-party")
	b.fill("remember", "✓")
	press("#send", "pass-party")
	own := b.do(`location.pathname`)
	visit(own+"?p=1", "pass")
	visit(own+"?p=2", "pass-unconfirmed")
	code, mixed := b.code(own, 0), b.code(own, -1)
	visit("/declare", "remembered")
	visit(own+"/change", "correct")
	visit(own+"/cancel", "cancel")

	call(b, network.DeleteCookies, network.DeleteCookiesParams{Name: deviceCookie, URL: b.site.url + "/checkpoint"})
	visit("/checkpoint", "checkpoint-enter")
	b.fill("token", "wrong")
	press(next, "checkpoint-enter-wrong")
	_, token := anlotest.Post(b.t, b.site.app)
	b.fill("token", token)
	press(next, "checkpoint")
	for name, text := range map[string]string{"go": code, "look": mixed, "stop": "HTTP://EXAMPLE.ORG"} {
		b.fill("code", text)
		press(".reader .primary", "verdict-"+name)
	}
	b.get(own + "/cancel")
	press(".primary.stop", "pass-cancelled")
	b.site.clock.Add(draftLife + time.Hour)
}

// code returns what the QR code of a pass says.
func (b *browser) code(own string, traveller int) string {
	b.t.Helper()
	by, err := b.site.app.OpenLink(strings.TrimPrefix(own, "/my/"))
	if err != nil {
		b.t.Fatal(err)
	}
	d, err := b.site.app.Declaration(b.t.Context(), by)
	if err != nil {
		b.t.Fatal(err)
	}
	if traveller == anlo.PartyTraveller {
		return d.PartyPass.QR
	}
	return d.Passes[traveller].QR
}

// Every page in every state, without JavaScript: axe finds nothing, nothing is
// wider than the smallest phone, nothing to touch is smaller than a fingertip.
func TestAccessibility(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, false)
	b.language("vi")
	b.states(b.seen)
}

// seen judges a page at the widths that people have.
func (b *browser) seen(name string) {
	b.t.Helper()
	b.accessible(name, 360)
	b.run(chromedp.EmulateViewport(320, 800)) // also 1,280 px at 400 %
	b.fits(name, 320)
	b.run(chromedp.EmulateViewport(1280, 800))
	b.accessible(name, 1280)
	b.run(chromedp.EmulateViewport(360, 800))
}

// fits fails when a page is wider than the window or has something that is
// hard to touch.
func (b *browser) fits(name string, width int64) {
	b.t.Helper()
	if found := b.do(`document.documentElement.scrollWidth`); found != fmt.Sprint(width) {
		b.t.Errorf("%s: %s px wide in a window of %d", name, found, width)
	}
	small := b.do(`[...document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")]
		.map((e) => e.closest("label.choice") ?? e)
		.filter((e) => e.getClientRects().length && getComputedStyle(e).display !== "inline" && !e.matches(".skip"))
		.filter((e) => e.getBoundingClientRect().height < 43.9 || e.getBoundingClientRect().width < 43.9)
		.map((e) => e.outerHTML.slice(0, 120)).join("\n")`)
	if small != "" {
		b.t.Errorf("%s at %d px: too small to touch:\n%s", name, width, small)
	}
}

func (b *browser) accessible(name string, width int64) {
	b.t.Helper()
	b.fits(name, width)
	// axe needs timers; the page's own scripts were passed over and stay so.
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
	defer call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !b.scripts})
	b.run(chromedp.Evaluate[chromedp.Void](b.axe))
	report := b.do(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then((r) => r.violations.map((v) => v.id + ": " + v.help + "\n  " + v.nodes.map((n) => n.html + " " + (n.any[0]?.message ?? "")).join("\n  ")).join("\n"))`)
	if report != "" {
		b.t.Errorf("%s at %d px:\n%s", name, width, report)
	}
}
