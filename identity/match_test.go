package identity

import (
	"slices"
	"testing"

	"anlo"
)

func commune(code string) anlo.UnitRef { return anlo.UnitRef{List: "vn-2026", Code: code} }

func home(code, address string) anlo.Residence {
	return anlo.Residence{Commune: commune(code), Address: address}
}

func day(year, month, day int) anlo.Date { return anlo.Date{Year: year, Month: month, Day: day} }

// The household of the tests: father, mother, and their twins.
var (
	father = anlo.Registered{Number: "001060112233", OldNumber: "011222333", FullName: "Nguyễn Văn Hòa", BirthDate: day(1960, 3, 8),
		Sex: anlo.Male, Household: "H1", Permanent: home("00004", "Số 12, Ngõ 34 Đường Trần Phú")}
	mother = anlo.Registered{Number: "001163445566", OldNumber: "011444555", FullName: "Trần Thị Thu Hà", BirthDate: day(1963, 12, 25),
		Sex: anlo.Female, Household: "H1", Permanent: father.Permanent}
	twinAn = anlo.Registered{Number: "001092778898", FullName: "Nguyễn Văn An", BirthDate: day(1992, 5, 17),
		Sex: anlo.Male, Household: "H1", Permanent: father.Permanent}
	twinAnh = anlo.Registered{Number: "001092778899", FullName: "Nguyễn Văn Anh", BirthDate: day(1992, 5, 17),
		Sex: anlo.Male, Household: "H1", Permanent: father.Permanent, Temporary: home("26734", "Ấp 3")}
	grandfather = anlo.Registered{Number: "001035000111", FullName: "Nguyễn Văn Hòa", BirthDate: anlo.Date{Year: 1935},
		Sex: anlo.Male, Household: "H1", Permanent: father.Permanent}
	// A neighbour who bears An's name and was born on the same day.
	namesake = anlo.Registered{Number: "001092100200", FullName: "Nguyễn Văn An", BirthDate: day(1992, 5, 17),
		Sex: anlo.Male, Household: "H2", Permanent: home("00004", "Số 3 Đường Lê Lợi")}
)

// claimOf is what somebody declares who makes no mistake.
func claimOf(r anlo.Registered) Claim {
	return Claim{Document: document(r.Number), FullName: r.FullName, BirthDate: r.BirthDate, Sex: r.Sex,
		Permanent: r.Permanent, Temporary: r.Temporary}
}

func document(number string) anlo.Document {
	if d, err := anlo.ParseIDNumber(number); err == nil {
		return d
	}
	return anlo.Document{Kind: anlo.CCCD, Number: number, Country: "VN"}
}

func TestCompare(t *testing.T) {
	everybody := []anlo.Registered{father, mother, twinAn, twinAnh, grandfather}
	withNamesake := append(slices.Clone(everybody), namesake)
	alone := []anlo.Registered{father}
	withoutNumbers := func(r anlo.Registered) anlo.Registered { r.OldNumber = ""; return r }

	for _, c := range []struct {
		name   string
		of     anlo.Registered
		typed  func(c *Claim)
		among  []anlo.Registered
		grade  anlo.Grade
		who    string // number of the record returned; empty for none
		reason []string
	}{
		{"as it is", father, nil, everybody, anlo.MatchExact, father.Number, nil},
		{"capitals", father, func(c *Claim) { c.FullName = "NGUYỄN VĂN HÒA" }, everybody, anlo.MatchExact, father.Number, nil},
		{"tone mark elsewhere", father, func(c *Claim) { c.FullName = "Nguyễn Văn Hoà" }, everybody, anlo.MatchExact, father.Number, nil},
		{"decomposed", father, func(c *Claim) { c.FullName = "Nguye\u0302\u0303n Va\u0306n Ho\u0300a" }, everybody, anlo.MatchExact, father.Number, nil},
		{"year only, and so in the register", grandfather, nil, everybody, anlo.MatchExact, grandfather.Number, nil},
		{"no residence given", father, func(c *Claim) { c.Permanent = anlo.Residence{} }, everybody, anlo.MatchExact, father.Number, nil},
		{"residence in an older list", father, func(c *Claim) { c.Permanent.Commune.List = "vn-2021" }, everybody, anlo.MatchExact, father.Number, nil},

		{"no diacritics", father, func(c *Claim) { c.FullName = "Nguyen Van Hoa" }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNameAccents}},
		{"another tone", father, func(c *Claim) { c.FullName = "Nguyễn Văn Hoa" }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNameAccents}},
		{"wrong tone", father, func(c *Claim) { c.FullName = "Nguyễn Văn Hỏa" }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNameWrongAccents}},
		{"given name first", father, func(c *Claim) { c.FullName = "Hòa Nguyễn Văn" }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNameOrder}},
		{"middle name missing", mother, func(c *Claim) { c.FullName = "Trần Thu Hà" }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonNameWord}},
		{"both middle names missing", mother, func(c *Claim) { c.FullName = "Trần Hà" }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonNameWord}},
		{"one letter", father, func(c *Claim) { c.FullName = "Nguyễn Văn Hòan" }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNameLetter}},
		{"Telex", mother, func(c *Claim) { c.FullName = "Traanf Thij Thu Haf" }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonNameTyping}},
		{"VNI", mother, func(c *Claim) { c.FullName = "Tra62n Thi5 Thu Ha2" }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonNameAccents}},
		{"joined", mother, func(c *Claim) { c.FullName = "TrầnThị Thu Hà" }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonNameSpaces}},
		{"day and month", father, func(c *Claim) { c.BirthDate = day(1960, 8, 3) }, everybody, anlo.MatchProbable, father.Number, []string{ReasonDateSwapped}},
		{"a digit of the year", father, func(c *Claim) { c.BirthDate = day(1966, 3, 8) }, everybody, anlo.MatchProbable, father.Number, []string{ReasonDateDigit}},
		{"another day", mother, func(c *Claim) { c.BirthDate = day(1963, 12, 17) }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonDatePart}},
		{"the year only", father, func(c *Claim) { c.BirthDate = anlo.Date{Year: 1960} }, everybody, anlo.MatchProbable, father.Number, []string{ReasonDateYear}},
		{"1 January for the year", father, func(c *Claim) { c.BirthDate = day(1960, 1, 1) }, everybody, anlo.MatchProbable, father.Number, []string{ReasonDateYear}},
		{"the register knows the year", grandfather, func(c *Claim) { c.BirthDate = day(1935, 6, 7) }, everybody, anlo.MatchProbable, grandfather.Number, []string{ReasonDateYear}},
		{"a digit of the number", father, func(c *Claim) { c.Document = document("001060112235") }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNumberDigit}},
		{"two digits exchanged", father, func(c *Claim) { c.Document = document("001060121233") }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNumberSwapped}},
		{"CMND for CCCD", father, func(c *Claim) { c.Document = document(father.OldNumber) }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNumberOld}},
		{"a digit of the CMND", father, func(c *Claim) { c.Document = document("011222339") }, everybody, anlo.MatchProbable, father.Number, []string{ReasonNumberDigit}},
		{"a CMND that the register has lost", father, func(c *Claim) { c.Document = document("098765432") },
			[]anlo.Registered{withoutNumbers(father)}, anlo.MatchProbable, father.Number, []string{ReasonNumberUnknown}},
		{"CCCD, but the register has the CMND only", father, nil, []anlo.Registered{func() anlo.Registered { r := father; r.Number = ""; return r }()},
			anlo.MatchProbable, "", []string{ReasonNumberUnknown}},
		{"sex", father, func(c *Claim) { c.Sex = anlo.Female }, everybody, anlo.MatchProbable, father.Number, []string{ReasonSex}},
		{"moved", father, func(c *Claim) { c.Permanent = home("17329", "Xóm 2") }, everybody, anlo.MatchProbable, father.Number, []string{ReasonPermanent}},
		{"stays somewhere unregistered", father, func(c *Claim) { c.Temporary = home("17329", "Xóm 2") }, everybody, anlo.MatchProbable, father.Number, []string{ReasonTemporary}},
		{"three small things", father, func(c *Claim) { c.FullName, c.BirthDate, c.Sex = "hoa nguyen van", day(1960, 8, 3), anlo.Female }, everybody,
			anlo.MatchProbable, father.Number, []string{ReasonNameAccents, ReasonNameOrder, ReasonDateSwapped, ReasonSex}},
		{"mistyped number, name and date without diacritics and swapped", father, func(c *Claim) {
			c.Document, c.FullName, c.BirthDate = document("001060112235"), "Nguyen Van Hoa", day(1960, 8, 3)
		}, everybody, anlo.MatchProbable, father.Number, []string{ReasonNumberDigit, ReasonNameAccents, ReasonDateSwapped}},

		{"under the father's number", twinAn, func(c *Claim) { c.Document = document(father.Number) }, everybody, anlo.MatchProbable, twinAn.Number, []string{ReasonHousehold}},
		{"under the husband's CMND", mother, func(c *Claim) { c.Document = document(father.OldNumber) }, everybody, anlo.MatchProbable, mother.Number, []string{ReasonHousehold}},
		{"under the number of a father of the same name", grandfather, func(c *Claim) { c.Document = document(father.Number) }, everybody,
			anlo.MatchProbable, grandfather.Number, []string{ReasonHousehold}},
		{"twin", twinAnh, nil, everybody, anlo.MatchExact, twinAnh.Number, nil},
		{"twin without diacritics", twinAnh, func(c *Claim) { c.FullName = "NGUYEN VAN ANH" }, everybody, anlo.MatchProbable, twinAnh.Number, []string{ReasonNameAccents}},

		// Not the person, or not certainly.
		{"another name", father, func(c *Claim) { c.FullName = "Lê Quang Minh" }, everybody, anlo.MatchDiffers, father.Number, []string{ReasonName}},
		{"the same family name", father, func(c *Claim) { c.FullName = "Nguyễn Văn Minh" }, everybody, anlo.MatchDiffers, father.Number, []string{ReasonName}},
		{"another middle name", father, func(c *Claim) { c.FullName = "Nguyễn Đức Hòa" }, everybody, anlo.MatchDiffers, father.Number, []string{ReasonName}},
		{"the given name left out", father, func(c *Claim) { c.FullName = "Nguyễn Văn" }, everybody, anlo.MatchDiffers, father.Number, []string{ReasonName}},
		{"another date", father, func(c *Claim) { c.BirthDate = day(1985, 11, 30) }, everybody, anlo.MatchDiffers, father.Number, []string{ReasonDate}},
		{"a son of the same name who is not registered", father, func(c *Claim) { c.BirthDate = day(1984, 9, 21) }, alone, anlo.MatchDiffers, father.Number, []string{ReasonDate}},
		{"somebody else altogether", father, func(c *Claim) { c.FullName, c.BirthDate, c.Sex = "Lê Thị Mai", day(2001, 2, 2), anlo.Female }, everybody,
			anlo.MatchDiffers, father.Number, []string{ReasonName, ReasonDate, ReasonSex}},
		{"a namesake's number", namesake, func(c *Claim) { c.Document = document(father.Number) }, []anlo.Registered{father, namesake},
			anlo.MatchDiffers, father.Number, []string{ReasonName, ReasonDate}},
		{"the twin's number and the own name", twinAn, func(c *Claim) { c.Document = document(twinAnh.Number) }, everybody,
			anlo.MatchDiffers, twinAnh.Number, []string{ReasonAmbiguous}},
		{"a twin who is not registered", twinAn, func(c *Claim) {}, []anlo.Registered{twinAnh}, anlo.MatchNotFound, "", nil},
		{"two namesakes and no usable number", twinAn, func(c *Claim) { c.Document = document("098765432"); c.Permanent.Address = "" }, withNamesake,
			anlo.MatchNotFound, "", []string{ReasonAmbiguous}},
		{"two digits of the number wrong", father, func(c *Claim) { c.Document = document("001060112299") }, everybody, anlo.MatchNotFound, "", nil},
		{"nothing but the name and the date", father, func(c *Claim) { c.Document = document("098765432"); c.Permanent = anlo.Residence{} },
			[]anlo.Registered{withoutNumbers(father)}, anlo.MatchNotFound, "", nil},
		{"nobody", father, nil, nil, anlo.MatchNotFound, "", nil},
		{"no number on either side", father, func(c *Claim) { c.Document, c.Permanent = anlo.Document{}, anlo.Residence{} },
			[]anlo.Registered{{FullName: father.FullName, BirthDate: father.BirthDate, Sex: father.Sex}}, anlo.MatchNotFound, "", nil},
		{"no name", father, func(c *Claim) { c.FullName = "" }, everybody, anlo.MatchDiffers, father.Number, []string{ReasonName}},
	} {
		claim := claimOf(c.of)
		if c.typed != nil {
			c.typed(&claim)
		}
		m := Compare(claim, c.among)
		who := ""
		if m.Register != nil {
			who = m.Register.Number
		}
		if m.Grade != c.grade || who != c.who || !slices.Equal(m.Reasons, c.reason) {
			t.Errorf("%s: %s %v %s, want %s %v %s", c.name, m.Grade, m.Reasons, who, c.grade, c.reason, c.who)
		}
	}
}

// TestParty: the CMND is unknown and the name has no diacritics, so the name and
// the date alone are too little; travelling with one's mother decides.
func TestParty(t *testing.T) {
	lost := twinAn
	c := claimOf(lost)
	c.Document, c.FullName, c.Permanent = document("098765432"), "nguyen van an", anlo.Residence{}
	candidates := []anlo.Registered{lost, mother}
	if m := Compare(c, candidates); m.Grade != anlo.MatchNotFound {
		t.Errorf("alone: %s", m.Grade)
	}
	c.Party = []anlo.Document{document(mother.Number)}
	m := Compare(c, candidates)
	if want := []string{ReasonNumberUnknown, ReasonNameAccents, ReasonParty}; m.Grade != anlo.MatchProbable || !slices.Equal(m.Reasons, want) {
		t.Errorf("with the mother: %s %v", m.Grade, m.Reasons)
	}
	if !slices.Contains(Keys(c), "n:"+mother.Number) {
		t.Error("the mother is not asked for")
	}
	c.Party = make([]anlo.Document, maxParty+1)
	if n := len(Keys(c)); n > 8 {
		t.Errorf("%d keys for one of a coach", n)
	}
}

// TestSameHouseholdByAddress: registers without a key of households.
func TestSameHouseholdByAddress(t *testing.T) {
	f, s := father, twinAn
	f.Household, s.Household = "", ""
	s.Permanent.Address = "12 ngõ 34, Trần Phú"
	c := claimOf(s)
	c.Document = document(f.Number)
	if m := Compare(c, []anlo.Registered{f, s}); m.Grade != anlo.MatchProbable || !slices.Equal(m.Reasons, []string{ReasonHousehold}) {
		t.Errorf("%s %v", m.Grade, m.Reasons)
	}
	s.Permanent.Address = "Số 99 Trần Phú"
	if m := Compare(c, []anlo.Registered{f, s}); m.Grade != anlo.MatchDiffers {
		t.Errorf("at another address: %s %v", m.Grade, m.Reasons)
	}
}

// TestPassport: with a passport everything rests on name, date and home.
func TestPassport(t *testing.T) {
	c := claimOf(father)
	c.Document = anlo.Document{Kind: anlo.Passport, Number: "B1234567", Country: "VN"}
	if m := Compare(c, []anlo.Registered{father}); m.Grade != anlo.MatchProbable || !slices.Equal(m.Reasons, []string{ReasonNumberUnknown}) {
		t.Errorf("%s %v", m.Grade, m.Reasons)
	}
	c.Permanent = home("17329", "Xóm 2")
	if m := Compare(c, []anlo.Registered{father}); m.Grade != anlo.MatchNotFound {
		t.Errorf("at another place: %s %v", m.Grade, m.Reasons)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Số 12, Ngõ 34 Đường Trần Phú", "12 ngo 34 tran phu", true},
		{"Số 12 Đường Trần Phú, Tổ dân phố 5", "12 Trần Phú, TDP 5", true},
		{"Số 12 Đường Trần Phú", "Số 21 Đường Trần Phú", false},
		{"Thôn 3", "thôn 03", true},
		{"Thôn 3", "Thôn 4", false},
		{"Số 12 Trần Phú", "Số 12 Lê Lợi", false},
	} {
		if got := sameAddress(c.a, c.b); got != c.want || got != sameAddress(c.b, c.a) {
			t.Errorf("sameAddress(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

func TestKeysMeet(t *testing.T) {
	for name, c := range map[string]Claim{
		"number":    {Document: document(father.Number)},
		"CMND":      {Document: document(father.OldNumber)},
		"name":      {FullName: "HOA Nguyen Van", BirthDate: day(1960, 8, 3)},
		"Telex":     {FullName: "Nguyeenx Vawn Hoaf", BirthDate: day(1960, 3, 8)},
		"commune":   {FullName: "?", BirthDate: day(1960, 3, 8), Permanent: home("00004", "")},
		"temporary": {FullName: "?", BirthDate: day(1960, 3, 8), Temporary: home("00004", "")},
	} {
		if !meet(Keys(c), RecordKeys(father)) {
			t.Errorf("%s: no key in common", name)
		}
	}
	if !meet(Keys(Claim{FullName: "Nguyễn Văn Hòa", BirthDate: day(1935, 6, 7)}), RecordKeys(grandfather)) {
		t.Error("a full date does not find a record with the year only")
	}
	if meet(Keys(claimOf(father)), RecordKeys(mother)) {
		t.Error("husband and wife have a key in common")
	}
	if keys := RecordKeys(anlo.Registered{}); len(keys) != 0 {
		t.Errorf("an empty record is filed under %q", keys)
	}
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(k string) bool { return slices.Contains(b, k) })
}
