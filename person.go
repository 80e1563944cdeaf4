package anlo

import (
	"log/slog"
	"strings"
)

// DocumentKind tells what somebody identifies themselves with.
type DocumentKind string

const (
	CCCD     DocumentKind = "cccd"     // citizen identity card, 12 digits (Law on Identification 26/2023, art. 12)
	CMND     DocumentKind = "cmnd"     // the older identity card, 9 digits
	Passport DocumentKind = "passport" // 5 to 15 letters and digits, with the issuing nationality
)

// Document is the proof of identity a person names.
type Document struct {
	Kind    DocumentKind
	Number  string // normalised: digits, or capital letters and digits
	Country string // ISO 3166-1 alpha-2 of the issuer; "VN" for CCCD and CMND
}

// ParseIDNumber reads what somebody typed as their identity number. Spaces and
// dots are forgiven, 12 digits are a CCCD and 9 a CMND, everything else is
// refused. The number has no check digit, so more cannot be said of it here.
func ParseIDNumber(s string) (Document, error) {
	s = strings.Map(dropSeparators, strings.TrimSpace(s))
	switch {
	case len(s) == 12 && digits(s):
		return Document{CCCD, s, "VN"}, nil
	case len(s) == 9 && digits(s):
		return Document{CMND, s, "VN"}, nil
	case digits(s):
		return Document{}, &Error{Kind: Invalid, Code: "id-number.length"}
	}
	return Document{}, &Error{Kind: Invalid, Code: "id-number.malformed"}
}

// ParsePassport reads a passport number (ICAO 9303: up to 9 characters, some
// states print more) issued by the state with the given ISO 3166-1 code.
func ParsePassport(number, country string) (Document, error) {
	number = strings.ToUpper(strings.Map(dropSeparators, strings.TrimSpace(number)))
	country = strings.ToUpper(strings.TrimSpace(country))
	if len(number) < 5 || len(number) > 15 || strings.Trim(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return Document{}, &Error{Kind: Invalid, Code: "passport.malformed"}
	}
	if !countryCode(country) {
		return Document{}, &Error{Kind: Invalid, Code: "nationality.malformed"}
	}
	return Document{Passport, number, country}, nil
}

func dropSeparators(r rune) rune {
	switch r {
	case ' ', '.', '-', '\u00a0':
		return -1
	}
	return r
}

func countryCode(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// Key is the text that stands for the document in blind indexes: a CCCD and a
// CMND of the same person differ, and the register knows both.
func (d Document) Key() string {
	if d.Kind == Passport {
		return d.Country + ":" + d.Number
	}
	return d.Number
}

// Masked shows the last three characters only, enough for its owner.
func (d Document) Masked() string {
	if len(d.Number) <= 3 {
		return "•••"
	}
	return strings.Repeat("•", len(d.Number)-3) + d.Number[len(d.Number)-3:]
}

// String and LogValue keep the number out of logs and error messages.
func (d Document) String() string { return string(d.Kind) + " ***" }

// LogValue implements slog.LogValuer.
func (d Document) LogValue() slog.Value { return slog.StringValue(d.String()) }

// Sex as registers and identity cards record it.
type Sex string

const (
	Male   Sex = "male"
	Female Sex = "female"
	Other  Sex = "other"
)

// Person is how a traveller describes themselves.
type Person struct {
	Document    Document
	FullName    string // as typed, spaces collapsed, Unicode NFC
	BirthDate   Date
	Sex         Sex
	Nationality string // ISO 3166-1 alpha-2
	Phone       string // normalised: digits with a leading "+" or "0"; may be empty
	Permanent   Residence
	Temporary   Residence // zero when there is none
}

// String and LogValue keep people out of logs.
func (p Person) String() string { return "person ***" }

// LogValue implements slog.LogValuer.
func (p Person) LogValue() slog.Value { return slog.StringValue("person ***") }

// Grade is the outcome of comparing a person with the register.
type Grade string

const (
	MatchExact       Grade = "exact"       // every attribute agrees
	MatchProbable    Grade = "probable"    // the same person, carelessly written; Reasons says how
	MatchDiffers     Grade = "mismatch"    // the number belongs to somebody who differs too much
	MatchNotFound    Grade = "not-found"   // the register knows no such person
	MatchUnavailable Grade = "unavailable" // the register did not answer; asked again in the background
)

// Confirmed reports whether the pass may be issued without the remark
// "identity not confirmed".
func (g Grade) Confirmed() bool { return g == MatchExact || g == MatchProbable }

// Match is the graded and explained outcome. It is for officers and for the
// record; the public page never says which attribute differed, since that
// would be an oracle for guessing other people's data.
type Match struct {
	Grade   Grade
	Reasons []string // stable codes: "name.accents", "birth-date.swapped", "number.digit", "number.old", "household"
	// Register is what the register holds, when it gives it away.
	Register *Registered
}

// Registered is one person as the register has them.
type Registered struct {
	Number    string // CCCD
	OldNumber string // CMND, empty when not known
	FullName  string
	BirthDate Date
	Sex       Sex
	Household string // the register's own key of the household, empty when not known
	Permanent Residence
	Temporary Residence
}

// String and LogValue keep people out of logs.
func (r Registered) String() string { return "registered person ***" }

// LogValue implements slog.LogValuer.
func (r Registered) LogValue() slog.Value { return slog.StringValue(r.String()) }
