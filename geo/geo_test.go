package geo

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anlo"
)

func ref(list, code string) anlo.UnitRef { return anlo.UnitRef{List: list, Code: code} }

func names(units []anlo.Unit) string {
	var s []string
	for _, u := range units {
		s = append(s, u.Name)
	}
	return strings.Join(s, ", ")
}

func TestLists(t *testing.T) {
	want := []Info{
		{"vn-2026", "VN", anlo.Date{Year: 2026, Month: 4, Day: 30}, []Level{
			{[]string{"Tỉnh", "Thành phố"}, 34},
			{[]string{"Xã", "Phường", "Đặc khu"}, 3321},
		}, 3355},
		{"vn-63", "VN", anlo.Date{Year: 2025, Month: 6, Day: 30}, []Level{
			{[]string{"Tỉnh", "Thành phố"}, 63},
			{[]string{"Huyện", "Thành phố", "Thị xã", "Quận"}, 696},
			{[]string{"Xã", "Phường", "Thị trấn"}, 10035},
		}, 10794},
	}
	if diff := cmp.Diff(want, Vietnam().Lists()); diff != "" {
		t.Error(diff)
	}
}

func TestUnit(t *testing.T) {
	vn := Vietnam()
	u, ok := vn.Unit(ref("vn-2026", "00004"))
	want := anlo.Unit{UnitRef: ref("vn-2026", "00004"), Parent: "01", Level: 2, Kind: "Phường", Name: "Phường Ba Đình", Population: 65023, Lat: 21.0386, Lon: 105.838}
	if !ok || u != want {
		t.Errorf("got %+v, %v", u, ok)
	}
	for _, tt := range []struct {
		list, code string
		leaf       bool
		full       string
	}{
		{"vn-2026", "00004", true, "Phường Ba Đình, Thành phố Hà Nội"},
		{"vn-2026", "01", false, "Thành phố Hà Nội"},
		{"vn-63", "00004", true, "Phường Trúc Bạch, Quận Ba Đình, Thành phố Hà Nội"},
		{"vn-63", "001", false, "Quận Ba Đình, Thành phố Hà Nội"},
		{"vn-63", "536", true, "Huyện Lý Sơn, Tỉnh Quảng Ngãi"},
		{"vn-2026", "001", false, ""},
		{"vn-2026", "", false, ""},
		{"vn-1976", "00004", false, ""},
	} {
		if got := vn.Known(ref(tt.list, tt.code)); got != tt.leaf {
			t.Errorf("Known(%s/%s) = %v", tt.list, tt.code, got)
		}
		if got := vn.FullName(ref(tt.list, tt.code)); got != tt.full {
			t.Errorf("FullName(%s/%s) = %q", tt.list, tt.code, got)
		}
	}
}

// A code without its list is meaningless: most were given to somebody else.
func TestCodesReused(t *testing.T) {
	vn := Vietnam()
	reused, renamed := 0, 0
	for _, u := range vn.tree("vn-2026").units {
		old, ok := vn.Unit(ref("vn-63", u.Code))
		if !ok || u.Level != 2 {
			continue
		}
		reused++
		if Normal(Bare(old)) != Normal(Bare(u)) {
			renamed++
		}
	}
	if reused != 3315 || renamed < 1790 || renamed > 1810 {
		t.Errorf("%d codes reused, %d for another name", reused, renamed)
	}
}

func TestChildren(t *testing.T) {
	vn := Vietnam()
	provinces := vn.Children("vn-2026", "")
	if len(provinces) != 34 {
		t.Fatalf("%d provinces", len(provinces))
	}
	got := names(provinces[:9])
	// A before Â, C before Đ; tones and the kind do not count.
	want := "Tỉnh An Giang, Tỉnh Bắc Ninh, Tỉnh Cà Mau, Tỉnh Cao Bằng, Thành phố Cần Thơ, Thành phố Đà Nẵng, Tỉnh Đắk Lắk, Tỉnh Điện Biên, Thành phố Đồng Nai"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// District 10 of Hồ Chí Minh City had numbered wards.
	district := vn.ByName("vn-63", "Quận 10", "79")
	if len(district) != 1 {
		t.Fatalf("%d units are Quận 10", len(district))
	}
	wards := names(vn.Children("vn-63", district[0].Code))
	if !strings.HasPrefix(wards, "Phường 1, Phường 2, Phường 4") || !strings.HasSuffix(wards, "Phường 9, Phường 10, Phường 12, Phường 13, Phường 14, Phường 15") {
		t.Errorf("wards in the order %s", wards)
	}
	sum := 0
	for _, p := range provinces {
		sum += len(vn.Children("vn-2026", p.Code))
	}
	if sum != 3321 {
		t.Errorf("%d communes lie in provinces", sum)
	}
	for _, parent := range []string{"00004", "999"} {
		if got := vn.Children("vn-2026", parent); len(got) != 0 {
			t.Errorf("Children(%s) = %s", parent, names(got))
		}
	}
}

func TestByName(t *testing.T) {
	vn := Vietnam()
	for _, tt := range []struct {
		list, name, parent, want string
	}{
		{"vn-2026", "Phường Ba Đình", "", "Phường Ba Đình"},
		{"vn-2026", "ba đình", "01", "Phường Ba Đình"},
		{"vn-2026", "P. Ba Đình", "01", "Phường Ba Đình"},
		{"vn-2026", "Ba Đi\u0300nh", "01", "Phường Ba Đình"}, // decomposed
		{"vn-2026", "Ba Dinh", "01", ""},
		{"vn-2026", "Ba Đình", "79", ""},
		{"vn-2026", "Xã Ba Đình", "01", ""},
		{"vn-2026", "TP. Hồ Chí Minh", "", "Thành phố Hồ Chí Minh"},
		{"vn-2026", "Tỉnh Khánh Hòa", "", "Tỉnh Khánh Hoà"},
		{"vn-2026", "THÀNH PHỐ HUẾ", "", "Thành phố Huế"},
		{"vn-2026", "Ea H’Leo", "66", "Xã Ea H'Leo"},
		{"vn-2026", "Văn Miếu–Quốc Tử Giám", "01", "Phường Văn Miếu - Quốc Tử Giám"},
		{"vn-2026", "Văn Lang", "19", "Xã Văn Lang"},
		{"vn-2026", "Văn Lăng", "19", "Xã Văn Lăng"},
		{"vn-63", "Q. Ba Đình", "", "Quận Ba Đình"},
		{"vn-63", "Phúc Xá", "01", "Phường Phúc Xá"}, // two levels down
		{"vn-63", "TT. Ba Chẽ", "", "Thị trấn Ba Chẽ"},
		{"vn-2026", "", "", ""},
		{"vn-2026", "...", "", ""},
	} {
		if got := names(vn.ByName(tt.list, tt.name, tt.parent)); got != tt.want {
			t.Errorf("ByName(%s, %q, %q) = %q, want %q", tt.list, tt.name, tt.parent, got, tt.want)
		}
	}
}

// Every unit answers to its names among its siblings, and alone where the kind
// is given.
func TestByNameFindsAll(t *testing.T) {
	vn := Vietnam()
	for _, list := range []string{"vn-2026", "vn-63"} {
		for _, u := range vn.tree(list).units {
			for _, name := range []string{u.Name, Bare(u), strings.ToUpper(u.Name)} {
				if !slices.Contains(vn.ByName(list, name, u.Parent), u) {
					t.Errorf("ByName(%s, %q, %q) lacks %s", list, name, u.Parent, u.Code)
				}
			}
		}
	}
}

func TestSuccessors(t *testing.T) {
	vn := Vietnam()
	for _, tt := range []struct{ old, want string }{
		{"00001", "00097"},
		{"00004", "00004"},
		{"536", "21548"},   // an island district, now a special zone
		{"06970", "06978"}, // Ba Chẽ got another code
		{"06886", "06799 06886 06978"},
		{"99999", ""},
	} {
		to, divided := vn.Successors(ref("vn-63", tt.old))
		var codes []string
		for _, u := range to {
			if !vn.Known(u) {
				t.Errorf("%s became %s, which is no commune", tt.old, u)
			}
			codes = append(codes, u.Code)
		}
		if got := strings.Join(codes, " "); got != tt.want || divided != (len(to) > 1) {
			t.Errorf("Successors(%s) = %s, %v; want %s", tt.old, got, divided, tt.want)
		}
	}
	reached := map[string]bool{}
	divided := 0
	for _, u := range vn.tree("vn-63").units {
		to, d := vn.Successors(u.UnitRef)
		if vn.Known(u.UnitRef) != (len(to) > 0) {
			t.Errorf("%s has %d successors", u.Code, len(to))
		}
		if d {
			divided++
		}
		for _, n := range to {
			reached[n.Code] = true
		}
	}
	if divided != 471 || len(reached) != 3321 {
		t.Errorf("%d communes divided, %d communes have a predecessor", divided, len(reached))
	}
}

func TestWith(t *testing.T) {
	vn := Vietnam()
	uganda, err := ParseCSV("ug", strings.NewReader("kind;code;parent;name\nSub-county;A11;A1;Awach Sub-county\nDistrict;A1;A;Gulu District\nRegion;A;;Northern Region\nDistrict;A2;A;Kitgum District\n"))
	if err != nil {
		t.Fatal(err)
	}
	uganda.Country = "UG"
	both, err := vn.With(uganda)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := both.FullName(ref("ug", "A11")), "Awach Sub-county, Gulu District, Northern Region"; got != want {
		t.Errorf("FullName = %q", got)
	}
	if got := names(both.Search("ug", "awa gul", 5)); got != "Awach Sub-county" {
		t.Errorf("Search = %q", got)
	}
	if got := names(both.ByName("ug", "gulu", "A")); got != "Gulu District" {
		t.Errorf("ByName = %q", got)
	}
	if both.Known(ref("ug", "A1")) || !both.Known(ref("ug", "A2")) || vn.Known(ref("ug", "A2")) {
		t.Error("Known is wrong about ug")
	}
	if _, err := both.With(uganda); anlo.KindOf(err) != anlo.Conflict {
		t.Errorf("a second list of the same name: %v", err)
	}
	if _, err := vn.With(List{}); anlo.KindOf(err) != anlo.Invalid {
		t.Errorf("a list without a name: %v", err)
	}
	_, err = vn.With(List{Name: "x", Units: []anlo.Unit{{UnitRef: ref("", "1"), Name: "One", Parent: "1"}}})
	if errs, ok := errors.AsType[RowErrors](err); !ok || !slices.Equal(errs, RowErrors{{1, "unit.cycle"}}) {
		t.Errorf("a unit inside itself: %v", err)
	}
}

func TestWithSuccessors(t *testing.T) {
	var a Atlas
	for _, name := range []string{"old", "new"} {
		next, err := a.With(List{Name: name, Units: []anlo.Unit{{UnitRef: ref("", "1"), Name: "One"}, {UnitRef: ref("", "2"), Name: "Two"}}})
		if err != nil {
			t.Fatal(err)
		}
		a = *next
	}
	got, err := a.WithSuccessors("old", "new", strings.NewReader("old,new\n1,2\n1,1\n1,2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if to, divided := got.Successors(ref("old", "1")); !divided || len(to) != 2 || to[0] != ref("new", "2") {
		t.Errorf("Successors = %v, %v", to, divided)
	}
	if to, _ := a.Successors(ref("old", "1")); to != nil {
		t.Error("the atlas changed")
	}
	_, err = a.WithSuccessors("old", "new", strings.NewReader("old,new\n1,3\n3,1\n"))
	if errs, _ := errors.AsType[RowErrors](err); !slices.Equal(errs, RowErrors{{2, "unit.new-unknown"}, {3, "unit.old-unknown"}}) {
		t.Errorf("unknown units: %v", err)
	}
}

func TestZeroAtlas(t *testing.T) {
	var a Atlas
	u := ref("vn-2026", "01")
	if _, ok := a.Unit(u); ok || a.Known(u) || a.Path(u) != nil || len(a.Children("", "")) != 0 || len(a.Search("", "ha noi", 9)) != 0 || len(a.ByName("", "x", "")) != 0 || a.Lists() != nil {
		t.Error("the zero Atlas is not empty")
	}
}

// The index is made by whoever asks first, while others ask too.
func TestConcurrent(t *testing.T) {
	a, err := vietnam()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := a.Search("vn-2026", "ba đình", 1); names(got) != "Phường Ba Đình" {
				t.Errorf("got %s", names(got))
			}
			a.Children("vn-2026", "01")
		})
	}
	wg.Wait()
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := vietnam(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndex(b *testing.B) {
	for _, list := range []string{"vn-2026", "vn-63"} {
		b.Run(list, func(b *testing.B) {
			t := Vietnam().tree(list)
			for b.Loop() {
				t.makeIndex()
			}
		})
	}
}
