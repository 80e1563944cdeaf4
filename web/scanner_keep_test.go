package web

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"anlo/anlotest"
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

// phone is the same in a tab of a browser that others use as well: every lane
// has an address of its own, and with it storage of its own.
func (b *browser) phone(t testing.TB, l *lane) *phone {
	own := *b
	own.t, own.site = t, l.site
	return &phone{browser: own.tab(), lane: l}
}

// on switches the phone on.
func (p *phone) on() {
	p.lane.t.Helper()
	p.browser = newBrowser(p.lane.t, p.lane.site, chromedp.UserDataDir(p.profile))
}

// off switches it off as people do: what it has to write it writes.
func (p *phone) off() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Cancel(ctx); err != nil {
		p.t.Fatal(err)
	}
}

// open opens what is kept, in a tab: k and s in its window.
func (p *phone) open() *phone {
	p.t.Helper()
	p.get("/scanner/communes.json")
	p.do(`(async () => {
		const base = %s;
		const [keep, sync, id, install] = await Promise.all(["keep.js", "sync.js", "id.js", "install.js"].map((name) => import(base + name)));
		install.install(() => window.busy ?? true);
		Object.assign(window, { k: await keep.openKeep(), newId: id.newId, events: [] });
		window.s = sync.openSync(k);
		for (const name of ["status", "bundle", "alert", "withdrawn", "policy"]) s.addEventListener(name, (event) => events.push({ name, detail: event.detail }));
		window.reading = (n, change) => ({ id: newId(), at: Date.now(), kind: "pass", pass: "01980000-0000-7000-8000-" + String(n).padStart(12, "0"), number: "", code: "",
			outcome: "go", reasons: [], decision: "", compared: "", people: 1, took: 900.4, ...change });
		await s.start();
	})()`, p.scripts())
	return p
}

// again opens the scanner in another tab, a while after the one before was
// closed: until then Chromium remembers how much space there was.
func (p *phone) again(first func()) {
	p.t.Helper()
	old := p.browser
	p.browser = p.tab()
	call(old, cdppage.Close, struct{}{})
	time.Sleep(4 * time.Second)
	first()
	p.open()
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
	deadline := time.Now().Add(time.Minute)
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

// round waits until everything was asked and told once.
func (p *phone) round() {
	p.t.Helper()
	n := 0
	p.lane.set(func() { n = len(p.lane.batches) })
	for done := 0; done < n+2; { // the second begins after the first has ended
		p.do(`s.soon(true)`)
		time.Sleep(50 * time.Millisecond)
		p.lane.set(func() { done = len(p.lane.batches) })
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

// What scanners live through, in one browser.
func TestScannerSurvives(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	for name, try := range map[string]func(*testing.T, *browser){
		"nothing lost and nothing twice": nothingLostAndNothingTwice,
		"one bad reading among many":     oneBadReadingAmongMany,
		"clock is wrong":                 clockIsWrong,
		"bundles of all kinds":           bundlesOfAllKinds,
		"withdrawn while offline":        withdrawnWhileOffline,
		"disk full, then emptied":        diskFullAndEvicted,
		"policy, cards and lookups":      policyCardsAndLookups,
		"replaced by the next version":   isReplaced,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, b)
		})
	}
}

// Cut, scan 200, kill the tab, open again, reconnect: the server has 200, each
// once, with the decisions that followed.
func nothingLostAndNothingTwice(t *testing.T, b *browser) {
	l := newLane(t, 0)
	p := b.phone(t, l).open().enrol()
	p.installed()
	p.says(`s.status.online`, "true")

	l.stop()
	tab := &phone{browser: p.tab(), lane: l}
	tab.open()
	tab.do(`(async () => { for (let i = 0; i < 200; i++) await k.add(reading(i)); s.soon() })()`)
	tab.says(`s.status.waiting + " " + s.status.online`, "200 false")
	ctx := tab.ctx
	go chromedp.Call(ctx, cdppage.Crash, struct{}{}) // it never answers
	time.Sleep(300 * time.Millisecond)

	again := &phone{browser: p.tab(), lane: l}
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
}

// One reading among a thousand that makes no sense is put aside, and the others
// are kept; also when a server refuses the whole batch for it.
func oneBadReadingAmongMany(t *testing.T, b *browser) {
	l := newLane(t, 0)
	p := b.phone(t, l).open().enrol()
	l.stop()
	p.do(`(async () => {
		const add = (n, change) => { const made = reading(n, change); return k.add(made).then(() => made.id) };
		await Promise.all(Array.from({ length: 700 }, (_, i) => add(i)));
		window.bad = await add(700, { people: 99 });
		await Promise.all(Array.from({ length: 598 }, (_, i) => add(701 + i)));
		window.poison = await add(1299);
	})()`)
	l.set(func() { l.poison = `"sent_at"` }) // refused whatever is in it: no reading's fault
	l.start()
	p.round()
	p.says(`s.status.waiting + " " + s.status.refused`, "1300 0")
	l.set(func() { l.poison, l.batches = p.do(`poison`), nil })
	p.do(`s.soon(true)`)
	p.says(`s.status.waiting + " " + s.status.refused`, "0 2")
	if all, at := l.readings(); all != 1298 || len(at) != 1298 {
		t.Errorf("the server has %d readings, %d different ones", all, len(at))
	}
	l.set(func() {
		if n := len(l.batches); n > 60 {
			t.Errorf("%d requests", n)
		}
	})
	p.round()
	l.set(func() {
		for _, b := range l.batches[len(l.batches)-2:] {
			if len(b.Scans) > 0 {
				t.Errorf("sent again: %+v", b.Scans)
			}
		}
	})
	p.says(`k.refused()`, "2")
}

// What an officer reads is nowhere on the disk in the clear, and after the phone
// is forgotten the key is nowhere either.
func TestDiskTellsNothing(t *testing.T) {
	t.Parallel()
	l := newLane(t, 0)
	p := newPhone(t, l).open()
	p.do(`(() => { // keeps a copy of the key, which no script can take out
		const make = crypto.subtle.generateKey.bind(crypto.subtle);
		crypto.subtle.generateKey = async (how, extractable, uses) => {
			if (how.name !== "AES-GCM") return make(how, extractable, uses);
			const key = await make(how, true, uses);
			const raw = await crypto.subtle.exportKey("raw", key);
			window.copy = String.fromCharCode(...new Uint8Array(raw));
			return crypto.subtle.importKey("raw", raw, how.name, extractable, uses);
		};
	})()`)
	p.enrol()
	l.stop()
	const number, code, pass = "001190654987", "7K3M9QXP", "01980000-0000-7000-8000-0000deadbeef"
	p.do(`(async () => {
		await k.add(reading(1, { kind: "card", number: %s, pass: "" }));
		await k.add(reading(2, { kind: "code", code: %s, pass: "" }));
		await k.add(reading(3, { pass: %s }));
		await k.keepCards(new TextEncoder().encode("Nguyễn Thị Kín"), Date.now() + 1000000);
		window.token = await k.token();
		for (let i = 10; i < 400; i++) await k.add(reading(i));
	})()`, number, code, pass)
	if got := p.do(`k.cards().then((cards) => new TextDecoder().decode(cards))`); got != "Nguyễn Thị Kín" {
		t.Errorf("the cards are %q", got)
	}
	key := make([]byte, 0, 32)
	for _, r := range p.do(`copy`) {
		key = append(key, byte(r))
	}
	planted := []string{number, code, pass, strings.ReplaceAll(pass, "-", ""), "Nguyễn Thị Kín", "Pháp Vân", p.do(`token`)}
	clear := func(when string) {
		t.Helper()
		for _, text := range planted {
			for _, form := range []string{text, utf16(text)} {
				if files := p.has(form); files != nil {
					t.Errorf("%s %q is in %v", when, text, files)
				}
			}
		}
	}
	clear("enrolled:")
	if p.has(string(key)) == nil {
		t.Error("the key is not where this test looks for it")
	}
	if p.has(p.do(`k.batch(1).then(([first]) => first.id)`)) == nil {
		t.Error("the readings are not where this test looks for them")
	}
	p.do(`k.forget()`)
	p.says(`JSON.stringify([await k.device(), await k.token(), await k.batch(9), await k.cards(), await k.bundle(), await k.lost()])`, `[null,"",[],null,null,false]`)
	deadline := time.Now().Add(20 * time.Second)
	for p.has(string(key)) != nil && time.Now().Before(deadline) {
		time.Sleep(100 * time.Millisecond)
	}
	if files := p.has(string(key)); files != nil {
		t.Errorf("forgotten: the key is in %v", files)
	}
	clear("forgotten:")
}

func utf16(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.Write([]byte{byte(r), byte(r >> 8)})
	}
	return b.String()
}

// A phone whose clock is five hours wrong reads by the right time, and its
// readings are kept by the right time.
func clockIsWrong(t *testing.T, b *browser) {
	for _, behind := range []time.Duration{5 * time.Hour, -5 * time.Hour} { // the server's is right
		l := newLane(t, behind)
		p := b.phone(t, l).open().enrol()
		p.says(`s.bundle !== null`, "true")
		p.installed()
		off := fmt.Sprintf(`Math.abs(s.status.clockOff - %d) < 3000 && Math.abs(s.now() - Date.now() - %[1]d) < 3000`, -behind.Milliseconds())
		p.says(off, "true")
		l.stop()
		p.open() // also after a new start without a network
		p.says(off, "true")
		p.says(`s.bundle !== null`, "true")
		p.do(`k.add(window.made = reading(1))`)
		made := l.now()
		l.start()
		p.do(`s.soon(true)`)
		p.says(`k.waiting()`, "0")
		_, at := l.readings()
		if got := at[p.do(`made.id`)]; got.Sub(made).Abs() > 5*time.Second {
			t.Errorf("%v behind: read at %v, kept as %v", behind, made, got)
		}
		l.stop()
		p.do(`k.add(window.made = reading(2))`)
		made = l.now()
		p.do(`(() => { const real = Date.now, right = real() + s.status.clockOff - real(); Date.now = () => real() + right })()`) // somebody sets it right
		l.start()
		p.do(`s.soon(true)`)
		p.says(`k.waiting() `, "0")
		p.says(`s.status.clockOff`, "0")
		_, at = l.readings()
		if got := at[p.do(`made.id`)]; got.Sub(made).Abs() > 5*time.Second {
			t.Errorf("%v behind and set right: read at %v, kept as %v", behind, made, got)
		}
		p.do(`(() => { const before = s.now(); const real = Date.now; Date.now = () => real() - 3600_000; window.stepped = s.now() - before; Date.now = real })()`)
		if got := p.do(`stepped >= 0 && stepped < 1000`); got != "true" {
			t.Errorf("somebody sets the clock back, and the time jumps by %s ms", p.do(`stepped`))
		}
	}
}

// The bundle that a phone has is replaced by newer ones under the same root only.
func bundlesOfAllKinds(t *testing.T, b *browser) {
	other, err := newLane(t, 0).bundleNow()
	if err != nil {
		t.Fatal(err)
	}
	l := newLane(t, 26*time.Hour)
	yesterday, err := l.bundleNow()
	if err != nil {
		t.Fatal(err)
	}
	l.ahead.Store(0)
	l.set(func() { l.bundle = yesterday })
	p := b.phone(t, l).open().enrol()
	p.says(`Math.round((s.now() - s.status.bundleIssued) / 3600_000)`, "26") // better than none, and shows its age
	p.installed()
	l.set(func() { l.bundle = nil })
	if _, err := l.bundleNow(); err != nil {
		t.Fatal(err)
	}
	p.round()
	p.says(`Math.round((s.now() - s.status.bundleIssued) / 3600_000)`, "0")
	issued := p.do(`s.status.bundleIssued`)
	altered := bytes.Clone(yesterday)
	altered[len(altered)-1] ^= 1
	for name, data := range map[string][]byte{"older": yesterday, "of another root": other, "altered": altered, "no bundle at all": []byte("<html>"), "empty": {}} {
		l.set(func() { l.bundle = data })
		p.round()
		if got := p.do(`s.status.bundleIssued`); got != issued {
			t.Errorf("%s: took its place", name)
		}
	}
	l.set(func() { l.bundle = yesterday })
	p.open() // nor after a new start
	p.round()
	if got := p.do(`s.status.bundleIssued + " " + s.bundle.issued`); got != issued+" "+issued {
		t.Errorf("after a new start: %s, not %s", got, issued)
	}
	l.stop()
	p.open()
	p.says(`s.status.bundleIssued`, issued)
}

// bundleNow is a bundle that is made now.
func (l *lane) bundleNow() ([]byte, error) {
	if err := l.app.RefreshBundle(l.t.Context()); err != nil {
		return nil, err
	}
	data, _, err := l.app.Bundle(l.t.Context())
	return data, err
}

// A phone that was withdrawn while it had no network delivers what it read
// before, and forgets everything.
func withdrawnWhileOffline(t *testing.T, b *browser) {
	l := newLane(t, 0)
	p := b.phone(t, l).open().enrol()
	second := &phone{browser: p.tab(), lane: l}
	second.open()
	p.says(`s.status.online`, "true")
	l.set(func() { l.status = http.StatusUnauthorized }) // a proxy's own: no reason to forget
	p.do(`s.soon(true)`)
	p.says(`s.status.online`, "false")
	p.says(`k.device().then((device) => device.label)`, "Làn 2")
	l.stop()
	l.set(func() { l.status = 0 })
	p.do(`(async () => { for (let i = 0; i < 5; i++) await k.add(reading(i)) })()`)
	if got := p.do(`s.leave().then(() => "left", (error) => error.message)`); got != "offline" {
		t.Errorf("leaving without a network: %s", got)
	}
	time.Sleep(20 * time.Millisecond)
	l.revoke()
	time.Sleep(20 * time.Millisecond)
	p.do(`(async () => { for (let i = 5; i < 8; i++) await k.add(reading(i)) })()`)
	l.start()
	p.do(`s.soon(true)`)
	p.says(`k.token()`, "")
	p.says(`JSON.stringify([await k.device(), await k.lost(), s.bundle, s.status.waiting, events.some(({ name }) => name === "withdrawn")])`, `[null,false,null,0,true]`)
	second.says(`JSON.stringify([await k.device(), s.bundle, events.some(({ name }) => name === "withdrawn")])`, `[null,null,true]`)
	if all, at := l.readings(); all != 5 || len(at) != 5 {
		t.Errorf("the server has %d readings of before", all)
	}

	p.enrol() // and begins anew; then it leaves by itself
	p.do(`k.add(reading(9))`)
	p.do(`s.leave()`)
	p.says(`JSON.stringify([await k.device(), await k.token(), await k.lost()])`, `[null,"",false]`)
	if all, _ := l.readings(); all != 6 {
		t.Errorf("the server has %d readings", all)
	}
	if left, err := l.app.Devices(t.Context(), operator); err != nil || len(left) != 0 {
		t.Errorf("still enrolled: %v %v", left, err)
	}
}

// A full disk loses nothing while the page is open, and tells; what the browser
// removes leaves no half of a phone.
func diskFullAndEvicted(t *testing.T, b *browser) {
	l := newLane(t, 0)
	p := b.phone(t, l).open().enrol()
	p.says(`s.status.storage + s.status.online`, "oktrue")
	quota := func(bytes float64) {
		call(p.browser, storage.OverrideQuotaForOrigin, storage.OverrideQuotaForOriginParams{Origin: l.url, QuotaSize: &bytes})
	}
	p.do(`(() => { // this Chromium says that there is plenty, whatever there is; others know
		navigator.storage.estimate = async () => ({ quota: 6e6, usage: 2e6 });
		s.soon();
	})()`)
	p.says(`s.status.storage`, "low")
	p.installed()
	l.stop()
	p.again(func() { quota(1) })
	p.do(`(async () => { window.made = [reading(1), reading(2), reading(3)]; for (const one of made) await k.add(one); s.soon() })()`)
	p.says(`s.status.storage + " " + s.status.waiting`, "full 3")
	p.do(`k.change(made[1].id, { decision: "turned-back" })`)
	if got := p.do(`k.seen(made[1].pass, 0).then((seen) => seen.decision)`); got != "turned-back" {
		t.Errorf("what is in memory is seen as %q", got)
	}
	l.exec("UPDATE checkpoint SET card_hours = 12") // which the phone cannot write down
	l.start()
	p.do(`s.soon(true)`)
	p.says(`s.status.storage + " " + s.status.waiting`, "full 0")
	l.set(func() {
		if got := l.last[p.do(`made[1].id`)].Decision; got != "turned-back" {
			t.Errorf("sent with %q", got)
		}
	})
	if all, _ := l.readings(); all != 3 {
		t.Errorf("the server has %d readings", all)
	}
	l.stop()
	p.do(`k.add(reading(4))`)
	quota(1 << 30)
	p.do(`k.add(reading(5))`)
	p.says(`k.storage()`, "ok")
	p.says(`k.waiting()`, "2")
	p.open() // it is on the disk now
	p.says(`k.waiting()`, "2")

	l.start()
	p.do(`s.soon(true)`)
	p.says(`k.waiting()`, "0")
	call(p.browser, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: l.url, StorageTypes: "indexeddb,cache_storage,service_workers"})
	p.says(`JSON.stringify([await k.device(), await k.token(), await k.lost(), s.bundle])`, `[null,"",true,null]`)
	p.open()
	p.says(`JSON.stringify([await k.device(), await k.token(), await k.lost(), s.bundle])`, `[null,"",true,null]`)
	p.enrol()
	p.says(`k.lost()`, "false")
	p.do(`new Promise((done) => { const opened = indexedDB.open("anlo-scanner-keys"); opened.onsuccess = () => { // half of it is gone
		const tx = opened.result.transaction("keys", "readwrite");
		tx.objectStore("keys").clear();
		tx.oncomplete = () => { opened.result.close(); done() };
	} })`)
	p.open()
	p.says(`JSON.stringify([await k.device(), await k.lost(), await k.bundle()])`, `[null,true,null]`)
}

// What the post asks, cards and lookups come and go with what the server says.
func policyCardsAndLookups(t *testing.T, b *browser) {
	l := newLane(t, 0)
	l.declare(anlotest.Declaration(l.now(), anlotest.An))
	p := b.phone(t, l).open()
	if got := p.do(`s.enrol("AAAA-AAAA", "x").then(() => "enrolled", (error) => error.message)`); got != "enrolment.unknown" {
		t.Errorf("a wrong code: %s", got)
	}
	p.enrol()
	p.says(`s.status.online`, "true")
	p.says(`k.cards()`, "null")
	l.exec("UPDATE checkpoint SET card_hours = 12")
	p.do(`s.soon(true)`)
	p.says(`s.bundle !== null`, "true")
	p.wait(`Boolean(window.found) || void (async () => {
		const { find } = await import("` + p.scripts() + `cards.js");
		const list = await k.cards();
		if (list) window.found = await find(s.bundle, list, "001090123456", s.now());
	})()`)
	p.says(`found.outcome + found.bearer.travellers[0].name`, "goNguyễn Văn An")
	p.says(`k.device().then((device) => device.policy.cardHours + " " + events.some(({ name }) => name === "policy"))`, "12 true")
	l.exec("UPDATE checkpoint SET card_hours = 0")
	p.do(`s.soon(true)`)
	p.says(`k.cards()`, "null")

	look := `JSON.stringify(await s.lookUp({ number: %q }).then((r) => r && [r.kind, r.outcome, r.reasons, r.bearer && r.bearer.travellers[0].name]))`
	p.says(fmt.Sprintf(look, "001090123456"), `["card","go",[],"Nguyễn Văn An"]`)
	p.says(fmt.Sprintf(look, "001090999999"), `["card","stop",["not-declared"],null]`)
	p.do(`(async () => { window.unknown = reading(1); await k.add(unknown); s.soon(true) })()`)
	p.says(`events.filter(({ name }) => name === "alert").map(({ detail }) => detail.scan === unknown.id && detail.outcome + detail.reasons).join()`, "stopunknown")
	l.stop()
	p.says(fmt.Sprintf(look, "001090123456"), "null")
}
