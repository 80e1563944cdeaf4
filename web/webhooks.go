package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/geo"
	"anlo/locale"
)

var webhookRoutes = []officeRoute{
	{"GET /webhooks", anlo.ActWebhooks, (*server).webhooks},
	{"POST /webhooks", anlo.ActWebhooks, (*server).addWebhook},
	{"GET /webhooks/{id}", anlo.ActWebhooks, (*server).webhook},
	{"POST /webhooks/{id}/{do}", anlo.ActWebhooks, (*server).changeWebhook},
}

// webhooksPage lists the systems that are told of notices, and asks for
// another.
type webhooksPage struct {
	officePage
	Hooks    []hookLine
	Problems []problem
	Label    field
	URL      field
	Area     field
}

// webhookPage is one of them.
type webhookPage struct {
	officePage
	Hook    hookLine
	Secret  string // just made: shown this once
	Rotated bool   // and an old one works along
	Resent  string
	Newest  []hookMessage
	Dead    []hookMessage
	More    string // there are more dead letters than are shown
}

// hookLine is a receiver in words.
type hookLine struct {
	ID, Label, URL, Area, Since string
	State, Shape, Why           string
	Waiting, Dead               int
	Paused                      bool
}

// hookMessage is one message to it.
type hookMessage struct {
	ID, Type, When, Outcome, Why string
	Tries                        int
	Fine                         bool
}

func (s *server) webhooks(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showWebhooks(w, r, by, http.StatusOK, nil, nil)
}

// The questions of the form.
var (
	hookLabel = input{name: "hook_label", autocomplete: "off", max: 80}
	hookURL   = input{name: "hook_url", autocomplete: "off", mode: "url", max: 500}
	hookArea  = input{name: "hook_area", autocomplete: "off", max: 120, optional: true}
)

// showWebhooks shows the list and the form, with what was typed into it and
// what is wrong with that, by question.
func (s *server) showWebhooks(w http.ResponseWriter, r *http.Request, by anlo.Actor, status int, typed answers, wrong map[string]string) {
	hooks, err := s.Webhooks(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := webhooksPage{officePage: s.officePage(r, by, "webhooks.title")}
	for _, h := range hooks {
		p.Hooks = append(p.Hooks, s.hookLine(p.Words, h))
	}
	ask := func(in input) field {
		f := s.field(p.Words, in, typed, wrong[in.name], s.Now())
		if f.Error != "" {
			p.Problems, p.Wrong = append(p.Problems, problem{"#" + in.name, f.Label() + ": " + f.Error}), true
		}
		return f
	}
	p.Label, p.URL, p.Area = ask(hookLabel), ask(hookURL), ask(hookArea)
	if wrong[hookArea.name] == "commune.choose" {
		for _, u := range s.Units.Search(s.UnitList, typed.get(hookArea.name), suggestions) {
			p.Area.Places = append(p.Area.Places, suggestion{u.Code, s.Units.FullName(u.UnitRef)})
		}
	}
	s.show(w, r, status, "webhooks", p)
}

func (s *server) hookLine(w *locale.Words, h app.Webhook) hookLine {
	l := hookLine{ID: h.ID.String(), Label: h.Label, URL: h.URL, Area: w.T("webhooks.country"), Since: w.Time(h.CreatedAt), Waiting: h.Waiting, Dead: h.Dead,
		Paused: !h.PausedAt.IsZero(), State: "ok", Shape: "go"}
	if !h.Area.IsZero() {
		l.Area = s.Units.FullName(h.Area)
	}
	switch {
	case h.Gone:
		l.State, l.Shape, l.Why = "gone", "stop", w.T("webhooks.gone", "Time", w.Time(h.PausedAt))
	case l.Paused:
		l.State, l.Shape, l.Why = "paused", "look", w.T("webhooks.paused", "Time", w.Time(h.PausedAt))
	case h.Failures > 0 && h.Waiting > 0:
		l.State, l.Shape, l.Why = "failing", "stop", w.T("webhooks.failing", "Failures", h.Failures, "Time", w.Time(h.RetryAt))
	case h.Failures > 0:
		l.State, l.Shape, l.Why = "failing", "stop", w.T("webhooks.failing-idle", "Failures", h.Failures)
	case h.Waiting > 0:
		l.State = "sending"
	}
	return l
}

// addWebhook takes the form, and shows the secret of what it added.
func (s *server) addWebhook(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	typed := answers(r.PostForm)
	area, wrong := s.hookArea(typed)
	if area.IsZero() {
		area = by.Area // who administers a province connects it, or a part of it
	}
	h, secret, err := s.AddWebhook(r.Context(), by, typed.get(hookURL.name), typed.get(hookLabel.name), area)
	faults := map[string]string{}
	var e *anlo.Error
	switch {
	case errors.As(err, &e) && e.Kind == anlo.Invalid:
		for _, f := range e.Fields {
			faults["hook_"+f.Field] = f.Code
		}
	case errors.As(err, &e) && e.Kind == anlo.Forbidden:
		faults[hookArea.name] = e.Code
	case err != nil:
		s.fail(w, r, err)
		return
	}
	if wrong != "" {
		faults[hookArea.name] = wrong
	}
	if len(faults) > 0 {
		s.showWebhooks(w, r, by, http.StatusUnprocessableEntity, typed, faults)
		return
	}
	s.showWebhook(w, r, by, h.ID, secret, false)
}

// hookArea finds the commune or province that was typed or picked; zero for
// the whole country.
func (s *server) hookArea(typed answers) (area anlo.UnitRef, wrong string) {
	text := strings.TrimSpace(typed.get(hookArea.name))
	if text == "" {
		return anlo.UnitRef{}, ""
	}
	nowhere := anlo.UnitRef{List: s.UnitList, Code: "?"} // app refuses it, and adds nothing
	found := s.Units.Search(s.UnitList, text, suggestions)
	meant := func(name string) bool { return geo.Strip(geo.Normal(name)) == geo.Strip(geo.Normal(text)) }
	var exact []anlo.Unit
	for _, u := range found {
		switch {
		case u.Code == typed.get(hookArea.name+"_pick"):
			return u.UnitRef, ""
		case meant(u.Name), meant(geo.Bare(u)), slices.ContainsFunc(s.fullNames(u), meant):
			exact = append(exact, u)
		}
	}
	switch {
	case len(found) == 0:
		return nowhere, "commune.unknown"
	case len(found) == 1:
		return found[0].UnitRef, ""
	case len(exact) == 1:
		return exact[0].UnitRef, ""
	}
	return nowhere, "commune.choose"
}

func (s *server) webhook(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.fail(w, r, anlo.ErrNotFound)
		return
	}
	s.showWebhook(w, r, by, id, "", false)
}

func (s *server) showWebhook(w http.ResponseWriter, r *http.Request, by anlo.Actor, id anlo.ID, secret string, rotated bool) {
	h, newest, dead, err := s.Webhook(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := webhookPage{officePage: s.officePage(r, by, "webhooks.title"), Secret: secret, Rotated: rotated}
	p.Title = h.Label
	p.Hook = s.hookLine(p.Words, h)
	if n, err := strconv.Atoi(r.URL.Query().Get("resent")); err == nil {
		p.Resent = p.T("webhooks.resent", "Count", n)
	}
	if h.Dead > len(dead) {
		p.More = p.T("webhooks.dead-more", "Count", h.Dead)
	}
	for _, d := range newest {
		p.Newest = append(p.Newest, hookMessageOf(p.Words, d))
	}
	for _, d := range dead {
		p.Dead = append(p.Dead, hookMessageOf(p.Words, d))
	}
	s.show(w, r, http.StatusOK, "webhook", p)
}

func hookMessageOf(w *locale.Words, d app.Delivery) hookMessage {
	m := hookMessage{ID: d.ID.String(), Type: w.T("webhooks.type." + d.Type), When: w.Time(d.CreatedAt), Tries: d.Attempts}
	outcome := "waiting"
	switch {
	case !d.DeliveredAt.IsZero():
		outcome, m.Fine, m.When = "delivered", true, w.Time(d.DeliveredAt)
	case !d.DeadAt.IsZero():
		outcome = "dead"
	case d.Outcome != "":
		outcome = "retrying"
	}
	m.Outcome = w.T("webhooks.outcome." + outcome)
	if !m.Fine && d.Outcome != "" {
		m.Why = w.T(d.Outcome)
		if _, err := strconv.Atoi(d.Outcome); err == nil {
			m.Why = w.T("webhooks.answered", "Status", d.Outcome)
		}
	}
	return m
}

// changeWebhook does what one of the buttons says.
func (s *server) changeWebhook(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.fail(w, r, anlo.ErrNotFound)
		return
	}
	if !s.readForm(w, r) {
		return
	}
	ctx, to := r.Context(), "/webhooks/"+id.String()
	switch r.PathValue("do") {
	case "pause":
		err = s.PauseWebhook(ctx, by, id)
	case "resume":
		err = s.ResumeWebhook(ctx, by, id)
	case "remove":
		err, to = s.RemoveWebhook(ctx, by, id), "/webhooks"
	case "rotate":
		var secret string
		if secret, err = s.RotateWebhook(ctx, by, id); err == nil {
			s.showWebhook(w, r, by, id, secret, true)
			return
		}
	case "resend":
		var letter anlo.ID // zero: all of them
		if text := r.PostForm.Get("message"); text != "" {
			if letter, err = anlo.ParseID(text); err != nil {
				break
			}
		}
		var n int
		n, err = s.ResendWebhook(ctx, by, id, letter)
		to += "?resent=" + strconv.Itoa(n)
	default:
		err = anlo.ErrNotFound
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}
