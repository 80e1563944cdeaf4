package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"anlo"
	"anlo/app"
	"anlo/identity"
)

// deskRoutes are the desk: the list that an officer keeps open all day, and a
// record for each notice on it.
var deskRoutes = []officeRoute{
	{"GET /desk", anlo.ActReadDesk, (*server).desk},
	{"GET /desk/part", anlo.ActReadDesk, (*server).deskPart},
	{"GET /desk/print", anlo.ActReadDesk, (*server).deskPrint},
	{"GET /desk/events", anlo.ActReadDesk, (*server).deskEvents},
	{"POST /desk/search", anlo.ActReadDesk, (*server).deskSearch},
	{"POST /desk/bulk", anlo.ActFollowUp, (*server).bulk},
	{"GET /desk/n/{id}", anlo.ActReadDesk, (*server).record},
	{"POST /desk/n/{id}/reveal", anlo.ActReveal, (*server).reveal},
	{"POST /desk/n/{id}/follow-up", anlo.ActFollowUp, (*server).followUp},
}

const (
	searchLife = 24 * time.Hour // how long the address of a search can be opened again
	maxSearch  = 120            // characters: the longest address that somebody types
)

// deskList is which list an officer looks at. Its address says so, and nothing
// about a person: what was searched for travels sealed.
type deskList struct {
	app.DeskQuery
	values  url.Values
	expired bool // there was a search, and it is too old
}

// deskList reads the list from the address of a request. What it does not
// understand it leaves out.
func (s *server) deskList(r *http.Request, by anlo.Actor) deskList {
	asked := r.URL.Query()
	l := deskList{values: url.Values{}}
	keep := func(name string) string {
		v := asked.Get(name)
		l.values.Set(name, v)
		return v
	}
	l.View = app.ViewNew
	if !s.Units.Known(by.Area) {
		l.View = app.ViewAll // whatever climbed, what is due first before the rest
	}
	if v := app.View(asked.Get("view")); slices.Contains(app.Views, v) {
		l.View = v
	}
	l.values.Set("view", string(l.View))
	if slices.Contains(anlo.NoticeStates, anlo.NoticeState(asked.Get("state"))) {
		l.State = anlo.NoticeState(keep("state"))
	}
	if area := (anlo.UnitRef{List: s.UnitList, Code: asked.Get("area")}); s.Units.Path(area) != nil {
		l.Area = area
		keep("area")
	}
	if sealed := asked.Get("s"); sealed != "" {
		text, err := s.OpenForm(searchPurpose(by), sealed, searchLife)
		l.Text, l.expired = string(text), err != nil
		if err == nil {
			keep("s")
		}
	}
	l.Cursor = asked.Get("cursor")
	return l
}

// searchPurpose binds a sealed search to the officer who made it: whoever else
// finds its address learns nothing.
func searchPurpose(by anlo.Actor) string { return "search " + by.Staff.String() }

// at is the address of a page that knows the list. pairs are names and values
// to change; an empty value leaves the name out.
func (l deskList) at(path string, pairs ...string) string {
	v := url.Values{}
	for name, values := range l.values {
		v[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// deskSearch seals what was typed and goes on to the list that it finds.
// Somebody who searches means everything, not what happens to be due.
func (s *server) deskSearch(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	l := s.deskList(r, by)
	text := shorten(identity.CleanName(r.PostForm.Get("text")), maxSearch)
	to := l.at("/desk", "s", "")
	if text != "" {
		sealed, err := s.SealForm(searchPurpose(by), []byte(text))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		to = l.at("/desk", "s", sealed, "view", string(app.ViewAll), "state", "")
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// shorten cuts a text to at most n characters.
func shorten(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// desk shows a list.
func (s *server) desk(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	p, err := s.deskPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "desk", p)
}

// deskPart shows the list alone, for the page that shows it already.
func (s *server) deskPart(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	p, err := s.deskPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showPart(w, r, http.StatusOK, "desk", "list", p)
}
