package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"anlo"
)

// dangerous are texts that a careless spreadsheet would compute or mangle.
var dangerous = []string{
	"=1+1", "+84912345678", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "'=1", "=HYPERLINK(\"http://x\",\"y\")", "012345678901",
	"Nguyễn Văn An", "a,b", "say \"a\"", "two\nlines", "<b>&amp;</b>", "_x0041_", "", "1e5", "TRUE",
}

func table(texts []string) Table {
	var rows [][]any
	for _, s := range texts {
		rows = append(rows, []any{s, int64(-5), anlo.Date{Year: 2026, Month: 11, Day: 23}, nil})
	}
	return Table{"Bảng: 1", []string{"text", "=number", "date", "none"}, Rows(rows)}
}

func TestCSVIsSafeAndComesBack(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, table(dangerous)); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("\xef\xbb\xbftext,'=number,date,none\r\n")) {
		t.Errorf("begins with %q", b.String()[:40])
	}
	records, err := csv.NewReader(bytes.NewReader(b.Bytes()[3:])).ReadAll()
	if err != nil || len(records) != len(dangerous)+1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, r := range records[1:] {
		if r[0] != "" && strings.ContainsAny(r[0][:1], "=+-@\t\r＝") {
			t.Errorf("%q would be computed", r[0])
		}
		if got, want := unsafeCell(r[0]), strings.ReplaceAll(dangerous[i], "\r", ""); got != want { // lines end one way only
			t.Errorf("%q came back as %q", dangerous[i], got)
		}
		if r[1] != "-5" || r[2] != "2026-11-23" || r[3] != "" {
			t.Errorf("%q", r)
		}
	}
	in, err := NewCSV(&b, []string{"text"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if row, err := in.Next(); err != nil || row.Get("text") != "=1+1" {
		t.Errorf("our own reader: %q, %v", row.Get("text"), err)
	}
}

func TestXLSXIsSafeAndComesBack(t *testing.T) {
	var b bytes.Buffer
	moment := time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC)
	second := Table{"Hai", []string{"moment"}, Rows([][]any{{moment}, {time.Time{}}, {anlo.Date{Year: 1990}}, {1.5}, {3}})}
	if err := WriteXLSX(&b, table(dangerous), second); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Bảng- 1", "Hai"}) {
		t.Errorf("sheets %q", got)
	}
	for i, want := range dangerous {
		cell, _ := excelize.CoordinatesToCellName(1, i+2)
		got, err := f.GetCellValue("Bảng- 1", cell)
		if err != nil || got != strings.ReplaceAll(want, "\r", "\n") && got != want {
			t.Errorf("%q came back as %q, %v", want, got, err)
		}
		if formula, _ := f.GetCellFormula("Bảng- 1", cell); formula != "" {
			t.Errorf("%q is the formula %q", want, formula)
		}
		if typ, _ := f.GetCellType("Bảng- 1", cell); want != "" && typ != excelize.CellTypeInlineString {
			t.Errorf("%q is a cell of type %v", want, typ)
		}
	}
	for cell, want := range map[string]string{"B2": "-5", "C2": "11-23-26", "D2": ""} { // excelize shows dates as in America
		if got, _ := f.GetCellValue("Bảng- 1", cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]string{"A2": "11/24/26 01:30", "A3": "", "A4": "1990", "A5": "1.5", "A6": "3"} {
		if got, _ := f.GetCellValue("Hai", cell); got != want {
			t.Errorf("%s is %q, want %q", cell, got, want)
		}
	}
}

// Read without the library that wrote it: texts are inline strings, and the
// word for a formula does not occur.
func TestXLSXHasNoFormulas(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom(dangerous)), 1, 8).Draw(rt, "texts")
		var b bytes.Buffer
		if err := WriteXLSX(&b, table(texts)); err != nil {
			rt.Fatal(err)
		}
		types, formulas := cellsOf(rt, b.Bytes())
		if formulas > 0 {
			rt.Fatalf("%d formulas in %q", formulas, texts)
		}
		if n := types["inlineStr"]; n < 4+len(texts)-count(texts, "") {
			rt.Fatalf("%d texts: %v in %q", n, types, texts)
		}
	})
}

func count(texts []string, what string) (n int) {
	for _, s := range texts {
		if s == what {
			n++
		}
	}
	return n
}

// cellsOf counts the cells of a workbook by type, and its formulas.
func cellsOf(t interface{ Fatal(...any) }, workbook []byte) (types map[string]int, formulas int) {
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	types = map[string]int{}
	for _, file := range z.File {
		if !strings.HasPrefix(file.Name, "xl/worksheets/") {
			continue
		}
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		for in := xml.NewDecoder(r); ; {
			token, err := in.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			start, ok := token.(xml.StartElement)
			switch {
			case !ok:
			case start.Name.Local == "f":
				formulas++
			case start.Name.Local == "c":
				for _, a := range start.Attr {
					if a.Name.Local == "t" {
						types[a.Value]++
					}
				}
			}
		}
		r.Close()
	}
	return types, formulas
}

func TestRowsThatFailEndTheWriting(t *testing.T) {
	broken := errors.New("the database is gone")
	rows := func(yield func([]any, error) bool) { _ = yield([]any{"a"}, nil) && yield(nil, broken) }
	for name, err := range map[string]error{
		"csv":  WriteCSV(io.Discard, Table{"t", []string{"a"}, rows}),
		"xlsx": WriteXLSX(io.Discard, Table{"t", []string{"a"}, rows}),
	} {
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
