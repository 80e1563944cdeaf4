package identity

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"anlo"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"  Nguyễn \t Văn\u00a0An\n": "Nguyễn Văn An",
		"Nguye\u0302\u0303n":        "Nguyễn",
		"H’Hen Niê":                 "H'Hen Niê",
		"Y`Moan":                    "Y'Moan",
		"Y\u1fefMoan":               "Y'Moan", // becomes ` in NFC
		"An\u200b Nguyễn\ufeff":     "An Nguyễn",
		"":                          "",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNameKey(t *testing.T) {
	for want, names := range map[string][]string{
		"dang hoa thi":     {"Đặng Thị Hòa", "Đặng Thị Hoà", "ĐẶNG THỊ HÒA", "dang thi hoa", "Hoa Dang Thi", "Đặng  Thị-Hòa"},
		"an nguyen van":    {"Nguyễn Văn An", "Nguye6n4 Va8n An", "nguyen van an", "Nguye\u0302\u0303n Văn An"},
		"hhen nie":         {"H'Hen Niê", "H’Hen Niê", "HHEN NIE"},
		"":                 {"", "  ", "123"},
		"jose maria peres": {"José María Peres"},
	} {
		for _, n := range names {
			if got := NameKey(n); got != want {
				t.Errorf("NameKey(%q) = %q, want %q", n, got, want)
			}
		}
	}
}

func TestDateKey(t *testing.T) {
	for d, want := range map[anlo.Date]string{
		{Year: 1990, Month: 3, Day: 7}:  "1990-03-07",
		{Year: 1990, Month: 7, Day: 3}:  "1990-03-07",
		{Year: 1990, Month: 7, Day: 31}: "1990-07-31",
		{Year: 1990}:                    "1990",
	} {
		if got := DateKey(d); got != want {
			t.Errorf("DateKey(%s) = %s, want %s", d, got, want)
		}
	}
}

func TestUntelex(t *testing.T) {
	for in, want := range map[string]string{
		"nguyeenx": "nguyen", "nguyeexn": "nguyen", "trinhj": "trinh", "ddinhf": "dinh", "vawn": "van", "thij": "thi",
		"uwowcs": "uoc", "sown": "son", "xuaan": "xuan", "phuwowng": "phuong", "quynhf": "quynh", "truwowngf": "truong",
		"an": "an", "": "",
	} {
		if got := untelex(in); got != want {
			t.Errorf("untelex(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOneSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"nam", "nan", true}, {"nam", "na", true}, {"nam", "am", true}, {"nam", "naam", true}, {"nam", "anm", true}, {"nam", "nma", true},
		{"nam", "nam", false}, {"nam", "man", false}, {"nam", "n", false}, {"ab", "ba", true}, {"", "a", true}, {"", "", false}, {"abcd", "badc", false},
	} {
		if got := oneSlip(c.a, c.b); got != c.want || got != oneSlip(c.b, c.a) {
			t.Errorf("oneSlip(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// anyName draws names as hostile as they come.
func anyName() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOfN(rapid.SampledFrom([]rune("aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz ÁÀẢÃẠ-.'\u0301\u0323 ")), 0, 60, -1),
	)
}

func TestNameProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anyName().Draw(t, "name")
		if c := CleanName(s); CleanName(c) != c {
			t.Fatalf("cleaning %q twice gives %q", c, CleanName(c))
		}
		key := NameKey(s)
		if NameKey(key) != key {
			t.Fatalf("the key of %q is %q", key, NameKey(key))
		}
		if got := NameKey(norm.NFD.String(s)); got != key {
			t.Fatalf("decomposed: %q, want %q", got, key)
		}
		if w := wordsOf(s); len(w) > maxWords {
			t.Fatalf("%d words", len(w))
		}
		if strings.ContainsAny(key, "|") {
			t.Fatalf("%q would break the lookup key", key)
		}
	})
}
