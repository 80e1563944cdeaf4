// Package exchange reads the tables that others send and writes those that
// others read. What comes in is accounted for row by row: In = Accepted +
// Rejected, with a reason beside each rejected row.
//
//	report, err := exchange.Import{
//		Required: []string{"id_number", "full_name"},
//		Optional: []string{"phone"},
//		Rejects:  rejectsFile,
//	}.Each(file, func(rows []exchange.Row) ([]exchange.Rejection, error) {
//		return save(rows) // one transaction
//	})
//
// What spreadsheets write is understood: UTF-8 with or without a byte order
// mark; commas, semicolons or tabs; quotation marks as in RFC 4180; any order
// and case of the columns.
//
// What goes out is a [Table], as CSV or XLSX, in which no spreadsheet finds
// anything to compute: [WriteCSV], [WriteXLSX].
package exchange

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"anlo"
)

// MaxRow is the most bytes that a row may have.
const MaxRow = 64 << 10

// Codes of the rows that the reader itself rejects.
const (
	BadUTF8    = "row.utf8"    // not UTF-8
	BadQuotes  = "row.quotes"  // a quotation mark where none may stand, or not closed
	BadColumns = "row.columns" // another number of cells than the header: an unquoted comma shifts what follows
	BadSize    = "row.size"    // over MaxRow
)

// Row is one row of a table.
type Row struct {
	Line    int // where it begins, from 1; the header is line 1
	cells   []string
	columns map[string]int
}

// Get returns the cell of a column without the spaces around it, "" when the
// table lacks the column. What [SafeCell] added is taken off.
func (r Row) Get(column string) string {
	i, ok := r.columns[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(unsafeCell(r.cells[i]))
}

// RowError is returned by [CSV.Next] for a row that cannot be read. The rows
// after it still can.
type RowError struct {
	Row    Row // Get finds nothing in it
	Reason string
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Row.Line, e.Reason) }

// CSV reads a table row by row, in memory for one row.
//
// It is encoding/csv, which is handed one line at a time so that a stray
// quotation mark costs one row and not the rest of the file: when a record
// fails or grows too long, only its first line is rejected, and reading goes on
// at the second.
type CSV struct {
	Header  []string // names as [Column] writes them
	Ignored []string // those that nobody asked for

	columns map[string]int // the others
	in      *bufio.Reader
	records *csv.Reader
	given   int   // bytes of the current record that records has had
	line    int   // the line that the next record begins on
	read    int64 // bytes before it
}

// NewCSV reads the header. Columns that are required and missing, or there
// twice, are named in an [anlo.Error] with the code "file.columns"; other codes
// are "file.empty", "file.encoding" (not UTF-8) and "file.header".
func NewCSV(r io.Reader, required, optional []string) (*CSV, error) {
	c := &CSV{in: bufio.NewReaderSize(r, MaxRow+1), line: 1}
	if bom, _ := c.in.Peek(3); string(bom) == "\ufeff" {
		c.in.Discard(3)
		c.read = 3
	}
	c.records = csv.NewReader((*feed)(c))
	c.records.FieldsPerRecord = -1
	c.records.Comma = c.delimiter()
	raw, cells, reason, err := c.record()
	switch {
	case err == io.EOF:
		return nil, invalid("file.empty")
	case err != nil:
		return nil, fmt.Errorf("header: %w", err)
	case reason == BadUTF8:
		return nil, invalid("file.encoding")
	case reason != "":
		return nil, invalid("file.header")
	}
	c.advance(raw)
	if err := c.readHeader(cells, required, optional); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *CSV) readHeader(cells, required, optional []string) error {
	var wrong []anlo.FieldError
	c.columns = map[string]int{}
	for i, cell := range cells {
		name := Column(cell)
		c.Header = append(c.Header, name)
		_, twice := c.columns[name]
		switch {
		case name == "":
		case !slices.Contains(required, name) && !slices.Contains(optional, name):
			c.Ignored = append(c.Ignored, name)
		case twice:
			wrong = append(wrong, anlo.FieldError{Field: name, Code: "column.twice"})
		default:
			c.columns[name] = i
		}
	}
	for len(c.Header) > 0 && c.Header[len(c.Header)-1] == "" {
		c.Header = c.Header[:len(c.Header)-1]
	}
	for _, name := range required {
		if _, ok := c.columns[name]; !ok {
			wrong = append(wrong, anlo.FieldError{Field: name, Code: "required"})
		}
	}
	if wrong != nil {
		return invalid("file.columns", wrong...)
	}
	return nil
}

func invalid(code string, fields ...anlo.FieldError) error {
	return &anlo.Error{Kind: anlo.Invalid, Code: code, Fields: fields}
}

// Column returns the name of a column as it is compared: "ID Number" is
// id_number.
func Column(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
}

// delimiter guesses what separates the cells from the header: a spreadsheet
// writes what its owner's country uses.
func (c *CSV) delimiter() rune {
	head, _ := c.peekLine(0)
	best := ','
	for _, d := range ";\t" {
		if bytes.Count(head, []byte(string(d))) > bytes.Count(head, []byte(string(best))) {
			best = d
		}
	}
	return best
}

// Next returns the next row, io.EOF after the last, a [*RowError] for a row
// that is to be rejected. Blank rows are passed over.
func (c *CSV) Next() (Row, error) {
	for {
		raw, cells, reason, err := c.record()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: c.line, cells: cells, columns: c.columns}
		if reason != "" {
			row.cells = []string{strings.ToValidUTF8(strings.TrimRight(string(raw), "\r\n"), "\ufffd")}
		}
		c.advance(raw)
		switch {
		case reason == BadSize:
			c.skipLine()
		case reason != "":
		case blank(cells):
			continue
		case len(cells) < len(c.Header) || !blank(cells[len(c.Header):]):
			reason = BadColumns
		default:
			return row, nil
		}
		row.columns = nil
		return Row{}, &RowError{row, reason}
	}
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// record returns the cells of the next record, or the reason to reject its
// first line, and the bytes of what it speaks of. They stay in the buffer until
// advance.
func (c *CSV) record() (raw []byte, cells []string, reason string, err error) {
	first, err := c.peekLine(0)
	for err == nil && len(bytes.TrimRight(first, "\r\n")) == 0 {
		c.advance(first)
		first, err = c.peekLine(0)
	}
	if err == errSize {
		return first, nil, BadSize, nil
	}
	if err != nil {
		return nil, nil, "", err
	}
	c.given = 0
	size := len(first)
	cells, err = c.records.Read()
	_, syntax := errors.AsType[*csv.ParseError](err)
	switch {
	case err == nil:
		size = c.given
	case syntax || err == errSize:
		reason = BadQuotes
	default:
		return nil, nil, "", err
	}
	raw, _ = c.in.Peek(size)
	if !utf8.Valid(raw) {
		reason = BadUTF8
	}
	return raw, cells, reason, nil
}

func (c *CSV) advance(raw []byte) {
	c.line += bytes.Count(raw, []byte("\n"))
	c.read += int64(len(raw))
	c.in.Discard(len(raw))
}

// skipLine drops the rest of a line that is too long.
func (c *CSV) skipLine() {
	for {
		part, err := c.in.ReadSlice('\n')
		c.line += bytes.Count(part, []byte("\n"))
		c.read += int64(len(part))
		if err != bufio.ErrBufferFull {
			return
		}
	}
}

var errSize = errors.New("row too long")

// peekLine returns the line, with its end, that begins after so many bytes of
// the buffer; errSize and the part that fits when it ends past MaxRow.
func (c *CSV) peekLine(after int) ([]byte, error) {
	for want := after + 1; ; want = c.in.Buffered() + 1 {
		_, err := c.in.Peek(want)
		buf, _ := c.in.Peek(c.in.Buffered())
		end := min(len(buf), MaxRow)
		if i := bytes.IndexByte(buf[after:end], '\n'); i >= 0 {
			return buf[after : after+i+1], nil
		}
		switch {
		case len(buf) > MaxRow:
			return buf[after:MaxRow], errSize
		case err == io.EOF && len(buf) > after:
			return buf[after:], nil
		case err != nil:
			return nil, err
		}
	}
}

// feed is the reader that encoding/csv reads from.
type feed CSV

func (f *feed) Read(p []byte) (int, error) {
	line, err := (*CSV)(f).peekLine(f.given)
	if err != nil {
		return 0, err
	}
	n := copy(p, line)
	f.given += n
	return n, nil
}
