//go:build lane

package web

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
)

// What the lane costs on a slow phone: `make lane` prints it. Chromium is slowed
// down four times, which reaches the thread that the page runs on: WebCrypto, the
// network and the disk are as fast as the machine's.
const slower = 4

var laneOut = flag.String("lane.out", "", "file for the table")
var laneJSON = flag.Bool("json", false, "JSON instead of a table")

// figure is one line of the table.
type figure struct {
	What  string   `json:"what"`
	Got   float64  `json:"got"`
	Unit  string   `json:"unit"`
	Bound *float64 `json:"bound,omitempty"`
	Note  string   `json:"note,omitempty"`
}

// seenKind is how frames of one kind were read.
type seenKind struct {
	Kind  string         `json:"kind"`
	First map[int]string `json:"first_look"`   // by pixels a side: read of shown
	Looks map[int]string `json:"within_looks"` // the same, after four
	P50   float64        `json:"p50_ms"`       // of every look, to a verdict or to nothing
	P95   float64        `json:"p95_ms"`
	Wrong int            `json:"wrong"`
}

type laneTable struct {
	Figures []figure   `json:"figures"`
	Frames  []seenKind `json:"frames"`
}

func (l *laneTable) add(what string, got float64, unit string, bound float64, note string) {
	f := figure{What: what, Got: got, Unit: unit, Note: note}
	if bound > 0 {
		f.Bound = &bound
	}
	l.Figures = append(l.Figures, f)
}

func TestLane(t *testing.T) {
	table := &laneTable{}
	// A part each: a slowed browser keeps the processor busy until it is closed.
	t.Run("codes", func(t *testing.T) { codes(t, table) })
	t.Run("pictures", func(t *testing.T) { pictures(t, table) })
	t.Run("opening", func(t *testing.T) { opening(t, table) })
	t.Run("queue", func(t *testing.T) { queue(t, table) })
	if err := os.WriteFile(*laneOut, table.print(*laneJSON), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) slow() {
	b.t.Helper()
	call(b, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slower})
}

// codes judges a thousand passes and, in turns, verifies as many bare signatures.
func codes(t *testing.T, table *laneTable) {
	f := newForge(t)
	m := &mutator{Rand: rand.New(rand.NewPCG(1, 1))}
	var passes []string
	for range 1000 {
		passes = append(passes, f.random(m))
	}
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/scanner/")
	b.slow()
	data, err := json.Marshal(passes)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Judge, Bare []float64
		Open        float64
	}
	said := b.do(`(async (dir, root, bundle, passes) => {
		const { openBundle } = await import(dir + "bundle.js");
		const bytes = (text) => Uint8Array.from(atob(text), (b) => b.charCodeAt(0));
		const out = { judge: [], bare: [] };
		const took = async (f) => { const from = performance.now(); await f(); return performance.now() - from };
		let opened;
		out.open = await took(async () => { opened = await openBundle(bytes(bundle), bytes(root), %s) });
		const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
		const key = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
		const message = new Uint8Array(140), signature = await crypto.subtle.sign(algorithm, key.privateKey, message);
		for (const code of passes) {
			out.judge.push(await took(() => opened.judge(code, %s)));
			out.bare.push(await took(() => crypto.subtle.verify(algorithm, key.publicKey, signature, message)));
		}
		return JSON.stringify(out);
	})(%s, %s, %s, %s)`, forgedMS, forgedMS, b.site.assetPath("js/scan/"), f.spki, f.bundle, json.RawMessage(data))
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		t.Fatal(err)
	}
	for _, p := range []int{50, 95} {
		bound := map[int]float64{95: 50}[p]
		table.add(fmt.Sprintf("code → verdict, p%d", p), percentile(got.Judge, p), "ms", bound, fmt.Sprintf("a bare verification takes %.1f", percentile(got.Bare, p)))
	}
	table.add("code → verdict, to a bare verification", sum(got.Judge)/sum(got.Bare), "×", 0, "1,000 passes and as many bare signatures, in turns")
	table.add("bundle is opened", got.Open, "ms", 0, "small; once an hour")
}

const looks = 4 // a camera shows what it sees again and again

const each = 6 // frames of a kind and size

// seen is what the pictures add up to.
type seen struct {
	table         *laneTable
	forge         *forge
	took          [][]float64 // by kind: every look
	first, within int
}

// pictures are read: every kind of trouble, near and far.
func pictures(t *testing.T, table *laneTable) {
	s := &seen{table: table, forge: newForge(t), took: make([][]float64, len(troubles))}
	table.Frames = make([]seenKind, len(troubles))
	for i, k := range troubles {
		table.Frames[i] = seenKind{Kind: k.kind, First: map[int]string{}, Looks: map[int]string{}}
	}
	for _, side := range []int{220, 320, 480} {
		t.Run(fmt.Sprint(side), func(t *testing.T) { s.from(t, side) })
	}
	var all []float64
	for i := range table.Frames {
		table.Frames[i].P50, table.Frames[i].P95 = percentile(s.took[i], 50), percentile(s.took[i], 95)
		all = append(all, s.took[i]...)
	}
	shown := 3 * each * len(troubles)
	table.add("picture → verdict, p50", percentile(all, 50), "ms", 0, fmt.Sprintf("%d looks at %d frames of 1280×720", len(all), shown))
	table.add("picture → verdict, p95", percentile(all, 95), "ms", 300, "looks that find nothing included")
	table.add("frames read at the first look", 100*float64(s.first)/float64(shown), "%", 0, "")
	table.add(fmt.Sprintf("frames read within %d looks", looks), 100*float64(s.within)/float64(shown), "%", 0, "the same frame again: a real camera shows a new one")
}

// from a distance at which the code has so many pixels a side.
func (s *seen) from(t *testing.T, side int) {
	var frames []*frame
	for i, k := range troubles {
		if k.text == nil {
			k.text = func(r *rand.Rand) string { return s.forge.random(&mutator{r}) }
		}
		for n := range each {
			frames = append(frames, k.shoot(t, side, uint64(5000+100*i+n)))
		}
	}
	b := newBrowser(t, newFrames(t, &frames))
	if !b.prepareReader() {
		t.Fatal("`make assets` gets zxing-wasm from npm")
	}
	b.do(`(async (dir, root, bundle) => {
		const { openBundle } = await import(dir + "bundle.js");
		const bytes = (text) => Uint8Array.from(atob(text), (b) => b.charCodeAt(0));
		window.opened = await openBundle(bytes(bundle), bytes(root), %s);
	})(%s, %s, %s)`, forgedMS, b.site.assetPath("js/scan/"), s.forge.spki, s.forge.bundle)
	b.slow()
	b.do(`look("/frames/0", 1)`) // compiles
	first, within := make([]int, len(troubles)), make([]int, len(troubles))
	for n, f := range frames {
		var got struct {
			Texts []string
			Took  []float64
			Judge float64
		}
		said := b.do(`look("/frames/" + %s, %s).then(async (r) => {
			const from = performance.now();
			for (const text of r.texts) await opened.judge(text, %s);
			return JSON.stringify({ ...r, judge: performance.now() - from });
		})`, fmt.Sprint(n), json.Number(fmt.Sprint(looks)), forgedMS)
		if err := json.Unmarshal([]byte(said), &got); err != nil {
			t.Fatal(err)
		}
		kind := n / each
		switch {
		case slices.Contains(got.Texts, f.text):
			within[kind]++
			if len(got.Took) == 1 {
				first[kind]++
			}
		case len(got.Texts) > 0:
			s.table.Frames[kind].Wrong++
		}
		for _, ms := range got.Took { // each ends with a verdict or with another picture
			s.took[kind] = append(s.took[kind], ms+got.Judge)
		}
	}
	for i := range troubles {
		s.first, s.within = s.first+first[i], s.within+within[i]
		s.table.Frames[i].First[side], s.table.Frames[i].Looks[side] = fmt.Sprintf("%d/%d", first[i], each), fmt.Sprintf("%d/%d", within[i], each)
	}
}

// opening is the first installation, and then the page without a network.
func opening(t *testing.T, table *laneTable) {
	l := newLane(t, 0)
	p := newPhone(t, l)
	p.get("/scanner/")
	p.installed()
	// The page's own files are fetched once for the page and once for the cache,
	// unless the browser already has them: what counts is what the wire carried.
	time.Sleep(2 * time.Second)
	table.add("first installation", float64(l.wire.Load())/1000, "kB", 700, "all that the server sent, headers included")
	l.stop()
	call(p.browser, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: `
		new MutationObserver((_, me) => { if (document.getElementById("enrol-code")) { window.opened = performance.now(); me.disconnect() } })
			.observe(document, { childList: true, subtree: true, attributes: true })`})
	p.slow()
	var took []float64
	for range 7 {
		p.get("/scanner/")
		p.wait(`window.opened`)
		var ms float64
		fmt.Sscan(p.do(`window.opened`), &ms)
		took = append(took, ms)
	}
	table.add("page opens from the cache", percentile(took, 50), "ms", 1000, "no network; median of 7, until it can be used")
}

// queue is what a post brings home after a day without a network.
func queue(t *testing.T, table *laneTable) {
	l := newLane(t, 0)
	p := newPhone(t, l).open().enrol()
	p.installed()
	l.stop()
	p.slow()
	const many = 10_000
	var kept float64
	fmt.Sscan(p.do(`(async () => {
		const from = performance.now();
		for (let n = 0; n < %s; n++) await k.add(reading(n, { decision: "passed" }));
		return performance.now() - from;
	})()`, json.Number(fmt.Sprint(many))), &kept)
	table.add("a reading is kept on the phone", kept/many, "ms", 0, fmt.Sprintf("mean of %d, encrypted, on its disk", many))
	l.start()
	from := time.Now()
	p.do(`s.soon(true)`)
	for until := from.Add(2 * time.Minute); p.do(`k.waiting()`) != "0"; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("not everything was sent")
		}
	}
	table.add("10,000 readings are sent", time.Since(from).Seconds(), "s", 30, "from the return of the network to the last answer")
	if all, at := l.readings(); all != many || len(at) != many {
		t.Errorf("the server has %d readings, %d different ones", all, len(at))
	}
}

func sum(v []float64) (total float64) {
	for _, n := range v {
		total += n
	}
	return total
}

func percentile(v []float64, p int) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return v[min(len(v)-1, len(v)*p/100)]
}

func (l *laneTable) print(asJSON bool) []byte {
	if asJSON {
		data, _ := json.MarshalIndent(l, "", " ")
		return append(data, '\n')
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| What | Got | Bound | |\n|---|---|---|---|\n")
	for _, f := range l.Figures {
		bound := ""
		if f.Bound != nil {
			bound = fmt.Sprintf("≤ %v %s", *f.Bound, f.Unit)
			if f.Got > *f.Bound {
				bound += ", missed"
			}
		}
		fmt.Fprintf(&b, "| %s | %.3g %s | %s | %s |\n", f.What, f.Got, f.Unit, bound, f.Note)
	}
	fmt.Fprintf(&b, "\n| Kind | 220 px | 320 px | 480 px | p50 ms | p95 ms |\n|---|---|---|---|---|---|\n")
	for _, k := range l.Frames {
		fmt.Fprintf(&b, "| %s |", k.Kind)
		for _, side := range []int{220, 320, 480} {
			fmt.Fprintf(&b, " %s, %s |", k.First[side], k.Looks[side])
		}
		fmt.Fprintf(&b, " %.0f | %.0f |", k.P50, k.P95)
		if k.Wrong > 0 {
			fmt.Fprintf(&b, " %d WRONG |", k.Wrong)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}
