package api

import (
	"bytes"
	"encoding/json"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"anlo/anlotest"
	"anlo/app"
)

// door is the API as its callers meet it. Each answer that passes through it
// is held against the OpenAPI document.
type door struct {
	t       testing.TB
	app     *app.App
	clock   *anlotest.Clock
	metrics *Metrics
	log     *bytes.Buffer
	doc     *huma.OpenAPI
	handler http.Handler
}

func newDoor(t testing.TB, options ...anlotest.Option) *door {
	a, clock := anlotest.App(t, options...)
	anlotest.Register(t, a)
	d := &door{t: t, app: a, clock: clock, metrics: NewMetrics(), log: new(bytes.Buffer)}
	d.doc = (&server{App: a, mux: http.NewServeMux()}).routes()
	d.serve(Options{Metrics: d.metrics})
	return d
}

func (d *door) serve(o Options) {
	d.handler = Observe(New(d.app, o), slog.New(slog.NewTextHandler(d.log, nil)), d.metrics, Failed)
}

type response struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// do sends a request; headers come in pairs. A body is JSON unless a header
// says otherwise.
func (d *door) do(method, path, body string, headers ...string) *response {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return d.send(r)
}

func (d *door) send(r *http.Request) *response {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	res := &response{d.t, w.Code, w.Header(), w.Body.Bytes()}
	d.check(r, res)
	return res
}

// check holds an answer against the document and the habits of the API.
func (d *door) check(r *http.Request, res *response) {
	d.t.Helper()
	what := r.Method + " " + r.URL.Path + " " + strconv.Itoa(res.status)
	if res.header.Get("X-Request-Id") == "" {
		d.t.Errorf("%s: no X-Request-Id", what)
	}
	media := res.header.Get("Content-Type")
	if res.status >= 400 {
		p := res.problem()
		if media != "application/problem+json" || p.Status != res.status || p.Type != "urn:anlo:problem:"+p.Code || p.Title == "" {
			d.t.Errorf("%s: not a problem: %s %s", what, media, res.body)
		}
		if res.header.Get("Cache-Control") != "no-store" {
			d.t.Errorf("%s: a problem that caches may keep", what)
		}
		if challenge := res.header.Get("WWW-Authenticate") != ""; challenge != (res.status == 401) {
			d.t.Errorf("%s: WWW-Authenticate: %v", what, challenge)
		}
	}
	op := d.operation(r)
	if op == nil {
		return // the document itself, or no route
	}
	documented, ok := op.Responses[strconv.Itoa(res.status)]
	if !ok {
		d.t.Errorf("%s: the document does not mention this status", what)
		return
	}
	if len(res.body) == 0 {
		return
	}
	content, ok := documented.Content[media]
	if !ok {
		d.t.Errorf("%s: the document does not mention %s", what, media)
		return
	}
	if content.Schema != nil {
		for _, err := range d.invalid(content.Schema, res.body) {
			d.t.Errorf("%s: %v\n%s", what, err, res.body)
		}
	}
}

func (d *door) invalid(schema *huma.Schema, body []byte) []error {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return []error{err}
	}
	var result huma.ValidateResult
	huma.Validate(d.doc.Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &result)
	return result.Errors
}

func (d *door) operation(r *http.Request) *huma.Operation {
	mux := http.NewServeMux()
	for path, item := range d.doc.Paths {
		for method := range operations(item) {
			mux.HandleFunc(method+" "+path, func(http.ResponseWriter, *http.Request) {})
		}
	}
	_, pattern := mux.Handler(r)
	method, path, _ := strings.Cut(pattern, " ")
	for m, op := range operations(d.doc.Paths[path]) {
		if m == method {
			return op
		}
	}
	return nil
}

func operations(item *huma.PathItem) iter.Seq2[string, *huma.Operation] {
	return func(yield func(string, *huma.Operation) bool) {
		if item == nil {
			return
		}
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete} {
			if op != nil && !yield(method, op) {
				return
			}
		}
	}
}

func (r *response) problem() *Problem {
	r.t.Helper()
	var p Problem
	r.into(&p)
	return &p
}

func (r *response) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("%d: %v\n%s", r.status, err, r.body)
	}
}

// want fails the test when the answer has another status.
func (r *response) want(status int) *response {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// device returns the token of a device at a checkpoint.
func (d *door) device() string {
	_, token := anlotest.Post(d.t, d.app)
	return token
}
