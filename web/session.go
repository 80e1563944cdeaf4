package web

import (
	"net/http"
	"time"

	"anlo"
	"anlo/auth"
	"anlo/locale"
)

const (
	sessionCookie = "anlo_session"
	pendingCookie = "anlo_signin" // of a sign-in under way
	pendingLife   = 10 * time.Minute
)

// hostCookie is the name under which a browser accepts a cookie only from this
// very host over TLS (RFC 6265bis, section 4.1.3.2).
func hostCookie(r *http.Request, name string) string {
	if secure(r) {
		return "__Host-" + name
	}
	return name
}

type sessionKey struct{}

// session is the one that a request for an officer's page carries.
func session(r *http.Request) auth.Session {
	n, _ := r.Context().Value(sessionKey{}).(auth.Session)
	return n
}

// cookieSession finds the session whose cookie a request carries. Its By has
// no role while none is chosen.
func (s *server) cookieSession(r *http.Request) (auth.Session, error) {
	n, err := s.auth.Session(r.Context(), cookie(r, hostCookie(r, sessionCookie)))
	n.By.RemoteAddr, n.By.Lang = r.RemoteAddr, words(r).Lang
	return n, err
}

// signedIn returns the officer whose session a request carries, once more
// while it is answered: unlike opening a page, that is no use of the session.
func (s *server) signedIn(r *http.Request) (anlo.Actor, error) {
	if s.injected != nil {
		return s.injected(r)
	}
	n, err := s.auth.Peek(r.Context(), cookie(r, hostCookie(r, sessionCookie)))
	if err == nil && n.By.Role == "" {
		err = anlo.ErrUnsigned
	}
	return n.By, err
}

// unattended are the routes that an open page asks for by itself.
var unattended = map[string]bool{"GET /desk/part": true, "GET /desk/events": true, "GET /posts/part": true, "GET /posts/events": true,
	"GET /posts/{id}/part": true, "GET /posts/{id}/events": true}

// who is signed in, when a page is opened.
func (s *server) who(r *http.Request) (auth.Session, error) {
	if s.injected != nil || unattended[r.Pattern] {
		by, err := s.signedIn(r)
		by.RemoteAddr, by.Lang = r.RemoteAddr, words(r).Lang
		return auth.Session{By: by}, err
	}
	return s.cookieSession(r)
}

func (s *server) keepPending(w http.ResponseWriter, r *http.Request, ticket string) {
	life := pendingLife
	if ticket == "" {
		life = -time.Second
	}
	setCookie(w, r, http.Cookie{Name: hostCookie(r, pendingCookie), Value: ticket, Path: "/"}, life)
}

// entered keeps the session in the browser, and that its owner signed in on it.
func (s *server) entered(w http.ResponseWriter, r *http.Request, e auth.Entered) {
	s.keepPending(w, r, "")
	s.keepSession(w, r, e.Token)
	setCookie(w, r, http.Cookie{Name: s.auth.KnownName(e.Login), Value: e.Known, Path: "/signin"}, auth.KnownDevice)
}

func (s *server) keepSession(w http.ResponseWriter, r *http.Request, token string) {
	life := auth.SessionLife
	if token == "" {
		life = -time.Second
	}
	setCookie(w, r, http.Cookie{Name: hostCookie(r, sessionCookie), Value: token, Path: "/"}, life)
}

type roleChoice struct {
	ID         anlo.ID
	Role, Area string
	Until      string
	Current    bool
}

func (s *server) askRole(w http.ResponseWriter, r *http.Request, n auth.Session) {
	p := s.signInPage(r, "signin.title-role")
	p.Login = n.Login
	roles, err := s.roleChoices(r, n)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Roles = roles
	s.show(w, r, http.StatusOK, "signin-role", p)
}

func (s *server) roleChoices(r *http.Request, n auth.Session) ([]roleChoice, error) {
	roles, err := s.auth.Roles(r.Context(), n)
	var out []roleChoice
	for _, g := range roles {
		out = append(out, s.roleChoice(r, g, n.Acting))
	}
	return out, err
}

func (s *server) roleChoice(r *http.Request, g auth.Role, acting anlo.ID) roleChoice {
	c := roleChoice{ID: g.ID, Role: words(r).T("role." + string(g.Role)), Area: s.Units.FullName(g.Area), Current: g.ID == acting}
	if !g.Until.IsZero() {
		c.Until = until(words(r), g.Until)
	}
	return c
}

// until says when something ends: at a moment, or with a day.
func until(w *locale.Words, t time.Time) string {
	if day := t.In(locale.Zone); day.Hour() == 0 && day.Minute() == 0 {
		return w.T("account.until-day", "Day", w.Date(anlo.DateOf(day.AddDate(0, 0, -1))))
	}
	return w.T("account.until", "Time", w.Time(t))
}

func (s *server) signInRole(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	n, err := s.cookieSession(r)
	if err != nil {
		s.wrong(w, r, err)
		return
	}
	s.switchRole(w, r, n)
}

// switchRole makes the session act in the role that the form names.
func (s *server) switchRole(w http.ResponseWriter, r *http.Request, n auth.Session) {
	id, _ := anlo.ParseID(r.PostForm.Get("role")) // no role has the zero identifier
	token, err := s.auth.Choose(r.Context(), n, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.keepSession(w, r, token)
	s.again(w, r)
}

func (s *server) signInAgain(w http.ResponseWriter, r *http.Request) {
	s.keepPending(w, r, "")
	goTo(w, r, "/signin")
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) {
	n, err := s.cookieSession(r)
	if err == nil {
		err = s.auth.SignOut(r.Context(), n)
	}
	if err != nil && anlo.KindOf(err) != anlo.Unsigned {
		s.fail(w, r, err)
		return
	}
	s.keepSession(w, r, "")
	w.Header().Set("Clear-Site-Data", `"cache"`)
	goTo(w, r, "/signin")
}
