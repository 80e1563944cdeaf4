package geo

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anlo"
)

// List is one version of a country's administrative units. Codes are unique
// within it, over all levels; Units may be in any order, and their List and
// Level are worked out by [Atlas.With].
type List struct {
	Name    string    // "vn-2026"
	Country string    // ISO 3166-1 alpha-2; its language sorts the names
	Date    anlo.Date // a day on which it was in force
	Units   []anlo.Unit
}

// RowError says what is wrong with one row. Code is stable:
//
//	row.columns          another number of cells than the header has
//	row.quotes           a quotation mark where none may stand
//	row.utf8             not UTF-8
//	unit.code            empty, over 20 characters, or not of A–Z a–z 0–9 . _ -
//	unit.code-twice      an earlier row has this code
//	unit.name            empty, over 200 characters, or with control characters
//	unit.number          population, lat or lon is not a number in its range
//	unit.parent-unknown  no row has the code of the parent
//	unit.cycle           the unit lies in itself
//	unit.old-unknown     not in the older list
//	unit.new-unknown     not in the newer list
type RowError struct {
	Line int // from 1; in a file the header is line 1
	Code string
}

// RowErrors is every row error of a list, in the order of the rows. A list
// with holes would send notices nowhere, so one bad row refuses it whole.
type RowErrors []RowError

func (e RowErrors) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rows refused:", len(e))
	for _, r := range e[:min(len(e), 5)] {
		fmt.Fprintf(&b, " line %d %s;", r.Line, r.Code)
	}
	return strings.TrimSuffix(b.String(), ";")
}

func (e *RowErrors) add(line int, code string) { *e = append(*e, RowError{line, code}) }

func (e RowErrors) or(err error) error {
	if err != nil || len(e) == 0 {
		return err
	}
	slices.SortStableFunc(e, func(a, b RowError) int { return a.Line - b.Line })
	return e
}

// ParseCSV reads a list of any depth. The columns code, parent, kind and name
// are required, in any order, and population, lat and lon may follow; other
// columns are ignored. Cells are separated by commas, semicolons or tabs. A
// unit without parent is one of the largest. The name is written in full
// ("Phường Ba Đình", "Gulu District"); the kind is the word in it that says
// what it is ("Phường", "District") and may be empty.
//
// Rows that are wrong are returned as [RowErrors], missing columns as an
// [anlo.Error] with the code "file.columns".
func ParseCSV(name string, r io.Reader) (List, error) {
	l := List{Name: name}
	var lines []int
	var errs RowErrors
	err := readCSV(r, []string{"code", "parent", "kind", "name"}, &errs, func(line int, get func(string) string) {
		u, code := parseUnit(get)
		if code != "" {
			errs.add(line, code)
		}
		// Kept even when wrong, or its children would be called wrong too.
		l.Units = append(l.Units, u)
		lines = append(lines, line)
	})
	if err == nil {
		setLevels(l.Units, func(i int, code string) { errs.add(lines[i], code) })
	}
	if err = errs.or(err); err != nil {
		return List{}, fmt.Errorf("list %s: %w", name, err)
	}
	for i := range l.Units {
		l.Units[i].List = name
	}
	return l, nil
}

func parseUnit(get func(string) string) (anlo.Unit, string) {
	u := anlo.Unit{
		UnitRef: anlo.UnitRef{Code: get("code")},
		Parent:  get("parent"),
		Kind:    norm.NFC.String(get("kind")),
		Name:    norm.NFC.String(get("name")),
	}
	u.Population = -1
	number := func(column string, max float64) float64 {
		s := get(column)
		if s == "" {
			return 0
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || !(math.Abs(x) <= max) {
			return math.NaN()
		}
		return x
	}
	population := number("population", 1e10)
	u.Lat, u.Lon = number("lat", 90), number("lon", 180)
	if population >= 0 && population == math.Trunc(population) {
		u.Population = int(population)
	}
	if u.Population < 0 || u.Lat != u.Lat || u.Lon != u.Lon {
		return u, "unit.number"
	}
	return u, ""
}

// setLevels numbers the levels and reports every unit that has no place in a
// tree.
func setLevels(units []anlo.Unit, wrong func(i int, code string)) {
	at := make(map[string]int, len(units))
	for i := range units {
		u := &units[i]
		u.Level = 0
		_, twice := at[u.Code]
		switch {
		case !validCode(u.Code):
			wrong(i, "unit.code")
		case twice:
			wrong(i, "unit.code-twice")
			continue
		case !validName(u.Name) || !validName("x"+u.Kind):
			wrong(i, "unit.name")
		}
		at[u.Code] = i
	}
	const climbing = -1
	var way []int
	for i := range units {
		way = way[:0]
		base := 0
		for j := i; ; {
			u := &units[j]
			if u.Level != 0 {
				base = u.Level
				if k := slices.Index(way, j); k >= 0 {
					for _, c := range way[k:] {
						wrong(c, "unit.cycle")
					}
				}
				break
			}
			u.Level = climbing
			way = append(way, j)
			if u.Parent == "" {
				break
			}
			p, ok := at[u.Parent]
			if !ok {
				wrong(j, "unit.parent-unknown")
				base = climbing
				break
			}
			j = p
		}
		if base == climbing {
			continue
		}
		for _, j := range slices.Backward(way) {
			base++
			units[j].Level = base
		}
	}
}

func validCode(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

func validName(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= 200 && !strings.ContainsFunc(s, unicode.IsControl)
}

// readCSV calls each for every row that can be read, with a function that
// returns the trimmed cell of a column.
func readCSV(r io.Reader, required []string, errs *RowErrors, each func(line int, get func(string) string)) error {
	in := bufio.NewReader(r)
	if bom, _ := in.Peek(3); string(bom) == "\ufeff" {
		in.Discard(3)
	}
	c := csv.NewReader(in)
	c.ReuseRecord = true
	c.Comma = delimiter(in)
	header, err := c.Read()
	if err != nil && err != io.EOF {
		return fmt.Errorf("header: %w", err)
	}
	column := map[string]int{}
	for i, name := range header {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	missing := &anlo.Error{Kind: anlo.Invalid, Code: "file.columns"}
	for _, name := range required {
		if _, ok := column[name]; !ok {
			missing.Fields = append(missing.Fields, anlo.FieldError{Field: name, Code: "required"})
		}
	}
	if missing.Fields != nil {
		return missing
	}
	for {
		row, err := c.Read()
		if err == io.EOF {
			return nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			code := "row.quotes"
			if errors.Is(err, csv.ErrFieldCount) {
				code = "row.columns"
			}
			errs.add(bad.StartLine, code)
			continue
		}
		if err != nil {
			return err
		}
		line, _ := c.FieldPos(0)
		if !utf8.ValidString(strings.Join(row, "")) {
			errs.add(line, "row.utf8")
			continue
		}
		each(line, func(name string) string {
			if i, ok := column[name]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		})
	}
}

// delimiter guesses what separates the cells from the header: a spreadsheet
// writes what its owner's country uses.
func delimiter(in *bufio.Reader) rune {
	in.Peek(1)
	head, _ := in.Peek(in.Buffered())
	head, _, _ = bytes.Cut(head, []byte("\n"))
	best := ','
	for _, d := range ";\t" {
		if bytes.Count(head, []byte(string(d))) > bytes.Count(head, []byte(string(best))) {
			best = d
		}
	}
	return best
}
