package exchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Import says how to read one table.
type Import struct {
	Required, Optional []string // columns, as [Column] writes them; others are ignored and reported
	Batch              int      // most rows that are handed over at a time; 1,000 when 0

	// Rejects, when set, receives the rejected rows as CSV, each with its
	// line, the reason and the column at fault. Mended, it can be imported.
	Rejects io.Writer
	// Progress, when set, is called after each batch with the bytes read.
	Progress func(read int64)
}

// Rejection says why a row of a batch was not taken.
type Rejection struct {
	Index  int    // of the row in the batch
	Column string // at fault, "" for the row as a whole
	Reason string // a stable code
}

// Report accounts for the rows of a table. In = Accepted + Rejected, and the
// counts of Reasons add up to Rejected.
type Report struct {
	In       int            `json:"in"`
	Accepted int            `json:"accepted"`
	Rejected int            `json:"rejected"`
	Reasons  map[string]int `json:"reasons,omitempty"`         // by code
	Ignored  []string       `json:"ignored_columns,omitempty"` // columns that nobody asked for
}

// Balanced reports whether every row is accounted for.
func (r Report) Balanced() bool {
	sum := 0
	for _, n := range r.Reasons {
		sum += n
	}
	return r.In == r.Accepted+r.Rejected && sum == r.Rejected
}

// Each hands the rows of a table to accept, batch by batch. All rows of a batch
// count as accepted but those that accept rejects. When accept fails or the
// table cannot be read on, Each stops; the report then covers the batches
// before, and is balanced.
func (m Import) Each(r io.Reader, accept func([]Row) ([]Rejection, error)) (Report, error) {
	c, err := NewCSV(r, m.Required, m.Optional)
	if err != nil {
		return Report{}, err
	}
	run := &run{Import: m, csv: c, accept: accept, report: Report{Ignored: c.Ignored, Reasons: map[string]int{}}}
	if err := run.begin(); err != nil {
		return run.report, err
	}
	size := m.Batch
	if size <= 0 {
		size = 1000
	}
	for {
		rows, unreadable, end := c.batch(size)
		if end != nil && end != io.EOF {
			return run.report, fmt.Errorf("line %d: %w", c.line, end)
		}
		if err := run.settle(rows, unreadable); err != nil {
			return run.report, err
		}
		if end == io.EOF {
			return run.report, nil
		}
	}
}

// rejected is a row that was not taken.
type rejected struct {
	Row
	reason, column string
}

// batch reads rows until there are size of them, good and bad.
func (c *CSV) batch(size int) (rows []Row, unreadable []rejected, err error) {
	for len(rows)+len(unreadable) < size {
		row, err := c.Next()
		if bad, ok := errors.AsType[*RowError](err); ok {
			unreadable = append(unreadable, rejected{Row: bad.Row, reason: bad.Reason})
			continue
		}
		if err != nil {
			return rows, unreadable, err
		}
		rows = append(rows, row)
	}
	return rows, unreadable, nil
}

// run is one call of Each.
type run struct {
	Import
	csv     *CSV
	accept  func([]Row) ([]Rejection, error)
	rejects *csv.Writer // nil when nobody wants them
	report  Report
}

func (r *run) settle(rows []Row, unreadable []rejected) error {
	bad := unreadable
	if len(rows) > 0 {
		refused, err := r.accept(rows)
		if err != nil {
			return err
		}
		twice := map[int]bool{}
		for _, x := range refused {
			if x.Index < 0 || x.Index >= len(rows) {
				return fmt.Errorf("rejected row %d of a batch of %d", x.Index, len(rows))
			}
			if !twice[x.Index] {
				bad = append(bad, rejected{rows[x.Index], x.Reason, x.Column})
			}
			twice[x.Index] = true
		}
	}
	in := len(rows) + len(unreadable)
	r.report.In += in
	r.report.Accepted += in - len(bad)
	r.report.Rejected += len(bad)
	for _, x := range bad {
		r.report.Reasons[x.reason]++
	}
	if r.Progress != nil {
		r.Progress(r.csv.read)
	}
	return r.write(bad)
}

// begin writes the header of the rejects, with the byte order mark without
// which spreadsheets take UTF-8 for something else.
func (r *run) begin() error {
	if r.Rejects == nil {
		return nil
	}
	if _, err := io.WriteString(r.Rejects, "\ufeff"); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	r.rejects = csv.NewWriter(r.Rejects)
	r.rejects.Comma = r.csv.records.Comma
	return r.writeRow(append([]string{"line", "reason", "column"}, r.csv.Header...))
}

func (r *run) write(bad []rejected) error {
	if r.rejects == nil {
		return nil
	}
	slices.SortFunc(bad, func(a, b rejected) int { return a.Line - b.Line })
	for _, x := range bad {
		if err := r.writeRow(append([]string{strconv.Itoa(x.Line), x.reason, x.column}, x.cells...)); err != nil {
			return err
		}
	}
	r.rejects.Flush()
	if err := r.rejects.Error(); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	return nil
}

func (r *run) writeRow(cells []string) error {
	for i, s := range cells {
		cells[i] = SafeCell(s)
	}
	if err := r.rejects.Write(cells); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	return nil
}
