package web

import (
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/credential"
)

// showAssist shows the page with what is wrong: codes of inputs, or failure
// when sending failed for another reason.
func (s *server) showAssist(w http.ResponseWriter, r *http.Request, by anlo.Actor, d draft, codes map[string]string, failure error) {
	p := assistPage{stepPage: stepPage{page: s.assistFrame(r, by, "assist.title"), Step: "assist", Camera: true, fields: map[string]field{}},
		Action: assistBase(by), Texts: s.Texts()}
	p.Script, p.Decoder = "assist", s.decoder()
	if by.Device != nil {
		p.Post = by.Device.Checkpoint.Name
	}
	var err error
	if p.Draft, err = s.seal(draft{Key: d.Key, Trip: answers{}, People: []answers{{}}}); err != nil {
		s.fail(w, r, err)
		return
	}
	s.assistFields(&p, r, by, d, codes)
	status := http.StatusOK
	if failure != nil && len(p.Problems) == 0 {
		p.Problems = []problem{{"#send", p.T(codeOf(failure))}}
		status = statuses[anlo.KindOf(failure)]
		retryAfter(w, status)
	} else if len(p.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	p.Wrong = len(p.Problems) > 0
	p.Who = s.named(p, d.People[0])
	w.Header().Set("Content-Security-Policy", cameraPolicy)
	w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	s.show(w, r, status, "assist", p)
}

// assistFrame begins a page for an officer who is signed in, or for a device.
func (s *server) assistFrame(r *http.Request, by anlo.Actor, title string) page {
	p := s.page(r, title)
	if by.Device == nil {
		p = s.officePage(r, by, title).page
	}
	p.ForOfficers, p.personal = true, true
	if r.Method == http.MethodPost { // a link would lose what was typed
		p.Path = ""
	}
	return p
}

// assistFields prepares every question, in the order of the page.
func (s *server) assistFields(p *assistPage, r *http.Request, by anlo.Actor, d draft, codes map[string]string) {
	prepare := func(in input, a answers) {
		f := s.field(p.Words, in, a, codes[in.name], s.Now())
		if in.name == "to" {
			f.Choices = s.destinations(p, r, by, a)
		}
		p.fields[in.name] = f
		if f.Error != "" {
			p.Problems = append(p.Problems, problem{"#" + f.Anchor(), f.Label() + ": " + f.Error})
		}
	}
	lead := d.People[0]
	if lead.get("by_text") == "" { // somebody whose phone is given wants to be told
		lead.set("by_text", "yes")
	}
	prepare(assistInputs[0], answers{})
	for _, step := range []string{"who", "home"} {
		for _, in := range inputsOf(step) {
			prepare(in, lead)
			p.ByHand = p.ByHand || codes[in.name] != "" && !(in.name == "phone" && s.Texts())
		}
	}
	p.ByHand = p.ByHand || lead.is("document", "passport") || codes["card"] != ""
	prepare(assistInputs[1], d.Trip)
	for _, in := range inputsOf("trip") {
		prepare(in, d.Trip)
		switch in.name {
		case "to_address", "note", "from_commune":
			p.More = p.More || d.Trip.get(in.name) != "" || codes[in.name] != ""
		case "depart_date", "depart_time":
			p.More = p.More || codes[in.name] != "" || d.Trip.is("depart", "later")
		}
	}
	prepare(assistInputs[2], lead)
	for _, in := range inputsOf("health") {
		prepare(in, lead)
	}
	prepare(assistInputs[3], lead)
}

// destinations are those to reach with one tap: home as the card has it, and
// where people at this desk went last.
func (s *server) destinations(p *assistPage, r *http.Request, by anlo.Actor, trip answers) []choice {
	all := []choice{{Value: "home", Label: p.T("assist.home"), ID: "to-home"}}
	for _, u := range s.recent(r, by) {
		all = append(all, choice{Value: u.Code, Label: s.Units.FullName(u), ID: "to-" + u.Code})
	}
	for i := range all {
		all[i].Checked = trip.is("to", all[i].Value)
	}
	return all
}

// named says in one line whom the page is about, to compare with the card.
func (s *server) named(p assistPage, lead answers) string {
	if lead.get("full_name") == "" {
		return ""
	}
	parts := []string{lead.get("full_name"), lead.get("date_of_birth")}
	if sex := lead.get("sex"); sex != "" && p.Has("sex."+sex) {
		parts = append(parts, p.T("sex."+sex))
	}
	return strings.Join(parts, " · ")
}

// codesOf tells the input of each field that a use-case found at fault.
func (s *server) codesOf(err error, d draft) map[string]string {
	codes := map[string]string{}
	var wrong *anlo.Error
	if !errors.As(err, &wrong) {
		return codes
	}
	for _, f := range wrong.Fields {
		name, _ := inputAt(f.Field, d)
		switch {
		case name == "from_commune" && d.Trip.is("from", "home"): // the same fault as at the residence
			continue
		case name == "home_address" && d.People[0].get(name) != "": // it was only of no use without the commune
			continue
		}
		codes[name] = f.Code
	}
	return codes
}

// slipPage shows the pass that was just made, to print. What is printed of it
// is a credential.SlipContent and nothing else.
type slipPage struct {
	page
	Slip   credential.SlipContent
	QR     template.HTML
	Action string
	PDF    string   // address of the same as PDF, for a while
	Trip   string   // sealed, for another person on the same trip
	Doubts []string // what looks mistyped
	Text   string   // that a text goes to the phone, or could not
}

// sharedTrip is what two people on one trip have in common.
var sharedTrip = []string{"to_commune", "to_address", "from", "from_commune", "from_address", "depart", "depart_date", "depart_time", "vehicle", "plate", "reason", "note"}

func (s *server) showSlip(w http.ResponseWriter, r *http.Request, by anlo.Actor, d draft, receipt app.Receipt) {
	p := slipPage{page: s.assistFrame(r, by, "assist.done"), Action: assistBase(by)}
	p.Script = "assist"
	pass := receipt.Main()
	reference, err := s.SlipReference(by, receipt.ID)
	if err == nil {
		p.Slip, err = s.Slip(p.Words, pass)
	}
	var drawn []byte
	if err == nil {
		drawn, err = credential.SVG(pass.QR)
	}
	if err == nil {
		p.Trip, err = s.sealTrip(d, receipt.Declaration.Trip.Destination)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.QR = template.HTML(drawn) // made of numbers only
	p.PDF = p.Action + "/slip/" + reference
	for _, t := range receipt.Declaration.Travellers {
		p.Doubts = append(p.Doubts, doubts(p.Words, t.Person)...)
	}
	p.Text = s.textAssisted(r, p.Words, by, d, receipt, reference)
	s.rememberDestination(w, r, by, receipt.Declaration.Trip.Destination.Commune)
	s.show(w, r, http.StatusOK, "slip", p)
}

// sealTrip keeps the trip for the next person, with the destination as it was
// understood.
func (s *server) sealTrip(d draft, to anlo.Residence) (string, error) {
	trip := answers{}
	for _, name := range sharedTrip {
		trip.set(name, d.Trip[name]...)
	}
	trip.set("to_commune", s.Units.FullName(to.Commune))
	trip.set("to_address", to.Address)
	plain, err := json.Marshal(trip)
	if err != nil {
		return "", err
	}
	return s.SealForm("assist-trip", plain)
}

// nextAssist begins with the card of the next person, on the same trip if the
// officer says so.
func (s *server) nextAssist(w http.ResponseWriter, r *http.Request, by anlo.Actor, sealed string) {
	d := newDraft()
	if r.PostForm.Get("same") == "yes" {
		plain, err := s.OpenForm("assist-trip", sealed, draftLife)
		if err == nil {
			err = json.Unmarshal(plain, &d.Trip)
		}
		if err != nil {
			d.Trip = newDraft().Trip
		}
	}
	var codes map[string]string
	if card := strings.TrimSpace(r.PostForm.Get("card")); card != "" {
		codes = s.takeWhole(&d, card)
	}
	s.showAssist(w, r, by, d, codes, nil)
}

// slip answers with the pass as a page to print.
func (s *server) slip(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	pass, err := s.AssistedPass(r.Context(), by, r.PathValue("reference"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	body, err := s.slipPDF(words(r), pass)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="an-lo.pdf"`)
	h.Set("Cache-Control", "no-store")
	w.Write(body)
}

// recents is how many destinations are offered to tap besides home.
const recents = 5

const recentCookie = "anlo_to"

// recent are the communes that people at this desk went to last, and the one
// that the desk lies in.
func (s *server) recent(r *http.Request, by anlo.Actor) (all []anlo.UnitRef) {
	for code := range strings.SplitSeq(cookie(r, recentCookie), ".") {
		all = append(all, anlo.UnitRef{List: s.UnitList, Code: code})
	}
	all = append(all, by.Area)
	if by.Device != nil {
		all = append(all, by.Device.Checkpoint.Commune)
	}
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(u anlo.UnitRef) bool {
		again := seen[u.Code]
		seen[u.Code] = true
		return again || u.List != s.UnitList || !s.Units.Known(u)
	})
	return all[:min(len(all), recents)]
}

// rememberDestination keeps the communes, not who went there, on this browser.
func (s *server) rememberDestination(w http.ResponseWriter, r *http.Request, by anlo.Actor, to anlo.UnitRef) {
	codes := []string{to.Code}
	for _, u := range s.recent(r, anlo.Actor{}) {
		if u.Code != to.Code {
			codes = append(codes, u.Code)
		}
	}
	codes = codes[:min(len(codes), recents)]
	setCookie(w, r, http.Cookie{Name: recentCookie, Value: strings.Join(codes, "."), Path: assistBase(by), SameSite: http.SameSiteStrictMode}, memory)
}
