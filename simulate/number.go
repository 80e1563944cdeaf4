package simulate

import (
	"math/rand/v2"

	"anlo"
)

// formerProvinces are the codes that identity numbers begin with: those of the
// provinces before 1 July 2025, under the code of the province that each is part
// of now (Resolution 202/2025/QH15).
var formerProvinces = map[string][]string{
	"01": {"001"}, "04": {"004"}, "08": {"002", "008"}, "11": {"011"}, "12": {"012"}, "14": {"014"},
	"15": {"010", "015"}, "19": {"006", "019"}, "20": {"020"}, "22": {"022"}, "24": {"024", "027"},
	"25": {"017", "025", "026"}, "31": {"030", "031"}, "33": {"033", "034"}, "37": {"035", "036", "037"},
	"38": {"038"}, "40": {"040"}, "42": {"042"}, "44": {"044", "045"}, "46": {"046"}, "48": {"048", "049"},
	"51": {"051", "062"}, "52": {"052", "064"}, "56": {"056", "058"}, "66": {"054", "066"},
	"68": {"060", "067", "068"}, "75": {"070", "075"}, "79": {"074", "077", "079"}, "80": {"072", "080"},
	"82": {"082", "087"}, "86": {"083", "084", "086"}, "91": {"089", "091"}, "92": {"092", "093", "094"},
	"96": {"095", "096"},
}

// prefixOf returns the code under which births in the commune are registered;
// always the same for one commune.
func prefixOf(u *anlo.Unit) string {
	former := formerProvinces[u.Parent]
	if former == nil {
		return "001" // another country's list
	}
	sum := 0
	for _, b := range []byte(u.Code) {
		sum += int(b)
	}
	return former[sum%len(former)]
}

// numbering hands out identity numbers, none twice: for each stem it counts and
// shuffles the count. All are even; see [twinNumber].
type numbering struct {
	salt   uint64
	serial uint32
	cccd   [100 * 10 * 100]uint32 // by province, century and sex, year
	cmnd   [100]uint32            // by province
}

func newNumbering(seed uint64, serial uint32) *numbering {
	return &numbering{salt: rand.NewPCG(seed, 0).Uint64(), serial: serial}
}

func (n *numbering) newCCCD(prefix string, sex anlo.Sex, year int) string {
	digit := 2 * (year/100 - 19)
	if sex == anlo.Female {
		digit++
	}
	stem := int(prefix[1]-'0')*10000 + int(prefix[2]-'0')*1000 + digit*100 + year%100
	b := make([]byte, 0, 12)
	b = append(b, '0')
	b = appendDigits(b, stem, 5)
	b = appendDigits(b, n.shuffled(&n.cccd[stem], stem, 1_000_000), 6)
	return string(b)
}

// newCMND is for those who turned 14 before the CCCD was brought in, in 2016.
func (n *numbering) newCMND(prefix string) string {
	province := int(prefix[1]-'0')*10 + int(prefix[2]-'0')
	b := appendDigits(make([]byte, 0, 9), province, 2)
	return string(appendDigits(b, n.shuffled(&n.cmnd[province], province, 10_000_000), 7))
}

// twinNumber is the number after that of the first twin, as offices give them
// that register two births at once. A digit mistyped then leads to the other.
func twinNumber(first string) string { return first[:len(first)-1] + string(first[len(first)-1]+1) }

// shuffled counts up and maps the count to another even number below size: a
// step coprime to size/2, so that none comes twice.
func (n *numbering) shuffled(count *uint32, stem, size int) int {
	k := int(*count+n.serial) % (size / 2)
	*count++
	start := int((n.salt ^ uint64(stem)*0x9e3779b97f4a7c15) % uint64(size/2))
	return (k*7_368_787 + start) % (size / 2) * 2
}

func appendDigits(b []byte, n, width int) []byte {
	for range width {
		b = append(b, '0')
	}
	for i := len(b) - 1; width > 0; i, width = i-1, width-1 {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}
