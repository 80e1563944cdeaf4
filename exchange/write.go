package exchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"anlo"
)

// Table is what is written for a spreadsheet. A cell is a string, an int or
// int64, a float64, an [anlo.Date], a time.Time, or nil for nothing. Times are
// written as clocks in Hanoi show them. Rows that end with an error end the
// writing with it.
type Table struct {
	Name   string // of the sheet
	Header []string
	Rows   iter.Seq2[[]any, error]
}

// Rows makes the rows of a table that is at hand.
func Rows(rows [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// WriteCSV writes a table as spreadsheets read it best: UTF-8 with a byte order
// mark, commas, lines that end as RFC 4180 says, and no cell that would be
// computed (see [SafeCell]).
func WriteCSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	record := make([]string, len(t.Header))
	for i, h := range t.Header {
		record[i] = SafeCell(h)
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		record = record[:0]
		for _, cell := range row {
			record = append(record, plainCell(cell))
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func plainCell(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return SafeCell(v)
	case anlo.Date:
		return v.String()
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.In(anlo.Hanoi).Format("2006-01-02 15:04")
	case int, int64, float64:
		return fmt.Sprint(v)
	}
	panic(fmt.Sprintf("exchange: no cell holds a %T", cell))
}

// WriteXLSX writes tables as the sheets of a workbook. Text stays text, whatever
// it begins with: no cell is a formula.
func WriteXLSX(w io.Writer, tables ...Table) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	styles, err := newStyles(f)
	if err != nil {
		return err
	}
	for i, t := range tables {
		name := sheetName(t.Name)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := writeSheet(f, name, t, styles); err != nil {
			return err
		}
	}
	return f.Write(w)
}

// styles are how cells look: the numbers of styles in a workbook.
type styles struct{ header, date, moment int }

func newStyles(f *excelize.File) (s styles, err error) {
	for number, style := range map[*int]*excelize.Style{
		&s.header: {Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}},
		&s.date:   {NumFmt: 14}, // as dates are written where the reader is
		&s.moment: {NumFmt: 22},
	} {
		if *number, err = f.NewStyle(style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func writeSheet(f *excelize.File, name string, t Table, s styles) error {
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if len(t.Header) > 0 {
		if err := out.SetColWidth(1, len(t.Header), 16); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(t.Header))
	for i, h := range t.Header {
		header[i] = excelize.Cell{StyleID: s.header, Value: h}
	}
	if err := out.SetRow("A1", header); err != nil {
		return err
	}
	line := 1
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		line++
		cells := make([]any, len(row))
		for i, cell := range row {
			cells[i] = s.cell(cell)
		}
		if err := out.SetRow(fmt.Sprintf("A%d", line), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (s styles) cell(cell any) any {
	switch v := cell.(type) {
	case anlo.Date:
		if v.IsZero() || v.Month == 0 {
			return v.String()
		}
		return excelize.Cell{StyleID: s.date, Value: v.At(0, time.UTC)}
	case time.Time:
		if v.IsZero() {
			return nil
		}
		v = v.In(anlo.Hanoi)
		wall := time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
		return excelize.Cell{StyleID: s.moment, Value: wall}
	case nil, string, int, int64, float64:
		return v
	}
	panic(fmt.Sprintf("exchange: no cell holds a %T", cell))
}

// sheetName leaves out what a sheet may not be called.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return '-'
		}
		return r
	}, strings.Trim(s, "'"))
	if utf8.RuneCountInString(s) > 31 {
		s = string([]rune(s)[:31])
	}
	return s
}
