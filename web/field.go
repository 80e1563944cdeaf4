package web

import (
	"strings"
	"time"

	"anlo/locale"
)

// field is a question with its answer, as a template shows it.
type field struct {
	*locale.Words
	input
	Value   string
	Error   string // in words; "" when nothing is wrong
	Choices []choice
	Places  []suggestion // communes to choose from, when what was typed may mean several
	Min     string       // of a date
	Max     string
}

// choice is one of the answers offered.
type choice struct {
	Value, Label, ID string
	Checked          bool
	Data             string // what a script needs to know of it
}

// Name is the name and the id of the input.
func (f field) Name() string { return f.name }

// Label is the question.
func (f field) Label() string {
	if f.label != "" {
		return f.T("field." + f.label)
	}
	return f.T("field." + f.name)
}

// Hint is a line of help, "" when there is none.
func (f field) Hint() string {
	if key := "hint." + f.name; f.Has(key) {
		return f.T(key)
	}
	return ""
}

// Optional reports whether the question need not be answered.
func (f field) Optional() bool { return f.optional }

// Type, Autocomplete, Mode and Length are attributes of the input.
func (f field) Type() string {
	if f.kind == "" {
		return "text"
	}
	return f.kind
}
func (f field) Autocomplete() string { return f.autocomplete }
func (f field) Mode() string         { return f.mode }
func (f field) Length() int          { return f.max }

// Many reports whether several choices may be ticked.
func (f field) Many() bool { return f.many }

// Commune, Area and Alone say which shape the question has: a commune, several
// lines, one box to tick.
func (f field) Commune() bool { return f.commune }
func (f field) Area() bool    { return f.area }
func (f field) Alone() bool   { return len(f.Choices) == 1 && !f.many }

// DescribedBy lists the ids of what explains the input.
func (f field) DescribedBy() string {
	var ids []string
	if f.Hint() != "" {
		ids = append(ids, f.name+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.name+"-error")
	}
	return strings.Join(ids, " ")
}

// Anchor is the id that a link to the question leads to: of a choice, its
// first answer.
func (f field) Anchor() string {
	if len(f.Choices) > 0 {
		return f.Choices[0].ID
	}
	return f.name
}

// field prepares a question of a step.
func (s *server) field(w *locale.Words, in input, a answers, code string, now time.Time) field {
	f := field{Words: w, input: in, Value: a.get(in.name)}
	if code != "" {
		f.Error = w.T(code)
	}
	prefix := in.words
	if prefix == "" {
		prefix = in.name
	}
	for _, o := range in.options {
		c := choice{Value: o, ID: in.name + "-" + o, Checked: a.is(in.name, o)}
		switch {
		case in.name == "behalf" || in.name == "stay":
			c.Label, c.ID = w.T("field."+in.name), in.name
		case in.name == "doses":
			c.Label, c.Checked = o, f.Value == o
		case o == "kept":
			at, _ := time.Parse(time.RFC3339Nano, a.get("departs_at"))
			c.Label = w.T("depart.kept", "Time", w.Time(at))
		default:
			c.Label = w.T(prefix + "." + o)
		}
		f.Choices = append(f.Choices, c)
	}
	if in.name == "nationality" {
		for _, c := range w.Countries() {
			f.Choices = append(f.Choices, choice{Value: c.Code, Label: c.Name, ID: in.name, Checked: c.Code == f.Value})
		}
	}
	if in.commune && code == "commune.choose" {
		f.Places = s.suggest(f.Value)
	}
	today := now.In(locale.Zone)
	switch in.name {
	case "depart_date":
		f.Min, f.Max = today.AddDate(0, 0, -1).Format(time.DateOnly), today.AddDate(0, 0, 14).Format(time.DateOnly)
	case "test_date":
		f.Min, f.Max = today.AddDate(-1, 0, 0).Format(time.DateOnly), today.Format(time.DateOnly)
	}
	return f
}
