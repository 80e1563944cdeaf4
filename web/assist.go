package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"anlo"
	"anlo/identity"
)

var assistRoutes = []officeRoute{
	{"GET /assist", anlo.ActDeclareFor, (*server).beginAssist},
	{"POST /assist", anlo.ActDeclareFor, (*server).assist},
	{"GET /assist/slip/{reference}", anlo.ActDeclareFor, (*server).slip},
}

// assistPage is the one page on which an officer enters a declaration for
// somebody: read the card, then tap. It asks the questions of the citizen's
// form by the same names, and three of its own: "to" offers destinations to
// tap, "asked" is the officer's word that they asked about health, "by_text" has
// the code sent to the phone.
type assistPage struct {
	stepPage
	Action string // where the form goes
	Post   string // name of the checkpoint, on a device of one
	Who    string // whom the card, or the form so far, names
	ByHand bool   // the person's own fields are open: something is to be typed there
	More   bool   // the same for the rest of the trip
	Texts  bool   // the code can be sent to a phone
}

// assistInputs are the questions that only this page asks.
var assistInputs = []input{
	{name: "card", autocomplete: "off", max: 1024},
	{name: "to"},
	{name: "asked", options: []string{"nothing", "some"}},
	{name: "by_text", options: []string{"yes"}, optional: true},
}

// assistSteps are the screens of the citizen's form that this page joins.
var assistSteps = []string{"who", "home", "trip", "health"}

// assistBase is where the pages of an officer are: a device's cookie is sent
// below /checkpoint only.
func assistBase(by anlo.Actor) string {
	if by.Device != nil {
		return "/checkpoint/assist"
	}
	return "/assist"
}

// device lets an enrolled device in, as office does people who are signed in.
func device(serve func(*server, http.ResponseWriter, *http.Request, anlo.Actor)) func(*server, http.ResponseWriter, *http.Request) {
	return func(s *server, w http.ResponseWriter, r *http.Request) {
		by, err := s.officer(r)
		switch {
		case err != nil && anlo.KindOf(err) == anlo.Unsigned:
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, "/checkpoint", http.StatusSeeOther)
		case err != nil:
			s.fail(w, r, err)
		default:
			serve(s, w, r, by)
		}
	}
}

func (s *server) beginAssist(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showAssist(w, r, by, newDraft(), nil, nil)
}

// assist takes the page: a card alone fills it in and shows it back, anything
// else is a declaration.
func (s *server) assist(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	form := r.PostForm
	if trip := form.Get("next"); trip != "" { // from the page with the slip
		s.nextAssist(w, r, by, trip)
		return
	}
	d, err := s.openDraft(form.Get("draft"))
	if err != nil { // an old page: what was typed is shown back with a new key
		d = newDraft()
	}
	s.takeAssist(&d, form)
	if card := strings.TrimSpace(form.Get("card")); card != "" {
		s.showAssist(w, r, by, d, s.takeWhole(&d, card), nil)
		return
	}
	if err != nil {
		s.showAssist(w, r, by, d, nil, nil)
		return
	}
	decl, codes := s.readAssist(d)
	if len(codes) > 0 {
		s.showAssist(w, r, by, d, codes, nil)
		return
	}
	s.sendAssist(w, r, by, d, decl)
}

// takeAssist copies the whole page into the draft.
func (s *server) takeAssist(d *draft, form url.Values) {
	card := form.Get("card_address") // read by the page's script
	form.Del("card_address")
	for _, step := range assistSteps {
		s.take(d, step, form)
	}
	d.Trip.set("to", form.Get("to"))
	d.Trip.set("depart", cmp.Or(form.Get("depart"), "now"))
	d.Trip.set("from", cmp.Or(form.Get("from"), "home"))
	lead := d.People[0]
	lead.set("asked", form.Get("asked"))
	lead.set("by_text", cmp.Or(form.Get("by_text"), "no"))
	if card != "" && lead.get("home_address") == "" && lead.get("home_commune") == "" {
		s.takeLine(lead, card)
	}
}

// takeLine fills in the residence from the line on a card. In a village it may
// name no street: the line is then all the address there is.
func (s *server) takeLine(lead answers, line string) {
	line = identity.CleanName(line)
	s.takeCard(lead, line)
	if lead.get("home_address") == "" {
		lead.set("home_address", line)
	}
}

// takeWhole fills in a person from the text of their card. What was answered
// about somebody else's health does not stay.
func (s *server) takeWhole(d *draft, text string) map[string]string {
	card, err := identity.ReadCard(text)
	if err != nil {
		return map[string]string{"card": codeOf(err)}
	}
	lead := answers{"document": {"id"}, "nationality": {"VN"}, "by_text": d.People[0]["by_text"]}
	if d.People[0].get("id_number") == card.Document.Number {
		lead = d.People[0]
	}
	lead.set("id_number", card.Document.Number)
	lead.set("full_name", card.FullName)
	lead.set("date_of_birth", card.BirthDate.Typed())
	lead.set("sex", string(card.Sex))
	lead.set("home_commune")
	lead.set("home_address")
	s.takeLine(lead, card.Address)
	d.People[0] = lead
	return nil
}

// readAssist returns the declaration that the page amounts to, or the code of
// what is wrong by input. A residence that nothing names is left to the
// register, and is nobody's fault before that was asked.
func (s *server) readAssist(d draft) (anlo.Declaration, map[string]string) {
	codes := map[string]string{}
	lead, trip := answers{}, answers{}
	for name, values := range d.People[0] {
		lead[name] = values
	}
	for name, values := range d.Trip {
		trip[name] = values
	}
	switch lead.get("asked") {
	case "nothing":
		lead.set("symptoms", "none")
		lead.set("contact", "no")
	case "":
		codes["asked"] = "required"
	}
	s.tapped(lead, trip, codes)
	decl, faults := s.read(draft{Trip: trip, People: []answers{lead}}, s.Now())
	unknown := lead.get("home_commune") == ""
	for _, f := range faults {
		switch {
		case unknown && strings.HasPrefix(f.input, "home_"):
		case lead.get("asked") == "" && (f.input == "symptoms" || f.input == "contact"):
		case codes["to"] != "" && f.input == "to_commune":
		default:
			codes[f.input] = f.code
		}
	}
	if unknown {
		decl.Travellers[0].Permanent = anlo.Residence{}
		if trip.is("from", "home") {
			decl.Trip.Origin = decl.Travellers[0].Temporary
		}
	}
	if trip.is("depart", "now") {
		decl.Trip.DepartsAt = time.Time{}
	}
	decl.OnBehalf = true
	return decl, codes
}

// tapped writes the destination that was tapped where one is typed.
func (s *server) tapped(lead, trip answers, codes map[string]string) {
	to := trip.get("to")
	switch {
	case to == "":
	case trip.get("to_commune") != "":
		codes["to"] = "assist.to-both"
	case to != "home":
		trip.set("to_commune", s.Units.FullName(anlo.UnitRef{List: s.UnitList, Code: to}))
	case lead.get("home_commune") == "":
		codes["to"] = "assist.to-home"
	default:
		trip.set("to_commune", lead.get("home_commune"))
		trip.set("to_address", lead.get("home_address"))
	}
}

func (s *server) sendAssist(w http.ResponseWriter, r *http.Request, by anlo.Actor, d draft, decl anlo.Declaration) {
	body, err := json.Marshal(decl)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	digest := sha256.Sum256(body)
	receipt, err := s.DeclareFor(r.Context(), by, decl, d.Key+base64.RawURLEncoding.EncodeToString(digest[:12]))
	switch kind := anlo.KindOf(err); {
	case err == nil:
		s.showSlip(w, r, by, d, receipt)
	case kind == anlo.Invalid:
		s.showAssist(w, r, by, d, s.codesOf(err, d), err)
	case kind == anlo.TooMany || kind == anlo.Unavailable:
		s.showAssist(w, r, by, d, nil, err)
	default:
		s.fail(w, r, err)
	}
}
