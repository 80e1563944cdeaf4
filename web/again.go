package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// againPage makes a declaration once more: who travels, which way, when, and
// one answer about everybody's health, on one screen.
type againPage struct {
	page
	Own      string // path of the declaration before
	Problems []problem
	Note     string // what becomes of the pass before
	Rows     []row
	Health   []againHealth

	fields map[string]field
}

// againHealth are the questions about one traveller, for when not everybody is
// well.
type againHealth struct {
	*locale.Words
	Name   string
	Open   bool
	Fields []field
}

// Field returns a question of the page.
func (p againPage) Field(name string) field { return p.fields[name] }

// againOf are the questions about one traveller's health; i is their place in
// the declaration before.
func againOf(i int) []input {
	n := "-" + strconv.Itoa(i)
	return []input{
		{name: "symptoms" + n, words: "symptoms", label: "symptoms", options: texts(anlo.Symptoms), many: true},
		{name: "contact" + n, words: "again-contact", options: []string{"yes"}},
		{name: "test" + n, words: "again-test", label: "again-test", options: []string{"none", "antigen", "pcr"}},
		{name: "test_date" + n, label: "test_date", kind: "date"},
	}
}

// beginAgain shows the screen.
func (s *server) beginAgain(w http.ResponseWriter, r *http.Request) {
	if before, ok := s.before(w, r); ok {
		s.showAgain(w, r, before, nil, nil)
	}
}

// before is the declaration that is made once more. Where that cannot be, it
// answers itself: with the pass that followed, or the usual form.
func (s *server) before(w http.ResponseWriter, r *http.Request) (app.Declared, bool) {
	by, err := s.owner(r)
	if err != nil {
		s.fail(w, r, err)
		return app.Declared{}, false
	}
	d, err := s.Before(r.Context(), by)
	to := ""
	switch {
	case err == nil:
		return d, true
	case d.FollowedBy != "":
		to = "/my/" + d.FollowedBy
	case errors.Is(err, anlo.ErrNotFound):
		to = "/declare"
	default:
		s.fail(w, r, err)
		return d, false
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return d, false
}

// declareAgain takes the screen.
func (s *server) declareAgain(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	before, ok := s.before(w, r)
	if !ok {
		return
	}
	if lang := r.PostForm.Get("lang"); lang != "" {
		r = withWords(r, lang)
		rememberLanguage(w, r, words(r).Lang)
		s.showAgain(w, r, before, r.PostForm, nil)
		return
	}
	a := s.readAgain(before, r.PathValue("token"), r.PostForm)
	switch {
	case r.PostForm.Get("go") == "form": // more has changed than this screen asks
		if a.wrong["well"] != "" {
			a.draft.Seen = []string{"who", "home", "trip"}
		}
		if a.wrong["who"] != "" {
			a.draft = s.draftOf(before, "")
			a.draft.Again, a.draft.Seen = r.PathValue("token"), []string{"who", "home", "trip"}
			a.draft.Trip.set("depart", "now")
		}
		s.showCheck(w, r, a.draft, nil)
	case len(a.wrong) > 0:
		s.showAgain(w, r, before, r.PostForm, a.wrong)
	default:
		s.send(w, r, a.draft)
	}
}

// askedAgain is what somebody answered, as the usual form would hold it, and
// what is wrong with it by the names of the inputs.
type askedAgain struct {
	draft draft
	wrong map[string]string
}

func (s *server) readAgain(before app.Declared, link string, form url.Values) askedAgain {
	next := app.Declared{Declaration: before.Declaration}
	next.Declaration.Travellers = nil
	var places []int // in the declaration before
	for i, t := range before.Declaration.Travellers {
		if len(before.Declaration.Travellers) == 1 || slices.Contains(form["who"], strconv.Itoa(i)) {
			next.Declaration.Travellers = append(next.Declaration.Travellers, t)
			places = append(places, i)
		}
	}
	a := askedAgain{wrong: map[string]string{}}
	if len(places) == 0 {
		a.wrong["who"] = "again.nobody"
		return a
	}
	trip := &next.Declaration.Trip
	if form.Get("way") == "back" {
		trip.Origin, trip.Destination = trip.Destination, trip.Origin
		trip.Purpose = anlo.TripPurpose(form.Get("reason"))
	}
	d := s.draftOf(next, "")
	d.Again, d.Now = link, s.Now()
	d.Trip.set("departs_at")
	for _, name := range []string{"depart", "depart_date", "depart_time"} {
		d.Trip.set(name, shorten(form.Get(name), 20))
	}
	a.health(d.People, places, form)
	_, faults := s.read(d, d.Now)
	for _, f := range faults {
		switch name := f.input; {
		case slices.Contains([]string{"reason", "depart", "depart_date", "depart_time"}, name):
			a.wrong[name] = f.code
		case strings.HasPrefix(name, "test"): // of whom, says the screen that it would be on
			if i := personOf(f.step); i < len(places) {
				a.wrong["test_date-"+strconv.Itoa(places[i])] = f.code
			}
		}
	}
	a.draft = d
	return a
}

// health puts the one answer about everybody, or those about each, into the
// answers of the usual form. What was said last time about symptoms, contacts
// and places is not said again; a negative test and vaccinations still hold.
func (a *askedAgain) health(people []answers, places []int, form url.Values) {
	well, unwell := form.Get("well"), false
	for i, p := range people {
		n := "-" + strconv.Itoa(places[i])
		p.set("symptoms", "none")
		p.set("contact", "no")
		p.set("places")
		if !p.is("test_result", "negative") {
			p.set("test", "none")
			p.set("test_result")
			p.set("test_date")
		}
		if well != "no" {
			continue
		}
		if symptoms := form["symptoms"+n]; len(symptoms) > 0 {
			p.set("symptoms", symptoms...)
			unwell = true
		}
		if form.Get("contact"+n) == "yes" {
			p.set("contact", "yes")
			unwell = true
		}
		if kind := form.Get("test" + n); kind != "" && kind != "none" {
			p.set("test", kind)
			p.set("test_result", string(anlo.Positive))
			p.set("test_date", shorten(form.Get("test_date"+n), 20))
			unwell = true
		}
	}
	switch {
	case well != "yes" && well != "no":
		a.wrong["well"] = "required"
	case well == "no" && !unwell:
		a.wrong["well"] = "again.who-is-unwell"
	}
}

// showAgain shows the screen with what was answered; form is nil at first.
func (s *server) showAgain(w http.ResponseWriter, r *http.Request, before app.Declared, form url.Values, wrong map[string]string) {
	d, now := before.Declaration, s.Now()
	p := againPage{page: s.page(r, "again.title"), Own: "/my/" + r.PathValue("token"), fields: map[string]field{}}
	p.personal, p.Form, p.Script = true, "again", "declare"
	p.Note = p.T("again.ended", "Time", p.Time(before.ExpiresAt))
	switch {
	case !before.CancelledAt.IsZero():
		p.Note = ""
	case now.Before(before.ExpiresAt):
		p.Note = p.T("again.ends", "Time", p.Time(before.ExpiresAt))
	}
	a := answers(form)
	if form == nil {
		a = s.unchanged(d, now)
	}
	if len(d.Travellers) == 1 {
		p.Rows = append(p.Rows, row{p.T("my.name"), d.Travellers[0].FullName})
	}
	p.Rows = append(p.Rows, row{p.T("field.vehicle"), vehicle(p.Words, d.Trip.Vehicle)}, row{p.T("field.reason"), p.T("reason-of-trip." + string(d.Trip.Purpose))})
	if d.Trip.Note != "" {
		p.Rows = append(p.Rows, row{p.T("field.note"), d.Trip.Note})
	}
	p.ask(s, a, d, wrong, now)
	if p.Wrong = len(p.Problems) > 0; p.Wrong {
		s.show(w, r, http.StatusUnprocessableEntity, "again", p)
		return
	}
	s.show(w, r, http.StatusOK, "again", p)
}

// unchanged is what most mean: everybody, the same way, now. Nobody is said to
// be well who has not said so.
func (s *server) unchanged(d anlo.Declaration, now time.Time) answers {
	a := answers{"way": {"same"}, "depart": {"now"}, "reason": {string(d.Trip.Purpose)}}
	switch {
	case d.Trip.Origin.Commune == staysAt(d.Travellers[0].Person).Commune: // the way back leads home
		a.set("reason", string(anlo.Home))
	case d.Trip.Purpose == anlo.Home:
		a.set("reason")
	}
	for i := range d.Travellers {
		a.set("who", append(a["who"], strconv.Itoa(i))...)
		a.set("test_date-"+strconv.Itoa(i), now.In(locale.Zone).Format(time.DateOnly))
	}
	return a
}

// ask prepares the questions.
func (p *againPage) ask(s *server, a answers, d anlo.Declaration, wrong map[string]string, now time.Time) {
	question := func(in input) field {
		f := s.field(p.Words, in, a, wrong[in.name], now)
		if f.Error != "" {
			p.Problems = append(p.Problems, problem{"#" + f.Anchor(), f.Label() + ": " + f.Error})
		}
		return f
	}
	who := input{name: "who", many: true}
	for i := range d.Travellers {
		who.options = append(who.options, strconv.Itoa(i))
	}
	for _, in := range append([]input{who, {name: "way", options: []string{"same", "back"}}, {name: "well", options: []string{"yes", "no"}}}, inputsOf("trip")...) {
		switch in.name {
		case "who", "way", "well", "reason", "depart", "depart_date", "depart_time":
			p.fields[in.name] = question(in)
		}
	}
	from, to := s.Units.FullName(d.Trip.Origin.Commune), s.Units.FullName(d.Trip.Destination.Commune)
	for i := range p.fields["way"].Choices {
		c := &p.fields["way"].Choices[i]
		c.Label = p.T("way."+c.Value, "From", from, "To", to)
		from, to = to, from
	}
	if len(d.Travellers) == 1 {
		p.fields["well"].Choices[0].Label = p.T("well.yes-alone")
		p.fields["well"].Choices[1].Label = p.T("well.no-alone")
	}
	for i, t := range d.Travellers {
		p.fields["who"].Choices[i].Label = t.FullName
		h := againHealth{Words: p.Words, Name: t.FullName, Open: len(d.Travellers) == 1}
		for _, in := range againOf(i) {
			f := question(in)
			h.Open = h.Open || f.Error != "" || in.kind == "" && slices.ContainsFunc(f.Choices, func(c choice) bool { return c.Checked && c.Value != "none" })
			h.Fields = append(h.Fields, f)
		}
		p.Health = append(p.Health, h)
	}
}
