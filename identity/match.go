package identity

import (
	"cmp"
	"math"
	"slices"

	"anlo"
)

// Why a match is not exact, or not a match: the reasons that Compare and OSIA
// give. An exact match has none.
const (
	ReasonNameAccents      = "name.accents"       // diacritics are missing on one side
	ReasonNameWrongAccents = "name.wrong-accents" // other diacritics: Thủy, Thùy
	ReasonNameOrder        = "name.order"         // the same words in another order
	ReasonNameWord         = "name.word"          // a middle name is missing on one side
	ReasonNameLetter       = "name.letter"        // one letter of a word is wrong
	ReasonNameTyping       = "name.typing"        // remains of Telex: "Nguyeenx"
	ReasonNameSpaces       = "name.spaces"        // the same letters, spaced otherwise
	ReasonName             = "name"               // another name
	ReasonDateSwapped      = "birth-date.swapped" // day and month exchanged
	ReasonDateDigit        = "birth-date.digit"   // one digit, or two neighbouring ones exchanged
	ReasonDatePart         = "birth-date.part"    // day, month or year is wrong, the other two are right
	ReasonDateYear         = "birth-date.year"    // one side knows only the year
	ReasonDateUnknown      = "birth-date.unknown" // one side knows nothing
	ReasonDate             = "birth-date"         // another date
	ReasonNumberDigit      = "number.digit"       // one digit of the number is wrong
	ReasonNumberSwapped    = "number.swapped"     // two neighbouring digits are exchanged
	ReasonNumberOld        = "number.old"         // the CMND was given for the CCCD
	ReasonNumberUnknown    = "number.unknown"     // the register has no number of this kind to compare
	ReasonNumber           = "number"             // another number
	ReasonSex              = "sex"
	ReasonPermanent        = "residence.permanent" // another commune
	ReasonTemporary        = "residence.temporary" // another commune, or none registered
	ReasonHousehold        = "household"           // the number is that of another member of the household
	ReasonParty            = "party"               // travels with a member of their household
	ReasonAmbiguous        = "ambiguous"           // more than one person may be meant
)

// Compare chooses the candidate who made the claim, grades and explains. It
// needs everybody filed under [Keys], nobody else: the head of a household
// whose number a child was declared under comes by the number, the child by
// name and birth date. The order of the candidates does not matter, nor whether
// one is there twice.
//
// A person is found when the evidence makes them 99 % certain against everybody
// else: the other candidates, and whoever is not in the register. Whatever the
// evidence, name and birth date must each agree but for a slip, for these two
// alone tell the members of a household apart.
//
// Grades: exact, probable (with reasons); mismatch when the number is somebody's
// but the person differs, or cannot be told from another; not found otherwise.
// Register is set except for the last.
func Compare(c Claim, candidates []anlo.Registered) anlo.Match {
	people := make([]*anlo.Registered, len(candidates))
	for i := range candidates {
		people[i] = &candidates[i]
	}
	slices.SortFunc(people, byNumber)
	people = slices.CompactFunc(people, func(a, b *anlo.Registered) bool { return *a == *b })

	j := judge{claim: c, name: wordsOf(c.FullName), people: people}
	j.findOwners()
	best, bestBits := -1, never
	weights := make([]float64, len(people))
	reasons := make([][]string, len(people))
	for i := range people {
		weights[i], reasons[i] = j.weigh(i)
		if weights[i] > bestBits {
			best, bestBits = i, weights[i]
		}
	}

	var why []string
	if best >= 0 {
		others := 0.0
		for i, w := range weights {
			if i != best && (people[i].Number != people[best].Number || people[i].Number == "") {
				others += math.Exp2(w)
			}
		}
		switch odds := math.Exp2(bestBits); { // against nobody in the register
		case odds >= certain*(odds+others+1):
			return confirmed(people[best], reasons[best])
		case odds >= certain*(odds+1):
			why = []string{ReasonAmbiguous}
		}
	}
	if len(j.owners) > 0 {
		owner := j.owners[0]
		if why == nil {
			why = reasons[owner]
		}
		return anlo.Match{Grade: anlo.MatchDiffers, Reasons: why, Register: copyOf(people[owner])}
	}
	return anlo.Match{Grade: anlo.MatchNotFound, Reasons: why}
}

// copyOf keeps a match from holding on to all the candidates.
func copyOf(r *anlo.Registered) *anlo.Registered {
	c := *r
	return &c
}

func confirmed(r *anlo.Registered, reasons []string) anlo.Match {
	m := anlo.Match{Grade: anlo.MatchExact, Reasons: reasons, Register: copyOf(r)}
	if len(reasons) > 0 {
		m.Grade = anlo.MatchProbable
	}
	return m
}

// byNumber puts equal records side by side and orders the rest in some fixed way.
func byNumber(a, b *anlo.Registered) int {
	if c := cmp.Compare(a.Number, b.Number); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.OldNumber, b.OldNumber), cmp.Compare(a.FullName, b.FullName),
		cmp.Compare(a.BirthDate.String(), b.BirthDate.String()), cmp.Compare(a.Sex, b.Sex), cmp.Compare(a.Household, b.Household),
		byResidence(a.Permanent, b.Permanent), byResidence(a.Temporary, b.Temporary))
}

func byResidence(a, b anlo.Residence) int {
	return cmp.Or(cmp.Compare(a.Commune.List, b.Commune.List), cmp.Compare(a.Commune.Code, b.Commune.Code),
		cmp.Compare(a.Address, b.Address))
}

// judge weighs the candidates of one claim.
type judge struct {
	claim      Claim
	name       []word
	people     []*anlo.Registered
	owners     []int // those whose number was given
	companions []int // those whose number a companion gave
}

func (j *judge) findOwners() {
	for i, p := range j.people {
		if has(p, j.claim.Document) {
			j.owners = append(j.owners, i)
		}
		for _, d := range j.claim.Party {
			if has(p, d) {
				j.companions = append(j.companions, i)
				break
			}
		}
	}
}

func has(p *anlo.Registered, d anlo.Document) bool {
	return d.Kind != anlo.Passport && d.Number != "" && (p.Number == d.Number || p.OldNumber == d.Number)
}

// weigh returns the evidence, in bits, that person i made the claim. Reasons
// are complete for the owners of the number and for whoever may be meant.
func (j *judge) weigh(i int) (bits float64, reasons []string) {
	p := j.people[i]
	date := compareDates(j.claim.BirthDate, p.BirthDate)
	owns := slices.Contains(j.owners, i)
	if date.bits == never && !owns {
		return never, nil
	}
	name := j.compareName(p.FullName)
	if name.bits == never && !owns {
		return never, nil
	}
	number, leadsHome := j.compareNumber(i)
	if name.otherGiven && !owns {
		return never, nil // this is what a twin looks like who is not in the register
	}
	bits = priorBits
	for _, a := range [...]agreement{number, name.agreement, date, compareSex(j.claim.Sex, p.Sex), j.compareHome(i, leadsHome)} {
		bits += a.bits
		reasons = append(reasons, a.reasons...)
	}
	return bits, reasons
}

func (j *judge) compareName(fullName string) nameAgreement {
	if fullName == j.claim.FullName && len(j.name) > 0 {
		return nameAgreement{agreement: agreement{bits: nameEqual}}
	}
	return compareNames(j.name, wordsOf(fullName))
}

// compareNumber also reports whether the number leads to the household by
// itself, so that where it lives is no more evidence.
func (j *judge) compareNumber(i int) (a agreement, leadsHome bool) {
	p, d := j.people[i], j.claim.Document
	switch n := d.Number; {
	case d.Kind == anlo.Passport, n == "":
		return agreement{0, []string{ReasonNumberUnknown}}, false
	case p.Number == n:
		return agreement{bits: numberEqual}, true
	case p.OldNumber == n:
		return agreement{numberOld, []string{ReasonNumberOld}}, true
	case slices.ContainsFunc(j.owners, func(o int) bool { return sameHousehold(p, j.people[o]) }):
		return agreement{numberHousehold, []string{ReasonHousehold}}, true
	case slip(p.Number, n) != "":
		return agreement{numberSlip, []string{slip(p.Number, n)}}, false
	case slip(p.OldNumber, n) != "":
		return agreement{numberSlip, []string{slip(p.OldNumber, n)}}, false
	case len(j.owners) > 0: // it is somebody else's
		return agreement{never, []string{ReasonNumber}}, false
	case len(p.Number) != len(n) && len(p.OldNumber) != len(n):
		return agreement{0, []string{ReasonNumberUnknown}}, false
	case d.Kind == anlo.CMND:
		return agreement{numberOldDiffers, []string{ReasonNumber}}, false
	}
	return agreement{numberDiffers, []string{ReasonNumber}}, false
}

// compareHome weighs where the person lives and whom they travel with.
func (j *judge) compareHome(i int, leadsHome bool) agreement {
	p := j.people[i]
	a := agreement{reasons: otherHomes(j.claim, p)}
	if leadsHome {
		return a
	}
	for _, k := range j.companions {
		if k != i && sameHousehold(p, j.people[k]) {
			return agreement{homeMost, append(a.reasons, ReasonParty)}
		}
	}
	a.bits = min(compareHomes(j.claim, p), homeMost)
	return a
}

// sameHousehold goes by the register's key of the household and, where it has
// none, by the same address in the same commune.
func sameHousehold(a, b *anlo.Registered) bool {
	if a.Household != "" && b.Household != "" {
		return a.Household == b.Household
	}
	x, y := a.Permanent, b.Permanent
	return sameCommune(x, y) && x.Address != "" && y.Address != "" && sameAddress(x.Address, y.Address)
}
