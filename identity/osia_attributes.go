package identity

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"anlo"
)

// Attributes are the names that the register gives to attributes. Empty ones
// are never asked for. OSIA's values are flat and it names none for residences,
// so registers choose.
type Attributes struct {
	UIN       string
	FirstName string // all words but the family name
	LastName  string // the family name
	FullName  string // set this when the register keeps the name in one piece
	BirthDate string
	Gender    string // ISO/IEC 5218: "1" male, "2" female
	OldNumber string // CMND

	PermanentCommune, PermanentAddress string
	TemporaryCommune, TemporaryAddress string

	UnitList   string // version of the list that the codes of communes are of, as in anlo.UnitRef
	FamilyLast bool   // family names come last in this country

	// GenderNumber sends 1 and 2 as JSON numbers. Strings are the default, since
	// the OpenAPI document says oneOf integer and number: every integer is both,
	// so a gateway that checks to the letter refuses it.
	GenderNumber bool
}

// DefaultAttributes are the names in the OSIA specification.
func DefaultAttributes() Attributes {
	return Attributes{UIN: "uin", FirstName: "firstName", LastName: "lastName", BirthDate: "dateOfBirth", Gender: "gender"}
}

// claim is what was typed, as attributes.
func (a Attributes) claim(c Claim) map[string]any {
	m := map[string]any{a.BirthDate: c.BirthDate.String()}
	a.setName(c.FullName, func(name, value string) { m[name] = value })
	code := map[anlo.Sex]int{anlo.Male: 1, anlo.Female: 2}[c.Sex]
	switch {
	case a.Gender == "" || code == 0:
	case a.GenderNumber:
		m[a.Gender] = code
	default:
		m[a.Gender] = strconv.Itoa(code)
	}
	if u := c.Permanent.Commune; a.PermanentCommune != "" && !u.IsZero() && u.List == a.UnitList {
		m[a.PermanentCommune] = u.Code
	}
	if u := c.Temporary.Commune; a.TemporaryCommune != "" && !u.IsZero() && u.List == a.UnitList {
		m[a.TemporaryCommune] = u.Code
	}
	return m
}

// setName divides a full name as the register does. A name of one word is a
// given name.
func (a Attributes) setName(fullName string, set func(attribute, value string)) {
	words := strings.Fields(CleanName(fullName))
	if a.FullName != "" {
		set(a.FullName, strings.Join(words, " "))
		return
	}
	family, given := words[:min(1, len(words)-1)], words[min(1, len(words)-1):]
	if a.FamilyLast {
		given, family = words[:max(1, len(words)-1)], words[max(1, len(words)-1):]
	}
	set(a.LastName, strings.Join(family, " "))
	set(a.FirstName, strings.Join(given, " "))
}

// names are the attributes of a record, apart from the UIN.
func (a Attributes) names() []string {
	all := []string{a.FullName, a.FirstName, a.LastName, a.BirthDate, a.Gender, a.OldNumber,
		a.PermanentCommune, a.PermanentAddress, a.TemporaryCommune, a.TemporaryAddress}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// record puts attributes together. What cannot be read is not known.
func (a Attributes) record(attributes map[string]string) anlo.Registered {
	get := func(name string) string {
		if name == "" {
			return ""
		}
		return CleanName(attributes[name])
	}
	r := anlo.Registered{OldNumber: get(a.OldNumber), FullName: get(a.FullName)}
	if r.FullName == "" {
		first, second := get(a.LastName), get(a.FirstName)
		if a.FamilyLast {
			first, second = second, first
		}
		r.FullName = strings.TrimSpace(first + " " + second)
	}
	date, _, _ := strings.Cut(get(a.BirthDate), "T") // some write a time of day, too
	r.BirthDate, _ = anlo.ParseDate(date)
	switch get(a.Gender) {
	case "1":
		r.Sex = anlo.Male
	case "2":
		r.Sex = anlo.Female
	}
	residence := func(commune, address string) (home anlo.Residence) {
		if code := get(commune); code != "" {
			home.Commune = anlo.UnitRef{List: a.UnitList, Code: code}
		}
		home.Address = get(address)
		return home
	}
	r.Permanent = residence(a.PermanentCommune, a.PermanentAddress)
	r.Temporary = residence(a.TemporaryCommune, a.TemporaryAddress)
	return r
}

// reasons translates the answer to match. It insists that name and birth date
// were compared: a register that knows neither attribute has confirmed nothing.
func (a Attributes) reasons(asked map[string]any, differences []difference) ([]string, error) {
	byAttribute := map[string]string{a.FullName: ReasonName, a.FirstName: ReasonName, a.LastName: ReasonName,
		a.BirthDate: ReasonDate, a.Gender: ReasonSex, a.PermanentCommune: ReasonPermanent, a.TemporaryCommune: ReasonTemporary}
	var reasons []string
	for _, d := range differences {
		reason := byAttribute[d.attribute]
		switch _, known := asked[d.attribute]; {
		case !known:
			return nil, fmt.Errorf("an attribute that was not asked for: %w", ErrRegisterGarbled)
		case d.unknown && (reason == ReasonName || reason == ReasonDate):
			return nil, fmt.Errorf("an attribute that the register does not have: %w", ErrRegisterRefused)
		case !d.unknown && !slices.Contains(reasons, reason):
			reasons = append(reasons, reason)
		}
	}
	return reasons, nil
}
