package web

import (
	"html/template"
	"net/http"
	"strconv"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/identity"
)

// atPost runs a change of the post in the path, and shows the post afterwards.
func (s *server) atPost(w http.ResponseWriter, r *http.Request, by anlo.Actor, done string, change func(anlo.ID) error) {
	if !s.readForm(w, r) {
		return
	}
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	switch err := change(id); {
	case correctable(err):
		s.showPost(w, r, by, err)
	case err != nil:
		s.fail(w, r, err)
	default:
		goTo(w, r, postPath(id)+"?done="+done)
	}
}

// number reads a number of a form; -1, which nothing accepts, when it is none.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

func (s *server) countQueue(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.atPost(w, r, by, "queue", func(id anlo.ID) error { return s.CountQueue(r.Context(), by, id, number(r.PostForm.Get("queue"))) })
}

func (s *server) beginSurge(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.atPost(w, r, by, "surge", func(id anlo.ID) error {
		surge := anlo.Surge{Ends: s.Now().Add(time.Duration(number(r.PostForm.Get("for"))) * time.Minute), Reason: anlo.SurgeReason(r.PostForm.Get("reason"))}
		for _, k := range r.PostForm["skip"] {
			surge.Skip = append(surge.Skip, anlo.Skip(k))
		}
		return s.BeginSurge(r.Context(), by, id, surge)
	})
}

func (s *server) endSurge(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.atPost(w, r, by, "end", func(id anlo.ID) error { return s.EndSurge(r.Context(), by, id) })
}

func (s *server) setCardHours(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.atPost(w, r, by, "cards", func(id anlo.ID) error {
		return s.SetCardHours(r.Context(), by, id, number(r.PostForm.Get("card_hours")))
	})
}

// enrolPage asks what a phone is called, and then shows its code.
type enrolPage struct {
	officePage
	questions
	ID      anlo.ID
	Post    string
	Code    string // "K7QM-3XPD"; "" while it is asked for
	QR      template.HTML
	Address string // of the scanner
	Until   string
}

var askPhoneLabel = input{name: "phone_label", autocomplete: "off", max: 60}

func (s *server) enrolPhone(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.askPhone(w, r, by, nil)
}

func (s *server) askPhone(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	post, err := s.postPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := enrolPage{officePage: s.officePage(r, by, "enrol.title"), ID: post.ID, Post: post.Name}
	p.Path, p.Wrong = postPath(post.ID)+"/enrol", wrong != nil
	label := p.T("enrol.lane", "N", len(post.Phones)+1)
	if typed, sent := r.PostForm[askPhoneLabel.name]; sent {
		label = typed[0]
	}
	p.ask(p.Words, askPhoneLabel, label, mistakes(wrong, askPhoneLabel.name, map[string]string{"label": askPhoneLabel.name})[askPhoneLabel.name])
	s.show(w, r, statusOf(wrong), "enrol", p)
}

// makeEnrolment shows a code, which can be shown this once.
func (s *server) makeEnrolment(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	code, until, err := s.NewEnrolment(r.Context(), by, id, identity.CleanName(r.PostForm.Get(askPhoneLabel.name)))
	switch {
	case correctable(err):
		s.askPhone(w, r, by, err)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	post, err := s.postPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := enrolPage{officePage: s.officePage(r, by, "enrol.title"), ID: id, Post: post.Name, Code: anlo.ShowCode(code), Until: clock(until)}
	p.Path, p.Address = "", s.origin(r)+"/scanner/"
	// What stands behind the # never leaves the phone: no log has it.
	drawn, err := credential.SVG(p.Address + "#" + p.Code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.QR = template.HTML(drawn) // made of numbers only
	s.show(w, r, http.StatusOK, "enrol", p)
}

// origin is where browsers reach us.
func (s *server) origin(r *http.Request) string {
	switch {
	case s.base != nil:
		return s.base.Scheme + "://" + s.base.Host
	case secure(r):
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// phonePage asks whether a phone is to be withdrawn.
type phonePage struct {
	officePage
	ID    anlo.ID
	Post  string
	Phone phoneLine
}

func (s *server) phone(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	post, err := s.postPage(r, by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	device, _ := anlo.ParseID(r.PathValue("device"))
	for _, line := range post.Phones {
		if line.ID == device {
			p := phonePage{officePage: s.officePage(r, by, "phone.withdraw"), ID: post.ID, Post: post.Name, Phone: line}
			p.Title = p.T("phone.withdraw-one", "Label", line.Label)
			s.show(w, r, http.StatusOK, "phone", p)
			return
		}
	}
	s.problem(w, r, http.StatusNotFound)
}

func (s *server) withdrawPhone(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.atPost(w, r, by, "withdrawn", func(anlo.ID) error {
		device, err := anlo.ParseID(r.PathValue("device"))
		if err != nil {
			return anlo.ErrNotFound
		}
		return s.RevokeDevice(r.Context(), by, device)
	})
}
