package geo

import (
	"cmp"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"anlo"
)

// tree is a list that was found to be one, with its units in the order of
// their levels: whatever a unit lies in comes before it.
type tree struct {
	name, country string
	date          anlo.Date
	units         []anlo.Unit
	at            map[string]int // code → index in units
	leaf          []bool
	levels        []Level

	// index is made when first asked for: a program that only checks codes
	// starts in a third of the time.
	index func() *index
}

var nowhere, _ = newTree(List{})

func newTree(l List) (*tree, error) {
	units := slices.Clone(l.Units)
	var errs RowErrors
	setLevels(units, func(i int, code string) { errs.add(i+1, code) })
	if err := errs.or(nil); err != nil {
		return nil, err
	}
	slices.SortStableFunc(units, func(a, b anlo.Unit) int { return cmp.Compare(a.Level, b.Level) })
	t := &tree{name: l.Name, country: l.Country, date: l.Date, units: units, at: make(map[string]int, len(units)), leaf: make([]bool, len(units))}
	for i := range units {
		u := &units[i]
		u.List = l.Name
		t.at[u.Code] = i
		t.leaf[i] = true
		if p, ok := t.at[u.Parent]; ok {
			t.leaf[p] = false
		}
	}
	t.levels = levelsOf(units)
	t.index = sync.OnceValue(t.makeIndex)
	return t, nil
}

func (t *tree) has(code string) bool {
	_, ok := t.at[code]
	return ok
}

func (t *tree) pick(indices []int) []anlo.Unit {
	units := make([]anlo.Unit, len(indices))
	for k, i := range indices {
		units[k] = t.units[i]
	}
	return units
}

// inside reports whether unit i lies anywhere in the unit with that code.
func (t *tree) inside(i int, code string) bool {
	for ok := true; ok; i, ok = t.at[t.units[i].Parent] {
		if t.units[i].Parent == code {
			return true
		}
	}
	return false
}

// levelsOf describes the levels of units that are sorted by them.
func levelsOf(units []anlo.Unit) []Level {
	var levels []Level
	kinds := map[string]int{}
	for i, u := range units {
		if u.Level > len(levels) {
			levels = append(levels, Level{})
			clear(kinds)
		}
		l := &levels[u.Level-1]
		l.Count++
		if kinds[u.Kind]++; kinds[u.Kind] == 1 {
			l.Kinds = append(l.Kinds, u.Kind)
		}
		if i+1 == len(units) || units[i+1].Level != u.Level {
			slices.SortStableFunc(l.Kinds, func(a, b string) int { return cmp.Compare(kinds[b], kinds[a]) })
		}
	}
	return levels
}

// alphabetical returns the indices of the units in the order of their bare
// names, by the rules of the language most spoken in the country.
func (t *tree) alphabetical() []int {
	base, _ := language.Make("und-" + t.country).Base()
	tag, _ := language.Compose(base)
	c := collate.New(tag, collate.Numeric)
	var buf collate.Buffer
	keys := make([][]byte, len(t.units))
	order := make([]int, len(t.units))
	for i, u := range t.units {
		keys[i], order[i] = c.KeyFromString(&buf, Bare(u)), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(keys[a], keys[b]) })
	return order
}
