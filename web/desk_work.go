package web

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/identity"
	"anlo/locale"
)

// work is one thing that an officer can do with a notice, and what must be
// said with it.
type work struct {
	*locale.Words
	Kind   anlo.FollowUpKind
	Title  string
	Lead   string // a line of help
	Fields []field
	Key    string // the key that leads here
	Open   bool   // something was typed, or is wrong

	Act     string // of a record: where the form goes
	Version int    // of a record: the one that the officer saw
}

// atTheDoor is what an officer says with one thumb.
var atTheDoor = []anlo.FollowUpKind{anlo.DoVerify, anlo.DoNotFound, anlo.DoWrongAddress}

// workKeys are the single keys that lead to a work, where the officer has not
// switched them off.
var workKeys = map[anlo.FollowUpKind]string{anlo.DoVerify: "v", anlo.DoNotFound: "n", anlo.DoWrongAddress: "w", anlo.DoCheckIn: "c",
	anlo.DoTest: "t", anlo.DoQuarantine: "q", anlo.DoRelease: "e", anlo.DoReroute: "r", anlo.DoEscalate: "u", anlo.DoReturn: "b", anlo.DoNote: "g"}

// workInputs are the questions of each work. A name begins with the kind, so
// that every input of a page has one of its own.
func workInputs(kind anlo.FollowUpKind) []input {
	at := func(in input) input { in.name = string(kind) + "-" + in.name; return in }
	note := input{name: noteOf(kind), label: "follow-note", area: true, max: 500, optional: true}
	switch kind {
	case anlo.DoCheckIn:
		return []input{at(input{name: "way", options: texts(anlo.CheckInWays), words: "way"}), at(input{name: "symptoms", options: texts(anlo.Symptoms), words: "symptoms", many: true, optional: true}),
			at(input{name: "temperature", mode: "decimal", max: 8, autocomplete: "off", optional: true}), note}
	case anlo.DoTest:
		return []input{at(input{name: "kind", options: []string{string(anlo.Antigen), string(anlo.PCR)}, words: "test"}),
			at(input{name: "result", options: []string{string(anlo.Negative), string(anlo.Positive), string(anlo.Pending)}, words: "test_result"}),
			at(input{name: "taken_at", kind: "date"}), note}
	case anlo.DoQuarantine:
		var protocols []string
		for _, p := range anlo.Protocols {
			protocols = append(protocols, p.ID)
		}
		return []input{at(input{name: "protocol", options: protocols}), at(input{name: "vaccinated", options: []string{"yes"}, optional: true}),
			at(input{name: "from", kind: "date"}), at(input{name: "until", kind: "date", optional: true}), note}
	case anlo.DoReroute:
		return []input{at(input{name: "to", commune: true, max: 120, autocomplete: "off"}), note}
	case anlo.DoEscalate, anlo.DoNote:
		note.optional, note.label = false, "why-note"
	}
	return []input{note}
}

// noteOf is the input for words of one's own. The works at the door share one.
func noteOf(kind anlo.FollowUpKind) string {
	if slices.Contains(atTheDoor, kind) {
		return "visit-note"
	}
	return string(kind) + "-note"
}

// typedWork takes the answers to a work from a form.
func (s *server) typedWork(kind anlo.FollowUpKind, form url.Values) answers {
	a := answers{}
	for _, in := range workInputs(kind) {
		var values []string
		for _, v := range form[in.name] {
			if in.area {
				v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", " "))
			} else {
				v = identity.CleanName(v)
			}
			if v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if pick := form.Get(in.name + "_pick"); in.commune && pick != "" && s.offered(values, pick) {
			values = []string{s.Units.FullName(anlo.UnitRef{List: s.UnitList, Code: pick})}
		}
		a.set(in.name, values...)
	}
	return a
}

// readWork turns the answers into an entry for the history, and says what is
// wrong with it: the code by the name of the input.
func (s *server) readWork(kind anlo.FollowUpKind, a answers, now time.Time) (anlo.FollowUp, map[string]string) {
	wrong := map[string]string{}
	get := func(name string) string { return a.get(string(kind) + "-" + name) }
	day := func(name string) anlo.Date {
		d, err := typedDate(get(name))
		if get(name) != "" && (err != nil || d.Month == 0) {
			wrong[string(kind)+"-"+name] = "date.malformed"
			return anlo.Date{}
		}
		return d
	}
	f := anlo.FollowUp{Kind: kind, Note: a.get(noteOf(kind))}
	switch kind {
	case anlo.DoCheckIn:
		f.Way = anlo.CheckInWay(get("way"))
		for _, v := range a["check-in-symptoms"] {
			f.Symptoms = append(f.Symptoms, anlo.Symptom(v))
		}
		var ok bool
		if f.Temperature, ok = readTemperature(get("temperature")); !ok {
			wrong["check-in-temperature"] = "temperature.malformed"
		}
	case anlo.DoTest:
		f.Test = &anlo.Test{Kind: anlo.TestKind(get("kind")), Result: anlo.TestResult(get("result"))}
		if d := day("taken_at"); !d.IsZero() {
			f.Test.Taken = d.At(0, locale.Zone)
		}
	case anlo.DoQuarantine:
		f.Protocol, f.From, f.Until = get("protocol"), day("from"), day("until")
		if p, ok := anlo.ProtocolByID(f.Protocol); ok && get("until") == "" && !f.From.IsZero() {
			f.Until = lastDay(p, f.From, a.is("quarantine-vaccinated", "yes"))
		}
	case anlo.DoReroute:
		if typed := get("to"); typed != "" {
			var candidates []anlo.Unit
			if f.To, candidates = s.commune(typed); f.To.IsZero() {
				wrong["reroute-to"] = "commune.unknown"
				if len(candidates) > 0 {
					wrong["reroute-to"] = "commune.choose"
				}
			}
		}
	}
	known := func(u anlo.UnitRef) bool { return u.List == s.UnitList && s.Units.Known(u) }
	addFaults(wrong, kind, f.Check(now, known))
	return f, wrong
}

// lastDay is the last day of a quarantine that begins on a day.
func lastDay(p anlo.Protocol, from anlo.Date, vaccinated bool) anlo.Date {
	if vaccinated {
		return from.AddDays(p.VaccinatedDays - 1)
	}
	return from.AddDays(p.Quarantine - 1)
}

// addFaults joins what Check found to what could not be read, which says more.
func addFaults(wrong map[string]string, kind anlo.FollowUpKind, err error) {
	var invalid *anlo.Error
	if !errors.As(err, &invalid) {
		return
	}
	for _, f := range invalid.Fields {
		name := string(kind) + "-" + strings.TrimPrefix(f.Field, "test.")
		if f.Field == "note" {
			name = noteOf(kind)
		}
		if wrong[name] == "" {
			wrong[name] = f.Code
		}
	}
}

// readTemperature reads "37,5", "37.5", "37 °C" or "38" as tenths of a degree;
// nothing is 0.
func readTemperature(text string) (tenths int, ok bool) {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(text), "C"), "°"))
	if text == "" {
		return 0, true
	}
	whole, part, _ := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	if part == "" {
		part = "0"
	}
	if len(whole) != 2 || len(part) != 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+part, 10, 16)
	return int(n), err == nil && n > 0
}

// work prepares a work for a page. What was typed comes back with what is
// wrong; else the form proposes what is usual.
func (s *server) work(w *locale.Words, kind anlo.FollowUpKind, a answers, wrong map[string]string, now time.Time) work {
	k := work{Words: w, Kind: kind, Title: w.T("follow." + string(kind)), Key: workKeys[kind], Open: len(a) > 0 || len(wrong) > 0}
	if key := "follow-lead." + string(kind); w.Has(key) {
		k.Lead = w.T(key)
	}
	if a == nil {
		today := anlo.DateOf(now.In(locale.Zone)).String()
		a = answers{"test-taken_at": {today}, "quarantine-from": {today}, "quarantine-protocol": {anlo.Protocols[0].ID}}
	}
	for _, in := range workInputs(kind) {
		f := s.field(w, in, a, wrong[in.name], now)
		for i, c := range f.Choices {
			switch p, known := anlo.ProtocolByID(c.Value); {
			case known:
				f.Choices[i].Label = w.T("desk.protocol", "Source", p.Source, "Days", p.Quarantine, "Vaccinated", p.VaccinatedDays)
				f.Choices[i].Data = strconv.Itoa(p.Quarantine) + " " + strconv.Itoa(p.VaccinatedDays)
			case in.name == "quarantine-vaccinated":
				f.Choices[i].Label, f.Choices[i].ID = f.Label(), in.name
			}
		}
		if in.kind == "date" {
			if d, err := typedDate(f.Value); err == nil && d.Month != 0 {
				f.Value = d.String() // what the browser's own calendar wants
			}
		}
		k.Fields = append(k.Fields, f)
	}
	return k
}
