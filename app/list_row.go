package app

import (
	"slices"
	"strings"

	"anlo"
	"anlo/geo"
	"anlo/identity"
)

// ListRow is one row of a list as somebody typed it.
type ListRow struct {
	Line        int // in the file, to find it again
	FullName    string
	IDNumber    string // of a CCCD or a CMND; a passport where Nationality is named
	Nationality string // ISO 3166-1 alpha-2; "" for VN
	DateOfBirth string
	Sex         string // may be empty where the number says it
	Phone       string
	Commune     string // its name as people write it, or its code; "" where the address ends with it
	Address     string
	Plate       string
	Seat        string
	Symptoms    string // which, or "no"
	Contact     string // yes or no

	Unreadable string // why nothing could be read of it, "" usually
}

// String keeps a row out of logs.
func (r ListRow) String() string { return "row ***" }

// readRow turns a row into a traveller, and notes what it cannot make sense of.
func (a *App) readRow(row ListRow, healthy bool) (t anlo.Traveller, faults []anlo.FieldError) {
	note := func(column string, err error) {
		if err != nil {
			faults = append(faults, anlo.FieldError{Field: column, Code: codeOf(err)})
		}
	}
	var err error
	t.FullName, t.Phone = identity.CleanName(row.FullName), phoneOf(row.Phone)
	t.Document, t.Nationality, err = documentOf(row)
	note("id_number", err)
	if row.DateOfBirth != "" {
		t.BirthDate, err = anlo.ParseDateTyped(row.DateOfBirth)
		note("date_of_birth", err)
	}
	if t.Sex, err = sexOf(row.Sex, t.Document); err != nil {
		note("sex", err)
	}
	t.Permanent, err = a.homeOf(row)
	note("commune", err)
	t.Health.Symptoms, err = symptomsOf(row.Symptoms, healthy)
	note("symptoms", err)
	t.Health.ContactWithCase, err = contactOf(row.Contact, healthy)
	note("contact", err)
	return t, faults
}

func codeOf(err error) string {
	if e, ok := err.(*anlo.Error); ok {
		return e.Code
	}
	return "invalid"
}

func fault(code string) error { return &anlo.Error{Kind: anlo.Invalid, Code: code} }

// documentOf reads a number. Spreadsheets take it for a quantity: they drop the
// zeros that it begins with, which no other document's length lets anybody
// mistake, and in the end its last digits, which nobody can bring back.
func documentOf(row ListRow) (d anlo.Document, nationality string, err error) {
	number := strings.TrimSpace(row.IDNumber)
	nationality = strings.ToUpper(strings.TrimSpace(row.Nationality))
	if nationality == "" {
		nationality = "VN"
	}
	switch {
	case number == "":
		return d, nationality, nil // Check says so
	case nationality != "VN" || strings.IndexFunc(number, func(r rune) bool { return r >= 'A' && r <= 'Z' && r != 'E' }) == 0:
		d, err = anlo.ParsePassport(number, nationality)
		return d, nationality, err
	case strings.Contains(strings.ToUpper(number), "E+"):
		return d, nationality, fault("list.rounded")
	}
	if n := len(number); (n == 10 || n == 11) && strings.Trim(number, "0123456789") == "" {
		number = strings.Repeat("0", 12-n) + number
	}
	d, err = anlo.ParseIDNumber(number)
	return d, nationality, err
}

// phoneOf gives a mobile number its zero back.
func phoneOf(s string) string {
	s = anlo.NormalPhone(strings.TrimSpace(s))
	if len(s) == 9 && strings.IndexByte("35789", s[0]) >= 0 && strings.Trim(s, "0123456789") == "" {
		return "0" + s
	}
	return s
}

// word is a cell as words are compared: without accents and case.
func word(s string) string { return geo.Strip(geo.Normal(s)) }

func sexOf(s string, d anlo.Document) (anlo.Sex, error) {
	switch word(s) {
	case "nam", "male", "m", "man":
		return anlo.Male, nil
	case "nu", "female", "f", "woman":
		return anlo.Female, nil
	case "khac", "other":
		return anlo.Other, nil
	case "":
		sex, ok := identity.SexOf(d)
		if !ok && d.Number != "" {
			return "", fault("required")
		}
		return sex, nil
	}
	return "", fault("choice.unknown")
}

// homeOf reads where somebody lives: a commune of today by its name or code, or
// one of an older list that became one of today.
func (a *App) homeOf(row ListRow) (anlo.Residence, error) {
	r := anlo.Residence{Address: identity.CleanName(row.Address)}
	text := identity.CleanName(row.Commune)
	if text == "" {
		line, full := a.DivideAddress(r.Address)
		if full == "" {
			return r, fault("required")
		}
		r.Commune, _ = a.Commune(full)
		if r.Address = line; line == "" {
			r.Address = full // the commune alone stood there: no house is known
		}
		return r, nil
	}
	if code := (anlo.UnitRef{List: a.UnitList, Code: text}); a.known(code) {
		r.Commune = code
		return r, nil
	}
	found, candidates := a.Commune(text)
	if found.IsZero() {
		if _, full := a.DivideAddress(text); full != "" {
			found, _ = a.Commune(full)
		}
	}
	switch r.Commune = found; {
	case !found.IsZero():
		return r, nil
	case len(candidates) > 0:
		return r, fault("commune.choose")
	}
	return r, fault("commune.unknown")
}

var (
	yes = []string{"co", "yes", "y", "x", "1", "true"}
	no  = []string{"khong", "no", "n", "0", "ko", "k", "false", "khong co"}
)

// symptomNames are the words in which people write symptoms.
var symptomNames = map[string]anlo.Symptom{
	"sot": anlo.Fever, "fever": anlo.Fever, "ho": anlo.Cough, "cough": anlo.Cough, "kho tho": anlo.Breathlessness, "shortness of breath": anlo.Breathlessness,
	"dau hong": anlo.SoreThroat, "sore throat": anlo.SoreThroat, "mat vi giac": anlo.TasteOrSmell, "mat khuu giac": anlo.TasteOrSmell,
	"loss of taste": anlo.TasteOrSmell, "loss of smell": anlo.TasteOrSmell, "non": anlo.VomitOrDiarrh, "tieu chay": anlo.VomitOrDiarrh,
	"vomiting": anlo.VomitOrDiarrh, "diarrhoea": anlo.VomitOrDiarrh, "phat ban": anlo.Rash, "rash": anlo.Rash,
}

// symptomsOf reads which symptoms somebody has. A bare yes says too little for
// whoever follows up.
func symptomsOf(s string, healthy bool) (out []anlo.Symptom, err error) {
	switch w := word(s); {
	case w == "" && healthy, slices.Contains(no, w):
		return nil, nil
	case w == "":
		return nil, fault("symptoms.unanswered")
	case slices.Contains(yes, w):
		return nil, fault("list.symptoms")
	}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;/+", r) }) {
		symptom, ok := symptomNames[word(part)]
		if own := anlo.Symptom(strings.TrimSpace(part)); slices.Contains(anlo.Symptoms, own) {
			symptom, ok = own, true
		}
		if !ok {
			return nil, fault("list.symptoms")
		}
		if !slices.Contains(out, symptom) {
			out = append(out, symptom)
		}
	}
	return out, nil
}

func contactOf(s string, healthy bool) (bool, error) {
	switch w := word(s); {
	case slices.Contains(yes, w):
		return true, nil
	case slices.Contains(no, w), w == "" && healthy:
		return false, nil
	case w == "":
		return false, fault("required")
	}
	return false, fault("choice.unknown")
}
