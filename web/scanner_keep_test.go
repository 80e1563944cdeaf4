package web

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// phone is a browser with a profile of its own that opens the modules of the
// scanner without its screen: on a page that is kept, but has no script.
type phone struct {
	*browser
	lane    *lane
	profile string
}

func newPhone(t testing.TB, l *lane) *phone {
	t.Helper()
	p := &phone{lane: l, profile: t.TempDir()}
	p.on()
	return p
}

// on switches the phone on.
func (p *phone) on() {
	p.lane.t.Helper()
	p.browser = newBrowser(p.lane.t, p.lane.site, chromedp.UserDataDir(p.profile))
}

// open opens what is kept, in a tab: k and s in its window.
func (p *phone) open() *phone {
	p.t.Helper()
	p.get("/scanner/communes.json")
	p.do(`(async () => {
		const base = %s;
		const [keep, sync, id, install] = await Promise.all(["keep.js", "sync.js", "id.js", "install.js"].map((name) => import(base + name)));
		install.install(() => true);
		Object.assign(window, { k: await keep.openKeep(), newId: id.newId, events: [] });
		window.s = sync.openSync(k);
		for (const name of ["status", "bundle", "alert", "withdrawn", "policy"]) s.addEventListener(name, (event) => events.push({ name, detail: event.detail }));
		window.reading = (n, change) => ({ id: newId(), at: Date.now(), kind: "pass", pass: "01980000-0000-7000-8000-" + String(n).padStart(12, "0"), number: "", code: "",
			outcome: "go", reasons: [], decision: "", compared: "", people: 1, took: 900.4, ...change });
		await s.start();
	})()`, p.scripts())
	return p
}

// scripts come from the cache when there is no network.
func (p *phone) scripts() string {
	p.t.Helper()
	return p.do(`(async () => {
		const page = await (await fetch("/scanner/")).text();
		return "/scanner/files/" + /data-version="([0-9a-f]+)"/.exec(page)[1] + "/js/scan/";
	})()`)
}

func (p *phone) enrol() *phone {
	p.t.Helper()
	p.do(`s.enrol(%s, "Làn 2")`, p.lane.code())
	return p
}

// installed waits until the whole version is on the phone.
func (p *phone) installed() {
	p.t.Helper()
	p.wait(`navigator.serviceWorker.controller`)
}

// says waits until an expression has a value.
func (p *phone) says(what, want string) {
	p.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("(async () => String(await ("+what+")))()", chromedp.EvalAwaitPromise))
		if err == nil && got == want {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s is %q, not %q (%v)", what, got, want, err)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// has reports which files of the profile hold a text.
func (p *phone) has(text string) (files []string) {
	p.t.Helper()
	err := filepath.WalkDir(p.profile, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // Chromium removes what it needs no more
		}
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(text)) {
			files = append(files, strings.TrimPrefix(path, p.profile))
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return files
}

// Cut, scan 200, kill the tab, open again, reconnect: the server has 200, each
// once, with the decisions that followed.
func TestNothingIsLostAndNothingTwice(t *testing.T) {
	t.Parallel()
	l := newLane(t, 0)
	p := newPhone(t, l).open().enrol()
	p.installed()
	p.says(`s.status.online`, "true")

	l.stop()
	tab := &phone{browser: p.tab(), lane: l, profile: p.profile}
	tab.open()
	tab.do(`(async () => { for (let i = 0; i < 200; i++) await k.add(reading(i)); s.soon() })()`)
	tab.says(`s.status.waiting + " " + s.status.online`, "200 false")
	ctx := tab.ctx
	go chromedp.Call(ctx, cdppage.Crash, struct{}{}) // it never answers
	time.Sleep(300 * time.Millisecond)

	again := &phone{browser: p.tab(), lane: l, profile: p.profile}
	again.open()
	again.says(`k.waiting()`, "200")
	again.do(`(async () => {
		const [first] = await k.batch(1);
		await k.change(first.id, { decision: "passed", took: 1500 });
		window.first = first.id;
	})()`)
	l.set(func() { l.lose = 1 })
	l.start()
	again.do(`s.soon(true)`)
	again.says(`s.status.waiting`, "200") // the answer was lost
	p.do(`s.soon(true)`)
	again.do(`s.soon(true)`)
	again.says(`k.waiting()`, "0")
	p.says(`k.waiting()`, "0")
	if all, at := l.readings(); all != 200 || len(at) != 200 {
		t.Errorf("the server has %d readings, %d different ones", all, len(at))
	}
	l.set(func() {
		if got := l.last[again.do(`first`)]; got.Decision != "passed" || got.Took != 1500 {
			t.Errorf("the decision is missing: %+v", got)
		}
	})

	// A decision after it was sent goes out; one while it is being sent is not lost.
	again.do(`(async () => { window.late = reading(7); await k.add(late); await k.batch(10); await k.change(late.id, { decision: "turned-back" }); await k.sent([late.id]) })()`)
	again.says(`k.waiting()`, "1")
	again.do(`s.soon(true)`)
	again.says(`k.waiting()`, "0")
	again.do(`(async () => { await k.change(late.id, { decision: "sent-aside" }); s.soon(true) })()`)
	again.says(`k.waiting()`, "0")
	l.set(func() {
		if got := l.last[again.do(`late.id`)].Decision; got != "sent-aside" {
			t.Errorf("the late decision is %q", got)
		}
	})
	if got := again.do(`k.seen(late.pass, 0).then((seen) => seen.decision)`); got != "sent-aside" {
		t.Errorf("the phone remembers %q", got)
	}
	again.says(`k.seen(late.pass, late.at + 1)`, "null")
	again.says(`k.seen("01980000-0000-7000-8000-999999999999", 0)`, "null")
	again.says(`JSON.stringify(await k.batch(5))`, "[]")
	_ = fmt.Sprint
	_ = storage.ClearDataForOrigin
}
