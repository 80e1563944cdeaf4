package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"anlo"
)

// read returns every row as "line:a|b", every rejected one as "line!reason".
func read(t rapid.TB, r io.Reader) []string {
	t.Helper()
	c, err := NewCSV(r, []string{"a"}, []string{"b"})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for {
		row, err := c.Next()
		if err == io.EOF {
			return out
		}
		if bad, ok := errors.AsType[*RowError](err); ok {
			out = append(out, fmt.Sprintf("%d!%s", bad.Row.Line, bad.Reason))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d:%s|%s", row.Line, row.Get("a"), row.Get("b")))
	}
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", MaxRow)
	for _, tt := range []struct {
		name, file string
		want       []string
	}{
		{"plain", "a,b\n1,2\n", []string{"2:1|2"}},
		{"no line end, CRLF, blank lines", "\r\na,b\r\n\r\n1,2\r\n\n3,4", []string{"4:1|2", "6:3|4"}},
		{"byte order mark, semicolons", "\ufeffa;b\n1,5;2\n", []string{"2:1,5|2"}},
		{"tabs, case, order, spaces", " B \tA\n2 \t 1\n", []string{"2:1|2"}},
		{"quotes", "a,b\n\"x, \"\"y\"\"\nz\",2\n3,4\n", []string{"2:x, \"y\"\nz|2", "4:3|4"}},
		{"blank cells are no row", "a,b,,\n,,,\n1,2,,\n3,4\n5,6,,7\n", []string{"3:1|2", "4:3|4", "5!row.columns"}},
		{"too few cells", "a,b\n1\n3,4\n", []string{"2!row.columns", "3:3|4"}},
		{"not UTF-8", "a,b\n\xff,2\n3,4\n", []string{"2!row.utf8", "3:3|4"}},
		{"stray quote", "a,b\n5\" pipe,2\n3,4\n", []string{"2!row.quotes", "3:3|4"}},
		{"quote that never closes", "a,b\n\"1,2\n3,4\n5,6\n", []string{"2!row.quotes", "3:3|4", "4:5|6"}},
		{"quote that closes in another row", "a,b\n\"1,2\n3,4\n\"5\",6\n7,8\n", []string{"2!row.quotes", "3:3|4", "4:5|6", "5:7|8"}},
		{"quote open for more than a row may have", "a,b\n\"1,2\n3,4\n" + long[:MaxRow-10] + ",\n5,6\n", []string{"2!row.quotes", "3:3|4", "4:" + long[:MaxRow-10] + "|", "5:5|6"}},
		{"row too long", "a,b\n" + long + ",2\n3,4\n", []string{"2!row.size", "3:3|4"}},
		{"row far too long", "a,b\n" + long + long + long + "\n3,4", []string{"2!row.size", "3:3|4"}},
		{"row too long at the end", "a,b\n3,4\n" + long + "x", []string{"2:3|4", "3!row.size"}},
		{"longest row", "a,b\n" + long[:MaxRow-2] + ",\n3,4\n", []string{"2:" + long[:MaxRow-2] + "|", "3:3|4"}},
		{"a byte more", "a,b\n" + long[:MaxRow-1] + ",\n3,4\n", []string{"2!row.size", "3:3|4"}},
		{"what SafeCell added", "a,b\n'+84912,'x\n", []string{"2:+84912|'x"}},
	} {
		for kind, r := range map[string]io.Reader{
			"whole": strings.NewReader(tt.file), "half": iotest.HalfReader(strings.NewReader(tt.file)), "data with EOF": iotest.DataErrReader(strings.NewReader(tt.file)),
		} {
			if got := read(t, r); !slices.Equal(got, tt.want) {
				t.Errorf("%s (%s): got %.200q, want %.200q", tt.name, kind, got, tt.want)
			}
		}
	}
}

func TestHeader(t *testing.T) {
	for _, tt := range []struct {
		file, code string
		fields     []anlo.FieldError
	}{
		{"", "file.empty", nil},
		{"\ufeff\n\n", "file.empty", nil},
		{"b,c\n", "file.columns", []anlo.FieldError{{Field: "a", Code: "required"}}},
		{"A, a ,b\n", "file.columns", []anlo.FieldError{{Field: "a", Code: "column.twice"}}},
		{"\xff\xfea\x00,\x00b\x00\n\x00", "file.encoding", nil}, // UTF-16, as spreadsheets save "Unicode text"
		{"a,\"b\nc", "file.header", nil},
		{strings.Repeat("a", MaxRow+1), "file.header", nil},
	} {
		_, err := NewCSV(strings.NewReader(tt.file), []string{"a"}, []string{"b"})
		e, ok := errors.AsType[*anlo.Error](err)
		if !ok || e.Kind != anlo.Invalid || e.Code != tt.code || !slices.Equal(e.Fields, tt.fields) {
			t.Errorf("%.20q: got %v, want %s", tt.file, err, tt.code)
		}
	}
	c, err := NewCSV(strings.NewReader("ID Number;a;Ghi chú;b-2;;\n"), []string{"a", "id_number"}, []string{"b_2"})
	if err != nil || !slices.Equal(c.Ignored, []string{"ghi_chú"}) || len(c.Header) != 4 {
		t.Errorf("header %q, ignored %q, %v", c.Header, c.Ignored, err)
	}
}

func TestReadError(t *testing.T) {
	for _, before := range []string{"", "a,", "a,b\n1,2\n", "a,b\n1,2\n3,\"4"} {
		r := io.MultiReader(strings.NewReader(before), iotest.ErrReader(io.ErrClosedPipe))
		report, err := Import{Required: []string{"a"}, Batch: 1}.Each(r, func([]Row) ([]Rejection, error) { return nil, nil })
		if !errors.Is(err, io.ErrClosedPipe) || !report.Balanced() {
			t.Errorf("after %q: %+v, %v", before, report, err)
		}
	}
}

// Whatever encoding/csv writes is read back, and nothing is rejected.
func TestRoundTrip(t *testing.T) {
	cell := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("ab\"',;\t\n =+@-đ'")), 0, 8, -1), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 0, 10).Draw(t, "rows")
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = rapid.SampledFrom([]rune(",;\t")).Draw(t, "comma")
		w.UseCRLF = rapid.Bool().Draw(t, "crlf")
		w.Write([]string{"a", "b"})
		var want []string
		for _, row := range rows {
			for i, s := range row {
				// encoding/csv reads \r\n as \n and writes \n as \r\n.
				row[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\r", "")
			}
			safe := []string{SafeCell(row[0]), SafeCell(row[1])}
			w.Write(safe)
			if !blank(safe) {
				want = append(want, strings.TrimSpace(row[0])+"|"+strings.TrimSpace(row[1]))
			}
		}
		w.Flush()
		var got []string
		for _, s := range read(t, iotest.HalfReader(&b)) {
			_, s, _ = strings.Cut(s, ":")
			got = append(got, s)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestSafeCell(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+84": "'+84", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "\nx": "'\nx", "＝1": "'＝1",
		"": "", "a=1": "a=1", "'a": "'a", "'=1": "''=1", "Đỗ": "Đỗ",
	} {
		if got := SafeCell(in); got != want {
			t.Errorf("SafeCell(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`['=+@-]{0,4}[a-z\t]*`), rapid.String()).Draw(t, "s")
		if safe := SafeCell(s); unsafeCell(safe) != s || strings.IndexAny(safe, "=+-@\t\r\n") == 0 {
			t.Fatalf("SafeCell(%q) = %q, and back %q", s, safe, unsafeCell(safe))
		}
	})
}

// FuzzCSV: every row is accounted for, whatever the bytes, and what is rejected
// can be read again.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\ufeffa;b\r\n\"1\";\"x\ny\"\r\n", "a\tb\n\"1\t2\n3\t4\n\xff\t\n", "a\n\"\"\"\n\r", "a\n\r"} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, file []byte, size int) {
		var rejects bytes.Buffer
		rows, last, progress := 0, 0, int64(0)
		report, err := Import{Optional: []string{"a", "b"}, Batch: size % 10, Rejects: &rejects, Progress: func(n int64) { progress = n }}.Each(bytes.NewReader(file), func(batch []Row) ([]Rejection, error) {
			rows += len(batch)
			for _, r := range batch {
				if r.Line <= last || !utf8.ValidString(r.Get("a")) {
					t.Errorf("line %d after %d", r.Line, last)
				}
				last = r.Line
			}
			return []Rejection{{Index: len(batch) - 1, Column: "a", Reason: "test"}}, nil
		})
		if !report.Balanced() || rows != report.Accepted+report.Reasons["test"] {
			t.Fatalf("%d rows, %+v", rows, report)
		}
		if err != nil {
			if anlo.KindOf(err) != anlo.Invalid {
				t.Fatal(err)
			}
			return
		}
		if progress > int64(len(file)) || progress < int64(len(file))-1 {
			t.Errorf("%d of %d bytes accounted for", progress, len(file))
		}
		again, err := Import{Required: []string{"line", "reason", "column"}}.Each(&rejects, func([]Row) ([]Rejection, error) { return nil, nil })
		if err == nil && again.In != report.Rejected && again.Reasons[BadSize] == 0 {
			t.Errorf("%d rows among the rejects of %+v", again.In, report)
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	file := []byte("id_number,full_name,address\n" + strings.Repeat("001090123456,Nguyễn Văn An,\"12 Đội Cấn, Ba Đình\"\n", 20000))
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		report, err := Import{Required: []string{"id_number", "full_name"}}.Each(bytes.NewReader(file), func([]Row) ([]Rejection, error) { return nil, nil })
		if err != nil || report.Accepted != 20000 {
			b.Fatal(report, err)
		}
	}
}
