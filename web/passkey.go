package web

import (
	"errors"
	"net/http"
	"time"

	"anlo"
	"anlo/auth"
)

// passkeyRoutes are for an officer's own passkeys.
var passkeyRoutes = []officeRoute{
	{"GET /account/passkey", anlo.ActAccount, (*server).newPasskey},
	{"POST /account/passkey", anlo.ActAccount, (*server).askNewPasskey},
	{"POST /account/passkey/add", anlo.ActAccount, (*server).addPasskey},
	{"POST /account/passkey/remove", anlo.ActAccount, (*server).removePasskey},
}

// passkeyPage asks for a name and the password, and then the authenticator.
type passkeyPage struct {
	officePage
	questions
	Passkey *passkeyPart
}

// passkeyList is the part of the account page about passkeys.
type passkeyList struct {
	Keys []passkeyLine
	May  bool // add one, at this address
}

type passkeyLine struct {
	ID                anlo.ID
	Name, Added, Used string
}

var askPasskeyName = input{name: "passkey_name", autocomplete: "off", max: 60}

// passkeys prepares the part of the account page; nil where there can be none.
func (s *server) passkeys(r *http.Request, n auth.Session) (*passkeyList, error) {
	list := &passkeyList{May: s.site(r) != nil}
	all, err := s.auth.Passkeys(r.Context(), n)
	if err != nil || len(all) == 0 && !list.May {
		return nil, err
	}
	t := words(r)
	day := func(at time.Time) string { return t.Date(anlo.DateOf(at.In(anlo.Hanoi))) }
	for _, k := range all {
		line := passkeyLine{k.ID, k.Name, t.T("passkey.added", "Day", day(k.CreatedAt)), t.T("passkey.never")}
		if !k.UsedAt.IsZero() {
			line.Used = t.T("passkey.used", "Day", day(k.UsedAt))
		}
		list.Keys = append(list.Keys, line)
	}
	return list, nil
}

func (s *server) newPasskey(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showNewPasskey(w, r, by, nil)
}

// showNewPasskey asks what a passkey shall be called, and for the password of
// whoever has one.
func (s *server) showNewPasskey(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	p := passkeyPage{officePage: s.officePage(r, by, "passkey.add")}
	p.Path, p.Wrong = "/account/passkey", wrong != nil
	m := mistakes(wrong, askPassword.name, nil)
	p.ask(p.Words, askPasskeyName, r.PostFormValue("passkey_name"), m[askPasskeyName.name])
	if session(r).Password {
		p.ask(p.Words, askPassword, "", m[askPassword.name])
	}
	s.show(w, r, statusOf(wrong), "passkey-new", p)
}

// askNewPasskey asks the authenticator.
func (s *server) askNewPasskey(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	site := s.site(r)
	if site == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if !s.readForm(w, r) {
		return
	}
	q, err := s.auth.NewPasskey(r.Context(), session(r), site, r.PostForm.Get("passkey_name"), r.PostForm.Get("password"))
	if correctable(err) {
		retryAfter(w, statusOf(err))
		s.showNewPasskey(w, r, by, err)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := passkeyPage{officePage: s.officePage(r, by, "passkey.add")}
	p.Passkey = &passkeyPart{Words: p.Words, Question: q, Kind: "create", Action: "/account/passkey/add", Button: p.T("passkey.continue")}
	p.Path, p.Script = "", "passkey"
	s.show(w, r, http.StatusOK, "passkey-new", p)
}

// addPasskey keeps what the authenticator made.
func (s *server) addPasskey(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	site := s.site(r)
	if site == nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if !s.readForm(w, r) {
		return
	}
	err := s.auth.AddPasskey(r.Context(), session(r), site, r.PostForm.Get("ticket"), r.PostForm.Get("answer"))
	switch {
	case errors.Is(err, auth.ErrPasskey):
		s.Log.Warn("passkey not added", "reason", err)
		s.showNewPasskey(w, r, by, auth.ErrPasskey)
	case err != nil:
		s.fail(w, r, err)
	default:
		goTo(w, r, "/account?done=passkey")
	}
}

func (s *server) removePasskey(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	id, _ := anlo.ParseID(r.PostForm.Get("passkey")) // none has the zero identifier
	err := s.auth.RemovePasskey(r.Context(), session(r), id)
	if err != nil && anlo.KindOf(err) != anlo.NotFound { // removed in another window
		s.fail(w, r, err)
		return
	}
	goTo(w, r, "/account?done=passkey-removed")
}
