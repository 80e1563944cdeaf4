package web

import (
	"net/http"
	"net/url"
	"strings"

	"anlo"
	"anlo/auth"
)

// staffRoutes are for administrators: accounts, their roles and sessions.
var staffRoutes = []officeRoute{
	{"GET /staff", anlo.ActStaff, (*server).staff},
	{"GET /staff/new", anlo.ActStaff, (*server).newStaff},
	{"POST /staff/new", anlo.ActStaff, (*server).addStaff},
	{"GET /staff/{id}", anlo.ActStaff, (*server).oneStaff},
	{"POST /staff/{id}", anlo.ActStaff, (*server).changeStaff},
	{"POST /staff/{id}/grant", anlo.ActGrant, (*server).grant},
	{"POST /staff/{id}/revoke", anlo.ActGrant, (*server).revokeGrant},
	{"POST /staff/{id}/disable", anlo.ActStaff, (*server).disableStaff},
	{"POST /staff/{id}/enable", anlo.ActStaff, (*server).enableStaff},
	{"POST /staff/{id}/reset", anlo.ActStaff, (*server).resetStaff},
	{"POST /staff/{id}/end", anlo.ActStaff, (*server).endStaffSessions},
}

type staffPage struct {
	officePage
	Search string
	Items  []staffLine
	Next   string // address of the next page
}

type staffLine struct {
	ID          anlo.ID
	Login, Name string
	Roles       []string
	State       string // in words; "" when there is nothing to say
}

func (s *server) staff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	p := staffPage{officePage: s.officePage(r, by, "staff.title"), Search: strings.TrimSpace(r.FormValue("login"))}
	list, err := s.auth.List(r.Context(), by, p.Search, r.FormValue("after"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, a := range list.Items {
		p.Items = append(p.Items, s.staffLine(p.page, a))
	}
	if list.Next != "" {
		p.Next = "/staff?" + url.Values{"login": {p.Search}, "after": {list.Next}}.Encode()
	}
	s.show(w, r, http.StatusOK, "staff", p)
}

func (s *server) staffLine(p page, a auth.Staff) staffLine {
	line := staffLine{ID: a.ID, Login: a.Login, Name: a.Name, State: s.staffState(p, a)}
	for _, g := range a.Roles {
		role := p.T("role." + string(g.Role))
		if area := s.Units.FullName(g.Area); area != "" {
			role += ", " + area
		}
		line.Roles = append(line.Roles, role)
	}
	return line
}

func (s *server) staffState(p page, a auth.Staff) string {
	switch {
	case !a.DisabledAt.IsZero():
		return p.T("staff.disabled")
	case a.First && !s.Now().Before(a.FirstUntil):
		return p.T("staff.first-over")
	case a.First:
		return p.T("staff.first")
	case len(a.Roles) == 0:
		return p.T("staff.no-role")
	}
	return ""
}

// onePage is one account.
type onePage struct {
	officePage
	questions
	ID       anlo.ID
	Account  staffLine
	Disabled bool
	Own      bool // of the administrator who looks: it takes another
	Roles    []roleChoice
	Sessions []sessionLine
	Grant    questions
	Done     string
	Failed   string // a change that was refused, in words
}

func (s *server) oneStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showStaff(w, r, by, nil, nil)
}

// showStaff shows one account, with what was wrong with a change of its owner's
// data or with a role to be given.
func (s *server) showStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor, change, grant error) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	a, open, err := s.auth.Staff(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := onePage{officePage: s.officePage(r, by, "staff.title"), ID: id, Disabled: !a.DisabledAt.IsZero(), Own: by.Staff == id}
	p.Title, p.Path = a.Login, "/staff/"+id.String()
	p.Account = s.staffLine(p.page, a)
	for _, g := range a.Roles {
		p.Roles = append(p.Roles, s.roleChoice(r, g, anlo.ID{}))
	}
	p.Sessions = sessionLines(r, open, session(r).ID)
	values := r.PostForm
	if change == nil {
		values = url.Values{"name": {a.Name}, "work_phone": {a.Phone}, "email": {a.Email}}
	}
	s.askOfficer(&p.questions, p.page, values, mistakes(change, "name", officerNames))
	s.askGrant(&p.Grant, p.page, r.PostForm, grant)
	if correctable(grant) {
		p.Problems = append(p.Problems, p.Grant.Problems...)
	}
	status := http.StatusOK
	for _, failed := range []error{change, grant} {
		if failed != nil {
			p.Wrong, status = true, statusOf(failed)
			if !correctable(failed) {
				p.Failed = p.T(codeOf(failed))
			}
		}
	}
	if done := r.FormValue("done"); done == "changed" || done == "role" || done == "ended" || done == "reset" {
		p.Done = p.T("staff.done-" + done)
	}
	s.show(w, r, status, "staff-one", p)
}

// onStaff runs a change of the account in the path, and shows it afterwards.
func (s *server) onStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor, done string, change func(anlo.ID) error) {
	if !s.readForm(w, r) {
		return
	}
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	switch err := change(id); anlo.KindOf(err) {
	case anlo.Forbidden, anlo.Conflict:
		s.showStaff(w, r, by, nil, err)
	default:
		if err != nil {
			s.fail(w, r, err)
			return
		}
		goTo(w, r, "/staff/"+id.String()+"?done="+done)
	}
}

func (s *server) revokeGrant(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.onStaff(w, r, by, "role", func(anlo.ID) error {
		grant, err := anlo.ParseID(r.PostForm.Get("grant"))
		if err != nil {
			return anlo.ErrNotFound
		}
		return s.auth.RevokeGrant(r.Context(), by, grant)
	})
}

func (s *server) disableStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.onStaff(w, r, by, "changed", func(id anlo.ID) error { return s.auth.DisableStaff(r.Context(), by, id) })
}

func (s *server) enableStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.onStaff(w, r, by, "changed", func(id anlo.ID) error { return s.auth.EnableStaff(r.Context(), by, id) })
}

func (s *server) endStaffSessions(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.onStaff(w, r, by, "ended", func(id anlo.ID) error { return s.auth.EndSessions(r.Context(), by, id) })
}
