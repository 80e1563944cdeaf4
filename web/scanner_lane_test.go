package web

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
	"anlo/api"
	"anlo/app"
)

// lane is the server that a scanner has, at an address that stays. A test
// decides on its network and its moods.
type lane struct {
	*site
	post    anlo.Checkpoint
	address string
	server  *http.Server
	file    string       // its database
	wire    atomic.Int64 // bytes that it sent
	ahead   atomic.Int64 // what its clock is ahead of ours

	mu      sync.Mutex
	lose    int    // answers to readings that do not arrive
	status  int    // of every answer, 0 for the true one
	bundle  []byte // instead of its own
	poison  string // a reading that a batch is refused as a whole for
	next    string // base of the version of the scanner that follows, "" while there is none
	broken  string // a file that is not there
	batches []batch
	last    map[string]sent // how each reading was sent last
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
	Number   string    `json:"number"`
	Decision string    `json:"decision"`
	Took     int       `json:"took_ms"`
}

// newLane begins with a clock that is behind ours by so much.
func newLane(t testing.TB, behind time.Duration) *lane {
	t.Helper()
	l := &lane{address: "127.0.0.1:0", file: filepath.Join(t.TempDir(), "anlo.db"), last: map[string]sent{}}
	l.ahead.Store(int64(-behind))
	a, clock := anlotest.AppOn(t, l.file, func(c *app.Config) { c.Now = l.now })
	anlotest.Register(t, a)
	by, _ := anlotest.Post(t, a)
	l.post = by.Device.Checkpoint
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
	mux.Handle("/", l.pages(New(l.app, Options{})))
	mux.Handle("/api/", l.moody(api.New(l.app, api.Options{})))
	l.server = &http.Server{Handler: mux}
	go l.server.Serve(countedListener{listener, &l.wire})
	l.t.Cleanup(func() { l.server.Close() })
}

// set changes or asks about what the server shares with the test.
func (l *lane) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// moody answers as the server does, unless the test wants otherwise.
func (l *lane) moody(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		readings := r.URL.Path == "/api/v1/scans"
		some := readings && l.delivered(body)
		switch {
		case l.status != 0:
			w.Header().Set("Retry-After", "1")
			http.Error(w, "<h1>a proxy says</h1>", l.status)
		case r.URL.Path == "/api/v1/bundle" && l.bundle != nil:
			w.Header().Set("Content-Type", "application/cose")
			w.Write(l.bundle)
		case readings && l.poison != "" && bytes.Contains(body, []byte(l.poison)):
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnprocessableEntity)
			io.WriteString(w, `{"code":"invalid"}`)
		case some && l.lose > 0:
			l.lose--
			api.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler) // it is done, and nobody hears of it
		default:
			api.ServeHTTP(w, r)
		}
	})
}

// pages shows the pages, or the same scanner as if it were another version: at
// other addresses, with one file that differs.
func (l *lane) pages(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		next, broken := l.next, l.broken
		l.mu.Unlock()
		if broken != "" && strings.HasSuffix(r.URL.Path, broken) {
			http.NotFound(w, r)
			return
		}
		if next == "" || !strings.HasPrefix(r.URL.Path, "/scanner/") {
			pages.ServeHTTP(w, r)
			return
		}
		now := New(l.app, Options{})
		answer := httptest.NewRecorder()
		version := l.version(now)
		r.URL.Path = strings.ReplaceAll(r.URL.Path, next, version)
		r.Header.Del("Accept-Encoding")
		now.ServeHTTP(answer, r)
		body := strings.ReplaceAll(answer.Body.String(), version, next)
		body = strings.Replace(body, `"version":"`, `"version":"next-`, 1)
		if broken != "" {
			body = strings.Replace(body, broken+`","`, broken+`","new `, 1) // its digest in the list
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		io.WriteString(w, body)
	})
}

var versionOnPage = regexp.MustCompile(`data-version="([0-9a-f]+)"`)

// version is that of the scanner in the program.
func (l *lane) version(pages http.Handler) string {
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, httptest.NewRequest("GET", "/scanner/", nil))
	found := versionOnPage.FindStringSubmatch(w.Body.String())
	if found == nil {
		l.t.Fatal("the page names no version")
	}
	return found[1]
}

// delivered remembers a batch, and reports whether there is a reading in it.
func (l *lane) delivered(body []byte) bool {
	var b batch
	if err := json.Unmarshal(body, &b); err != nil {
		l.t.Error(err)
	}
	l.batches = append(l.batches, b)
	for _, s := range b.Scans {
		l.last[s.ID] = s
	}
	return len(b.Scans) > 0
}

// readings are those that the server has: how many, of how many different ones,
// and when each was made by its clock.
func (l *lane) readings() (all int, at map[string]time.Time) {
	l.t.Helper()
	db, err := sql.Open("sqlite", l.file)
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT id, scanned_at FROM scan")
	if err != nil {
		l.t.Fatal(err)
	}
	defer rows.Close()
	at = map[string]time.Time{}
	for rows.Next() {
		var id []byte
		var ms int64
		if err := rows.Scan(&id, &ms); err != nil {
			l.t.Fatal(err)
		}
		all++
		at[anlo.ID(id).String()] = time.UnixMilli(ms)
	}
	return all, at
}

// exec changes something in the database behind the server's back.
func (l *lane) exec(statement string) {
	l.t.Helper()
	db, err := sql.Open("sqlite", l.file)
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		l.t.Fatal(err)
	}
}

// code is one by which a phone becomes a scanner of the post.
func (l *lane) code() string {
	l.t.Helper()
	code, _, err := l.app.NewEnrolment(l.t.Context(), operator, l.post.ID, "Làn 2")
	if err != nil {
		l.t.Fatal(err)
	}
	return code
}

// revoke withdraws the phones of the post.
func (l *lane) revoke() {
	l.t.Helper()
	all, err := l.app.Devices(l.t.Context(), operator)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, d := range all {
		if err := l.app.RevokeDevice(l.t.Context(), operator, d.ID); err != nil {
			l.t.Fatal(err)
		}
	}
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

// tab is another one of the browser.
func (b *browser) tab() *browser {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	t := *b
	t.ctx = ctx
	t.run(chromedp.Navigate("about:blank"))
	return &t
}
