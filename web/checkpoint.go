package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"anlo"
	"anlo/identity"
)

// checkpointPage is what an officer sees: before the device is known, when it
// is ready, and after a code was judged.
type checkpointPage struct {
	page
	Post    string // name of the checkpoint
	Code    field
	Token   field
	Verdict *verdict
	Card    string // that was read, of somebody who has not declared: to declare for them
}

type verdict struct {
	Outcome string // "go", "look", "stop"
	Word    string
	Reasons []advice
	Advice  string // when there is no reason to name

	People  []person // nobody when nothing trustworthy could be read
	Plate   string
	Place   string
	Purpose string
	Party   string
	Until   string
}

type advice struct{ Reason, Do string }

type person struct{ Name, Born string }

const (
	deviceCookie = "anlo_device"
	deviceLife   = 90 * 24 * time.Hour // as long as a device stays enrolled
)

// officer returns whoever holds the device that the request comes from.
func (s *server) officer(r *http.Request) (anlo.Actor, error) {
	by, err := s.OpenDevice(r.Context(), cookie(r, deviceCookie))
	by.RemoteAddr, by.Lang = r.RemoteAddr, words(r).Lang
	return by, err
}

func (s *server) checkpoint(w http.ResponseWriter, r *http.Request) {
	by, err := s.officer(r)
	switch {
	case anlo.KindOf(err) == anlo.Unsigned && err != nil:
		s.askToken(w, r, "")
	case err != nil:
		s.fail(w, r, err)
	default:
		s.show(w, r, http.StatusOK, "checkpoint", s.checkpointPage(r, by))
	}
}

func (s *server) checkpointPage(r *http.Request, by anlo.Actor) checkpointPage {
	p := checkpointPage{page: s.page(r, "checkpoint.title"), Post: by.Device.Checkpoint.Name}
	p.Path, p.personal, p.ForOfficers = "/checkpoint", true, true
	p.Code = field{Words: p.Words, input: input{name: "code"}}
	return p
}

func (s *server) askToken(w http.ResponseWriter, r *http.Request, code string) {
	p := checkpointPage{page: s.page(r, "checkpoint.enter")}
	p.Path, p.personal, p.ForOfficers = "/checkpoint", true, true
	p.Token = field{Words: p.Words, input: input{name: "token", max: 200}}
	status := http.StatusOK
	if code != "" {
		p.Token.Error, p.Wrong, status = p.T(code), true, http.StatusUnprocessableEntity
	}
	s.show(w, r, status, "enter", p)
}

// enter keeps the token of a device on it.
func (s *server) enter(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	if s.wait(r.RemoteAddr) > 0 {
		s.fail(w, r, anlo.ErrTooMany)
		return
	}
	token := strings.TrimSpace(r.PostForm.Get("token"))
	_, err := s.OpenDevice(r.Context(), token)
	switch {
	case token == "":
		s.askToken(w, r, "required")
	case err != nil && anlo.KindOf(err) == anlo.Unsigned:
		s.askToken(w, r, "token.device")
	case err != nil:
		s.fail(w, r, err)
	default:
		setCookie(w, r, http.Cookie{Name: deviceCookie, Value: token, Path: "/checkpoint", SameSite: http.SameSiteStrictMode}, deviceLife)
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/checkpoint", http.StatusSeeOther)
	}
}

func (s *server) leave(w http.ResponseWriter, r *http.Request) {
	setCookie(w, r, http.Cookie{Name: deviceCookie, Path: "/checkpoint", SameSite: http.SameSiteStrictMode}, -time.Second)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/checkpoint", http.StatusSeeOther)
}

// judge shows the verdict on what was read, pasted or typed: a code, a card, or
// its number.
func (s *server) judge(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	by, err := s.officer(r)
	if err != nil && anlo.KindOf(err) == anlo.Unsigned {
		s.askToken(w, r, "token.device")
		return
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.checkpointPage(r, by)
	code := strings.Trim(r.PostForm.Get("code"), "\r\n\t")
	if strings.TrimSpace(code) == "" { // Enter in an empty box is no reading
		s.show(w, r, http.StatusOK, "checkpoint", p)
		return
	}
	v, err := s.JudgeTyped(r.Context(), by, code)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Verdict = s.verdict(&p, v)
	p.Title = p.Verdict.Word
	if _, err := identity.ReadCard(code); err == nil && slices.Contains(v.Reasons, anlo.ReasonUndeclared) {
		p.Card = code
	}
	s.show(w, r, http.StatusOK, "checkpoint", p)
}

func (s *server) verdict(p *checkpointPage, v anlo.Verdict) *verdict {
	out := &verdict{Outcome: string(v.Outcome), Word: p.T("outcome." + string(v.Outcome))}
	for _, r := range v.Reasons {
		out.Reasons = append(out.Reasons, advice{p.T("reason." + string(r)), p.T("advice." + string(r))})
	}
	if len(v.Reasons) == 0 {
		out.Advice = p.T("advice.go")
	}
	if b := v.Bearer; b != nil {
		for _, t := range b.Travellers {
			out.People = append(out.People, person{t.Name, p.T("checkpoint.born", "Year", t.BirthYear)})
		}
		out.Plate = b.Plate
		out.Place = s.Units.FullName(anlo.UnitRef{List: s.UnitList, Code: b.Commune})
		out.Purpose = p.T("reason-of-trip." + string(b.Purpose))
		out.Party = p.T("checkpoint.party-count", "Count", b.Party)
		out.Until = p.Time(b.ExpiresAt)
	}
	return out
}
