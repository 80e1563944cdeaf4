package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"anlo"
	"anlo/geo"
	"anlo/identity"
	"anlo/locale"
)

// Questions about an officer and a role.
var (
	askName      = input{name: "name", autocomplete: "off", max: 110}
	askPhone     = input{name: "work_phone", kind: "tel", autocomplete: "off", max: 20, optional: true}
	askEmail     = input{name: "email", kind: "email", autocomplete: "off", max: 200, optional: true}
	askOwnNumber = input{name: "own_number", autocomplete: "off", mode: "numeric", max: 20, optional: true}
	askNewLogin  = input{name: "login", autocomplete: "off", max: 64}
	askRole      = input{name: "role", words: "role"}
	askArea      = input{name: "area", commune: true, autocomplete: "off", max: 120, optional: true}
	askUntil     = input{name: "until", kind: "date", optional: true}
)

// officerNames are the questions under which the fields of anlo.Officer stand.
var officerNames = map[string]string{"phone": "work_phone", "id_number": "own_number"}

func (s *server) askOfficer(q *questions, p page, v url.Values, wrong map[string]string) {
	for _, in := range []input{askName, askPhone, askEmail, askOwnNumber} {
		q.ask(p.Words, in, v.Get(in.name), wrong[in.name])
	}
}

func readOfficer(v url.Values) anlo.Officer {
	return anlo.Officer{Login: v.Get("login"), Name: identity.CleanName(v.Get("name")), Phone: v.Get("work_phone"), Email: v.Get("email"), IDNumber: v.Get("own_number")}
}

// askGrant asks for a role, where it holds and until when.
func (s *server) askGrant(q *questions, p page, v url.Values, err error) {
	wrong := mistakes(err, "role", nil)
	if !correctable(err) {
		wrong = nil
	}
	f := q.ask(p.Words, askRole, "", wrong["role"])
	f.Choices = roleOptions(p.Words, v.Get("role"))
	s.askArea(q, p, v, wrong["area"])
	f = q.ask(p.Words, askUntil, v.Get("until"), wrong["until"])
	f.Min = s.Now().In(locale.Zone).Format(time.DateOnly)
}

// askArea asks where a role holds, and offers the places that may be meant.
func (s *server) askArea(q *questions, p page, v url.Values, code string) {
	f := q.ask(p.Words, askArea, v.Get("area"), code)
	if code == "commune.choose" {
		for _, u := range s.areas(anlo.Role(v.Get("role")), v.Get("area")) {
			f.Places = append(f.Places, suggestion{u.Code, s.Units.FullName(u.UnitRef)})
		}
	}
}

func roleOptions(w *locale.Words, chosen string) []choice {
	options := []choice{{Label: w.T("staff.no-role-yet"), Checked: chosen == ""}}
	for _, role := range anlo.StaffRoles {
		options = append(options, choice{Value: string(role), Label: w.T("role." + string(role)), Checked: chosen == string(role)})
	}
	return options
}

// readGrant reads a role from a form. The last day is included.
func (s *server) readGrant(v url.Values) (anlo.Grant, error) {
	g := anlo.Grant{Role: anlo.Role(v.Get("role"))}
	var fields []anlo.FieldError
	if v.Get("role") == "" {
		fields = append(fields, anlo.FieldError{Field: "role", Code: "required"})
	}
	area, code := s.area(g.Role, identity.CleanName(v.Get("area")), v.Get("area_pick"))
	if code != "" {
		fields = append(fields, anlo.FieldError{Field: "area", Code: code})
	}
	g.Area = area
	if text := v.Get("until"); text != "" {
		last, err := anlo.ParseDateTyped(text)
		if err != nil || last.Month == 0 {
			fields = append(fields, anlo.FieldError{Field: "until", Code: "date.malformed"})
		} else {
			g.Until = last.AddDays(1).At(0, locale.Zone)
		}
		if err == nil && !g.Until.After(s.Now()) {
			fields = append(fields, anlo.FieldError{Field: "until", Code: "grant.until"})
		}
	}
	if fields != nil {
		return g, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: fields}
	}
	return g, nil
}

// area finds the unit that somebody means by a text; zero for the whole country.
func (s *server) area(role anlo.Role, text, pick string) (u anlo.UnitRef, code string) {
	if text == "" {
		return anlo.UnitRef{}, ""
	}
	found := s.areas(role, text)
	var exact []anlo.Unit
	for _, u := range found {
		if u.Code == pick {
			return u.UnitRef, ""
		}
		if s.isNamed(u, text) {
			exact = append(exact, u)
		}
	}
	switch {
	case len(found) == 0:
		return u, "commune.unknown"
	case len(exact) == 1:
		return exact[0].UnitRef, ""
	case len(found) == 1:
		return found[0].UnitRef, ""
	}
	return u, "commune.choose"
}

// areas are the units that a text may mean and that a role may hold in, those
// named exactly so first.
func (s *server) areas(role anlo.Role, text string) []anlo.Unit {
	if u, ok := s.Units.Unit(anlo.UnitRef{List: s.UnitList, Code: text}); ok {
		return []anlo.Unit{u}
	}
	found := slices.DeleteFunc(s.Units.Search(s.UnitList, text, 4*suggestions), func(u anlo.Unit) bool {
		return role == anlo.CommuneOfficer && !s.Units.Known(u.UnitRef) || role == anlo.ProvinceSupervisor && s.Units.Known(u.UnitRef)
	})
	slices.SortStableFunc(found, func(a, b anlo.Unit) int {
		switch x, y := s.isNamed(a, text), s.isNamed(b, text); {
		case x == y:
			return a.Level - b.Level
		case x:
			return -1
		}
		return 1
	})
	return found[:min(len(found), suggestions)]
}

// isNamed reports whether a text is the name of a unit, accents aside.
func (s *server) isNamed(u anlo.Unit, text string) bool {
	plain := func(t string) string { return geo.Strip(geo.Normal(t)) }
	names := append(s.CommuneNames(u), u.Name, geo.Bare(u))
	return slices.ContainsFunc(names, func(name string) bool { return plain(name) == plain(text) })
}

// newPage asks for a new officer.
type newPage struct {
	officePage
	questions
	Grant questions
}

func (s *server) newStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.askStaff(w, r, by, nil, nil)
}

func (s *server) askStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong, grant error) {
	p := newPage{officePage: s.officePage(r, by, "staff.new")}
	p.Path = "/staff/new"
	m := mistakes(wrong, "login", officerNames)
	p.ask(p.Words, askNewLogin, r.PostForm.Get("login"), m["login"])
	s.askOfficer(&p.questions, p.page, r.PostForm, m)
	s.askGrant(&p.Grant, p.page, r.PostForm, grant)
	p.Problems = append(p.Problems, p.Grant.Problems...)
	status := http.StatusOK
	if wrong != nil || grant != nil {
		p.Wrong, status = true, http.StatusUnprocessableEntity
	}
	s.show(w, r, status, "staff-new", p)
}

// secretPage shows a password or a token this once.
type secretPage struct {
	officePage
	Text   string
	Login  string
	Secret string
	Back   string
}

func (s *server) showOnce(w http.ResponseWriter, r *http.Request, by anlo.Actor, what, login, secret, back string) {
	p := secretPage{officePage: s.officePage(r, by, "once."+what), Text: words(r).T("once." + what + "-text"), Login: login, Secret: secret, Back: back}
	p.Path = ""
	s.show(w, r, http.StatusOK, "once", p)
}

func (s *server) addStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	o := readOfficer(r.PostForm)
	var grants []anlo.Grant
	var wrongGrant error
	if r.PostForm.Get("role") != "" || strings.TrimSpace(r.PostForm.Get("area")) != "" {
		g, err := s.readGrant(r.PostForm)
		if err == nil {
			err = g.Check(s.Units.Contains, s.Units.Known)
		}
		grants, wrongGrant = []anlo.Grant{g}, err
	}
	checked := o
	if wrong := checked.Check(); wrong != nil || wrongGrant != nil {
		s.askStaff(w, r, by, wrong, wrongGrant)
		return
	}
	id, password, err := s.auth.AddStaff(r.Context(), by, o, grants...)
	switch {
	case correctable(err):
		s.askStaff(w, r, by, err, nil)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.showOnce(w, r, by, "password", anlo.NormalLogin(o.Login), password, "/staff/"+id.String())
	}
}

func (s *server) changeStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if err := s.auth.ChangeStaff(r.Context(), by, id, readOfficer(r.PostForm)); correctable(err) {
		s.showStaff(w, r, by, err, nil)
		return
	}
	s.onStaff(w, r, by, "changed", func(anlo.ID) error { return err })
}

func (s *server) grant(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	g, err := s.readGrant(r.PostForm)
	id, bad := anlo.ParseID(r.PathValue("id"))
	if bad != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if err == nil {
		_, err = s.auth.Grant(r.Context(), by, id, g)
	}
	if correctable(err) {
		s.showStaff(w, r, by, nil, err)
		return
	}
	s.onStaff(w, r, by, "role", func(anlo.ID) error { return err })
}

func (s *server) resetStaff(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	var password string
	if !s.readForm(w, r) {
		return
	}
	id, err := anlo.ParseID(r.PathValue("id"))
	if err == nil {
		password, err = s.auth.ResetSecondFactor(r.Context(), by, id)
	}
	if err != nil {
		s.onStaff(w, r, by, "", func(anlo.ID) error { return err })
		return
	}
	if password == "" { // they sign in elsewhere
		s.onStaff(w, r, by, "reset", func(anlo.ID) error { return nil })
		return
	}
	a, _, err := s.auth.Staff(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showOnce(w, r, by, "password", a.Login, password, "/staff/"+id.String())
}
