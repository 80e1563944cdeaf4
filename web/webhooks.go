package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"anlo"
	"anlo/app"
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
	questions
	Hooks []hookLine
}

// webhookPage is one of them.
type webhookPage struct {
	officePage
	Hook   hookLine
	Resent string
	Newest []hookMessage
	Dead   []hookMessage
	More   string // there are more dead letters than are shown
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

// The questions of the form, beside askArea.
var (
	askHookLabel = input{name: "hook_label", autocomplete: "off", max: 80}
	askHookURL   = input{name: "hook_url", autocomplete: "off", mode: "url", max: 500}
)

var hookNames = map[string]string{"label": "hook_label", "url": "hook_url"}

func (s *server) webhooks(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showWebhooks(w, r, by, nil)
}

// showWebhooks shows the list and the form, with what was typed into it and
// what is wrong with that.
func (s *server) showWebhooks(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	hooks, err := s.Webhooks(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := webhooksPage{officePage: s.officePage(r, by, "webhooks.title")}
	p.Path, p.Wrong = "/webhooks", wrong != nil
	for _, h := range hooks {
		p.Hooks = append(p.Hooks, s.hookLine(p.Words, h))
	}
	v, m := r.PostForm, mistakes(wrong, askArea.name, hookNames)
	p.ask(p.Words, askHookLabel, v.Get("hook_label"), m["hook_label"])
	p.ask(p.Words, askHookURL, v.Get("hook_url"), m["hook_url"])
	s.askArea(&p.questions, p.page, v, m["area"])
	s.show(w, r, statusOf(wrong), "webhooks", p)
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
	v := r.PostForm
	area, code := s.area("", strings.TrimSpace(v.Get("area")), v.Get("area_pick"))
	switch {
	case code != "":
		area = anlo.UnitRef{List: s.UnitList, Code: "?"} // app refuses it together with what else is wrong
	case area.IsZero():
		area = by.Area // who administers a province connects it, or a part of it
	}
	h, secret, err := s.AddWebhook(r.Context(), by, v.Get("hook_url"), v.Get("hook_label"), area)
	var e *anlo.Error
	if errors.As(err, &e) && code != "" {
		e.Fields = append(e.Fields, anlo.FieldError{Field: "area", Code: code})
	}
	switch {
	case correctable(err), anlo.KindOf(err) == anlo.Forbidden && err != nil:
		s.showWebhooks(w, r, by, err)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.showOnce(w, r, by, "webhook", h.Label, secret, "/webhooks/"+h.ID.String())
	}
}

func (s *server) webhook(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.fail(w, r, anlo.ErrNotFound)
		return
	}
	h, newest, dead, err := s.Webhook(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := webhookPage{officePage: s.officePage(r, by, "webhooks.title")}
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
		var h app.Webhook
		var secret string
		if h, secret, err = s.RotateWebhook(ctx, by, id); err == nil {
			s.showOnce(w, r, by, "webhook-rotated", h.Label, secret, to)
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
	goTo(w, r, to)
}
