package identity

import (
	"strconv"
	"strings"

	"anlo"
)

// agreement is what comparing one attribute yields.
type agreement struct {
	bits    float64
	reasons []string // empty when the attribute is the same on both sides
}

// compareDates weighs two birth dates. It is symmetric, too.
func compareDates(a, b anlo.Date) agreement {
	january := func(d anlo.Date) bool { return d.Month == 1 && d.Day == 1 }
	switch {
	case a.IsZero() || b.IsZero():
		return agreement{0, []string{ReasonDateUnknown}}
	case a == b && a.Month == 0:
		return agreement{dateYear, nil}
	case a == b && january(a):
		return agreement{dateJanuary, nil}
	case a == b:
		return agreement{dateEqual, nil}
	case a.Year == b.Year && (a.Month == 0 || b.Month == 0):
		return agreement{dateYear, []string{ReasonDateYear}}
	case a.Month == 0 || b.Month == 0:
		return agreement{never, []string{ReasonDate}}
	case a.Year == b.Year && a.Day == b.Month && a.Month == b.Day:
		return agreement{dateSwapped, []string{ReasonDateSwapped}}
	case slip(dateText(a), dateText(b)) != "":
		return agreement{dateDigit, []string{ReasonDateDigit}}
	case a.Year == b.Year && (january(a) || january(b)):
		return agreement{dateGuess, []string{ReasonDateYear}}
	case a.Day == b.Day && a.Month == b.Month, a.Year == b.Year && (a.Day == b.Day || a.Month == b.Month):
		return agreement{datePart, []string{ReasonDatePart}}
	}
	return agreement{never, []string{ReasonDate}}
}

// slip is the reason why one string of digits could be another of the same
// length: one digit mistyped, or two neighbours exchanged. It is empty when they
// are equal or differ by more.
func slip(a, b string) string {
	if len(a) != len(b) || a == b || !oneSlip(a, b) {
		return ""
	}
	different := 0
	for i := range len(a) {
		if a[i] != b[i] {
			different++
		}
	}
	if different == 1 {
		return ReasonNumberDigit
	}
	return ReasonNumberSwapped
}

func compareSex(a, b anlo.Sex) agreement {
	switch {
	case a == "" || b == "":
		return agreement{}
	case a == b:
		return agreement{bits: sexEqual}
	}
	return agreement{sexDiffers, []string{ReasonSex}}
}

// compareHomes weighs the residences. Communes of different lists cannot be
// compared and say nothing.
func compareHomes(c Claim, r *anlo.Registered) float64 {
	switch {
	case sameCommune(c.Permanent, r.Permanent):
		return homeCommune + compareAddresses(c.Permanent.Address, r.Permanent.Address)
	case sameCommune(c.Temporary, r.Temporary):
		return homeCommune + compareAddresses(c.Temporary.Address, r.Temporary.Address)
	case sameCommune(c.Permanent, r.Temporary), sameCommune(c.Temporary, r.Permanent):
		return homeOther
	case otherCommune(c.Permanent, r.Permanent):
		return homeMoved
	}
	return 0
}

// otherHomes are the reasons that the residences give.
func otherHomes(c Claim, r *anlo.Registered) (reasons []string) {
	if otherCommune(c.Permanent, r.Permanent) {
		reasons = append(reasons, ReasonPermanent)
	}
	unknown := !c.Temporary.IsZero() && r.Temporary.IsZero() && !r.Permanent.IsZero() // yet the register knows residences
	if unknown || otherCommune(c.Temporary, r.Temporary) {
		reasons = append(reasons, ReasonTemporary)
	}
	return reasons
}

func sameCommune(a, b anlo.Residence) bool { return !a.Commune.IsZero() && a.Commune == b.Commune }

func otherCommune(a, b anlo.Residence) bool {
	return !a.Commune.IsZero() && a.Commune.List == b.Commune.List && a.Commune.Code != b.Commune.Code
}

// compareAddresses weighs two addresses in the same commune. They agree when
// the numbers in them are the same and most words of the shorter occur in the
// longer; street and house are written in too many ways for more.
func compareAddresses(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	if sameAddress(a, b) {
		return homeAddress
	}
	return homeStreet
}

func sameAddress(a, b string) bool {
	an, aw := addressParts(a)
	bn, bw := addressParts(b)
	if an != bn {
		return false
	}
	if len(aw) > len(bw) {
		aw, bw = bw, aw
	}
	shared := 0
	for w := range aw {
		if bw[w] {
			shared++
		}
	}
	return 2*shared >= len(aw)
}

// addressParts returns the numbers of an address, in order, and its words.
func addressParts(s string) (numbers string, words map[string]bool) {
	words = map[string]bool{}
	for f := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" ,;./-()", r) }) {
		if n, err := strconv.Atoi(f); err == nil {
			numbers += strconv.Itoa(n) + " "
		} else if w := wordsOf(f); len(w) > 0 {
			words[w[0].bare] = true
		}
	}
	return numbers, words
}
