package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"anlo"
	"anlo/identity"
	"anlo/locale"
)

// checkPage sums up a declaration before it is sent.
type checkPage struct {
	stepPage
	Sections   []section
	Companions []companion
	Next       string // the step of another companion; "" when the party is full
	Behalf     bool
	Doubts     []string // what looks mistyped; it keeps nobody from sending
	Remember   field    // without a name when it is not offered
}

// section is what was answered on one screen.
type section struct {
	Title, Step string
	Rows        []row
}

type row struct {
	Label, Value string
}

// Number reports whether the value must stay on one line.
func (r row) Number() bool { return strings.Contains(r.Value, "\u00a0") }

type companion struct {
	Name, Step, Remove string
	Rows               []row
}

// showCheck shows the last screen, or the first that is not finished. failure
// says why sending failed, if it did: nothing that was typed is lost.
func (s *server) showCheck(w http.ResponseWriter, r *http.Request, d draft, failure error) {
	d.Now = s.Now()
	decl, faults := s.read(d, d.Now)
	if step := d.next(faults); step != "check" {
		s.showStep(w, r, d, step, slices.Contains(d.Seen, step))
		return
	}
	base, err := s.stepPage(r, d, "check", false)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := checkPage{stepPage: base, Behalf: decl.OnBehalf}
	p.personal, p.keep = true, false
	status := http.StatusOK
	if failure == nil && len(faults) > 0 { // what is wrong with no single screen
		failure = &anlo.Error{Kind: anlo.Invalid, Code: faults[0].code}
	}
	if failure != nil {
		p.Problems, p.Wrong = []problem{{"#send", p.T(codeOf(failure))}}, true
		status = statuses[anlo.KindOf(failure)]
		retryAfter(w, status)
	}
	p.Sections = s.sections(p.Words, d, decl)
	for _, t := range decl.Travellers {
		p.Doubts = append(p.Doubts, doubts(p.Words, t.Person)...)
	}
	for i, t := range decl.Travellers[1:] {
		n := strconv.Itoa(i + 1)
		p.Companions = append(p.Companions, companion{t.FullName, "person:" + n, "remove:" + n, s.companionRows(p.Words, d.People[i+1], t)})
	}
	if len(d.People) < anlo.MaxTravellers {
		p.Next = "person:" + strconv.Itoa(len(d.People))
	}
	if !decl.OnBehalf && d.Link == "" {
		_, known := s.recall(r)
		p.Remember = field{Words: p.Words, input: input{name: "remember"}, Choices: []choice{{Value: "yes", Label: p.T("field.remember"), ID: "remember", Checked: known}}}
	}
	s.show(w, r, status, "check", p)
}

// doubts says what of a person's number does not fit the rest, as far as it can
// be a slip of the finger. Only what was typed is compared, never the register.
func doubts(w *locale.Words, p anlo.Person) (texts []string) {
	for _, code := range identity.Warnings(p) {
		switch code {
		case identity.WarnSex, identity.WarnBirthYear, identity.WarnProvince:
			texts = append(texts, w.T("warn."+code, "Name", p.FullName))
		}
	}
	return texts
}

// send makes the declaration, or the correction, and goes on to the pass.
func (s *server) send(w http.ResponseWriter, r *http.Request, d draft) {
	decl, faults := s.read(d, s.Now())
	if len(faults) > 0 {
		s.showCheck(w, r, d, nil)
		return
	}
	if s.wait(r.RemoteAddr) > 0 {
		s.showCheck(w, r, d, anlo.ErrTooMany)
		return
	}
	link := d.Link
	var err error
	switch {
	case link != "":
		err = s.sendCorrection(r, d, decl)
	case d.Again != "":
		link, err = s.sendAgain(r, d, decl)
	default:
		link, err = s.sendNew(r, d, decl)
	}
	switch kind := anlo.KindOf(err); {
	case err == nil:
		if d.Link == "" {
			s.remember(w, r, d, link)
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/my/"+link, http.StatusSeeOther)
	case kind == anlo.Invalid || kind == anlo.TooMany || kind == anlo.Unavailable:
		s.showCheck(w, r, d, err)
	default:
		s.fail(w, r, err)
	}
}

func (s *server) sendNew(r *http.Request, d draft, decl anlo.Declaration) (link string, err error) {
	body, err := json.Marshal(decl)
	if err != nil {
		return "", err
	}
	// A double click sends the same content and gets the same pass. Whoever
	// goes back and changes something means another declaration.
	digest := sha256.Sum256(body)
	receipt, err := s.Declare(r.Context(), s.citizen(r), decl, d.Key+base64.RawURLEncoding.EncodeToString(digest[:12]))
	return receipt.ManageToken, err
}

func (s *server) sendCorrection(r *http.Request, d draft, decl anlo.Declaration) error {
	by, err := s.holder(r, d.Link)
	if err == nil {
		_, err = s.Change(r.Context(), by, decl)
	}
	return err
}

func (s *server) sendAgain(r *http.Request, d draft, decl anlo.Declaration) (link string, err error) {
	by, err := s.holder(r, d.Again)
	if err != nil {
		return "", err
	}
	receipt, err := s.Again(r.Context(), by, decl)
	return receipt.ManageToken, err
}

// sections sums up what whoever leads answered, screen by screen.
func (s *server) sections(w *locale.Words, d draft, decl anlo.Declaration) []section {
	lead := decl.Travellers[0]
	who := s.personRows(w, lead.Person)
	home := s.homeRows(w, lead.Person)
	return []section{
		{w.T("check.who"), "who", who},
		{w.T("check.home"), "home", home},
		{w.T("check.trip"), "trip", s.tripRows(w, d, decl.Trip)},
		{w.T("check.health"), "health", healthRows(w, lead.Health)},
	}
}

func (s *server) personRows(w *locale.Words, p anlo.Person) []row {
	rows := []row{
		{w.T("field.full_name"), p.FullName},
		{w.T("document.kind." + string(p.Document.Kind)), grouped(p.Document)},
		{w.T("field.date_of_birth"), w.Date(p.BirthDate)},
		{w.T("field.sex"), w.T("sex." + string(p.Sex))},
	}
	if p.Document.Kind == anlo.Passport {
		rows = append(rows, row{w.T("field.nationality"), w.Country(p.Nationality)})
	}
	if p.Phone != "" {
		rows = append(rows, row{w.T("field.phone"), p.Phone})
	}
	return rows
}

// grouped writes a number in threes, so that it can be compared with a card.
func grouped(d anlo.Document) string {
	n := d.Number
	if d.Kind == anlo.Passport || len(n)%3 != 0 {
		return n
	}
	var parts []string
	for i := 0; i < len(n); i += 3 {
		parts = append(parts, n[i:i+3])
	}
	return strings.Join(parts, "\u00a0")
}

func (s *server) homeRows(w *locale.Words, p anlo.Person) []row {
	rows := []row{{w.T("check.permanent"), s.address(p.Permanent)}}
	if !p.Temporary.IsZero() {
		rows = append(rows, row{w.T("check.temporary"), s.address(p.Temporary)})
	}
	return rows
}

// address writes a residence on one line.
func (s *server) address(r anlo.Residence) string {
	name := s.Units.FullName(r.Commune)
	if r.Address == "" {
		return name
	}
	return r.Address + ", " + name
}

func (s *server) tripRows(w *locale.Words, d draft, t anlo.Trip) []row {
	when := w.T("check.now")
	if !d.Trip.is("depart", "now") {
		when = w.Time(t.DepartsAt)
	}
	rows := []row{
		{w.T("check.from"), s.address(t.Origin)},
		{w.T("check.to"), s.address(t.Destination)},
		{w.T("check.when"), when},
		{w.T("field.vehicle"), vehicle(w, t.Vehicle)},
		{w.T("field.reason"), w.T("reason-of-trip." + string(t.Purpose))},
	}
	if t.Note != "" {
		rows = append(rows, row{w.T("field.note"), t.Note})
	}
	return rows
}

func vehicle(w *locale.Words, v anlo.Vehicle) string {
	name := w.T("vehicle." + string(v.Kind))
	if v.Plate == "" {
		return name
	}
	return name + " · " + v.Plate
}

func healthRows(w *locale.Words, h anlo.Health) []row {
	symptoms := w.T("check.none")
	if len(h.Symptoms) > 0 {
		var names []string
		for _, s := range h.Symptoms {
			names = append(names, w.T("symptoms."+string(s)))
		}
		symptoms = strings.Join(names, ", ")
	}
	contact := w.T("no")
	if h.ContactWithCase {
		contact = w.T("yes")
	}
	rows := []row{{w.T("check.symptoms"), symptoms}, {w.T("check.contact"), contact}}
	if len(h.Places) > 0 {
		rows = append(rows, row{w.T("field.places"), strings.Join(h.Places, "; ")})
	}
	if t := h.Test; t != nil {
		day := w.Date(anlo.DateOf(t.Taken.In(locale.Zone)))
		rows = append(rows, row{w.T("field.test"), w.T("test."+string(t.Kind)) + " · " + w.T("test_result."+string(t.Result)) + " · " + day})
	}
	if h.Doses != nil {
		rows = append(rows, row{w.T("field.doses"), strconv.Itoa(*h.Doses)})
	}
	return rows
}

func (s *server) companionRows(w *locale.Words, a answers, t anlo.Traveller) []row {
	rows := s.personRows(w, t.Person)[1:]
	if a.is("same_home", "yes") {
		rows = append(rows, row{w.T("field.same_home"), w.T("check.same-home")})
	} else {
		rows = append(rows, s.homeRows(w, t.Person)...)
	}
	return append(rows, healthRows(w, t.Health)...)
}
