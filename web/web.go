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
	"time"

	"anlo"
	"anlo/app"
)

// Options are what differs from one installation to another. The zero value is
// usable.
type Options struct {
	// Limiter is for writes by the public, by address; nil lets everything
	// through. Many phones share one address on a mobile network, so it must
	// be generous: the limit is against machines.
	Limiter *anlo.Limiter
	// SignedIn returns the officer whose session the request carries,
	// anlo.ErrUnsigned when it carries none; nil where nobody can sign in.
	SignedIn func(*http.Request) (anlo.Actor, error)
}

type server struct {
	*app.App
	limiter  *anlo.Limiter
	assets   *assets
	pages    *pages
	signedIn func(*http.Request) (anlo.Actor, error)
}

// New returns the pages of an application. It serves every path and answers
// 404 for those it does not know.
func New(a *app.App, o Options) http.Handler {
	s := &server{App: a, limiter: o.Limiter, assets: loadAssets(), pages: parsePages(), signedIn: o.SignedIn}
	if s.signedIn == nil {
		s.signedIn = func(*http.Request) (anlo.Actor, error) { return anlo.Actor{}, anlo.ErrUnsigned }
	}
	mux := http.NewServeMux()

	// A citizen
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /privacy", s.privacy)
	mux.HandleFunc("GET /declare", s.begin)
	mux.HandleFunc("POST /declare", s.declare)
	mux.HandleFunc("POST /declare/forget", s.forget)
	mux.HandleFunc("GET /my/{token}", s.my)
	mux.HandleFunc("GET /my/{token}/pass/{file}", s.picture)
	mux.HandleFunc("GET /my/{token}/change", s.change)
	mux.HandleFunc("GET /my/{token}/cancel", s.confirmCancel)
	mux.HandleFunc("POST /my/{token}/cancel", s.cancel)

	// An officer at a checkpoint
	mux.HandleFunc("GET /checkpoint", s.checkpoint)
	mux.HandleFunc("POST /checkpoint", s.judge)
	mux.HandleFunc("POST /checkpoint/enter", s.enter)
	mux.HandleFunc("POST /checkpoint/leave", s.leave)
	mux.HandleFunc("GET /checkpoint/assist", s.device((*server).beginAssist))
	mux.HandleFunc("POST /checkpoint/assist", s.device((*server).assist))
	mux.HandleFunc("GET /checkpoint/assist/slip/{reference}", s.device((*server).slip))

	// Officers who are signed in
	for _, routes := range officeRoutes {
		for _, r := range routes {
			mux.HandleFunc(r.pattern, s.office(r.action, r.serve))
		}
	}

	// What the pages are made of
	mux.HandleFunc("GET /units", s.units)
	mux.HandleFunc("GET /assets/{hash}/{path...}", s.asset)
	mux.HandleFunc("GET /sw.js", s.serviceWorker)
	mux.HandleFunc("GET /favicon.ico", s.favicon)

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
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

const (
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
func (s *server) owner(r *http.Request) (anlo.Actor, error) {
	by, err := s.OpenLink(r.PathValue("token"))
	by.RemoteAddr, by.Lang = r.RemoteAddr, words(r).Lang
	return by, err
}

// secure reports whether the browser reached us through TLS, here or at a
// proxy. Somebody who forges the header only hurts their own cookies.
func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
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
