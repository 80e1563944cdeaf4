package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
	"anlo/api"
	"anlo/app"
)

// roadside is a post with everything there really is: pages, API, register. It
// listens to what its scanners send.
type roadside struct {
	*site
	by   anlo.Actor
	mu   sync.Mutex
	sent map[string]sentReading // as each reading was sent last
}

type sentReading struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	Number   string    `json:"number"`
	Verdict  string    `json:"verdict"`
	Reasons  []string  `json:"reasons"`
	Decision string    `json:"decision"`
	Compared string    `json:"compared"`
	People   int       `json:"people"`
	Took     int       `json:"took_ms"`
}

func (r sentReading) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s %d", r.Kind, r.Verdict, strings.Join(r.Reasons, "+"), r.Decision, r.Compared, r.People))
}

func newRoadside(t testing.TB) *roadside {
	t.Helper()
	a, clock := anlotest.App(t, func(c *app.Config) { c.Now = time.Now })
	anlotest.Register(t, a)
	r := &roadside{sent: map[string]sentReading{}}
	r.by, _ = anlotest.Post(t, a)
	mux := http.NewServeMux()
	mux.Handle("/", New(a, Options{}))
	door := api.New(a, api.Options{})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/api/v1/scans" {
			body, _ := io.ReadAll(req.Body)
			r.listen(body)
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		door.ServeHTTP(w, req)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.site = &site{t, a, clock, server.URL, func() { server.CloseClientConnections(); server.Close() }}
	return r
}

func (r *roadside) listen(body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var batch struct{ Scans []sentReading }
	if err := json.Unmarshal(body, &batch); err != nil {
		r.t.Error(err)
	}
	for _, s := range batch.Scans {
		r.sent[s.ID] = s
	}
}

// crowded has the post ask less.
func (r *roadside) crowded(skip ...anlo.Skip) {
	r.t.Helper()
	surge := anlo.Surge{Ends: time.Now().Add(time.Hour), Skip: skip, Reason: anlo.SurgeQueue}
	if err := r.app.BeginSurge(r.t.Context(), anlo.Actor{Role: anlo.Operator}, r.by.Device.Checkpoint.ID, surge); err != nil {
		r.t.Fatal(err)
	}
}

// code is one by which a phone is enrolled.
func (r *roadside) code() string {
	r.t.Helper()
	code, _, err := r.app.NewEnrolment(r.t.Context(), anlo.Actor{Role: anlo.Operator}, r.by.Device.Checkpoint.ID, "Làn 2")
	if err != nil {
		r.t.Fatal(err)
	}
	return anlo.ShowCode(code)
}

// pass is that of people who travel together, as their phone shows it.
func (r *roadside) pass(people ...anlo.Registered) string {
	r.t.Helper()
	receipt, err := r.app.Declare(r.t.Context(), anlotest.Citizen, anlotest.Declaration(time.Now(), people...), "")
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt.Main().QR
}

// stranger is somebody whom the register does not know.
var stranger = anlo.Registered{Number: "001192654399", FullName: "Phạm Thị Duyên", BirthDate: anlo.Date{Year: 1992, Month: 5, Day: 7}, Sex: anlo.Female, Permanent: anlotest.An.Permanent}

const (
	binhCard  = "001192654321||Trần Thị Bình|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021"
	duyenCard = "001192654399||Phạm Thị Duyên|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021"
)

// officer holds an enrolled phone in the lane.
type officer struct {
	*browser
	post *roadside
}

func newOfficer(t testing.TB, r *roadside, flags ...chromedp.ExecAllocatorOption) *officer {
	t.Helper()
	b := newBrowser(t, r.site, flags...)
	b.language("vi")
	b.size(360, true)
	return &officer{b, r}
}

func (o *officer) types(id, text string) {
	o.t.Helper()
	o.do(`(() => { const at = document.getElementById(%s); at.value = %s; at.dispatchEvent(new Event("input", { bubbles: true })) })()`, id, text)
}

// comes waits for a promise to be kept with something true.
func (o *officer) comes(promise string) {
	o.t.Helper()
	for until := time.Now().Add(20 * time.Second); o.do(`(async (text) => Boolean(await (0, eval)(text)))(%s)`, promise) != "true"; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			o.t.Fatalf("never came: %s", promise)
		}
	}
}

func (o *officer) tap(id string) {
	o.t.Helper()
	o.wait(fmt.Sprintf("document.getElementById(%q)", id))
	o.do(`document.getElementById(%s).click()`, id)
}

// enrol makes the phone a scanner.
func (o *officer) enrol() *officer {
	o.t.Helper()
	o.get("/scanner/")
	o.wait(`document.getElementById("enrol-code")`)
	o.types("enrol-code", o.post.code())
	o.types("enrol-label", "Làn 2")
	o.tap("enrol-send")
	o.tap("allow")
	o.wait(`document.querySelector(".lane.ready") && !document.getElementById("update")`)
	return o
}

// reads does what a USB reader does: it types, and presses Enter.
func (o *officer) reads(text string) {
	o.t.Helper()
	o.do(`(() => { for (const key of [...%s, "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) })()`, text)
}

// sees waits for a verdict and what is said with it.
func (o *officer) sees(outcome string, words ...string) {
	o.t.Helper()
	o.wait(fmt.Sprintf(`document.querySelector("#scanner.lane.%s .word")`, outcome))
	for _, word := range words {
		o.wait(fmt.Sprintf(`document.querySelector("main").innerText.includes(%q)`, word))
	}
}

// kept waits for the server to have these readings, in the order of their moment.
func (o *officer) kept(want ...string) {
	o.t.Helper()
	var got []string
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		o.post.mu.Lock()
		got = nil
		for _, s := range slices.SortedStableFunc(maps.Values(o.post.sent), func(a, b sentReading) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.String(), b.String()))
		}) {
			got = append(got, s.String())
		}
		o.post.mu.Unlock()
		if fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
	}
	o.t.Errorf("the server has\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
}
