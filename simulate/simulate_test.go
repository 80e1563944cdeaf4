package simulate

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"anlo"
)

// communes are a few real ones, one of them with unknown population.
var communes = []anlo.Unit{
	{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "00004"}, Parent: "01", Level: 2, Kind: "Phường", Name: "Phường Ba Đình", Population: 65023},
	{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "00008"}, Parent: "01", Level: 2, Kind: "Phường", Name: "Phường Ngọc Hà", Population: 93536},
	{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "25075"}, Parent: "79", Level: 2, Kind: "Xã", Name: "Xã Thường Tân", Population: 30000},
	{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "17329"}, Parent: "40", Level: 2, Kind: "Xã", Name: "Xã Yên Xuân", Population: 20000},
	{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "20333"}, Parent: "48", Level: 2, Kind: "Đặc khu", Name: "Đặc khu Hoàng Sa"},
}

func TestSameSeedSameBytes(t *testing.T) {
	digest := func(seed uint64, n int) string {
		h := sha256.New()
		if err := WriteRegister(h, Population(seed, n, communes)); err != nil {
			t.Fatal(err)
		}
		if err := WriteDeclarations(h, Declarations(seed, n, communes)); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%x", h.Sum(nil))
	}
	if a, b := digest(1, 2000), digest(1, 2000); a != b {
		t.Error("the same seed gave other bytes")
	}
	if a, b := digest(1, 2000), digest(2, 2000); a == b {
		t.Error("another seed gave the same bytes")
	}
}

func TestLargerPopulationBeginsAlike(t *testing.T) {
	small := slices.Collect(Population(3, 501, communes))
	large := slices.Collect(Population(3, 1500, communes))
	if len(small) != 501 || len(large) != 1500 || !slices.Equal(small, large[:501]) {
		t.Error("501 people are not the first of 1,500")
	}
}

func TestPopulation(t *testing.T) {
	const n = 60_000
	numbers := map[string]bool{}
	homes := map[string]anlo.Residence{}
	var children, old, nguyen, women, away, oldNumbers, lostNumbers, households int
	for p := range Population(7, n, communes) {
		for _, number := range []string{p.Number, p.CMND} {
			if number != "" && numbers[number] {
				t.Fatal("a number was given twice")
			}
			numbers[number] = true
		}
		checkNumber(t, p)
		age := Year - 1 - p.BirthDate.Year
		if age < 0 || age > 115 {
			t.Fatalf("age %d", age)
		}
		if _, err := anlo.ParseDate(p.BirthDate.String()); err != nil {
			t.Fatalf("birth date %v: %v", p.BirthDate, err)
		}
		if len(strings.Fields(p.FullName)) < 3 || !utf8.ValidString(p.FullName) {
			t.Fatalf("name %q", p.FullName)
		}
		if home, ok := homes[p.Household]; !ok {
			homes[p.Household] = p.Permanent
			households++
		} else if home != p.Permanent {
			t.Fatal("one household lives in two places")
		}
		if p.Permanent.Commune.Code == "20333" || p.Temporary.Commune.Code == "20333" {
			t.Fatal("somebody lives where the population is unknown")
		}
		if (age < 14) != p.IssuedOn.IsZero() {
			t.Fatalf("age %d, card issued on %v", age, p.IssuedOn)
		}
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&children, age < 15)
		count(&old, age >= 65)
		count(&nguyen, strings.HasPrefix(p.FullName, "Nguyễn "))
		count(&women, p.Sex == anlo.Female)
		count(&away, !p.Temporary.IsZero())
		count(&oldNumbers, p.CMND != "")
		count(&lostNumbers, p.CMND != "" && p.OldNumber == "")
	}
	// Census of 2024: 23 % below 15, 9 % from 65 on, households of 3.4.
	for _, c := range []struct {
		what         string
		got, of      int
		lowest, most float64
	}{
		{"children", children, n, 0.20, 0.27},
		{"old", old, n, 0.07, 0.12},
		{"Nguyễn", nguyen, n, 0.36, 0.41},
		{"women", women, n, 0.48, 0.53},
		{"temporary residence", away, n, 0.10, 0.14},
		{"CMND", oldNumbers, n, 0.50, 0.68},
		{"CMND lost by the register", lostNumbers, oldNumbers, 0.08, 0.12},
		{"people a household", n, households, 2.8, 3.6},
	} {
		if share := float64(c.got) / float64(c.of); share < c.lowest || share > c.most {
			t.Errorf("%s: %.3f, want %.2f to %.2f", c.what, share, c.lowest, c.most)
		}
	}
}

// checkNumber: 3 digits of a province, 1 of century and sex, 2 of the year.
func checkNumber(t *testing.T, p Person) {
	t.Helper()
	if len(p.Number) != 12 || p.CMND != "" && len(p.CMND) != 9 {
		t.Fatalf("numbers of %d and %d digits", len(p.Number), len(p.CMND))
	}
	century := 2 * (p.BirthDate.Year/100 - 19)
	if p.Sex == anlo.Female {
		century++
	}
	if want := fmt.Sprintf("%d%02d", century, p.BirthDate.Year%100); p.Number[3:6] != want {
		t.Fatalf("number says %s, want %s", p.Number[3:6], want)
	}
}

func TestHardCasesOccur(t *testing.T) {
	type birth struct {
		household string
		date      anlo.Date
	}
	type name struct {
		commune, name string
		date          anlo.Date
	}
	births, names := map[birth]int{}, map[name]string{}
	twins, namesakes := 0, 0
	for p := range Population(11, 50_000, communes) {
		if births[birth{p.Household, p.BirthDate}]++; births[birth{p.Household, p.BirthDate}] == 2 {
			twins++
		}
		n := name{p.Permanent.Commune.Code, p.FullName, p.BirthDate}
		if h, ok := names[n]; ok && h != p.Household {
			namesakes++
		}
		names[n] = p.Household
	}
	if twins < 100 || namesakes < 30 {
		t.Errorf("%d pairs of twins, %d namesakes born on the same day", twins, namesakes)
	}
}

func TestNobodyWithoutCommunes(t *testing.T) {
	for range Population(1, 10, nil) {
		t.Fatal("somebody lives nowhere")
	}
	for range Declarations(1, 10, nil) {
		t.Fatal("somebody declares nowhere")
	}
	unknown := []anlo.Unit{{UnitRef: anlo.UnitRef{List: "x", Code: "1"}}}
	if n := len(slices.Collect(Population(1, 10, unknown))); n != 10 {
		t.Errorf("%d people where no population is known, want 10", n)
	}
}

func TestDeclarationRates(t *testing.T) {
	const n = 60_000
	got := map[string]int{}
	registered := map[string]bool{}
	for p := range Population(5, n, communes) {
		registered[p.Number] = true
	}
	all, declared, several := 0, 0, 0
	for d := range Declarations(5, n, communes) {
		all++
		for _, e := range d.Errors {
			got[e]++
		}
		stranger := slices.Contains(d.Errors, "stranger")
		switch {
		case d.Truth != "":
			declared++
			if !registered[d.Truth] {
				t.Fatal("the truth is not in the register")
			}
		case stranger && registered[d.Person.Document.Number] && len(d.Errors) == 1:
			t.Fatal("a stranger's own number is in the register")
		}
		if len(d.Errors) > 1 {
			several++
		}
	}
	if declared != n {
		t.Errorf("%d of %d declared", declared, n)
	}
	for name, want := range map[string]float64{
		"name.accents": 0.25, "number.old": 0.08, "birth-date.swapped": 0.03, "number.digit": 0.02, "name.letter": 0.02,
		"birth-date.year": 0.01, "number.household": 0.01, "stranger": 0.10, "impostor": 0.01,
	} {
		if share := float64(got[name]) / float64(all); share < want*0.8 || share > want*1.25 {
			t.Errorf("%s: %.4f of all, want about %.3f", name, share, want)
		}
	}
	for _, m := range Mistakes {
		if got[m.Name] == 0 {
			t.Errorf("nobody made the mistake %s", m.Name)
		}
	}
	if several < all/10 {
		t.Errorf("%d made several mistakes", several)
	}
}

func TestLetters(t *testing.T) {
	for _, c := range []struct{ name, bare, telex string }{
		{"Nguyễn Văn Đạt", "Nguyen Van Dat", "Nguyeenx Vawn Ddatj"},
		{"Đặng Thị Hoà", "Dang Thi Hoa", "Ddawngj Thij Hoaf"},
		{"Lê Ước", "Le Uoc", "Lee Uwowcs"},
	} {
		if got := bare(c.name); got != c.bare {
			t.Errorf("bare(%q) = %q", c.name, got)
		}
		if got := telex(c.name); got != c.telex {
			t.Errorf("telex(%q) = %q", c.name, got)
		}
	}
	for in, want := range map[string]string{"Hòa": "Hoà", "Hoà": "Hòa", "Thúy": "Thuý", "Quý": "", "Hoài": "", "Lan": "", "Khỏe": "Khoẻ"} {
		w := []rune(in)
		if done := retoned(w); done != (want != "") || done && string(w) != want {
			t.Errorf("retoned(%q) = %q, %v", in, string(w), done)
		}
	}
}

func TestWriteRegister(t *testing.T) {
	var b bytes.Buffer
	if err := WriteRegister(&b, Population(1, 100, communes)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 101 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	people := slices.Collect(Population(1, 100, communes))
	for i, p := range people {
		want := []string{p.Number, p.OldNumber, p.FullName, p.BirthDate.String(), string(p.Sex), p.Household,
			p.Permanent.Commune.Code, p.Permanent.Address, p.Temporary.Commune.Code, p.Temporary.Address}
		if !slices.Equal(rows[i+1], want) {
			t.Fatalf("row %d: %q, want %q", i, rows[i+1], want)
		}
	}
	if err := WriteRegister(full{}, Population(1, 3000, communes)); err == nil {
		t.Error("a full disk went unnoticed")
	}
	if err := WriteDeclarations(full{}, Declarations(1, 3000, communes)); err == nil {
		t.Error("a full disk went unnoticed")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func BenchmarkWriteRegister(b *testing.B) {
	if err := WriteRegister(io.Discard, Population(1, b.N, communes)); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkDeclarations(b *testing.B) {
	for range Declarations(1, b.N, communes) {
	}
}
