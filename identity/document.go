package identity

import (
	"strings"

	"anlo"
)

// What [Warnings] says of a document. An officer may want to look again; nobody
// is refused for it, since the law guarantees no more than "12 digits" (Law on
// Identification 26/2023, article 12).
const (
	WarnSex       = "number.sex"        // the number says another sex
	WarnBirthYear = "number.birth-year" // the number says another year of birth
	WarnProvince  = "number.province"   // no province ever had the code that the number begins with
	WarnOldCard   = "number.cmnd"       // the CMND, no longer valid since 1 January 2025 (Law 26/2023, article 46)
	WarnPassport  = "document.passport" // a citizen identified by passport: the register has nothing to compare it with
)

// Warnings tells what is odd about the document of a person, in the order of
// the constants above; nil when nothing is.
//
// A CCCD number is 3 digits for the province or country where the birth was
// registered, 1 for century and sex, 2 for the year and 6 random ones (Decree
// 137/2015/NĐ-CP, article 13; Circular 59/2021/TT-BCA). There is no check digit.
func Warnings(p anlo.Person) (codes []string) {
	switch n := p.Document.Number; p.Document.Kind {
	case anlo.CMND:
		return []string{WarnOldCard}
	case anlo.Passport:
		if p.Nationality == "VN" {
			return []string{WarnPassport}
		}
	case anlo.CCCD:
		if len(n) != 12 || !digits(n) {
			return nil
		}
		female := n[3]%2 == 1
		if p.Sex == anlo.Male && female || p.Sex == anlo.Female && !female {
			codes = append(codes, WarnSex)
		}
		century := 1900 + 100*(int(n[3]-'0')/2) // 0 and 1 stand for 1900 to 1999, 2 and 3 for 2000 to 2099, and so on
		year := century + 10*int(n[4]-'0') + int(n[5]-'0')
		if !p.BirthDate.IsZero() && p.BirthDate.Year != year {
			codes = append(codes, WarnBirthYear)
		}
		// From 100 on the codes are countries: somebody born abroad.
		if n[0] == '0' && !strings.Contains(provinceCodes, n[:3]+" ") {
			codes = append(codes, WarnProvince)
		}
	}
	return codes
}

// provinceCodes are those of the 63 provinces before 1 July 2025 (General
// Statistics Office), which the numbers still begin with.
const provinceCodes = "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 " +
	"034 035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 " +
	"074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096 "

// SexOf returns the sex that a CCCD number says; false for every other document.
func SexOf(d anlo.Document) (anlo.Sex, bool) {
	switch {
	case d.Kind != anlo.CCCD || len(d.Number) != 12 || !digits(d.Number):
		return "", false
	case d.Number[3]%2 == 1:
		return anlo.Female, true
	}
	return anlo.Male, true
}
