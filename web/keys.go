package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"anlo"
	"anlo/auth"
	"anlo/locale"
)

// keyRoutes are what is not a person: keys of other systems, and the devices of
// checkpoints.
var keyRoutes = []officeRoute{
	{"GET /staff/keys", anlo.ActAPIKeys, (*server).keys},
	{"POST /staff/keys", anlo.ActAPIKeys, (*server).addKey},
	{"POST /staff/keys/{id}/revoke", anlo.ActAPIKeys, (*server).revokeKey},
	{"GET /staff/devices", anlo.ActDevices, (*server).devices},
	{"POST /staff/devices/{id}/revoke", anlo.ActDevices, (*server).revokeDevice},
}

type keysPage struct {
	officePage
	questions
	Keys []keyLine
}

type keyLine struct {
	ID                                     anlo.ID
	Name, Role, Area, Until, Used, Expired string
	Only                                   []string
}

var (
	askKeyName  = input{name: "key_name", autocomplete: "off", max: 60}
	askKeyUntil = input{name: "key_until", kind: "date"}
	askScopes   = input{name: "scopes", many: true, words: "action"}
)

// keyNames are the questions under which the fields of a key stand.
var keyNames = map[string]string{"name": "key_name", "until": "key_until", "only": "scopes"}

func (s *server) keys(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showKeys(w, r, by, nil)
}

func (s *server) showKeys(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	all, err := s.auth.Keys(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := keysPage{officePage: s.officePage(r, by, "api-keys.title")}
	p.Path = "/staff/keys"
	for _, k := range all {
		p.Keys = append(p.Keys, s.keyLine(p.Words, k))
	}
	s.askKey(&p, r.PostForm, wrong)
	p.Wrong = wrong != nil
	s.show(w, r, statusOf(wrong), "keys", p)
}

func (s *server) keyLine(w *locale.Words, k auth.Key) keyLine {
	line := keyLine{ID: k.ID, Name: k.Name, Role: w.T("role." + string(k.Role)), Area: s.Units.FullName(k.Area), Until: until(w, k.ExpiresAt), Used: w.T("api-keys.never")}
	if !k.UsedAt.IsZero() {
		line.Used = w.Time(k.UsedAt)
	}
	if !s.Now().Before(k.ExpiresAt) {
		line.Expired = w.T("api-keys.expired")
	}
	for _, action := range k.Only {
		line.Only = append(line.Only, w.T("action."+string(action)))
	}
	return line
}

func (s *server) askKey(p *keysPage, v url.Values, wrong error) {
	m := mistakes(wrong, "key_name", keyNames)
	p.ask(p.Words, askKeyName, v.Get("key_name"), m["key_name"])
	p.ask(p.Words, askRole, "", m["role"]).Choices = roleOptions(p.Words, v.Get("role"))
	s.askArea(&p.questions, p.page, v, m["area"])
	f := p.ask(p.Words, askScopes, "", m["scopes"])
	for _, action := range scopes() {
		f.Choices = append(f.Choices, choice{Value: string(action), Label: p.T("action." + string(action)), ID: "scopes-" + string(action), Checked: slices.Contains(v["scopes"], string(action))})
	}
	f.Choices[0].ID = askScopes.name // where the list of mistakes leads to
	f = p.ask(p.Words, askKeyUntil, v.Get("key_until"), m["key_until"])
	today := s.Now().In(locale.Zone)
	f.Min, f.Max = today.AddDate(0, 0, 1).Format(time.DateOnly), today.AddDate(1, 0, -1).Format(time.DateOnly)
}

// scopes are the actions that a key of any role may be allowed.
func scopes() (all []anlo.Action) {
	for _, action := range anlo.Actions {
		if slices.ContainsFunc(anlo.StaffRoles, func(role anlo.Role) bool { return slices.Contains(auth.Scopes(role), action) }) {
			all = append(all, action)
		}
	}
	return all
}

func (s *server) addKey(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	v := url.Values{"role": r.PostForm["role"], "area": r.PostForm["area"], "area_pick": r.PostForm["area_pick"], "until": r.PostForm["key_until"]}
	g, err := s.readGrant(v)
	k := auth.Key{Name: r.PostForm.Get("key_name"), Role: g.Role, Area: g.Area, ExpiresAt: g.Until}
	for _, action := range r.PostForm["scopes"] {
		k.Only = append(k.Only, anlo.Action(action))
	}
	var token string
	if err == nil {
		_, token, err = s.auth.AddKey(r.Context(), by, k)
	}
	switch {
	case correctable(err):
		s.showKeys(w, r, by, err)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.showOnce(w, r, by, "key", k.Name, token, "/staff/keys")
	}
}

func (s *server) revokeKey(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.revoke(w, r, "/staff/keys", func(id anlo.ID) error { return s.auth.RevokeKey(r.Context(), by, id) })
}

// revoke withdraws what the path names, and goes back to the list.
func (s *server) revoke(w http.ResponseWriter, r *http.Request, list string, withdraw func(anlo.ID) error) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if err := withdraw(id); err != nil {
		s.fail(w, r, err)
		return
	}
	goTo(w, r, list)
}

type devicesPage struct {
	officePage
	Devices []deviceLine
}

type deviceLine struct {
	ID                       anlo.ID
	Label, Checkpoint, Until string
}

func (s *server) devices(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	all, err := s.Devices(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := devicesPage{officePage: s.officePage(r, by, "devices.title")}
	for _, d := range all {
		p.Devices = append(p.Devices, deviceLine{d.ID, d.Label, d.Checkpoint.Name, until(p.Words, d.ExpiresAt)})
	}
	s.show(w, r, http.StatusOK, "devices", p)
}

func (s *server) revokeDevice(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.revoke(w, r, "/staff/devices", func(id anlo.ID) error { return s.RevokeDevice(r.Context(), by, id) })
}
