package web

import (
	"net/http"
	"slices"

	"anlo"
	"anlo/auth"
)

// accountRoutes are what every officer may see and change about themselves.
var accountRoutes = []officeRoute{
	{"GET /account", anlo.ActAccount, (*server).account},
	{"POST /account/role", anlo.ActAccount, (*server).accountRole},
	{"POST /account/sessions", anlo.ActAccount, (*server).accountSessions},
	{"GET /account/password", anlo.ActAccount, (*server).accountPassword},
	{"POST /account/password", anlo.ActAccount, (*server).changePassword},
	{"GET /account/authenticator", anlo.ActAccount, (*server).accountAuthenticator},
	{"POST /account/authenticator", anlo.ActAccount, (*server).changeAuthenticator},
	{"GET /account/recovery", anlo.ActAccount, (*server).accountRecovery},
	{"POST /account/recovery", anlo.ActAccount, (*server).changeRecovery},
}

type accountPage struct {
	officePage
	Name         string
	Phone, Email string
	Roles        []roleChoice
	Sessions     []sessionLine
	RecoveryLeft string
	HasPassword  bool
	HasCodes     bool
	Passkeys     *passkeyList // nil where there can be none
	Done         string       // what has just been changed
}

type sessionLine struct {
	ID      anlo.ID
	Device  string
	Since   string
	Seen    string
	Factor  string
	Current bool
}

func (s *server) account(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	n := session(r)
	acc, err := s.auth.Account(r.Context(), n)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := accountPage{officePage: s.officePage(r, by, "account.title"), Name: acc.Name, Phone: acc.Phone, Email: acc.Email, HasPassword: acc.HasPassword, HasCodes: acc.HasCodes}
	p.RecoveryLeft = p.T("account.recovery-left", "Count", acc.RecoveryLeft)
	for _, g := range acc.Roles {
		p.Roles = append(p.Roles, s.roleChoice(r, g, n.Acting))
	}
	if p.Passkeys, err = s.passkeys(r, n); err != nil {
		s.fail(w, r, err)
		return
	}
	p.Script = "passkey"
	p.Sessions = sessionLines(r, acc.Sessions, n.ID)
	if done := r.FormValue("done"); slices.Contains([]string{"password", "sessions", "passkey", "passkey-removed"}, done) {
		p.Done = p.T("account.done-" + done)
	}
	p.Path = "/account"
	s.show(w, r, http.StatusOK, "account", p)
}

func sessionLines(r *http.Request, all []auth.Session, current anlo.ID) (lines []sessionLine) {
	for _, n := range all {
		device := n.Device
		if device == "" {
			device = words(r).T("account.device-unknown")
		}
		lines = append(lines, sessionLine{n.ID, device, words(r).Time(n.CreatedAt), words(r).Time(n.SeenAt), words(r).T("factor." + string(n.Factor)), n.ID == current})
	}
	return lines
}

// accountRole switches the role, and goes to its first page.
func (s *server) accountRole(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if s.readForm(w, r) {
		s.switchRole(w, r, session(r))
	}
}

// accountSessions ends one session, or all others.
func (s *server) accountSessions(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	var err error
	if which := r.PostForm.Get("session"); which == "others" {
		err = s.auth.EndOtherSessions(r.Context(), session(r))
	} else {
		id, _ := anlo.ParseID(which)
		err = s.auth.EndSession(r.Context(), session(r), id)
	}
	if err != nil && anlo.KindOf(err) != anlo.NotFound { // ended by itself meanwhile
		s.fail(w, r, err)
		return
	}
	goTo(w, r, "/account?done=sessions")
}
