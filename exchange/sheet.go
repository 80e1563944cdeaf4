package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"anlo"
)

// Sheet reads a short table that somebody made by hand: a workbook (XLSX), a
// CSV file in the encoding of their computer, or cells pasted from a
// spreadsheet. A title may stand above the header, columns come in any order
// under any of their names, and every row below is accounted for: in Rows or in
// Bad.
//
//	list, err := exchange.Sheet{
//		Columns:  map[string][]string{"full_name": {"họ và tên", "name"}},
//		Required: []string{"full_name"},
//		MaxRows:  3000,
//	}.Read(data)
type Sheet struct {
	Columns  map[string][]string // the names that people give a column, beside its own
	Required []string
	Days     []string // columns in which a workbook may hold days, as numbers
	MaxRows  int
}

// Listed are the rows of a table, in order.
type Listed struct {
	Rows    []Row
	Bad     []RowError // rows that cannot be read
	Ignored []string   // headings that nobody asked for
}

// In is how many rows there were, blank ones apart.
func (l Listed) In() int { return len(l.Rows) + len(l.Bad) }

// headings is how far down the header is looked for, and widest how many columns
// are looked at.
const (
	headings = 20
	widest   = 64
)

// Read reads a table. What is wrong with it as a whole is an [anlo.Error]:
// "file.empty", "file.kind" (neither CSV nor XLSX), "file.old" (a workbook of
// Excel 97), "file.macros", "file.large", "file.rows" (more than MaxRows),
// "file.columns" with the missing columns as fields.
func (s Sheet) Read(data []byte) (Listed, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return Listed{}, invalid("file.empty")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return Listed{}, invalid("file.old")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return s.workbook(data)
	}
	text, ok := decodeText(data)
	if !ok {
		return Listed{}, invalid("file.kind")
	}
	c := s.collect()
	if err := eachRecord(text, c.take); err != nil && err != errNoHeader {
		return Listed{}, err
	}
	return c.done()
}

// decodeText turns a text file into UTF-8, composed: what is not UTF-8 was
// written by Excel, as UTF-16 or in the Vietnamese code page.
func decodeText(data []byte) (text []byte, ok bool) {
	var err error
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data, err = utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewDecoder().Bytes(data)
	case !utf8.Valid(data):
		data, err = charmap.Windows1258.NewDecoder().Bytes(data)
	}
	data = norm.NFC.Bytes(bytes.TrimPrefix(data, []byte("\ufeff")))
	return data, err == nil && bytes.IndexByte(data, 0) < 0
}

// eachRecord hands over the records of a text, each with the line it begins on.
// A stray quotation mark costs one line.
func eachRecord(text []byte, take func(line int, cells []string, reason string) error) error {
	comma, line := separator(text), 1
	for len(text) > 0 {
		first, _, _ := bytes.Cut(text, []byte("\n"))
		size := min(len(first)+1, len(text))
		if len(bytes.TrimSpace(first)) > 0 {
			cells, n, reason := record(text[:min(len(text), MaxRow)], comma)
			switch {
			case n == MaxRow, len(first) > MaxRow:
				cells, reason = []string{string(first[:min(len(first), 100)])}, BadSize
			case reason != "":
				cells = []string{string(first)}
			default:
				size = n
			}
			if err := take(line, cells, reason); err != nil {
				return err
			}
		}
		line += bytes.Count(text[:size], []byte("\n"))
		text = text[size:]
	}
	return nil
}

// record reads the first record of a text, and how many bytes it has.
func record(text []byte, comma rune) (cells []string, size int, reason string) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	cells, err := r.Read()
	if err != nil {
		return nil, 0, BadQuotes
	}
	return cells, int(r.InputOffset()), ""
}

// separator guesses what stands between the cells: what is most often there in
// the first lines.
func separator(text []byte) rune {
	var head []byte
	for i, line := range bytes.SplitN(text, []byte("\n"), headings+1) {
		if i < headings {
			head = append(head, line...)
		}
	}
	best := ','
	for _, d := range ";\t" {
		if bytes.Count(head, []byte(string(d))) > bytes.Count(head, []byte(string(best))) {
			best = d
		}
	}
	return best
}

// collector finds the header among the first records and gathers what follows.
type collector struct {
	Sheet
	out     Listed
	columns map[string]int
	header  []string
	best    []string // of the record that was most like a header: what it lacked
	twice   []string
	seen    int
}

// errNoHeader ends a reading that has looked far enough.
var errNoHeader = errors.New("no header")

func (s Sheet) collect() *collector { return &collector{Sheet: s, best: s.Required} }

func (c *collector) take(line int, cells []string, reason string) error {
	cells = cells[:min(len(cells), widest)]
	if reason == "" && blank(cells) {
		return nil
	}
	if c.columns == nil {
		if reason == "" && c.isHeader(cells) {
			return nil
		}
		if c.seen++; c.seen == headings {
			return errNoHeader
		}
		return nil
	}
	if c.out.In() == c.MaxRows {
		return invalid("file.rows")
	}
	row := Row{Line: line, cells: cells, columns: c.columns}
	switch {
	case reason != "":
	case len(cells) > len(c.header) && !blank(cells[len(c.header):]):
		reason = BadColumns
	default:
		c.out.Rows = append(c.out.Rows, row)
		return nil
	}
	row.columns = nil
	c.out.Bad = append(c.out.Bad, RowError{row, reason})
	return nil
}

// isHeader reports whether the cells name all columns that are required.
func (c *collector) isHeader(cells []string) bool {
	columns, twice, ignored := map[string]int{}, []string(nil), []string(nil)
	for i, cell := range cells {
		name, ok := c.column(cell)
		_, again := columns[name]
		switch {
		case !ok && strings.TrimSpace(cell) != "":
			ignored = append(ignored, strings.TrimSpace(cell))
		case !ok:
		case again:
			twice = append(twice, name)
		default:
			columns[name] = i
		}
	}
	missing := slices.DeleteFunc(slices.Clone(c.Required), func(name string) bool { _, ok := columns[name]; return ok })
	if len(missing) < len(c.best) || len(missing) == 0 {
		c.best, c.twice = missing, twice
	}
	if len(missing) > 0 {
		return false
	}
	c.columns, c.header, c.out.Ignored = columns, cells, ignored
	return true
}

// column finds which column a heading names. Accents, case, points and what
// stands in brackets do not count.
func (c *collector) column(heading string) (string, bool) {
	key := plainHeading(heading)
	if key == "" {
		return "", false
	}
	for name, others := range c.Columns {
		if key == plainHeading(name) || slices.ContainsFunc(others, func(o string) bool { return key == plainHeading(o) }) {
			return name, true
		}
	}
	return "", false
}

func plainHeading(s string) string {
	s, _, _ = strings.Cut(s, "(")
	s, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), strings.ToLower(s))
	if err != nil {
		return ""
	}
	s = strings.ReplaceAll(s, "đ", "d")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// done returns what was gathered.
func (c *collector) done() (Listed, error) {
	var wrong []anlo.FieldError
	for _, name := range c.best {
		wrong = append(wrong, anlo.FieldError{Field: name, Code: "required"})
	}
	for _, name := range c.twice {
		wrong = append(wrong, anlo.FieldError{Field: name, Code: "column.twice"})
	}
	switch {
	case wrong != nil:
		return Listed{}, invalid("file.columns", wrong...)
	case c.columns == nil, c.out.In() == 0:
		return Listed{}, invalid("file.empty")
	}
	return c.out, nil
}
