// Package api is the JSON door: the same use-cases that the pages offer, for
// programs. It turns requests into the words of package anlo, calls app, and
// turns the outcome back; it holds no rules.
//
//	POST   /api/v1/declarations         declare; 201 with the passes and the manage token
//	GET    /api/v1/declarations/{id}    the holder of the manage token reads,
//	PUT    /api/v1/declarations/{id}    corrects
//	DELETE /api/v1/declarations/{id}    or cancels
//	POST   /api/v1/lists                declare a list of travellers, a code a vehicle
//	GET    /api/v1/passes/{id}/…        a pass as qr.svg, qr.png or pass.pdf
//	POST   /api/v1/verdicts             a checkpoint device has a code judged
//	POST   /api/v1/scans                a scanner delivers what it read on its own
//	POST   /api/v1/devices              a phone becomes a scanner by a one-time code;
//	GET    /api/v1/device               what its post asks now; DELETE withdraws it
//	POST   /api/v1/lookups              the same for a card, or a short code
//	GET    /api/v1/cards                the encrypted list for cards without a network
//	GET    /api/v1/waits                how long each post takes now, for everybody
//	GET    /api/v1/bundle               the signed file for scanners without a network
//	GET    /api/v1/units, units/search  administrative units
//	GET    /api/v1/notices              the desk: what changed, or one of its lists
//	GET    /api/v1/notices/{id}         everything about one notice; POST …/reveal, …/follow-ups
//	POST   /api/v1/follow-ups           the same about many notices
//	GET    /api/v1/figures              counts by area and day
//	GET    /api/openapi.json            this list, for machines
//
// huma routes, reads parameters and writes the OpenAPI 3.1 document from the Go
// types. It does not read bodies: decode does, strictly and once, so that one set
// of rules, anlo.Declaration.Check, speaks. Every error is a [Problem].
package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"anlo"
	"anlo/app"
)

// Options are what an installation may choose; the zero value works.
type Options struct {
	// Limiter is for writes by the public, by address; nil lets everything
	// through. Mobile networks put thousands of people behind one address, so be
	// generous: the limit is against machines.
	Limiter *anlo.Limiter
	Metrics *Metrics // nil counts nothing
	// OpenKey turns the API key of another system into who it acts as,
	// anlo.ErrUnsigned when it is none; nil where there are no keys.
	OpenKey func(ctx context.Context, token string) (anlo.Actor, error)
}

// timeout bounds a request from its first byte read to its last byte written.
const timeout = 20 * time.Second

type server struct {
	*app.App
	Options
	mux       *http.ServeMux
	madeWaits madeWaits
}

// New returns the handler of everything below /api/. Wrap it, or the mux it is
// mounted on, in [Observe].
func New(a *app.App, o Options) http.Handler {
	s := &server{App: a, Options: o, mux: http.NewServeMux()}
	if o.Metrics != nil {
		o.Metrics.watch(a)
	}
	doc := s.routes()
	document, err := json.Marshal(doc)
	if err != nil {
		panic(err) // the types are wrong, which every test would notice
	}
	etag := etagOf(document)
	s.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		serveCached(w, r, "application/openapi+json", time.Hour, etag, document)
	})
	s.mux.HandleFunc("/", s.noRoute)
	return s
}

// routes registers every operation, and returns the document that describes them.
func (s *server) routes() *huma.OpenAPI {
	doc := humago.New(s.mux, config())
	s.declarations(doc)
	s.lists(doc)
	s.passes(doc)
	s.verdicts(doc)
	s.scans(doc)
	s.devices(doc)
	s.waits(doc)
	s.lookups(doc)
	s.cards(doc)
	s.bundle(doc)
	s.units(doc)
	s.notices(doc)
	s.figures(doc)
	describe(doc.OpenAPI())
	return doc.OpenAPI()
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	// A personal answer must not outlive its reader, in any cache: the few
	// answers that may be kept say so themselves.
	w.Header()["Cache-Control"] = noStore
	w.Header()["X-Content-Type-Options"] = noSniff
	inner := r.WithContext(ctx)
	defer func() { r.Pattern = inner.Pattern }() // for Observe, after a panic too
	s.mux.ServeHTTP(w, inner)
}

var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

// noRoute answers what no route matches: 405 where another method would have.
func (s *server) noRoute(w http.ResponseWriter, r *http.Request) {
	probe := *r
	var allow []string
	for _, probe.Method = range []string{"GET", "POST", "PUT", "DELETE"} {
		if _, pattern := s.mux.Handler(&probe); pattern != "/" {
			allow = append(allow, probe.Method)
		}
	}
	if allow == nil {
		writeProblem(w, r, problem(http.StatusNotFound, "not-found"))
		return
	}
	if slices.Contains(allow, "GET") {
		allow = append(allow, "HEAD")
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	writeProblem(w, r, problem(http.StatusMethodNotAllowed, "method-not-allowed"))
}

// Call is part of every input: who calls, from where, in which language.
type Call struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve implements huma.Resolver.
func (c *Call) Resolve(ctx huma.Context) []error {
	c.r, c.w = humago.Unwrap(ctx)
	return nil
}

func (c *Call) citizen() anlo.Actor { return c.as(anlo.Actor{Role: anlo.Citizen}) }

func (c *Call) as(by anlo.Actor) anlo.Actor {
	by.RemoteAddr, by.Lang = c.r.RemoteAddr, language(c.r)
	return by
}

// bearer returns the token of the Authorization header (RFC 6750, section
// 2.1), empty when there is none. Tokens in URLs are never read: URLs are logged.
func (c *Call) bearer() string {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// owner returns the citizen who holds the manage token in the request.
func (s *server) owner(c *Call) (anlo.Actor, error) {
	by, err := s.OpenLink(c.bearer())
	if err != nil {
		return anlo.Actor{}, err
	}
	return c.as(by), nil
}

// ownerOf is owner, for a declaration named in the path. Somebody else's, one
// that never was, and nonsense are answered alike.
func (s *server) ownerOf(c *Call, declaration string) (anlo.Actor, error) {
	by, err := s.owner(c)
	if err != nil {
		return by, err
	}
	if id, err := anlo.ParseID(declaration); err != nil || id != by.ManageOf {
		return by, anlo.ErrNotFound
	}
	return by, nil
}

// limited lets an address write as often as the limiter says.
func (s *server) limited(ctx huma.Context, next func(huma.Context)) {
	if s.Limiter != nil {
		r, w := humago.Unwrap(ctx)
		if wait := s.Limiter.AllowCaller(r.RemoteAddr); wait > 0 {
			p := fromError(anlo.ErrTooMany)
			p.retryAfter = wait
			writeProblem(w, r, p)
			return
		}
	}
	next(ctx)
}
