package geo

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"anlo"
)

func TestParseCSV(t *testing.T) {
	const file = "\ufeffCode\tNAME\tpopulation\tignored\tparent\tkind\tlat\tlon\r\n" +
		"10\tHoa\u0300 \t 1200\tx\t1\t\t-1.5\t30.25\r\n" +
		"\r\n" +
		"1\tEast Region\t\t\t\tRegion\t\t\r\n"
	l, err := ParseCSV("xx", strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	want := []anlo.Unit{
		{UnitRef: ref("xx", "10"), Parent: "1", Level: 2, Name: "Hoà", Population: 1200, Lat: -1.5, Lon: 30.25},
		{UnitRef: ref("xx", "1"), Level: 1, Kind: "Region", Name: "East Region"},
	}
	if !slices.Equal(l.Units, want) {
		t.Errorf("got %+v", l.Units)
	}
}

func TestParseCSVRefuses(t *testing.T) {
	const head = "code,parent,kind,name,population,lat\n"
	for _, tt := range []struct {
		name, rows string
		want       RowErrors
	}{
		{"parent unknown", "1,2,,A,,\n", RowErrors{{2, "unit.parent-unknown"}}},
		{"only the top of a lost branch", "1,9,,A,,\n2,1,,B,,\n3,2,,C,,\n", RowErrors{{2, "unit.parent-unknown"}}},
		{"inside itself", "1,1,,A,,\n", RowErrors{{2, "unit.cycle"}}},
		{"cycle, and a unit that hangs on it", "4,3,,D,,\n1,3,,A,,\n2,1,,B,,\n3,2,,C,,\n5,,,E,,\n", RowErrors{{3, "unit.cycle"}, {4, "unit.cycle"}, {5, "unit.cycle"}}},
		{"code twice", "1,,,A,,\n2,,,B,,\n1,2,,C,,\n", RowErrors{{4, "unit.code-twice"}}},
		{"no code", ",,,A,,\n", RowErrors{{2, "unit.code"}}},
		{"code with a space", "1 2,,,A,,\n", RowErrors{{2, "unit.code"}}},
		{"no name", "1,,,  ,,\n2,1,,B,,\n", RowErrors{{2, "unit.name"}}},
		{"long name", "1,,," + strings.Repeat("á", 201) + ",,\n", RowErrors{{2, "unit.name"}}},
		{"control character", "1,,,a\x00b,,\n", RowErrors{{2, "unit.name"}}},
		{"population", "1,,,A,-5,\n2,,,B,1.5,\n3,,,C,many,\n", RowErrors{{2, "unit.number"}, {3, "unit.number"}, {4, "unit.number"}}},
		{"latitude", "1,,,A,,91\n2,,,B,,NaN\n", RowErrors{{2, "unit.number"}, {3, "unit.number"}}},
		{"cells", "1,,,A,,\n2,,B\n\n3,,,\"C\" D,,\n4,,,\xff,,\n", RowErrors{{3, "row.columns"}, {5, "row.quotes"}, {6, "row.utf8"}}},
	} {
		_, err := ParseCSV("xx", strings.NewReader(head+tt.rows))
		if errs, _ := errors.AsType[RowErrors](err); !slices.Equal(errs, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, errs, tt.want)
		}
	}
}

func TestParseCSVHeader(t *testing.T) {
	for _, file := range []string{"", "code,name\n1,A\n"} {
		_, err := ParseCSV("xx", strings.NewReader(file))
		e, ok := errors.AsType[*anlo.Error](err)
		if !ok || e.Code != "file.columns" || !slices.Contains(e.Fields, anlo.FieldError{Field: "parent", Code: "required"}) {
			t.Errorf("%q: %v", file, err)
		}
	}
	broken := io.MultiReader(strings.NewReader("code,parent,kind,name\n1,,,A\n"), iotest.ErrReader(io.ErrNoProgress))
	if _, err := ParseCSV("xx", broken); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a failing reader: %v", err)
	}
}

// FuzzParseCSV: whatever is accepted is a tree that can be used.
func FuzzParseCSV(f *testing.F) {
	f.Add("code,parent,kind,name\n1,,Tỉnh,Tỉnh A\n2,1,Xã,Xã B\n")
	f.Add("code;parent;kind;name;population;lat;lon\n2;1;;B;5;1;1\n1;;;A;;;\n")
	f.Add("code,parent,kind,name\n1,2,,A\n2,1,,B\n")
	f.Fuzz(func(t *testing.T, file string) {
		l, err := ParseCSV("xx", strings.NewReader(file))
		if err != nil {
			return
		}
		a, err := new(Atlas).With(l)
		if err != nil {
			t.Fatalf("ParseCSV took what With refuses: %v", err)
		}
		for _, u := range l.Units {
			path := a.Path(u.UnitRef)
			if len(path) != u.Level || u.Level < 1 || path[u.Level-1] != u || path[0].Parent != "" {
				t.Fatalf("%s has the path %v", u.Code, path)
			}
			if !slices.Contains(a.Children("xx", u.Parent), u) {
				t.Fatalf("%s is not among its siblings", u.Code)
			}
		}
		a.Search("xx", file, 10)
	})
}
