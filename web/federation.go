package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"anlo"
	"anlo/auth"
	"anlo/locale"
)

// federationRoutes are the ways in besides passwords: a provider of OpenID
// Connect, and passkeys.
var federationRoutes = []route{
	{"GET /signin/oidc", (*server).oidcBegin},
	{"GET /signin/oidc/callback", (*server).oidcFinish},
	{"POST /signin/oidc/logout", (*server).oidcLogout},
	{"POST /signin/passkey", (*server).signInPasskey},
	{"POST /signin/passkey/second", (*server).signInSecond},
}

const (
	oidcCookie = "anlo_oidc" // of a sign-in under way at the provider
	oidcLife   = 15 * time.Minute
)

// oidcBegin sends the browser to the provider.
func (s *server) oidcBegin(w http.ResponseWriter, r *http.Request) {
	if s.oidc == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if s.wait(r.RemoteAddr) > 0 {
		s.fail(w, r, anlo.ErrTooMany)
		return
	}
	address, ticket, err := s.oidc.Begin(r.Context(), s.local(r.FormValue("to")))
	if err != nil {
		s.notIn(w, r, "provider", err)
		return
	}
	setCookie(w, r, http.Cookie{Name: oidcCookie, Value: ticket, Path: "/signin/oidc"}, oidcLife)
	goTo(w, r, address)
}

// oidcFinish is where the provider sends the browser back to.
func (s *server) oidcFinish(w http.ResponseWriter, r *http.Request) {
	if s.oidc == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	setCookie(w, r, http.Cookie{Name: oidcCookie, Path: "/signin/oidc"}, -time.Second)
	in, err := s.oidc.Finish(r.Context(), s.caller(r, ""), cookie(r, oidcCookie), r.URL.Query())
	if err != nil {
		s.notIn(w, r, "provider", err)
		return
	}
	if in.Ticket != "" {
		s.keepPending(w, r, in.Ticket)
	} else {
		s.entered(w, r, in.Entered)
	}
	goTo(w, r, signInAt(s.local(in.To)))
}

// oidcLogout is where the provider says that somebody signed out there.
func (s *server) oidcLogout(w http.ResponseWriter, r *http.Request) {
	if s.oidc == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if s.wait(r.RemoteAddr) > 0 {
		s.fail(w, r, anlo.ErrTooMany)
		return
	}
	if !s.readForm(w, r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	err := s.oidc.Logout(r.Context(), r.PostForm.Get("logout_token"))
	switch {
	case errors.Is(err, auth.ErrProvider):
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_request"}`)
	case err != nil:
		s.fail(w, r, err)
	}
}

// notIn shows the way in again, with what was wrong with another than the
// password. Strangers learn no more than that it did not work.
func (s *server) notIn(w http.ResponseWriter, r *http.Request, way string, err error) {
	switch anlo.KindOf(err) {
	case anlo.Invalid, anlo.Forbidden, anlo.TooMany, anlo.Unavailable:
		retryAfter(w, statusOf(err))
		s.askLoginAt(w, r, way, err)
	default:
		s.fail(w, r, err)
	}
}

// passkeyPart is a form that asks for a passkey. It is hidden where it can do
// nothing.
type passkeyPart struct {
	*locale.Words
	auth.Question
	Kind   string // "create" or "get"
	Action string
	Button string
	To     string
	Before string // "or", where something else comes before
	After  string // or after
}

// site is where passkeys belong; nil where there can be none. Without
// Options.Base that is the browser's own machine only, for trying out.
func (s *server) site(r *http.Request) *url.URL {
	site := s.base
	if site == nil && (r.Host == "localhost" || hostOf(r) == "localhost") {
		site = &url.URL{Scheme: "http", Host: r.Host}
	}
	if site == nil || net.ParseIP(site.Hostname()) != nil {
		return nil
	}
	return site
}

func hostOf(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.Host)
	return host
}

// offer adds the other ways in to the page that asks for the password.
func (s *server) offer(r *http.Request, p *signInPage) error {
	if s.oidc != nil {
		if p.Provider = s.oidc.Label(p.Lang); p.Provider == "" {
			p.Provider = p.T("oidc.button")
		}
	}
	site := s.site(r)
	if site == nil {
		return nil
	}
	q, err := s.auth.AskPasskey(r.Context(), site)
	p.Passkey = &passkeyPart{Words: p.Words, Question: q, Kind: "get", Action: "/signin/passkey", Button: p.T("passkey.signin"), To: p.To}
	if p.Provider == "" {
		p.Passkey.Before = p.T("signin.or")
	}
	p.Script = "passkey"
	return err
}

// offerSecond adds the passkey to the page that asks for the second factor.
func (s *server) offerSecond(r *http.Request, p *signInPage, ticket string) error {
	site := s.site(r)
	if site == nil {
		return nil
	}
	q, err := s.auth.AskSecond(r.Context(), site, ticket)
	if err == nil && q.Ticket != "" {
		p.Passkey = &passkeyPart{Words: p.Words, Question: q, Kind: "get", Action: "/signin/passkey/second", Button: p.T("passkey.ask"), To: p.To}
		if p.Code {
			p.Passkey.After = p.T("signin.or")
		}
		p.Script = "passkey"
	}
	return err
}

// signInPasskey is the whole sign-in with a passkey.
func (s *server) signInPasskey(w http.ResponseWriter, r *http.Request) {
	site := s.site(r)
	if site == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if !s.readForm(w, r) {
		return
	}
	if s.wait(r.RemoteAddr) > 0 {
		s.askLogin(w, r, anlo.ErrTooMany)
		return
	}
	e, err := s.auth.SignInPasskey(r.Context(), s.caller(r, ""), site, r.PostForm.Get("ticket"), r.PostForm.Get("answer"))
	if err != nil {
		s.notIn(w, r, "passkey", err)
		return
	}
	s.entered(w, r, e)
	s.again(w, r)
}

// signInSecond is the second step of a sign-in, with a passkey.
func (s *server) signInSecond(w http.ResponseWriter, r *http.Request) {
	site := s.site(r)
	if site == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if !s.readForm(w, r) {
		return
	}
	e, err := s.auth.Second(r.Context(), s.caller(r, ""), site, cookie(r, hostCookie(r, pendingCookie)), r.PostForm.Get("ticket"), r.PostForm.Get("answer"))
	if err != nil {
		s.wrong(w, r, err)
		return
	}
	s.entered(w, r, e)
	s.again(w, r)
}

// signInAt is the page of the next step; to is where to go in the end.
func signInAt(to string) string {
	if to == "" {
		return "/signin"
	}
	return "/signin?" + url.Values{"to": {to}}.Encode()
}
