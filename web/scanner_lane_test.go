package web

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo/anlotest"
	"anlo/app"
)

// lane is the server that a scanner has, at an address that stays; a test
// decides on its network and its moods.
type lane struct {
	*site
	address string
	server  *http.Server
	wire    atomic.Int64 // bytes that it sent
	ahead   atomic.Int64 // what its clock is ahead of ours

	mu      sync.Mutex
	lose    int               // answers to readings that do not arrive
	status  int               // of every answer, 0 for the true one
	bundle  []byte            // instead of its own
	kept    map[string]int    // how often each reading was kept
	last    map[string]sent   // how each reading was sent last
	batches []batch           // in the order they came
	refuse  map[string]string // readings that are not taken, and why
	whole   bool              // a batch with such a reading is refused as a whole
	revoked bool
	unknown bool // not even delivered to any more
	policy  string
}

type batch struct {
	SentAt  time.Time `json:"sent_at"`
	Bundle  string    `json:"bundle_issued_at"`
	Waiting int       `json:"waiting"`
	Scans   []sent    `json:"scans"`
}

type sent struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	Pass     string    `json:"pass"`
	Number   string    `json:"number"`
	Verdict  string    `json:"verdict"`
	Reasons  []string  `json:"reasons"`
	Decision string    `json:"decision"`
	People   int       `json:"people"`
	Took     int       `json:"took_ms"`
}

const enrolmentCode, deviceToken = "K7QM-3XPD", "anlo_dev_planted-token-of-the-lane"

// newLane begins with a clock that is behind ours by so much.
func newLane(t testing.TB, behind time.Duration) *lane {
	t.Helper()
	l := &lane{address: "127.0.0.1:0", kept: map[string]int{}, last: map[string]sent{}, refuse: map[string]string{}, policy: `{"card_hours":0,"surge":null}`}
	l.ahead.Store(int64(-behind))
	a, clock := anlotest.App(t, func(c *app.Config) { c.Now = l.now })
	anlotest.Register(t, a)
	l.site = &site{t, a, clock, "", nil}
	l.site.stop = func() { l.server.Close() }
	l.start()
	l.url = "http://" + l.address
	return l
}

func (l *lane) now() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) }

// start brings the server up, again where it was.
func (l *lane) start() {
	l.t.Helper()
	listener, err := net.Listen("tcp", l.address)
	if err != nil {
		l.t.Fatal(err)
	}
	l.address = listener.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("/", New(l.app, Options{}))
	mux.Handle("/api/v1/", http.HandlerFunc(l.api))
	l.server = &http.Server{Handler: mux}
	go l.server.Serve(countedListener{listener, &l.wire})
	l.t.Cleanup(func() { l.server.Close() })
}

type countedListener struct {
	net.Listener
	sent *atomic.Int64
}

func (c countedListener) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	return countedConn{conn, c.sent}, err
}

type countedConn struct {
	net.Conn
	sent *atomic.Int64
}

func (c countedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.sent.Add(int64(n))
	return n, err
}

// set changes the mood.
func (l *lane) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

func (l *lane) api(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := r.Header.Get("Authorization") == "Bearer "+deviceToken && !l.unknown
	route := r.Method + " " + r.URL.Path
	switch {
	case l.status != 0:
		w.Header().Set("Retry-After", "1")
		l.problem(w, l.status, "unavailable")
	case route == "GET /api/v1/bundle":
		l.sendBundle(w, r)
	case route == "POST /api/v1/devices":
		l.enrol(w, r)
	case !known, l.revoked && route != "POST /api/v1/scans":
		l.problem(w, http.StatusUnauthorized, "token.device")
	case route == "GET /api/v1/device":
		l.json(w, 200, `{%s,"now":%q}`, l.device(), l.stamp())
	case route == "DELETE /api/v1/device":
		l.unknown = true
		w.WriteHeader(http.StatusNoContent)
	case route == "POST /api/v1/scans":
		l.scans(w, r)
	case route == "POST /api/v1/lookups":
		l.json(w, 200, `{"verdict":"look","reasons":["identity-not-confirmed"],"pass":"","bearer":{"travellers":[{"name":"Nguyễn Văn An","birth_year":1990}],"commune":{"code":"00008","name":""},"purpose":"work","plate":"29A12345","party":1,"issued_at":"2026-11-25T00:00:00Z","expires_at":"2026-11-28T00:00:00Z"}}`)
	case route == "GET /api/v1/cards":
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write([]byte("a list of cards"))
	default:
		l.problem(w, http.StatusNotFound, "not-found")
	}
}

func (l *lane) json(w http.ResponseWriter, status int, text string, args ...any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, text, args...)
}

func (l *lane) problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code":%q}`, code)
}

func (l *lane) stamp() string { return l.now().UTC().Format("2006-01-02T15:04:05.000Z") }

func (l *lane) device() string {
	return fmt.Sprintf(`"device":{"id":"01980000-0000-7000-8000-000000000001","label":"Làn 2","expires_at":"2027-02-01T00:00:00.000Z"},
		"checkpoint":{"id":"01980000-0000-7000-8000-000000000002","name":"Pháp Vân – Cầu Giẽ","commune":"Phường Hoàng Mai, Thành phố Hà Nội"},"policy":%s`, l.policy)
}

func (l *lane) enrol(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Code, Label string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Code != enrolmentCode {
		l.problem(w, http.StatusNotFound, "enrolment.unknown")
		return
	}
	root, err := x509.MarshalPKIXPublicKey(l.app.Root)
	if err != nil {
		l.t.Error(err)
	}
	l.json(w, http.StatusCreated, `{"token":%q,%s,"root":%q,"now":%q}`, deviceToken, l.device(), base64.StdEncoding.EncodeToString(root), l.stamp())
}

func (l *lane) sendBundle(w http.ResponseWriter, r *http.Request) {
	data, etag, err := l.app.Bundle(r.Context())
	if err != nil {
		l.t.Error(err)
	}
	if l.bundle != nil {
		data, etag = l.bundle, `"another"`
	}
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/cose")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(data)
}

func (l *lane) scans(w http.ResponseWriter, r *http.Request) {
	var b batch
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		l.t.Error(err)
	}
	l.batches = append(l.batches, b)
	results := []map[string]any{}
	for _, s := range b.Scans {
		why, refused := l.refuse[s.ID]
		if refused && l.whole {
			l.problem(w, http.StatusUnprocessableEntity, why)
			return
		}
		status := "known"
		switch {
		case refused:
			status = "refused"
		case l.kept[s.ID] == 0:
			status = "kept"
			l.kept[s.ID]++
		}
		l.last[s.ID] = s
		result := map[string]any{"id": s.ID, "status": status, "code": why, "verdict": s.Verdict, "reasons": s.Reasons, "alert": false, "elsewhere": nil}
		if s.Kind == "other" {
			result["alert"], result["elsewhere"] = true, map[string]any{"post": "Pháp Vân", "minutes": 4, "km": 80}
		}
		results = append(results, result)
	}
	if l.lose > 0 && len(b.Scans) > 0 {
		l.lose--
		panic(http.ErrAbortHandler) // it is done, and nobody hears of it
	}
	text, _ := json.Marshal(results)
	l.json(w, 200, `{"now":%q,"withdrawn":%v,"results":%s}`, l.stamp(), l.revoked, text)
}

// scripts is where the page that is kept has its scripts.
func (l *lane) scripts() string {
	l.t.Helper()
	version := regexp.MustCompile(`data-version="([0-9a-f]+)"`).FindStringSubmatch(l.visitor("vi").get("/scanner/").body)
	if version == nil {
		l.t.Fatal("the page names no version")
	}
	return "/scanner/files/" + version[1] + "/js/scan/"
}

// tab is one of the browser's; the browser stays when it is closed.
func (b *browser) tab() *browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	t := *b
	t.ctx = ctx
	t.run(chromedp.Navigate("about:blank"))
	return &t
}
