package exchange

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"anlo"
)

var people = Sheet{
	Columns: map[string][]string{"full_name": {"họ và tên", "name"}, "id_number": {"số CCCD", "số CMND/CCCD"}, "date_of_birth": {"ngày sinh"}, "seat": {"ghế"}},
	Days:    []string{"date_of_birth"}, Required: []string{"full_name", "id_number"}, MaxRows: 3,
}

// table writes what was read: a line a row.
func (l Listed) table() string {
	var b strings.Builder
	for _, r := range l.Rows {
		fmt.Fprintf(&b, "%d %s|%s|%s|%s\n", r.Line, r.Get("full_name"), r.Get("id_number"), r.Get("date_of_birth"), r.Get("seat"))
	}
	for _, r := range l.Bad {
		fmt.Fprintf(&b, "%d %s\n", r.Row.Line, r.Reason)
	}
	return b.String()
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestSheetText(t *testing.T) {
	const plain = "Họ và tên;Số CCCD;Ngày sinh\nNguyễn Văn An;001090123456;31/01/1990\n"
	const want = "2 Nguyễn Văn An|001090123456|31/01/1990|\n"
	ansi := must[string](t)(charmap.Windows1258.NewEncoder().String(decomposed1258(plain)))
	wide := must[string](t)(utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewEncoder().String(strings.ReplaceAll(plain, ";", "\t")))
	for _, c := range []struct{ name, text, want string }{
		{"semicolons", plain, want},
		{"a byte order mark and CRLF", "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n"), want},
		{"pasted", strings.ReplaceAll(plain, ";", "\t"), want},
		{"commas", strings.ReplaceAll(plain, ";", ","), want},
		{"decomposed", norm.NFD.String(plain), want},
		{"the Vietnamese code page", ansi, want},
		{"Unicode text of Excel", wide, want},
		{"a title above, other headings, another order", "DANH SÁCH HÀNH KHÁCH,,\n\nSTT,Ghế,Số CMND/CCCD (bắt buộc),HỌ VÀ TÊN\n1,12A,001090123456,An\n", "4 An|001090123456||12A\n"},
		{"English", "Name,ID Number\nAn,1\n", "2 An|1||\n"},
		{"accents forgotten", "Ho va ten,So CCCD\nAn,1\n", "2 An|1||\n"},
		{"formulas and quotes are data", "name,id number\n=1+1,\"1,\n2\"\nB,2\n", "2 =1+1|1,\n2||\n4 B|2||\n"},
		{"a stray quote", "name,id number\nA \"b\" c,1\nB,2\n", "3 B|2||\n2 row.quotes\n"},
		{"too many cells", "name,id number\nA,1,2\nB,2,,\nC\n", "3 B|2||\n4 C|||\n2 row.columns\n"},
	} {
		l, err := people.Read([]byte(c.text))
		if err != nil || l.table() != c.want {
			t.Errorf("%s: %v\n%s", c.name, err, l.table())
		}
	}
}

// decomposed1258 writes tones as the code page has them: after the letter.
func decomposed1258(s string) string {
	var b strings.Builder
	for _, r := range s {
		d := []rune(norm.NFD.String(string(r)))
		if last := d[len(d)-1]; len(d) > 1 && strings.ContainsRune("\u0300\u0301\u0303\u0309\u0323", last) {
			// the rest first, composed: ễ is ê and a tone
			rest := append([]rune{}, d[:len(d)-1]...)
			if len(d) == 3 && d[1] == '\u0323' {
				rest, last = []rune{d[0], d[2]}, d[1]
			}
			b.WriteString(norm.NFC.String(string(rest)))
			b.WriteRune(last)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func TestSheetIsRefused(t *testing.T) {
	long := "name,id number\n" + strings.Repeat("A,1\n", 4)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "file.empty"},
		{"blanks", " \r\n\t\n", "file.empty"},
		{"a header alone", "name,id number\n", "file.empty"},
		{"no header", "An,1\nBình,2\n", "file.columns (full_name: required, id_number: required)"},
		{"half a header", "Họ và tên\nAn\n", "file.columns (id_number: required)"},
		{"a column twice", "name,họ và tên,id number\nA,B,1\n", "file.columns (full_name: column.twice)"},
		{"too many rows", long, "file.rows"},
		{"too many rows of a workbook", string(book(t, strings.Split(strings.TrimSpace(long), "\n")...)), "file.rows"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", "file.kind"},
		{"Excel 97", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file.old"},
		{"half a workbook", string(book(t, "name,id number", "A,1")[:2000]), "file.kind"},
		{"another archive", string(zipped(t, map[string]int{"a.txt": 10})), "file.kind"},
		{"with macros", string(zipped(t, map[string]int{"xl/workbook.xml": 10, "xl/vbaProject.bin": 10})), "file.macros"},
		{"a bomb", string(zipped(t, map[string]int{"xl/workbook.xml": 10, "xl/worksheets/sheet1.xml": maxUnzipped})), "file.large"},
		{"without a header", string(book(t, "An,1")), "file.columns (full_name: required, id_number: required)"},
		{"an empty workbook", string(book(t)), "file.columns (full_name: required, id_number: required)"},
	} {
		if l, err := people.Read([]byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s\n%s", c.name, err, c.want, l.table())
		}
	}
}

// book makes a workbook of text cells.
func book(t testing.TB, lines ...string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, line := range lines {
		cells := strings.Split(line, ",")
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	return written(t, f)
}

func written(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t testing.TB, sizes map[string]int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, size := range sizes {
		w := must[interface{ Write([]byte) (int, error) }](t)(asWriter(z.Create(name)))
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asWriter[W interface{ Write([]byte) (int, error) }](w W, err error) (interface{ Write([]byte) (int, error) }, error) {
	return w, err
}

// A workbook as people keep them: a title over merged cells, numbers that have
// lost their zeros, days, a formula, blank rows, a sheet before it.
func TestSheetWorkbook(t *testing.T) {
	f := excelize.NewFile()
	sheet := "Hành khách"
	for _, err := range []error{
		f.SetCellStr("Sheet1", "A1", "Ghi chú"),
		func() error { _, err := f.NewSheet(sheet); return err }(),
		f.SetCellStr(sheet, "A1", "DANH SÁCH"), f.MergeCell(sheet, "A1", "D1"),
		f.SetSheetRow(sheet, "A3", &[]any{"Họ và tên", "Số CCCD", "Ngày sinh", "Ghế"}),
		f.SetSheetRow(sheet, "A4", &[]any{norm.NFD.String("Nguyễn Văn An"), 1090123456, 32904, 12}),
		f.SetCellFormula(sheet, "A6", "1+1"), f.SetCellStr(sheet, "B6", "'=HYPERLINK(\"x\")"), f.SetCellInt(sheet, "C6", 1990),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := people.Read(written(t, f))
	if want := "4 Nguyễn Văn An|1090123456|1990-01-31|12\n6 |=HYPERLINK(\"x\")|1990|\n"; err != nil || l.table() != want {
		t.Errorf("%v\n%swant\n%s", err, l.table(), want)
	}
}

// What WriteXLSX writes, Sheet reads.
func TestSheetReadsOurOwn(t *testing.T) {
	var b bytes.Buffer
	err := WriteXLSX(&b, Table{Name: "x", Header: []string{"Name", "ID number", "Ngày sinh"},
		Rows: Rows([][]any{{"An", "001090123456", anlo.Date{Year: 1990, Month: 1, Day: 31}}, {"=1+1", "2", nil}})})
	if err != nil {
		t.Fatal(err)
	}
	l, err := people.Read(b.Bytes())
	if want := "2 An|001090123456|1990-01-31|\n3 =1+1|2||\n"; err != nil || l.table() != want {
		t.Errorf("%v\n%s", err, l.table())
	}
}

// Whatever comes, the reader ends, and accounts for no more than it may.
func FuzzSheet(f *testing.F) {
	f.Add([]byte("Họ và tên;Số CCCD\nAn;1\n\"x"))
	f.Add([]byte("name,id number\n\"\n\"\n\"\n"))
	f.Add(book(f, "name,id number", "An,1"))
	f.Add([]byte("\xff\xfen\x00a\x00m\x00e\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := people.Read(data)
		var e *anlo.Error
		switch {
		case err != nil && (!errors.As(err, &e) || e.Kind != anlo.Invalid):
			t.Errorf("%v", err)
		case err == nil && (l.In() == 0 || l.In() > people.MaxRows):
			t.Errorf("%d rows", l.In())
		}
		last := 0
		for _, r := range l.Rows {
			if r.Line <= last {
				t.Errorf("line %d after %d", r.Line, last)
			}
			last = r.Line
		}
	})
}
