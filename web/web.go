// Package web is the pages: what a citizen sees who declares a trip and shows
// the pass, and what an officer at a checkpoint sees who judges one.
//
// Every page works without JavaScript. The state of an unfinished declaration
// travels in the page itself, sealed (see draft), so that nothing unfinished is
// kept on the server. Pages hold no rules: what somebody typed becomes an
// anlo.Declaration, and its Check says what is wrong with it.
//
// [New] has the table of routes; each page has a file of its own and a template
// of the same name in templates/.
package web

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"anlo"
	"anlo/app"
	"anlo/auth"
)

// Options are what differs from one installation to another. The zero value is
// usable.
type Options struct {
	// Limiter is for writes by the public, by address; nil lets everything
	// through. Many phones share one address on a mobile network, so it must
	// be generous: the limit is against machines.
	Limiter *anlo.Limiter
	// Auth is the officers' way in; nil for one of the pages' own.
	Auth *auth.Auth
	// SignedIn returns the officer who makes the request, anlo.ErrUnsigned when
	// nobody is signed in; nil to ask Auth about the session cookie.
	SignedIn func(*http.Request) (anlo.Actor, error)
	// Done is closed when the program is told to stop: pages that wait for
	// changes hang up, so that it can.
	Done <-chan struct{}
	// Demo is shown on the start page of a demonstration; nil elsewhere.
	Demo *Demo
	// OIDC is the provider that officers may sign in at; nil without one.
	OIDC *auth.OIDC
	// Base is where browsers reach the pages: passkeys are bound to its host.
	// Without it they are offered on this machine only.
	Base *url.URL
}

type server struct {
	*app.App
	limiter  *anlo.Limiter
	assets   *assets
	pages    *pages
	auth     *auth.Auth
	injected func(*http.Request) (anlo.Actor, error) // Options.SignedIn
	streams  streams
	done     <-chan struct{} // Options.Done
	demo     *Demo
	oidc     *auth.OIDC
	base     *url.URL
	release  func() *scannerRelease
}

// route is one address that everybody may ask for.
type route struct {
	pattern string
	serve   func(*server, http.ResponseWriter, *http.Request)
}

// publicRoutes are those for which nobody needs to be signed in. What officers
// may open is in officeRoutes.
var publicRoutes = [][]route{citizenRoutes, checkpointRoutes, signInRoutes, federationRoutes, scannerRoutes, listRoutes, waitRoutes, partRoutes}

var citizenRoutes = []route{
	{"GET /{$}", (*server).home},
	{"GET /privacy", (*server).privacy},
	{"GET /declare", (*server).begin},
	{"POST /declare", (*server).declare},
	{"POST /declare/forget", (*server).forget},
	{"GET /my/{token}", (*server).my},
	{"GET /my/{token}/pass/{file}", (*server).picture},
	{"GET /my/{token}/change", (*server).change},
	{"GET /my/{token}/reminder.ics", (*server).reminder},
	{"GET /my/{token}/app.webmanifest", (*server).myManifest},
	{"GET /my/{token}/again", (*server).beginAgain},
	{"POST /my/{token}/again", (*server).declareAgain},
	{"GET /my/{token}/cancel", (*server).confirmCancel},
	{"POST /my/{token}/cancel", (*server).cancel},
	{"POST /my/{token}/check-in", (*server).checkIn},
	{"POST /my/{token}/text", (*server).sendText},
}

// checkpointRoutes are for whoever holds an enrolled device.
var checkpointRoutes = []route{
	{"GET /checkpoint", (*server).checkpoint},
	{"POST /checkpoint", (*server).judge},
	{"POST /checkpoint/enter", (*server).enter},
	{"POST /checkpoint/leave", (*server).leave},
	{"GET /checkpoint/assist", device((*server).beginAssist)},
	{"POST /checkpoint/assist", device((*server).assist)},
	{"GET /checkpoint/assist/slip/{reference}", device((*server).slip)},
}

// partRoutes are what pages are made of.
var partRoutes = []route{
	{"GET /units", (*server).units},
	{"GET /assets/{hash}/{path...}", (*server).asset},
	{"GET /sw.js", (*server).serviceWorker},
	{"GET /favicon.ico", (*server).favicon},
}

// New returns the pages of an application. It serves every path and answers
// 404 for those it does not know.
func New(a *app.App, o Options) http.Handler {
	s := &server{App: a, limiter: o.Limiter, assets: loadAssets(), pages: parsePages(), auth: o.Auth, injected: o.SignedIn, done: o.Done, demo: o.Demo, oidc: o.OIDC, base: o.Base}
	s.release = sync.OnceValue(s.newRelease)
	if s.auth == nil {
		s.auth = auth.New(a.Store, a.Seal, a.Now, a.Log, a.Units.Contains, a.Units.Known)
	}
	mux := http.NewServeMux()
	for _, routes := range publicRoutes {
		for _, r := range routes {
			mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) { r.serve(s, w, req) })
		}
	}
	for _, routes := range officeRoutes {
		for _, r := range routes {
			mux.HandleFunc(r.pattern, s.office(r.action, r.serve))
		}
	}

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.problem(w, r, http.StatusForbidden) }))
	return s.headers(guard.Handler(s.language(s.errors(mux))))
}

// maxForm is the most bytes of a form: sixty travellers fit well.
const maxForm = 256 << 10

// headers sets what holds for every answer.
func (s *server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		limit := int64(maxForm)
		if under(r.URL.Path, "/declare/list") {
			limit = maxList
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

const (
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; " +
		"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	// cameraPolicy lets the page that reads identity cards compile its reader.
	cameraPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// errors shows a page of ours where ServeMux would answer for itself: 404, 405.
func (s *server) errors(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		answer := probe{http.Header{}, http.StatusNotFound}
		own.ServeHTTP(&answer, r)
		if allow := answer.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		s.problem(w, r, answer.status)
	})
}

// probe learns what ServeMux would answer.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// citizen is whoever made the request.
func (s *server) citizen(r *http.Request) anlo.Actor {
	return anlo.Actor{Role: anlo.Citizen, RemoteAddr: r.RemoteAddr, Lang: words(r).Lang}
}

// owner is whoever holds the link in the path.
func (s *server) owner(r *http.Request) (anlo.Actor, error) { return s.holder(r, r.PathValue("token")) }

// holder is whoever holds a link.
func (s *server) holder(r *http.Request, link string) (anlo.Actor, error) {
	by, err := s.OpenLink(link)
	by.RemoteAddr, by.Lang = r.RemoteAddr, words(r).Lang
	return by, err
}

// secure reports whether the browser reached us through TLS, here or at a
// proxy. Somebody who forges the header only hurts their own cookies.
func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

// origin is where the browser reached us.
func origin(r *http.Request) string {
	if secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie keeps a value on the phone, or forgets it when lifetime is negative.
func setCookie(w http.ResponseWriter, r *http.Request, c http.Cookie, lifetime time.Duration) {
	c.HttpOnly, c.Secure = true, secure(r)
	c.MaxAge = int(lifetime / time.Second)
	if c.SameSite == 0 {
		c.SameSite = http.SameSiteLaxMode
	}
	http.SetCookie(w, &c)
}
