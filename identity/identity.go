// Package identity answers one question: is this traveller the person the
// register knows? It reads identity cards, normalises names, says under which
// keys a register must be asked, and compares what somebody typed with what the
// register holds. Package anlo has the answer's words: exact, probable,
// mismatch, not found, unavailable.
//
// In 2022 a third of the people checked in Vietnam did not match their own
// record, for want of diacritics, a swapped day and month, an old number. So
// [Compare] forgives what people really get wrong, weighs every agreement by how
// often it happens by chance among a hundred million people, and confirms only
// what is almost certain: it would rather leave a true person to the commune
// than take one person for another.
//
// An embedded register does this:
//
//	filing:    for each record, keep it under RecordKeys(record)
//	asking:    Compare(claim, everybody filed under any of Keys(claim))
//
// A register elsewhere is asked through [OSIA]. Both are a [Register].
package identity

import (
	"context"
	"log/slog"

	"anlo"
)

// Claim is what a traveller says about who they are.
type Claim struct {
	Document  anlo.Document
	FullName  string
	BirthDate anlo.Date
	Sex       anlo.Sex
	Permanent anlo.Residence
	Temporary anlo.Residence
	// Party holds the documents of those who travel along, at most maxParty of
	// them: travelling with one's own household speaks for a person.
	Party []anlo.Document
}

// NewClaim is the claim of a traveller whose companions show these documents.
func NewClaim(p anlo.Person, companions ...anlo.Document) Claim {
	return Claim{p.Document, p.FullName, p.BirthDate, p.Sex, p.Permanent, p.Temporary, companions}
}

// String and LogValue keep people out of logs.
func (c Claim) String() string { return "claim ***" }

// LogValue implements slog.LogValuer.
func (c Claim) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Register is a population register that can be asked about a claim. When it
// cannot answer, Match returns the grade anlo.MatchUnavailable together with an
// error of the kind anlo.Unavailable: the declaration goes on, and the question
// is put again later.
type Register interface {
	Match(ctx context.Context, c Claim) (anlo.Match, error)
}
