package web

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/locale"
)

// fault is something to correct: on which step, at which input, and the code of
// its message.
type fault struct{ step, input, code string }

// reading turns what was typed into the words of the domain, and notes what it
// cannot make sense of. What is wrong with the words themselves only
// anlo.Declaration.Check knows.
type reading struct {
	*server
	draft
	faults []fault
}

// read returns the declaration that a draft amounts to, and everything that is
// wrong with it.
func (s *server) read(d draft, now time.Time) (anlo.Declaration, []fault) {
	r := reading{server: s, draft: d}
	if r.Now.IsZero() {
		r.Now = now
	}
	var out anlo.Declaration
	out.OnBehalf = d.People[0].is("behalf", "yes")
	for i, a := range d.People {
		t := anlo.Traveller{Person: r.person(i, a), Health: r.health(i, a)}
		if i > 0 && a.is("same_home", "yes") {
			t.Permanent, t.Temporary = out.Travellers[0].Permanent, out.Travellers[0].Temporary
		}
		out.Travellers = append(out.Travellers, t)
	}
	out.Trip = r.trip(staysAt(out.Travellers[0].Person))
	if d.Trip.is("depart", "kept") {
		now = d.DeclaredAt // a trip under way may be corrected: see app.Change
	}
	known := func(u anlo.UnitRef) bool { return u.List == s.UnitList && s.Units.Known(u) }
	var wrong *anlo.Error
	if errors.As(out.Check(now, known), &wrong) {
		r.add(wrong.Fields)
	}
	return out, r.inOrder()
}

// note records a fault of a person's answer.
func (r *reading) note(person int, input, code string) {
	r.faults = append(r.faults, fault{stepOf(input, person), input, code})
}

// add joins what Check found to what could not be read. Where both speak of
// one input, the first says more.
func (r *reading) add(fields []anlo.FieldError) {
	for _, f := range fields {
		input, person := inputAt(f.Field, r.draft)
		if person > 0 && r.People[person].is("same_home", "yes") && (strings.HasPrefix(input, "home_") || strings.HasPrefix(input, "stay_")) {
			continue // the same fault as at whoever leads
		}
		if r.Trip.is("from", "home") && input == "from_commune" {
			continue // the same fault as at the residence
		}
		step := stepOf(input, person)
		if !slices.ContainsFunc(r.faults, func(have fault) bool { return have.step == step && have.input == input }) {
			r.faults = append(r.faults, fault{step, input, f.Code})
		}
	}
}

// inOrder sorts the faults as the form asks.
func (r *reading) inOrder() (sorted []fault) {
	order := []string{"who", "home", "trip", "health"}
	for i := 1; i < len(r.People); i++ {
		order = append(order, "person:"+strconv.Itoa(i))
	}
	for _, step := range order {
		for _, in := range inputsOf(step) {
			for _, f := range r.faults {
				if f.step == step && f.input == in.name {
					sorted = append(sorted, f)
				}
			}
		}
	}
	for _, f := range r.faults { // what belongs to no question
		if f.step == "check" {
			sorted = append(sorted, f)
		}
	}
	return sorted
}

func (r *reading) person(i int, a answers) anlo.Person {
	p := anlo.Person{FullName: a.get("full_name"), Sex: anlo.Sex(a.get("sex")), Phone: anlo.NormalPhone(a.get("phone"))}
	p.Document, p.Nationality = r.document(i, a)
	if typed := a.get("date_of_birth"); typed != "" {
		var err error
		if p.BirthDate, err = typedDate(typed); err != nil {
			r.note(i, "date_of_birth", codeOf(err))
		}
	}
	if i > 0 && !a.is("same_home", "no") {
		if !a.is("same_home", "yes") {
			r.note(i, "same_home", "required")
		}
		return p
	}
	p.Permanent = r.residence(i, a, "home")
	if a.is("stay", "yes") {
		p.Temporary = r.residence(i, a, "stay")
		if p.Temporary.IsZero() { // Check would take it for no temporary residence
			r.note(i, "stay_commune", "required")
		}
	}
	return p
}

func (r *reading) document(i int, a answers) (d anlo.Document, nationality string) {
	var err error
	switch number := a.get("id_number"); {
	case a.is("document", "passport"):
		nationality = a.get("nationality")
		if a.get("passport") != "" {
			// Check says so when the nationality is missing.
			if d, err = anlo.ParsePassport(a.get("passport"), cmp.Or(nationality, "VN")); err != nil {
				r.note(i, "passport", codeOf(err))
			}
		}
	case number != "":
		nationality = "VN"
		if d, err = anlo.ParseIDNumber(number); err != nil {
			r.note(i, "id_number", codeOf(err))
		}
	default:
		nationality = "VN"
	}
	return d, nationality
}

// typedDate also takes the eight digits that a phone's number pad can type:
// 31011990.
func typedDate(s string) (anlo.Date, error) {
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		s = s[:2] + "/" + s[2:4] + "/" + s[4:]
	}
	return anlo.ParseDateTyped(s)
}

// residence reads the commune and the address whose inputs begin with prefix.
func (r *reading) residence(i int, a answers, prefix string) anlo.Residence {
	out := anlo.Residence{Address: a.get(prefix + "_address")}
	if typed := a.get(prefix + "_commune"); typed != "" {
		found, candidates := r.commune(typed)
		out.Commune = found
		switch {
		case !found.IsZero():
		case len(candidates) > 0:
			r.note(i, prefix+"_commune", "commune.choose")
		default:
			r.note(i, prefix+"_commune", "commune.unknown")
		}
	}
	return out
}

func (r *reading) trip(stay anlo.Residence) anlo.Trip {
	a := r.Trip
	t := anlo.Trip{
		Origin:      stay,
		Destination: r.residence(0, a, "to"),
		DepartsAt:   r.departure(),
		Vehicle:     anlo.Vehicle{Kind: anlo.VehicleKind(a.get("vehicle"))},
		Purpose:     anlo.TripPurpose(a.get("reason")),
		Note:        a.get("note"),
	}
	if !a.is("from", "home") {
		t.Origin = r.residence(0, a, "from")
	}
	switch t.Vehicle.Kind {
	case anlo.Train, anlo.Plane, anlo.Bicycle, anlo.OnFoot: // one typed before is not meant
	default:
		t.Vehicle.Plate = anlo.NormalPlate(a.get("plate"))
	}
	return t
}

func (r *reading) departure() time.Time {
	a := r.Trip
	switch {
	case a.is("depart", "now"):
		return r.Now.Truncate(time.Second)
	case a.is("depart", "kept"):
		at, err := time.Parse(time.RFC3339Nano, a.get("departs_at"))
		if err != nil {
			r.note(0, "depart", "required")
		}
		return at
	case !a.is("depart", "later"):
		return time.Time{}
	}
	day := r.day(0, a, "depart_date")
	if day.IsZero() {
		return time.Time{} // Check says that it is required
	}
	clock := a.get("depart_time")
	at, err := time.Parse("15:04", clock)
	switch {
	case clock == "":
		r.note(0, "depart_time", "required")
	case err != nil:
		r.note(0, "depart_time", "time.malformed")
	}
	return time.Date(day.Year, time.Month(day.Month), day.Day, at.Hour(), at.Minute(), 0, 0, locale.Zone)
}

// day reads a date that names a day.
func (r *reading) day(i int, a answers, name string) anlo.Date {
	typed := a.get(name)
	if typed == "" {
		return anlo.Date{}
	}
	d, err := typedDate(typed)
	if err != nil || d.Month == 0 {
		r.note(i, name, "date.malformed")
		return anlo.Date{}
	}
	return d
}

func (r *reading) health(i int, a answers) anlo.Health {
	h := anlo.Health{ContactWithCase: a.is("contact", "yes")}
	none := a.is("symptoms", "none")
	for _, s := range a["symptoms"] {
		if s != "none" {
			h.Symptoms = append(h.Symptoms, anlo.Symptom(s))
		}
	}
	switch {
	case none && len(h.Symptoms) > 0:
		r.note(i, "symptoms", "symptoms.both")
	case !none && len(h.Symptoms) == 0:
		r.note(i, "symptoms", "symptoms.unanswered")
	}
	if !a.is("contact", "yes") && !a.is("contact", "no") {
		r.note(i, "contact", "required")
	}
	for line := range strings.Lines(a.get("places")) {
		if line = strings.TrimSpace(line); line != "" {
			h.Places = append(h.Places, line)
		}
	}
	if kind := a.get("test"); kind != "" && kind != "none" {
		h.Test = &anlo.Test{Kind: anlo.TestKind(kind), Result: anlo.TestResult(a.get("test_result"))}
		if d := r.day(i, a, "test_date"); !d.IsZero() {
			h.Test.Taken = time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, locale.Zone)
		}
	}
	if doses := a.get("doses"); doses != "" {
		n, err := strconv.Atoi(doses)
		if err != nil {
			n = -1 // Check says that this is no number of doses
		}
		h.Doses = &n
	}
	return h
}
