package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"anlo"
	"anlo/auth"
	"anlo/credential"
)

// signInRoutes are the way in. GET /signin shows whatever is asked next: the
// password, an own password, the second factor, the role.
var signInRoutes = []route{
	{"GET /signin", (*server).signIn},
	{"POST /signin", (*server).signInPassword},
	{"POST /signin/password", (*server).signInNewPassword},
	{"POST /signin/enrol", (*server).signInEnrol},
	{"POST /signin/code", (*server).signInCode},
	{"POST /signin/role", (*server).signInRole},
	{"POST /signin/again", (*server).signInAgain},
	{"POST /signout", (*server).signOut},
}

// signInPage is what any step of signing in shows.
type signInPage struct {
	page
	questions
	To     string // where to go afterwards
	Login  string
	Code   bool   // an authenticator shows codes
	Secret string // of the authenticator, in groups
	QR     template.HTML
	Roles  []roleChoice
	Codes  []string // for recovery, shown this once
	Next   string   // where the way goes on

	Provider string // what the button says that leads to the provider; "" without one
	Passkey  *passkeyPart
}

func (s *server) signInPage(r *http.Request, title string) signInPage {
	p := signInPage{page: s.page(r, title), To: s.local(r.FormValue("to"))}
	p.Path, p.ForOfficers, p.personal = "/signin", true, true
	if p.To != "" {
		p.Path += "?" + url.Values{"to": {p.To}}.Encode()
	}
	return p
}

// local is an address of this site that an officer may be sent back to; "" for
// any other.
func (s *server) local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || len(to) > 500 || under(u.Path, "/signin") {
		return ""
	}
	return "/" + trimSlashes(u.RequestURI())
}

// Questions of signing in and of the account pages.
var (
	askLogin       = input{name: "login", autocomplete: "username", max: 64}
	askPassword    = input{name: "password", kind: "password", autocomplete: "current-password", max: 256}
	askNewPassword = input{name: "new_password", kind: "password", autocomplete: "new-password", max: 256}
	askCode        = input{name: "second_factor", autocomplete: "one-time-code", max: 20}
	askFirstCode   = input{name: "first_code", autocomplete: "one-time-code", mode: "numeric", max: 8}
)

// signIn shows what the sign-in asks for next.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	if n, err := s.cookieSession(r); err == nil {
		if n.By.Role == "" {
			s.askRole(w, r, n)
			return
		}
		s.enterAt(w, r, n.By)
		return
	}
	s.askStep(w, r, nil)
}

// askStep shows the step that the cookie of the sign-in leads to, with what was
// wrong at it.
func (s *server) askStep(w http.ResponseWriter, r *http.Request, wrong error) {
	ticket := cookie(r, hostCookie(r, pendingCookie))
	pending, err := s.auth.Pending(r.Context(), ticket)
	switch {
	case ticket == "":
		s.askLogin(w, r, wrong)
		return
	case err != nil && anlo.KindOf(err) == anlo.Unsigned:
		s.keepPending(w, r, "")
		s.askLogin(w, r, errExpired)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	p := s.signInPage(r, "signin.title-"+string(pending.Step))
	p.Login, p.Code = pending.Login, pending.Code
	ask := map[auth.Step]input{auth.StepPassword: askNewPassword, auth.StepEnrol: askFirstCode, auth.StepCode: askCode}[pending.Step]
	p.ask(p.Words, ask, "", mistakes(wrong, ask.name, map[string]string{"password": ask.name})[ask.name])
	p.Wrong = wrong != nil
	if err := s.offerSecond(r, &p, ticket); err != nil {
		s.fail(w, r, err)
		return
	}
	if p.Secret, p.QR, err = showSecret(pending.Secret, pending.URL); err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, statusOf(wrong), "signin-"+string(pending.Step), p)
}

// showSecret writes the secret of an authenticator in groups of four, and draws
// it for the camera.
func showSecret(secret, address string) (groups string, qr template.HTML, err error) {
	if secret == "" {
		return "", "", nil
	}
	for i := 0; i < len(secret); i += 4 {
		groups += secret[i:min(i+4, len(secret))] + " "
	}
	drawn, err := credential.SVG(address)
	return strings.TrimSpace(groups), template.HTML(drawn), err // made of numbers only
}

// errExpired is told to whoever took too long.
var errExpired = &anlo.Error{Kind: anlo.Invalid, Code: "signin.expired"}

func (s *server) askLogin(w http.ResponseWriter, r *http.Request, wrong error) {
	s.askLoginAt(w, r, askLogin.name, wrong)
}

// askLoginAt is for what was wrong elsewhere than at the password.
func (s *server) askLoginAt(w http.ResponseWriter, r *http.Request, at string, wrong error) {
	p := s.signInPage(r, "signin.title")
	m := mistakes(wrong, at, nil)
	p.ask(p.Words, askLogin, anlo.NormalLogin(r.PostFormValue("login")), m[askLogin.name])
	p.ask(p.Words, askPassword, "", "")
	p.Wrong = wrong != nil
	if p.Wrong && at != askLogin.name {
		p.Problems = append(p.Problems, problem{"#" + at, p.T(m[at])})
	}
	if err := s.offer(r, &p); err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, statusOf(wrong), "signin", p)
}

// wrong shows a step again with what was wrong at it, or that something else
// failed.
func (s *server) wrong(w http.ResponseWriter, r *http.Request, err error) {
	switch anlo.KindOf(err) {
	case anlo.Invalid, anlo.TooMany, anlo.Unsigned, anlo.Forbidden:
		retryAfter(w, statusOf(err))
		s.askStep(w, r, err)
	default:
		s.fail(w, r, err)
	}
}

// caller is where a request to sign in to an account comes from.
func (s *server) caller(r *http.Request, login string) auth.Caller {
	return auth.Caller{RemoteAddr: r.RemoteAddr, UserAgent: r.UserAgent(), Known: cookie(r, s.auth.KnownName(login))}
}

func (s *server) signInPassword(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	if s.wait(r.RemoteAddr) > 0 {
		s.askLogin(w, r, anlo.ErrTooMany)
		return
	}
	login := r.PostForm.Get("login")
	ticket, err := s.auth.Password(r.Context(), s.caller(r, login), login, r.PostForm.Get("password"))
	switch anlo.KindOf(err) {
	case anlo.Invalid, anlo.TooMany:
		retryAfter(w, statusOf(err))
		s.askLogin(w, r, err)
		return
	}
	s.nextStep(w, r, ticket, err)
}

// nextStep keeps the ticket of a sign-in and shows its next step.
func (s *server) nextStep(w http.ResponseWriter, r *http.Request, ticket string, err error) {
	if err != nil {
		s.wrong(w, r, err)
		return
	}
	s.keepPending(w, r, ticket)
	s.again(w, r)
}

// again goes to the page that shows the next step.
func (s *server) again(w http.ResponseWriter, r *http.Request) {
	to := "/signin"
	if back := s.local(r.PostForm.Get("to")); back != "" {
		to += "?" + url.Values{"to": {back}}.Encode()
	}
	goTo(w, r, to)
}

func (s *server) signInNewPassword(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	ticket, err := s.auth.NewPassword(r.Context(), cookie(r, hostCookie(r, pendingCookie)), r.PostForm.Get("new_password"))
	s.nextStep(w, r, ticket, err)
}

func (s *server) signInEnrol(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	e, codes, err := s.auth.Enrol(r.Context(), s.caller(r, ""), cookie(r, hostCookie(r, pendingCookie)), r.PostForm.Get("first_code"))
	if err != nil {
		s.wrong(w, r, err)
		return
	}
	s.entered(w, r, e)
	p := s.signInPage(r, "recovery.title")
	p.Path, p.Codes, p.Next = "", codes, "/signin"
	s.show(w, r, http.StatusOK, "recovery", p)
}

func (s *server) signInCode(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	ticket := cookie(r, hostCookie(r, pendingCookie))
	pending, err := s.auth.Pending(r.Context(), ticket)
	if err != nil {
		s.wrong(w, r, err)
		return
	}
	e, err := s.auth.Code(r.Context(), s.caller(r, pending.Login), ticket, r.PostForm.Get("second_factor"))
	if err != nil {
		s.wrong(w, r, err)
		return
	}
	s.entered(w, r, e)
	s.again(w, r)
}

// enterAt goes to where somebody wanted to go, or to their first page.
func (s *server) enterAt(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	to := s.local(r.FormValue("to"))
	if to == "" {
		to = homeOf(by)
	}
	goTo(w, r, to)
}
