package web

import (
	"strconv"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/identity"
	"anlo/locale"
)

// matchPart says what the register holds, beside what was declared, wherever
// the two are not the same.
func (s *server) matchPart(w *locale.Words, n app.Record) matchPart {
	if n.Match.Grade == "" {
		return matchPart{}
	}
	m := matchPart{Grade: n.Match.Grade, Word: w.T("grade." + string(n.Match.Grade)), Text: w.T("grade-text." + string(n.Match.Grade))}
	for _, code := range n.Match.Reasons {
		m.Reasons = append(m.Reasons, w.T("match."+code))
	}
	known, t := n.Match.Register, n.Traveller
	if known == nil {
		return m
	}
	add := func(label, declared, register string, same bool) {
		if !same && register != "" {
			m.Compare = append(m.Compare, comparison{w.T(label), declared, register, !same})
		}
	}
	add("field.full_name", t.FullName, known.FullName, identity.CleanName(t.FullName) == identity.CleanName(known.FullName))
	add("field.date_of_birth", w.Date(t.BirthDate), w.Date(known.BirthDate), t.BirthDate == known.BirthDate)
	add("field.sex", w.T("sex."+string(t.Sex)), w.T("sex."+string(known.Sex)), t.Sex == known.Sex || known.Sex == "")
	if known.Number != "" {
		add("record.number", t.Document.Number, known.Number, t.Document.Number == known.Number)
	}
	add("check.permanent", s.address(t.Permanent), s.address(known.Permanent), t.Permanent == known.Permanent)
	add("check.temporary", s.address(t.Temporary), s.address(known.Temporary), t.Temporary == known.Temporary)
	return m
}

// declaredRows are what was declared about the trip, and where the person lives.
func (s *server) declaredRows(w *locale.Words, n app.Record) []row {
	t := n.Traveller
	rows := s.tripRows(w, draft{}, n.Trip)
	add := func(label, value string) {
		if value != "" {
			rows = append(rows, row{w.T(label), value})
		}
	}
	add("check.permanent", s.address(t.Permanent))
	add("check.temporary", s.address(t.Temporary))
	if t.Nationality != "VN" {
		add("field.nationality", w.Country(t.Nationality))
	}
	add("record.declared", w.Time(n.DeclaredAt))
	if n.OnBehalf {
		add("record.by", w.T("record.on-behalf"))
	}
	if n.Revision > 0 {
		add("record.revision", strconv.Itoa(n.Revision))
	}
	return rows
}

// symptomWords lists symptoms in words, and says so where there are none.
func symptomWords(w *locale.Words, list []anlo.Symptom) string {
	if len(list) == 0 {
		return w.T("symptoms.none")
	}
	var out []string
	for _, symptom := range list {
		out = append(out, w.T("symptoms."+string(symptom)))
	}
	return strings.Join(out, ", ")
}

func testWords(w *locale.Words, t *anlo.Test) string {
	return w.T("test."+string(t.Kind)) + ": " + w.T("test_result."+string(t.Result)) + ", " + w.Date(anlo.DateOf(t.Taken.In(locale.Zone)))
}

// historyRow says in words what happened, who did it and when.
func (s *server) historyRow(w *locale.Words, e app.HistoryEntry) historyRow {
	h := historyRow{When: w.Time(e.At), What: w.T("follow." + string(e.Kind)), Note: e.Note, Kind: e.Kind}
	switch {
	case e.Name != "":
		h.Who = e.Name + ", " + w.T("role."+string(e.Role))
	case w.Has("role." + string(e.Role)):
		h.Who = w.T("role." + string(e.Role))
	}
	add := func(text string) { h.Details = append(h.Details, text) }
	switch e.Kind {
	case anlo.DoReroute:
		add(w.T("history.to", "Commune", s.Units.FullName(e.To)))
	case anlo.DidRoute:
		if !e.To.IsZero() {
			add(w.T("history.from", "Commune", s.Units.FullName(e.To)))
		}
	case anlo.DoQuarantine:
		add(w.T("history.quarantine", "From", w.Date(e.From), "Until", w.Date(e.Until)))
		if p, ok := anlo.ProtocolByID(e.Protocol); ok {
			add(p.Source)
		}
	case anlo.DoCheckIn:
		add(w.T("way." + string(e.Way)))
		add(symptomWords(w, e.Symptoms))
		if e.Temperature > 0 {
			add(temperature(w, e.Temperature))
		}
	case anlo.DoTest:
		if e.Test != nil {
			add(testWords(w, e.Test))
		}
	case anlo.DoEscalate, anlo.DidClimb, anlo.DoReturn:
		add(w.T("history.level", "Level", w.T("level."+strconv.Itoa(int(e.Level)))))
	}
	return h
}

// temperature writes tenths of a degree as the language does: "37,5 °C".
func temperature(w *locale.Words, tenths int) string {
	text := strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10) + " °C"
	if w.Lang == "vi" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}
