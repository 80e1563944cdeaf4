package exchange

import (
	"archive/zip"
	"bytes"
	"errors"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/unicode/norm"

	"anlo"
)

// A workbook is read in memory, and never into files beside it: what is in it is
// personal. maxUnzipped bounds all of its parts together.
const (
	maxUnzipped = 32 << 20
	maxParts    = 500
	maxSheets   = 20
)

// workbook reads the first sheet that has the header. Cells are taken as they
// are kept: of a formula its last result, whatever it says.
func (s Sheet) workbook(data []byte) (Listed, error) {
	if err := checkParts(data); err != nil {
		return Listed{}, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped, RawCellValue: true})
	if err != nil {
		return Listed{}, invalid("file.kind")
	}
	defer f.Close()
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	var nearest error // of the sheet that was most like the list
	for i, name := range f.GetSheetList() {
		if i == maxSheets {
			break
		}
		listed, err := s.sheet(f, name, base)
		if err == nil {
			return listed, nil
		}
		if nearest == nil || len(fieldsOf(err)) < len(fieldsOf(nearest)) {
			nearest = err
		}
	}
	if nearest == nil {
		nearest = invalid("file.kind")
	}
	return Listed{}, nearest
}

func fieldsOf(err error) []anlo.FieldError {
	var e *anlo.Error
	errors.As(err, &e)
	return e.Fields
}

func (s Sheet) sheet(f *excelize.File, name string, base time.Time) (Listed, error) {
	rows, err := f.Rows(name)
	if err != nil {
		return Listed{}, invalid("file.kind")
	}
	defer rows.Close()
	c := s.collect()
	for line := 1; rows.Next(); line++ {
		if line > s.MaxRows+1000 { // blank rows without end
			return Listed{}, invalid("file.rows")
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return Listed{}, invalid("file.kind")
		}
		cells = slices.Clone(cells[:min(len(cells), widest)])
		reason := ""
		for i := range cells {
			if !utf8.ValidString(cells[i]) {
				reason = BadUTF8
			}
			cells[i] = norm.NFC.String(cells[i])
		}
		for _, day := range s.Days {
			if i, ok := c.columns[day]; ok && i < len(cells) {
				cells[i] = dayOf(cells[i], base)
			}
		}
		if err := c.take(line, cells, reason); err == errNoHeader {
			break
		} else if err != nil {
			return Listed{}, err
		}
	}
	if rows.Error() != nil {
		return Listed{}, invalid("file.kind")
	}
	return c.done()
}

// dayOf writes the number by which a workbook keeps a day as the day. A number
// of four digits is a year that somebody typed.
func dayOf(cell string, base time.Time) string {
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || n < 10_000 || n >= 100_000 {
		return cell
	}
	return base.AddDate(0, 0, int(math.Floor(n))).Format(time.DateOnly)
}

// checkParts refuses what is no workbook, has programs in it, or unfolds into
// more than anybody would have typed.
func checkParts(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return invalid("file.kind")
	}
	if len(z.File) > maxParts {
		return invalid("file.large")
	}
	size, isBook := uint64(0), false
	for _, p := range z.File {
		name := strings.ToLower(path.Clean(strings.ReplaceAll(p.Name, `\`, "/")))
		if strings.HasSuffix(name, "vbaproject.bin") {
			return invalid("file.macros")
		}
		isBook = isBook || name == "xl/workbook.xml"
		if size += min(p.UncompressedSize64, maxUnzipped+1); size > maxUnzipped {
			return invalid("file.large")
		}
	}
	if !isBook {
		return invalid("file.kind")
	}
	return nil
}
