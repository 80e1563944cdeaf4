package geo

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"anlo"
)

func TestNormal(t *testing.T) {
	for _, same := range [][]string{
		{"Hòa Bình", "Hoà Bình", "HOÀ  BÌNH", "ho\u0300a bi\u0300nh", " hoà\u00a0bình. "},
		{"Thủy", "Thuỷ"},
		{"Quý", "Qúy"},
		{"Ea H'Leo", "Ea H’Leo", "ea h`leo"},
		{"Lâm Viên - Đà Lạt", "Lâm Viên–Đà Lạt", "Lâm Viên, Đà Lạt"},
		{"Thượng", "Thựơng"},
		{"Phường 1", "phường 1"},
	} {
		for _, s := range same {
			if Normal(s) != Normal(same[0]) {
				t.Errorf("%q and %q differ: %q, %q", s, same[0], Normal(s), Normal(same[0]))
			}
		}
	}
	for _, differ := range [][2]string{{"Văn Lang", "Văn Lăng"}, {"Hòa", "Hóa"}, {"Đông", "Dông"}, {"Ba Tơ", "Ba Tô"}, {"Sơn Hà", "Sơn Hạ"}, {"Quy", "Qui"}, {"Tân An", "Tanan"}} {
		if Normal(differ[0]) == Normal(differ[1]) {
			t.Errorf("%q and %q are the same", differ[0], differ[1])
		}
	}
	for in, want := range map[string]string{
		"Phường Văn Miếu - Quốc Tử Giám": "phuong van mieu quoc tu giam",
		"Xã Ea H'Leo": "xa ea hleo",
		"Đắk Lắk":     "dak lak",
		"Łódź":        "lodz",
		"ភ្នំពេញ":     "ភ្នំពេញ", // the marks of Khmer are vowels
		"\xffa":       "a",
		"'":           "",
	} {
		if got := Strip(in); got != want {
			t.Errorf("Strip(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNormalForms(t *testing.T) {
	vietnamese := rapid.StringOfN(rapid.SampledFrom([]rune("aăâeêioôơuưyàáảãạằắẳẵặềếểễệìíỉĩịòóỏõọờớởỡợùúủũụừứửữựỳýỷỹỵbcdđghknptqHÒÀĐ '’-,\u0300\u0323\u0302")), 0, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(vietnamese, rapid.String()).Draw(t, "s")
		n, stripped := Normal(s), Strip(s)
		for _, other := range []string{n, norm.NFD.String(s), norm.NFC.String(s), strings.ToLower(s), " " + s + " "} {
			if Normal(other) != n {
				t.Fatalf("Normal(%q) = %q, but Normal(%q) = %q", s, n, other, Normal(other))
			}
		}
		if Strip(stripped) != stripped || Strip(n) != stripped || Normal(stripped) != stripped {
			t.Fatalf("Strip(%q) = %q, again %q, of the normal form %q", s, stripped, Strip(stripped), Strip(n))
		}
	})
}

func TestBare(t *testing.T) {
	for _, tt := range []struct{ kind, name, want string }{
		{"Phường", "Phường Ba Đình", "Ba Đình"},
		{"Phường", "Phường Phường Đúc", "Phường Đúc"},
		{"Phường", "Phường 1", "1"},
		{"District", "Gulu District", "Gulu"},
		{"District", "District of Columbia", "of Columbia"},
		{"", "Gulu", "Gulu"},
		{"Xã", "Xã", "Xã"},
		{"Xã", "Xãm", "Xãm"},
	} {
		if got := Bare(anlo.Unit{Kind: tt.kind, Name: tt.name}); got != tt.want {
			t.Errorf("Bare(%s, %s) = %q", tt.kind, tt.name, got)
		}
	}
}
