package web

import (
	"bytes"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/credential"
	"anlo/locale"
)

// myPage is what the secret link of a declaration opens: the pass.
type myPage struct {
	page
	State string // "valid", "expired", "cancelled", "followed"
	When  string // until or since when
	Until int64  // milliseconds since 1970, for the countdown
	Left  string

	Ending   []ending // that it ends soon, for as long as each line is true
	Again    *ending  // to declare again in one screen; nil while nobody may
	Next     string   // path of the pass that followed
	Reminder bool     // a calendar can still remind of the end

	Tabs        []tab // one for the party and for each traveller; none for somebody alone
	QR          template.HTML
	Name        string // of the traveller, or "everybody"
	Names       []string
	Plate       string
	Vehicle     string
	Destination string
	Departs     string
	Confirmed   bool

	Home     []atHome // who of the declaration is under home quarantine
	Problems []problem

	Link    string // the whole secret link
	Own     string // its path
	Picture string // address of the pictures of this pass, without the ending
	Text    textOffer

	Looks []lookLine // who has had the data before them
}

// lookLine is somebody in office who looked, in words.
type lookLine struct{ Day, Who, Why string }

type tab struct {
	Label, Href string
	Current     bool
}

func (s *server) my(w http.ResponseWriter, r *http.Request) {
	p, err := s.myPage(r)
	if err == nil {
		p.Looks, err = s.looks(r, p.Words)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "my", p)
}

// looks is who has looked at the data, in words.
func (s *server) looks(r *http.Request, w *locale.Words) (lines []lookLine, err error) {
	by, err := s.owner(r)
	if err != nil {
		return nil, err
	}
	looks, err := s.WhoLooked(r.Context(), by)
	for _, l := range looks {
		line := lookLine{w.Date(l.Day), auditWord(w, "role", string(l.Role)), auditWord(w, "purpose", string(l.Purpose))}
		if !l.Area.IsZero() {
			line.Who += ", " + s.Units.FullName(l.Area)
		}
		lines = append(lines, line)
	}
	return lines, err
}

// mine is the declaration that the link in the path opens.
func (s *server) mine(r *http.Request) (app.Declared, error) {
	by, err := s.owner(r)
	if err != nil {
		return app.Declared{}, err
	}
	return s.Declaration(r.Context(), by)
}

func (s *server) myPage(r *http.Request) (myPage, error) {
	d, err := s.mine(r)
	if err != nil {
		return myPage{}, err
	}
	p := myPage{page: s.page(r, "my.title"), Own: "/my/" + r.PathValue("token")}
	p.personal, p.Script = true, "pass"
	p.Link = origin(r) + p.Own
	pass := s.chosen(r, d, &p)
	p.state(s, d, pass)
	p.endings(d, s.Now())
	p.Manifest = p.Own + "/app.webmanifest"
	trip := d.Declaration.Trip
	p.Plate, p.Vehicle = trip.Vehicle.Plate, p.T("vehicle."+string(trip.Vehicle.Kind))
	p.Destination = s.Units.FullName(trip.Destination.Commune)
	p.Departs = p.Time(trip.DepartsAt)
	if p.Home, err = s.atHome(r, d); err != nil {
		return myPage{}, err
	}
	p.Text = s.textOffer(r, d)
	p.Picture = p.Own + "/pass/" + pass.ID.String()
	if p.State != "valid" {
		return p, nil // a code that no longer works is not shown
	}
	drawn, err := credential.SVG(pass.QR)
	p.QR = template.HTML(drawn) // made of numbers only
	return p, err
}

func (p *myPage) state(s *server, d app.Declared, pass anlo.Pass) {
	now := s.Now()
	if d.FollowedBy != "" {
		p.Next = "/my/" + d.FollowedBy
	}
	switch {
	case !d.CancelledAt.IsZero():
		p.State, p.When = "cancelled", p.T("my.cancelled", "Time", p.Time(d.CancelledAt))
	case p.Next != "" && !pass.RevokedAt.IsZero():
		p.State, p.When = "followed", p.T("my.followed", "Time", p.Time(pass.RevokedAt))
	case !now.Before(d.ExpiresAt):
		p.State, p.When = "expired", p.T("my.expired", "Time", p.Time(d.ExpiresAt))
	default:
		p.State, p.When = "valid", p.T("my.until", "Time", p.Time(d.ExpiresAt))
		p.Until = d.ExpiresAt.UnixMilli()
		minutes := int(d.ExpiresAt.Sub(now).Minutes())
		p.Left = p.T("my.left", "Hours", minutes/60, "Minutes", minutes%60)
	}
}

// chosen returns the pass that ?p= asks for, by default that of the party or
// of whoever travels alone, and fills in whose it is.
func (s *server) chosen(r *http.Request, d app.Declared, p *myPage) anlo.Pass {
	travellers := d.Declaration.Travellers
	which, err := strconv.Atoi(r.FormValue("p"))
	if err != nil || which < 1 || which > len(travellers) {
		which = 0
	}
	if d.PartyPass == nil {
		which = 1
	} else {
		p.Tabs = append(p.Tabs, tab{p.T("my.party"), p.Own, which == 0})
		for i, t := range travellers {
			p.Tabs = append(p.Tabs, tab{t.FullName, p.Own + "?p=" + strconv.Itoa(i+1), which == i+1})
		}
	}
	if which == 0 {
		for _, t := range travellers {
			p.Names = append(p.Names, t.FullName)
		}
		p.Name = p.T("my.party-of", "Count", len(travellers))
		p.Confirmed = !slices.Contains(d.Confirmed, false)
		return *d.PartyPass
	}
	p.Name = travellers[which-1].FullName
	p.Names = []string{p.Name}
	p.Confirmed = d.Confirmed[which-1]
	return d.Passes[which-1]
}

// picture answers with a pass as PNG, SVG or PDF.
func (s *server) picture(w http.ResponseWriter, r *http.Request) {
	by, err := s.owner(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	name, ending, _ := strings.Cut(r.PathValue("file"), ".")
	id, err := anlo.ParseID(name)
	if err != nil {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	pass, err := s.Pass(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var body []byte
	var kind string
	switch ending {
	case "svg":
		kind = "image/svg+xml"
		body, err = credential.SVG(pass.QR)
	case "png":
		kind = "image/png"
		body, err = credential.PNG(pass.QR, 12)
	case "pdf":
		kind = "application/pdf"
		body, err = s.slipPDF(words(r), pass)
	default:
		s.problem(w, r, http.StatusNotFound)
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	disposition := "attachment"
	if ending == "pdf" {
		disposition = "inline"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition+`; filename="an-lo.`+ending+`"`)
	h.Set("Cache-Control", "no-store")
	w.Write(body)
}

// slipPDF is the page to print.
func (s *server) slipPDF(w *locale.Words, p anlo.Pass) ([]byte, error) {
	content, err := s.Slip(w, p)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = credential.Slip(&b, content)
	return b.Bytes(), err
}

// change shows the form again, with everything filled in.
func (s *server) change(w http.ResponseWriter, r *http.Request) {
	d, err := s.mine(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if !d.CancelledAt.IsZero() {
		s.fail(w, r, anlo.ErrCancelled)
		return
	}
	if !s.Now().Before(d.ExpiresAt) {
		s.fail(w, r, anlo.ErrExpired)
		return
	}
	s.showStep(w, r, s.draftOf(d, r.PathValue("token")), "check", false)
}

func (s *server) confirmCancel(w http.ResponseWriter, r *http.Request) {
	p, err := s.myPage(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Title, p.Script = p.T("cancel.title"), ""
	s.show(w, r, http.StatusOK, "cancel", p)
}

func (s *server) cancel(w http.ResponseWriter, r *http.Request) {
	by, err := s.owner(r)
	if err == nil {
		if s.wait(r.RemoteAddr) > 0 {
			err = anlo.ErrTooMany
		} else {
			err = s.Cancel(r.Context(), by)
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/my/"+r.PathValue("token"), http.StatusSeeOther)
}
