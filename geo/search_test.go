package geo

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"anlo"
)

func TestSearch(t *testing.T) {
	vn := Vietnam()
	full := func(u anlo.Unit) string { return vn.FullName(u.UnitRef) }
	const baDinh, haNoi, hcm = "Phường Ba Đình, Thành phố Hà Nội", "Thành phố Hà Nội", "Thành phố Hồ Chí Minh"
	for _, tt := range []struct{ query, first string }{
		{"ba dinh", baDinh},
		{"Ba Đình", baDinh},
		{"BA ĐÌNH", baDinh},
		{"ba đinh", baDinh}, // the tone is typed last
		{"ba dinh ha noi", baDinh},
		{"ha noi ba dinh", baDinh},
		{"hanoi badinh", baDinh},
		{"badinh", baDinh},
		{"dinh ba hn", baDinh},
		{"p. ba dinh, tp hà nội", baDinh},
		{"phuong ba d ha no", baDinh},
		{"00004", baDinh},
		{"ha noi", haNoi},
		{"hanoi", haNoi},
		{"hn", haNoi},
		{"tp ho chi minh", hcm},
		{"tphcm", hcm},
		{"hcm", hcm},
		{"79", hcm},
		{"dak lak", "Tỉnh Đắk Lắk"},
		{"Khánh Hòa", "Tỉnh Khánh Hoà"},
		{"qui nhơn", "Phường Quy Nhơn, Tỉnh Gia Lai"},
		{"mỹ tho", "Phường Mỹ Tho, Tỉnh Đồng Tháp"},
		{"mỹ thọ", "Xã Mỹ Thọ, Tỉnh Đồng Tháp"},
		{"đồng tháp mỹ tho", "Phường Mỹ Tho, Tỉnh Đồng Tháp"},
		{"mỷ tho", "Phường Mỹ Tho, Tỉnh Đồng Tháp"},
		{"ea hleo", "Xã Ea H'Leo, Tỉnh Đắk Lắk"},
		{"Ea H’L", "Xã Ea H'Leo, Tỉnh Đắk Lắk"},
		{"long binh dong nai", "Phường Long Bình, Thành phố Đồng Nai"},
		{"binh long dong nai", "Phường Bình Long, Thành phố Đồng Nai"},
		{"van mieu quoc tu giam", "Phường Văn Miếu - Quốc Tử Giám, Thành phố Hà Nội"},
	} {
		got := vn.Search("vn-2026", tt.query, 10)
		if len(got) == 0 || full(got[0]) != tt.first {
			t.Errorf("Search(%q) finds %s first, want %s", tt.query, names(got), tt.first)
		}
	}
	for _, query := range []string{"", "   ", "...", "\xff\xfe", "zzz", "ba dinh zzz", "ba dinh hue"} {
		if got := vn.Search("vn-2026", query, 10); len(got) != 0 {
			t.Errorf("Search(%q) = %s", query, names(got))
		}
	}
	if got := vn.Search("vn-2026", "xa", 7); len(got) != 7 {
		t.Errorf("%d units for a limit of 7", len(got))
	}
	if got := vn.Search("vn-2026", "xa", 0); len(got) != 0 {
		t.Errorf("%d units for a limit of 0", len(got))
	}
}

// Ten pairs inside a province are one when stripped. Typed without accents both
// are offered; typed with them only the one that is meant comes first.
func TestCollisions(t *testing.T) {
	vn := Vietnam()
	pairs := 0
	for _, p := range vn.Children("vn-2026", "") {
		byName := map[string]anlo.Unit{}
		for _, u := range vn.Children("vn-2026", p.Code) {
			key := Strip(Bare(u))
			other, ok := byName[key]
			byName[key] = u
			if !ok {
				continue
			}
			pairs++
			for _, pair := range [][2]anlo.Unit{{u, other}, {other, u}} {
				u, other := pair[0], pair[1]
				if got := vn.ByName("vn-2026", Bare(u), p.Code); len(got) != 1 || got[0] != u {
					t.Errorf("ByName(%q) = %s", Bare(u), names(got))
				}
				if got := vn.Search("vn-2026", Bare(u)+" "+Bare(p), 5); len(got) == 0 || got[0] != u {
					t.Errorf("Search(%q) = %s", Bare(u), names(got))
				}
				got := names(vn.Search("vn-2026", key+" "+Strip(Bare(p)), 5))
				if !strings.Contains(got, u.Name) || !strings.Contains(got, other.Name) {
					t.Errorf("Search(%q) = %s", key, got)
				}
			}
		}
	}
	if pairs != 10 {
		t.Errorf("%d pairs collide, want 10", pairs)
	}
	if got := names(vn.Search("vn-2026", "văn lăng", 5)); strings.Contains(got, "Lang") {
		t.Errorf("văn lăng finds %s", got)
	}
}

// place returns where u stands among what the query finds, from 1, or 0.
func place(list, query string, u anlo.Unit) int {
	for i, v := range Vietnam().Search(list, query, 40) {
		if v == u {
			return i + 1
		}
	}
	return 0
}

func TestSearchFindsAll(t *testing.T) {
	vn := Vietnam()
	for list, step := range map[string]int{"vn-2026": 17, "vn-63": 97} {
		units := vn.tree(list).units
		for i := 0; i < len(units); i += step {
			u := units[i]
			full := vn.FullName(u.UnitRef)
			stripped := strings.ReplaceAll(Strip(full), ",", "")
			if k := place(list, full, u); k != 1 {
				t.Errorf("%s: Search(%q) finds %s at place %d", list, full, u.Code, k)
			}
			if k := place(list, stripped, u); k == 0 || k > 3 {
				t.Errorf("%s: Search(%q) finds %s at place %d", list, stripped, u.Code, k)
			}
		}
	}
}

// While a name is typed, from its third letter on, the unit is among the first
// forty, and nine times in ten among the first ten, the province being named
// too. (In Gia Lai alone, 30 names begin with Ia.)
func TestSearchByPrefix(t *testing.T) {
	vn := Vietnam()
	units := vn.tree("vn-2026").units
	prefix := func(u anlo.Unit, letters int) string {
		name := Bare(u)
		for i, r := range name {
			if r != ' ' {
				letters--
			}
			if letters < 0 {
				return strings.TrimSpace(name[:i])
			}
		}
		return name
	}
	province := func(u anlo.Unit) string {
		p, _ := vn.Unit(ref("vn-2026", u.Parent))
		return " " + Strip(Bare(p))
	}
	first, tried := 0, 0
	for i := 0; i < len(units); i += 3 {
		u := units[i]
		tried++
		query := Strip(prefix(u, 3)) + province(u)
		k := place("vn-2026", query, u)
		if k == 0 {
			t.Errorf("Search(%q) does not find %s", query, u.Name)
		}
		if k > 0 && k <= 10 {
			first++
		}
	}
	if first < tried*9/10 {
		t.Errorf("only %d of %d are among the first ten", first, tried)
	}
	rapid.Check(t, func(t *rapid.T) {
		u := units[rapid.IntRange(0, len(units)-1).Draw(t, "unit")]
		query := prefix(u, rapid.IntRange(3, 30).Draw(t, "letters"))
		if rapid.Bool().Draw(t, "stripped") {
			query = Strip(query)
		}
		query += province(u)
		if place("vn-2026", query, u) == 0 {
			t.Fatalf("Search(%q) does not find %s: %s", query, u.Name, names(vn.Search("vn-2026", query, 40)))
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"ba dinh", "", "\xff", "văn lăng", strings.Repeat("a ", 1000), "ha\u0300\u0300 no", "'''", "İ ǅ ß"} {
		f.Add(s, 10)
	}
	vn := Vietnam()
	f.Fuzz(func(t *testing.T, query string, limit int) {
		found := vn.Search("vn-2026", query, limit)
		if len(found) > min(max(limit, 0), 100) {
			t.Errorf("%d units for a limit of %d", len(found), limit)
		}
		vn.ByName("vn-2026", query, "")
		for _, s := range []string{Normal(query), Strip(query)} {
			if !utf8.ValidString(s) || strings.TrimSpace(s) != s {
				t.Errorf("%q", s)
			}
		}
		if s := Normal(query); Normal(s) != s {
			t.Errorf("Normal is not idempotent: %q, %q", s, Normal(s))
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	vn := Vietnam()
	for _, list := range []string{"vn-2026", "vn-63"} {
		for name, query := range map[string]string{
			"name": "ba dinh ha noi", "letter": "t", "kind": "phuong", "accents": "Phường Bến Thành", "none": "zzz", "long": strings.Repeat("ha noi ", 150),
		} {
			b.Run(list+"/"+name, func(b *testing.B) {
				vn.Search(list, query, 10)
				b.ReportAllocs()
				for b.Loop() {
					vn.Search(list, query, 10)
				}
			})
		}
	}
}
