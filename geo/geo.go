// Package geo knows the administrative units of a country: what lies in what,
// what a unit is called, which unit somebody means by a name, and what became
// of a unit when the country redrew its map.
//
// Units belong to a list. Vietnam's is "vn-2026" (34 provinces, 3,321 communes);
// the one before, "vn-63", had 63 provinces, districts and communes, and most of
// its commune codes were given to other communes afterwards. So every function
// takes the list along with the code:
//
//	vn := geo.Vietnam()
//	vn.FullName(anlo.UnitRef{List: "vn-2026", Code: "00004"})  // "Phường Ba Đình, Thành phố Hà Nội"
//	vn.Search("vn-2026", "ba dinh ha noi", 10)                 // what somebody types into a box
//	vn.ByName("vn-2026", "P. Ba Đình", "01")                   // what stands in a file
//	vn.Successors(anlo.UnitRef{List: "vn-63", Code: "00001"})  // 00097, Phường Hồng Hà
//
// Another country loads its own tree, of any depth, with [ParseCSV] and
// [Atlas.With].
//
// Names are compared in the form that [Normal] gives them: case, Unicode form
// and the place of the tone mark (Hòa, Hoà) do not matter, accents do. Only
// Search looks past accents, for people who type without them.
package geo

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"anlo"
)

// Atlas holds lists of units and how one list follows another. It never
// changes, so any number of goroutines may use it. The zero Atlas is empty.
type Atlas struct {
	trees []*tree
	next  []succession
}

// succession says what became of the units of one list in another.
type succession struct {
	from, to string
	codes    map[string][]string
}

//go:embed data/*.csv
var data embed.FS

// Vietnam returns the atlas of Vietnam with the lists "vn-2026" and "vn-63".
var Vietnam = sync.OnceValue(func() *Atlas {
	a, err := vietnam()
	if err != nil {
		panic(err) // the files are part of the program, and a test reads them
	}
	return a
})

func vietnam() (*Atlas, error) {
	a := new(Atlas)
	for _, l := range []List{
		// Resolution 30/2026/QH16 made Đồng Nai a city from this day.
		{Name: "vn-2026", Country: "VN", Date: anlo.Date{Year: 2026, Month: 4, Day: 30}},
		// The last day of the 63 provinces and their districts.
		{Name: "vn-63", Country: "VN", Date: anlo.Date{Year: 2025, Month: 6, Day: 30}},
	} {
		file, err := data.ReadFile("data/" + l.Name + ".csv")
		if err != nil {
			return nil, err
		}
		parsed, err := ParseCSV(l.Name, bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		l.Units = parsed.Units
		if a, err = a.With(l); err != nil {
			return nil, err
		}
	}
	file, err := data.Open("data/vn-63-to-vn-2026.csv")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return a.WithSuccessors("vn-63", "vn-2026", file)
}

// With returns an atlas that also holds l. A list whose units do not make a
// tree is refused with [RowErrors], in which Line counts the units from 1.
func (a *Atlas) With(l List) (*Atlas, error) {
	if l.Name == "" {
		return nil, &anlo.Error{Kind: anlo.Invalid, Code: "units.list-unnamed"}
	}
	if a.has(l.Name) {
		return nil, &anlo.Error{Kind: anlo.Conflict, Code: "units.list-twice"}
	}
	t, err := newTree(l)
	if err != nil {
		return nil, err
	}
	return &Atlas{append(slices.Clip(a.trees), t), a.next}, nil
}

// WithSuccessors returns an atlas that also knows what became of the units of
// one list in another. The CSV has the columns old and new; a unit that was
// divided has several rows. A row naming an unknown unit refuses the file with
// [RowErrors]. What was known before of the list from is replaced.
func (a *Atlas) WithSuccessors(from, to string, r io.Reader) (*Atlas, error) {
	before, after := a.tree(from), a.tree(to)
	s := succession{from, to, map[string][]string{}}
	var errs RowErrors
	err := readCSV(r, []string{"old", "new"}, &errs, func(line int, get func(string) string) {
		o, n := get("old"), get("new")
		switch {
		case !before.has(o):
			errs.add(line, "unit.old-unknown")
		case !after.has(n):
			errs.add(line, "unit.new-unknown")
		case !slices.Contains(s.codes[o], n):
			s.codes[o] = append(s.codes[o], n)
		}
	})
	if err = errs.or(err); err != nil {
		return nil, fmt.Errorf("successors of %s: %w", from, err)
	}
	rest := slices.DeleteFunc(slices.Clone(a.next), func(s succession) bool { return s.from == from })
	return &Atlas{a.trees, append(rest, s)}, nil
}

// Unit returns the unit that ref names.
func (a *Atlas) Unit(ref anlo.UnitRef) (anlo.Unit, bool) {
	t := a.tree(ref.List)
	i, ok := t.at[ref.Code]
	if !ok {
		return anlo.Unit{}, false
	}
	return t.units[i], true
}

// Known reports whether ref names a commune: a unit with no other inside. In
// "vn-63" those are the communes and five island districts without any.
func (a *Atlas) Known(ref anlo.UnitRef) bool {
	t := a.tree(ref.List)
	i, ok := t.at[ref.Code]
	return ok && t.leaf[i]
}

// Contains reports whether ref names a unit of any level.
func (a *Atlas) Contains(ref anlo.UnitRef) bool {
	_, ok := a.Unit(ref)
	return ok
}

// Children returns the units directly inside parent, or the largest ones when
// parent is "", in the alphabetical order of the country: what kind a unit is
// does not count, and Phường 2 comes before Phường 10.
func (a *Atlas) Children(list, parent string) []anlo.Unit {
	t := a.tree(list)
	return t.pick(t.index().children[parent])
}

// Path returns the unit and all it lies in, the largest first; nil when it is
// unknown.
func (a *Atlas) Path(ref anlo.UnitRef) []anlo.Unit {
	var path []anlo.Unit
	t := a.tree(ref.List)
	i, ok := t.at[ref.Code]
	for ; ok; i, ok = t.at[t.units[i].Parent] {
		path = append(path, t.units[i])
	}
	slices.Reverse(path)
	return path
}

// FullName writes the unit as an address does, the smallest first: "Phường Ba
// Đình, Thành phố Hà Nội"; "" when it is unknown.
func (a *Atlas) FullName(ref anlo.UnitRef) string {
	var names []string
	for _, u := range slices.Backward(a.Path(ref)) {
		names = append(names, u.Name)
	}
	return strings.Join(names, ", ")
}

// Successors returns the units that a unit of an older list became, and
// whether it was divided among several: then only its people can say in which
// of them they live now. There are none when no later list is known.
func (a *Atlas) Successors(old anlo.UnitRef) (to []anlo.UnitRef, divided bool) {
	for _, s := range a.next {
		if s.from == old.List {
			for _, code := range s.codes[old.Code] {
				to = append(to, anlo.UnitRef{List: s.to, Code: code})
			}
		}
	}
	return to, len(to) > 1
}

// Info describes a list.
type Info struct {
	Name    string    // "vn-2026"
	Country string    // ISO 3166-1 alpha-2
	Date    anlo.Date // a day on which it was in force
	Levels  []Level   // from the largest units down
	Count   int       // units of all levels
}

// Level describes the units at one distance from the country.
type Level struct {
	Kinds []string // "Xã", "Phường", "Đặc khu": the commonest first
	Count int
}

// Lists describes the lists of the atlas, in the order they were added.
func (a *Atlas) Lists() []Info {
	var infos []Info
	for _, t := range a.trees {
		infos = append(infos, Info{t.name, t.country, t.date, slices.Clone(t.levels), len(t.units)})
	}
	return infos
}

func (a *Atlas) has(list string) bool { return a.tree(list) != nowhere }

func (a *Atlas) tree(list string) *tree {
	for _, t := range a.trees {
		if t.name == list {
			return t
		}
	}
	return nowhere
}
