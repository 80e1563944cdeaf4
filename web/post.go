package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/app"
)

// postPage is everything about one post.
type postPage struct {
	officePage
	ID      anlo.ID
	Name    string
	Commune string
	At      string
	Done    string
	Failed  string // what was wrong with a change

	Queue       []choice // how many vehicles wait; nil for those who may not say
	Surge       *surgeText
	Tiles       []tile
	Alerts      []alertLine
	Phones      []phoneLine
	Enrol       bool
	People      template.HTML // a minute
	PeopleTitle string
	Peak        string // what the drawing shows, in a sentence
	Tallies     []tally

	MaySurge bool
	Until    []choice
	Skip     []choice
	Reason   []choice
	Hours    []choice
}

// surgeText is a surge in words.
type surgeText struct {
	Until, Reason string
	Skip          []string
}

// alertLine is something that we knew and the lane did not. It names nobody: the
// lane's own phone does.
type alertLine struct{ Time, Reason, Where, Phone string }

// phoneLine is a device and how it is.
type phoneLine struct {
	ID    anlo.ID
	Label string
	Facts []fact
	State string // in words
	Class string // "fine", "unsure", "late"
}

// tally is how often each of several things happened.
type tally struct {
	ID, Title, None string
	Rows            []tallyRow
}

type tallyRow struct {
	Label, Number, Share string
	Width                int64 // of 100
	Class                string

	n int64
}

func (s *server) post(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showPost(w, r, by, nil)
}

// showPost shows a post, with what was wrong with a change of it.
func (s *server) showPost(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	p, err := s.postPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if wrong != nil {
		p.Wrong, p.Failed = true, p.T(firstCode(wrong))
	}
	if done := r.FormValue("done"); slices.Contains([]string{"new", "queue", "surge", "end", "cards", "withdrawn"}, done) && wrong == nil {
		p.Done = p.T("post.done-" + done)
	}
	s.show(w, r, statusOf(wrong), "post", p)
}

// firstCode is what is wrong in the first place.
func firstCode(err error) string {
	for _, code := range mistakes(err, "", nil) {
		return code
	}
	return codeOf(err)
}

// postPart shows what changes by itself, for the page that shows it already.
func (s *server) postPart(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	p, err := s.postPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.showPart(w, r, http.StatusOK, "post", "state", p)
}

// postEvents tells a page that something at its post has changed.
func (s *server) postEvents(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if !s.streams.enter(by.Staff) {
		s.fail(w, r, anlo.ErrTooMany)
		return
	}
	defer s.streams.leave(by.Staff)
	s.stream(w, r, by, heartbeat, func(ctx context.Context, changed func()) error { return s.WatchPost(ctx, by, id, changed) })
}

func (s *server) postPage(r *http.Request, by anlo.Actor) (postPage, error) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		return postPage{}, anlo.ErrNotFound
	}
	d, err := s.ReadPost(r.Context(), by, id)
	if err != nil {
		return postPage{}, err
	}
	p := postPage{officePage: s.officePage(r, by, "posts.title"), ID: id, Name: d.Name, Commune: s.Units.FullName(d.Commune)}
	p.Title, p.Path, p.Script, p.At = d.Name, postPath(id), "post", clock(d.At)
	p.Enrol, p.MaySurge = slices.Contains(d.May, anlo.ActEnrol), slices.Contains(d.May, anlo.ActSurge)
	if slices.Contains(d.May, anlo.ActCountQueue) {
		p.askQueue(d)
	}
	p.showSurge(d.Surge)
	p.tiles(d)
	p.alerts(d)
	p.phones(d)
	p.charts(d)
	if p.MaySurge {
		p.askSurge(d, r.PostForm)
	}
	return p, nil
}

func (p *postPage) showSurge(s anlo.Surge) {
	if s.IsZero() {
		return
	}
	p.Surge = &surgeText{Until: clock(s.Ends), Reason: p.T("surge.reason." + string(s.Reason))}
	for _, k := range s.Skip {
		p.Surge.Skip = append(p.Surge.Skip, p.T("surge.skip."+string(k)))
	}
}

func (p *postPage) tiles(d app.PostDetail) {
	wait := waitOf(p.Words, d.Wait, d.Flow.Trend())
	note := p.T("post.wait-readings")
	switch {
	case d.Wait.State == anlo.WaitUnknown:
		note = p.T("post.wait-unknown")
	case d.Flow.HasCount(d.At):
		note = p.T("post.wait-counted", "Vehicles", p.queueText(d.Flow.Queue), "Time", clock(d.Flow.Counted))
	case d.Wait.State == anlo.WaitFull:
		note = p.T("post.wait-full")
	}
	took := "–"
	if d.Flow.Took > 0 {
		took = p.T("post.seconds", "N", tenths(p.Words)(d.Flow.Took.Round(100*time.Millisecond).Milliseconds()/100))
	}
	p.Tiles = []tile{
		{Label: p.T("post.wait"), Number: wait.Text, Note: strings.Join(slices.DeleteFunc([]string{wait.Trend, note}, func(t string) bool { return t == "" }), ". "),
			Late: wait.State == "full" || wait.State == "long"},
		{Label: p.T("post.people"), Number: perMinute(p.Words, d.Flow.PeopleAMinute()), Note: p.T("post.people-note", "N", perMinute(p.Words, d.Flow.Arrivals()))},
		{Label: p.T("post.took"), Number: took, Note: p.T("post.took-note")},
		{Label: p.T("post.lanes"), Number: p.Number(int64(d.Flow.Lanes)), Note: p.T("post.lanes-note", "N", d.Devices)},
	}
}

func (p *postPage) queueText(n int) string {
	if n == 0 {
		return p.T("vehicles.none")
	}
	return p.T("vehicles.some", "N", n)
}

func (p *postPage) alerts(d app.PostDetail) {
	for _, a := range d.Alerts {
		line := alertLine{Time: clock(a.ScannedAt), Reason: p.T("reason." + string(a.Reason)), Phone: a.DeviceLabel}
		minutes := max(int(a.ScannedAt.Sub(a.SeenAt).Abs().Minutes()), 1)
		switch {
		case a.Other != "" && a.Km > 0:
			line.Where = p.T("post.alert-elsewhere", "Post", a.Other, "Minutes", minutes, "Km", a.Km)
		case !a.SeenAt.IsZero():
			line.Where = p.T("post.alert-before", "Minutes", minutes)
		}
		p.Alerts = append(p.Alerts, line)
	}
}

// phones says how each device is: whether it is heard of, by what it judges and
// what it still has to send.
func (p *postPage) phones(d app.PostDetail) {
	for _, s := range d.Scanners {
		line := phoneLine{ID: s.ID, Label: s.Label, Class: "fine", State: p.T("phone.fine")}
		worse := func(class, key string) {
			if line.Class != "late" {
				line.Class, line.State = class, p.T(key)
			}
		}
		seen := p.T("phone.never")
		if !s.Sync.At.IsZero() {
			seen = ago(p.Words, d.At.Sub(s.Sync.At))
		}
		bundle := p.T("phone.unknown")
		if s.Bundle > 0 {
			bundle = ago(p.Words, s.Bundle)
		}
		switch {
		case s.Sync.At.IsZero():
			worse("unsure", "phone.not-yet")
		case s.Bundle >= d.Rules.RejectAfter:
			worse("late", "phone.bundle-old")
		case s.Silent && d.At.Sub(s.Sync.At) > 2*time.Hour:
			worse("late", "phone.lost")
		case s.Bundle >= d.Rules.StaleAfter:
			worse("unsure", "phone.bundle-stale")
		case s.Silent:
			worse("unsure", "phone.silent")
		case s.Sync.Waiting > 0:
			worse("unsure", "phone.waiting")
		}
		line.Facts = []fact{
			{Label: p.T("phone.seen"), Value: seen}, {Label: p.T("phone.bundle"), Value: bundle},
			{Label: p.T("phone.to-send"), Value: p.Number(int64(s.Sync.Waiting))}, {Label: p.T("phone.read"), Value: p.Number(s.Read)},
		}
		p.Phones = append(p.Phones, line)
	}
}

// askQueue offers the answers to how many vehicles wait.
func (p *postPage) askQueue(d app.PostDetail) {
	for _, n := range anlo.QueueCounts {
		value, label := strconv.Itoa(n), p.queueText(n)
		if n > 0 {
			label = p.T("vehicles.short", "N", n)
		}
		p.Queue = append(p.Queue, choice{Value: value, Label: label, ID: "queue-" + value, Checked: d.Flow.HasCount(d.At) && d.Flow.Queue == n})
	}
}
