package web

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/app"
	"anlo/identity"
	"anlo/locale"
)

// draftLife is how long somebody may take over a declaration.
const draftLife = 6 * time.Hour

// draft is an unfinished declaration as it was typed. It travels sealed in a
// hidden field of every page, so the server keeps nothing, and the back button
// and a second tab each find their own.
type draft struct {
	Key    string    `json:"k"`           // makes a double click one declaration
	Seen   []string  `json:"s,omitempty"` // steps that were sent once: their faults are shown
	Now    time.Time `json:"n,omitzero"`  // what "now" means: when the last page was shown
	Trip   answers   `json:"t"`
	People []answers `json:"p"` // the first leads

	// A correction of a declaration made before has its link and its dates.
	Link       string    `json:"l,omitempty"`
	DeclaredAt time.Time `json:"d,omitzero"`
	Until      time.Time `json:"u,omitzero"`

	Again string `json:"a,omitempty"` // the link of the declaration that is made once more
}

// answers are the values of inputs by name.
type answers map[string][]string

func (a answers) get(name string) string {
	if v := a[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (a answers) is(name, value string) bool { return slices.Contains(a[name], value) }

func (a answers) set(name string, values ...string) {
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		delete(a, name)
		return
	}
	a[name] = values
}

func newDraft() draft {
	return draft{Key: rand.Text(), Trip: answers{"from": {"home"}, "depart": {"now"}}, People: []answers{{"document": {"id"}, "nationality": {"VN"}}}}
}

// seal makes the hidden field.
func (s *server) seal(d draft) (string, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	return s.SealForm("draft", plain)
}

// openDraft reads the hidden field; anlo.ErrUnsigned when it is too old.
func (s *server) openDraft(sealed string) (draft, error) {
	plain, err := s.OpenForm("draft", sealed, draftLife)
	if err != nil {
		return draft{}, err
	}
	var d draft
	if err := json.Unmarshal(plain, &d); err != nil || len(d.People) == 0 || d.Trip == nil {
		return draft{}, anlo.ErrUnsigned
	}
	return d, nil
}

// take copies what was typed on one step into the draft.
func (s *server) take(d *draft, step string, form url.Values) {
	to := d.Trip
	if step != "trip" {
		i := personOf(step)
		if i > len(d.People) || i >= anlo.MaxTravellers {
			return
		}
		if i == len(d.People) {
			d.People = append(d.People, answers{})
		}
		to = d.People[i]
	}
	for _, in := range inputsOf(step) {
		var values []string
		for _, v := range form[in.name] {
			if in.area {
				v = strings.ReplaceAll(v, "\r\n", "\n")
			} else {
				v = identity.CleanName(v)
			}
			if v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if pick := form.Get(in.name + "_pick"); in.commune && pick != "" {
			if full := s.Units.FullName(anlo.UnitRef{List: s.UnitList, Code: pick}); full != "" && s.offered(values, pick) {
				values = []string{full}
			}
		}
		to.set(in.name, values...)
	}
	if card := form.Get("card_address"); card != "" && to.get("home_address") == "" {
		s.takeCard(to, identity.CleanName(card))
	}
	if !slices.Contains(d.Seen, step) {
		d.Seen = append(d.Seen, step)
	}
}

// takeCard fills in the residence from the one line that stands on an identity
// card; its holder sees it on the next screen.
func (s *server) takeCard(to answers, line string) {
	address, commune := s.DivideAddress(line)
	to.set("home_address", address)
	if to.get("home_commune") == "" {
		to.set("home_commune", commune)
	}
}

// offered reports whether the commune that was picked is one of those that the
// text beside it may mean: otherwise the text was changed afterwards.
func (s *server) offered(typed []string, code string) bool {
	if len(typed) == 0 {
		return true
	}
	_, candidates := s.commune(typed[0])
	return slices.ContainsFunc(candidates, func(u anlo.Unit) bool { return u.Code == code })
}

// remove takes a companion off.
func (d *draft) remove(i int) {
	if i < 1 || i >= len(d.People) {
		return
	}
	d.People = slices.Delete(d.People, i, i+1)
}

// personOf returns whose answers a step asks for: 2 for "person:2", 0 for the
// steps of whoever leads.
func personOf(step string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(step, "person:"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// draftOf writes a declaration back as somebody would have typed it.
func (s *server) draftOf(d app.Declared, link string) draft {
	out := draft{Key: rand.Text(), Link: link, DeclaredAt: d.DeclaredAt, Until: d.ExpiresAt, Seen: []string{"who", "home", "trip", "health"}}
	lead := d.Declaration.Travellers[0]
	for i, t := range d.Declaration.Travellers {
		a := s.answersOf(t)
		if i == 0 && d.Declaration.OnBehalf {
			a.set("behalf", "yes")
		}
		if i > 0 {
			out.Seen = append(out.Seen, "person:"+strconv.Itoa(i))
			if t.Permanent == lead.Permanent && t.Temporary == lead.Temporary {
				a.set("same_home", "yes")
			} else {
				a.set("same_home", "no")
			}
		}
		out.People = append(out.People, a)
	}
	out.Trip = s.tripAnswers(d.Declaration.Trip, staysAt(lead.Person))
	return out
}

func (s *server) answersOf(t anlo.Traveller) answers {
	a := answers{}
	a.set("document", "id")
	a.set("id_number", t.Document.Number)
	if t.Document.Kind == anlo.Passport {
		a.set("document", "passport")
		a.set("id_number")
		a.set("passport", t.Document.Number)
	}
	a.set("nationality", t.Nationality)
	a.set("full_name", t.FullName)
	a.set("date_of_birth", t.BirthDate.Typed())
	a.set("sex", string(t.Sex))
	a.set("phone", t.Phone)
	a.set("home_commune", s.Units.FullName(t.Permanent.Commune))
	a.set("home_address", t.Permanent.Address)
	if !t.Temporary.IsZero() {
		a.set("stay", "yes")
		a.set("stay_commune", s.Units.FullName(t.Temporary.Commune))
		a.set("stay_address", t.Temporary.Address)
	}
	a.healthOf(t.Health)
	return a
}

func (a answers) healthOf(h anlo.Health) {
	a.set("symptoms", "none")
	if len(h.Symptoms) > 0 {
		a.set("symptoms", texts(h.Symptoms)...)
	}
	a.set("contact", "no")
	if h.ContactWithCase {
		a.set("contact", "yes")
	}
	a.set("places", strings.Join(h.Places, "\n"))
	a.set("test", "none")
	if h.Test != nil {
		a.set("test", string(h.Test.Kind))
		a.set("test_result", string(h.Test.Result))
		a.set("test_date", h.Test.Taken.In(locale.Zone).Format(time.DateOnly))
	}
	if h.Doses != nil {
		a.set("doses", strconv.Itoa(*h.Doses))
	}
}

func (s *server) tripAnswers(t anlo.Trip, stay anlo.Residence) answers {
	a := answers{"from": {"home"}, "depart": {"kept"}, "departs_at": {t.DepartsAt.Format(time.RFC3339Nano)}}
	if t.Origin != stay {
		a.set("from", "other")
		a.set("from_commune", s.Units.FullName(t.Origin.Commune))
		a.set("from_address", t.Origin.Address)
	}
	a.set("to_commune", s.Units.FullName(t.Destination.Commune))
	a.set("to_address", t.Destination.Address)
	a.set("vehicle", string(t.Vehicle.Kind))
	a.set("plate", t.Vehicle.Plate)
	a.set("reason", string(t.Purpose))
	a.set("note", t.Note)
	return a
}

// staysAt is where somebody sets out from unless they say otherwise.
func staysAt(p anlo.Person) anlo.Residence {
	if !p.Temporary.IsZero() {
		return p.Temporary
	}
	return p.Permanent
}
