package web

import (
	"html/template"
	"net/http"

	"anlo"
)

// surePage asks for the password once more, and what is to be changed.
type surePage struct {
	officePage
	questions
	Text   string
	Button string
	Ticket string // of the change to another authenticator
	Secret string
	QR     template.HTML
}

type codesPage struct {
	officePage
	Codes []string
	Next  string
}

// surePage begins the page of one change; wrong is what was wrong at the first
// try. The keys of its words are those of the title.
func (s *server) surePage(r *http.Request, by anlo.Actor, what string, wrong error, more ...input) surePage {
	p := surePage{officePage: s.officePage(r, by, "account."+what), Text: words(r).T("account." + what + "-text"), Button: words(r).T("account." + what + "-button")}
	p.Path = "/account/" + what
	at := "password"
	if wrong != nil && codeOf(wrong) == "signin.code" {
		at = askFirstCode.name
	}
	m := mistakes(wrong, at, map[string]string{"password": askNewPassword.name})
	if session(r).Password {
		more = append([]input{askPassword}, more...)
	}
	for _, in := range more {
		p.ask(p.Words, in, "", m[in.name])
	}
	p.Wrong = wrong != nil
	return p
}

func (s *server) accountPassword(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.show(w, r, http.StatusOK, "account-change", s.surePage(r, by, "password", nil, askNewPassword))
}

func (s *server) changePassword(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	err := s.auth.ChangePassword(r.Context(), session(r), r.PostForm.Get("password"), r.PostForm.Get("new_password"))
	switch {
	case correctable(err):
		retryAfter(w, statusOf(err))
		s.show(w, r, statusOf(err), "account-change", s.surePage(r, by, "password", err, askNewPassword))
	case err != nil:
		s.fail(w, r, err)
	default:
		goTo(w, r, "/account?done=password")
	}
}

func (s *server) accountAuthenticator(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	_, _, ticket, err := s.auth.NewAuthenticator(r.Context(), session(r))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.askAuthenticator(w, r, by, ticket, nil)
}

func (s *server) askAuthenticator(w http.ResponseWriter, r *http.Request, by anlo.Actor, ticket string, wrong error) {
	secret, address, err := s.auth.PendingAuthenticator(r.Context(), session(r), ticket)
	if err != nil && anlo.KindOf(err) == anlo.Unsigned { // took too long
		goTo(w, r, "/account/authenticator")
		return
	}
	p := s.surePage(r, by, "authenticator", wrong, askFirstCode)
	p.Ticket = ticket
	if err == nil {
		p.Secret, p.QR, err = showSecret(secret, address)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, statusOf(wrong), "account-change", p)
}

func (s *server) changeAuthenticator(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	ticket := r.PostForm.Get("ticket")
	codes, err := s.auth.ReplaceAuthenticator(r.Context(), session(r), ticket, r.PostForm.Get("password"), r.PostForm.Get("first_code"))
	switch {
	case correctable(err):
		retryAfter(w, statusOf(err))
		s.askAuthenticator(w, r, by, ticket, err)
	case err != nil && anlo.KindOf(err) == anlo.Unsigned:
		goTo(w, r, "/account/authenticator")
	case err != nil:
		s.fail(w, r, err)
	default:
		s.showCodes(w, r, by, codes)
	}
}

func (s *server) accountRecovery(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.show(w, r, http.StatusOK, "account-change", s.surePage(r, by, "recovery", nil))
}

func (s *server) changeRecovery(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	codes, err := s.auth.NewRecoveryCodes(r.Context(), session(r), r.PostForm.Get("password"))
	switch {
	case correctable(err):
		retryAfter(w, statusOf(err))
		s.show(w, r, statusOf(err), "account-change", s.surePage(r, by, "recovery", err))
	case err != nil:
		s.fail(w, r, err)
	default:
		s.showCodes(w, r, by, codes)
	}
}

// showCodes shows new recovery codes this once.
func (s *server) showCodes(w http.ResponseWriter, r *http.Request, by anlo.Actor, codes []string) {
	p := codesPage{s.officePage(r, by, "recovery.title"), codes, "/account"}
	p.Path = ""
	s.show(w, r, http.StatusOK, "recovery", p)
}
