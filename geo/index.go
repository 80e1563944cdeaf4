package geo

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anlo"
)

// index is what finding units by name and listing them in order needs.
type index struct {
	units              []anlo.Unit
	parents            []int            // index of the parent, or -1
	ranks              []int            // place in the alphabet
	children           map[string][]int // by code of the parent, in alphabetical order
	names              map[string][]int // by each normal form that ByName accepts
	spellings          []spelling       // of the words of all units, sorted by folded
	tokens             [][]token        // of each unit
	bare, full, joined []string         // names, folded; joined is bare without spaces
}

// spelling is one way to write a word.
type spelling struct {
	folded  string // without accents, y as i, so that it is found without them
	letters []rune // with the accents that make another letter, without tones
	plain   []rune // the same letters without accents
	tones   []rune // in order
}

// token is a word of a unit.
type token struct {
	spelling int
	role     role
}

type role int

const (
	nameWord role = iota // of the bare name, or all of it as one word
	kindWord             // says what it is
	initial              // initials, which are not found by their beginning
)

func spell(normal string) spelling {
	var s spelling
	for _, r := range norm.NFD.String(normal) {
		switch {
		case r == '\'':
		case tone(r):
			s.tones = append(s.tones, r)
		case accent(r) && len(s.letters) > 0:
			last := &s.letters[len(s.letters)-1]
			*last, _ = utf8.DecodeRuneInString(norm.NFC.String(string([]rune{*last, r})))
		default:
			s.letters = append(s.letters, r)
			s.plain = append(s.plain, withoutStroke(r))
		}
	}
	s.folded = strings.ReplaceAll(string(s.plain), "y", "i")
	return s
}

// makeIndex takes some tens of milliseconds.
func (t *tree) makeIndex() *index {
	n := len(t.units)
	ix := &index{
		units: t.units, parents: make([]int, n), ranks: make([]int, n), children: map[string][]int{}, names: map[string][]int{},
		tokens: make([][]token, n), bare: make([]string, n), full: make([]string, n), joined: make([]string, n),
	}
	for rank, i := range t.alphabetical() {
		ix.ranks[i] = rank
		parent := t.units[i].Parent
		ix.children[parent] = append(ix.children[parent], i)
	}
	ids := map[string]int{} // normal word → index in spellings, before sorting
	var order []int
	id := func(word string) int {
		k, ok := ids[word]
		if !ok {
			k = len(ids)
			ids[word] = k
			ix.spellings = append(ix.spellings, spell(word))
			order = append(order, k)
		}
		return k
	}
	for i, u := range t.units {
		ix.parents[i] = -1
		if p, ok := t.at[u.Parent]; ok {
			ix.parents[i] = p
		}
		ix.addNames(i, u, id)
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(ix.spellings[a].folded, ix.spellings[b].folded) })
	sorted, place := make([]spelling, len(order)), make([]int, len(order))
	for at, k := range order {
		sorted[at], place[k] = ix.spellings[k], at
	}
	ix.spellings = sorted
	for _, tokens := range ix.tokens {
		for k := range tokens {
			tokens[k].spelling = place[tokens[k].spelling]
		}
	}
	return ix
}

// addNames enters all that unit i is found by; id numbers the words.
func (ix *index) addNames(i int, u anlo.Unit, id func(string) int) {
	full := Normal(u.Name)
	bare, kindWords := full, ""
	if Bare(u) != u.Name {
		bare, kindWords = Normal(Bare(u)), Normal(u.Kind)
	}
	words := strings.Fields(bare)
	add := func(word string, as role) {
		if t := (token{id(word), as}); !slices.Contains(ix.tokens[i], t) {
			ix.tokens[i] = append(ix.tokens[i], t)
		}
	}
	for _, w := range words {
		add(w, nameWord)
	}
	if len(words) > 1 {
		add(strings.Join(words, ""), nameWord)
	}
	if u.Level == 1 && len(words) > 1 {
		add(initials(bare), initial)
		add(initials(full), initial)
	}
	for _, w := range strings.Fields(kindWords) {
		add(w, kindWord)
	}
	if s := initials(kindWords); len(s) > 1 {
		add(s, initial)
	}
	folded := func(words []string) string {
		var s []string
		for _, w := range words {
			s = append(s, ix.spellings[id(w)].folded)
		}
		return strings.Join(s, " ")
	}
	ix.bare[i], ix.full[i] = folded(words), folded(strings.Fields(full))
	ix.joined[i] = strings.ReplaceAll(ix.bare[i], " ", "")
	for _, name := range []string{full, bare, strings.TrimSpace(initials(kindWords) + " " + bare)} {
		if at := ix.names[name]; name != "" && !slices.Contains(at, i) {
			ix.names[name] = append(at, i)
		}
	}
}
