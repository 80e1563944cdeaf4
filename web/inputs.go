package web

import (
	"slices"
	"strconv"
	"strings"

	"anlo"
)

// input is one question of a form. Its label is the message "field." + name,
// its hint "hint." + name where there is one.
type input struct {
	name     string
	options  []string // of a choice: the values
	words    string   // what the messages of the options begin with; name when empty
	label    string   // what the message of the label ends with; name when empty
	many     bool     // more than one may be chosen
	commune  bool     // a commune, typed by name
	area     bool     // several lines
	optional bool
	// Attributes of the HTML element. What has the autocomplete "off" a browser
	// neither suggests to the next one on the phone nor restores on the way back.
	kind         string // "text" when empty
	autocomplete string
	mode         string // which keyboard a phone shows
	max          int    // characters, a little more than the rule allows
}

// steps are the screens of the form, in order, each with its questions in
// order. A companion answers those of "who", "home" and "health" on one screen.
var steps = []struct {
	name   string
	inputs []input
}{
	{"who", []input{
		{name: "document", options: []string{"id", "passport"}},
		{name: "id_number", autocomplete: "off", mode: "numeric", max: 20},
		{name: "passport", autocomplete: "off", max: 20},
		{name: "nationality"},
		{name: "full_name", autocomplete: "name", max: 120},
		{name: "date_of_birth", autocomplete: "bday", mode: "numeric", max: 10},
		{name: "sex", options: []string{"male", "female", "other"}},
		{name: "phone", kind: "tel", autocomplete: "tel", max: 20, optional: true},
		{name: "behalf", options: []string{"yes"}, optional: true},
	}},
	{"home", []input{
		{name: "home_commune", commune: true, autocomplete: "address-level3", max: 120},
		{name: "home_address", autocomplete: "address-line1", max: 220},
		{name: "stay", options: []string{"yes"}, optional: true},
		{name: "stay_commune", commune: true, autocomplete: "section-stay address-level3", max: 120},
		{name: "stay_address", max: 220},
	}},
	{"trip", []input{
		{name: "to_commune", commune: true, autocomplete: "section-to address-level3", max: 120},
		{name: "to_address", max: 220, optional: true},
		{name: "from", options: []string{"home", "other"}},
		{name: "from_commune", commune: true, autocomplete: "section-from address-level3", max: 120},
		{name: "from_address", max: 220, optional: true},
		{name: "depart", options: []string{"now", "later"}},
		{name: "depart_date", kind: "date"},
		{name: "depart_time", kind: "time"},
		{name: "vehicle", options: texts(anlo.VehicleKinds)},
		{name: "plate", max: 16},
		{name: "reason", options: texts(anlo.TripPurposes), words: "reason-of-trip"},
		{name: "note", max: 320, optional: true},
	}},
	{"health", []input{
		{name: "symptoms", options: append(texts(anlo.Symptoms), "none"), many: true},
		{name: "contact", options: []string{"no", "yes"}},
		{name: "places", area: true, max: 4500, optional: true},
		{name: "test", options: []string{"none", "antigen", "pcr"}, optional: true},
		{name: "test_result", options: []string{"negative", "positive", "pending"}},
		{name: "test_date", kind: "date"},
		{name: "doses", options: []string{"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, optional: true},
	}},
}

var sameHome = input{name: "same_home", options: []string{"yes", "no"}}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// inputsOf returns the questions of a step.
func inputsOf(step string) (all []input) {
	companion := strings.HasPrefix(step, "person:")
	if companion {
		all = append(all, sameHome)
	}
	for _, s := range steps {
		if s.name == step || companion && s.name != "trip" {
			all = append(all, s.inputs...)
		}
	}
	if companion {
		all = slices.DeleteFunc(all, func(in input) bool { return in.name == "behalf" })
	}
	return all
}

// stepOf returns the step on which a question is asked of a traveller.
func stepOf(name string, person int) string {
	if person > 0 {
		return "person:" + strconv.Itoa(person)
	}
	for _, s := range steps {
		if slices.ContainsFunc(s.inputs, func(in input) bool { return in.name == name }) {
			return s.name
		}
	}
	return "check"
}

// inputAt returns the question that a field of anlo.FieldError is asked by, and
// of whom: "travellers[2].residence.permanent.commune" is "home_commune" of 2.
func inputAt(field string, d draft) (name string, person int) {
	if rest, ok := strings.CutPrefix(field, "travellers["); ok {
		number, path, _ := strings.Cut(rest, "].")
		person, _ = strconv.Atoi(number)
		field = path
	}
	field, _, _ = strings.Cut(field, "[") // one of the places
	name = inputOfField[field]
	switch {
	case name == "id_number" && person < len(d.People) && d.People[person].is("document", "passport"):
		name = "passport"
	case name == "depart" && d.Trip.is("depart", "later"):
		name = "depart_date"
	}
	return name, person
}

var inputOfField = map[string]string{
	"id_number":                   "id_number",
	"passport":                    "passport",
	"full_name":                   "full_name",
	"date_of_birth":               "date_of_birth",
	"sex":                         "sex",
	"nationality":                 "nationality",
	"phone":                       "phone",
	"residence.permanent.commune": "home_commune",
	"residence.permanent.address": "home_address",
	"residence.temporary.commune": "stay_commune",
	"residence.temporary.address": "stay_address",
	"health.symptoms":             "symptoms",
	"health.places":               "places",
	"health.test.kind":            "test",
	"health.test.result":          "test_result",
	"health.test.taken_at":        "test_date",
	"health.doses":                "doses",
	"trip.origin.commune":         "from_commune",
	"trip.origin.address":         "from_address",
	"trip.destination.commune":    "to_commune",
	"trip.destination.address":    "to_address",
	"trip.departs_at":             "depart",
	"trip.vehicle.kind":           "vehicle",
	"trip.vehicle.plate":          "plate",
	"trip.reason":                 "reason",
	"trip.note":                   "note",
	"travellers":                  "companions",
}
