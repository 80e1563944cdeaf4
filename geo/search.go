package geo

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"
	"strings"

	"anlo"
)

const (
	maxQuery = 1000 // bytes; the rest of a query is not read
	maxWords = 16   // words that count, at most the bits of a mask
	maxFound = 100  // units that are returned
)

// Search returns the units that somebody may mean who is typing their name,
// the best first, at most limit and never over 100. Accents may be left out; every word may be
// a beginning; the words come in any order, and some may be of the units that
// it lies in: "ba dinh", "Ba Đ", "hanoi ba dinh" and "ba dinh, tp ha noi" all
// find Phường Ba Đình. At the top level initials do too: "hcm", "tphcm".
//
// Accents count where they were typed: "lăng" does not find Văn Lang. Only
// when nothing agrees with them are they passed over, for those who write "Mỷ"
// for Mỹ or "Qui" for Quy.
//
// The order is: the name itself, alone or followed by what the unit lies in;
// the words of the name in another order; names that begin with the query;
// others. Among equals the most populous comes first, then the larger unit. A
// query that is a code finds its unit first.
func (a *Atlas) Search(list, query string, limit int) []anlo.Unit {
	t := a.tree(list)
	if limit <= 0 {
		return nil
	}
	limit = min(limit, maxFound)
	found := t.index().search(query, limit)
	if i, ok := t.at[strings.TrimSpace(query)]; ok {
		found = slices.DeleteFunc(found, func(k int) bool { return k == i })
		found = slices.Insert(found, 0, i)
	}
	return t.pick(found[:min(len(found), limit)])
}

// ByName returns the units that bear a name, anywhere inside parent or, when
// parent is "", in the whole list. The name is compared as [Normal] gives it;
// the kind may be left out or shortened to its initials: "Phường Ba Đình", "P.
// Ba Đình" and "Ba Đình" are one, "Ba Dinh" is none. More than one unit may
// bear it.
func (a *Atlas) ByName(list, name, parent string) []anlo.Unit {
	t := a.tree(list)
	if len(name) > maxQuery {
		return nil
	}
	var found []int
	for _, i := range t.index().names[Normal(name)] {
		if parent == "" || t.inside(i, parent) {
			found = append(found, i)
		}
	}
	return t.pick(found)
}

// agrees reports whether what was typed can become the word: letters may still
// lack their accents, tones may be missing, none may contradict.
func (typed spelling) agrees(word spelling) bool {
	if len(typed.letters) > len(word.letters) {
		return false
	}
	for i, r := range typed.letters {
		if r != word.letters[i] && r != word.plain[i] {
			return false
		}
	}
	rest := word.tones
	for _, t := range typed.tones {
		i := slices.Index(rest, t)
		if i < 0 {
			return false
		}
		rest = rest[i+1:]
	}
	return true
}

func (typed spelling) equals(word spelling) bool {
	return slices.Equal(typed.letters, word.letters) && slices.Equal(typed.tones, word.tones)
}

// masks say which words of a query something contains, a bit for each word.
type masks struct {
	found uint16 // accents aside, as a beginning
	agree uint16 // of those, in agreement with the accents typed
	equal uint16 // of those, written exactly so
	whole uint16 // accents aside, from beginning to end
}

func (m *masks) add(o masks) {
	m.found |= o.found
	m.agree |= o.agree
	m.equal |= o.equal
	m.whole |= o.whole
}

// lookup returns the masks of every spelling for the words of a query.
func (ix *index) lookup(words []spelling) []masks {
	hits := make([]masks, len(ix.spellings))
	for k, w := range words {
		bit := uint16(1) << k
		from := sort.Search(len(hits), func(i int) bool { return ix.spellings[i].folded >= w.folded })
		for i := from; i < len(hits) && strings.HasPrefix(ix.spellings[i].folded, w.folded); i++ {
			s := ix.spellings[i]
			hits[i].found |= bit
			if w.agrees(s) {
				hits[i].agree |= bit
			}
			if w.equals(s) {
				hits[i].equal |= bit
			}
			if w.folded == s.folded {
				hits[i].whole |= bit
			}
		}
	}
	return hits
}

// contains returns the masks of a unit, and whether more than the word for its
// kind was found.
func (ix *index) contains(i int, hits []masks) (m masks, named bool) {
	for _, t := range ix.tokens[i] {
		h := hits[t.spelling]
		if t.role == initial {
			h.found &= h.whole
			h.agree &= h.whole
		}
		m.add(h)
		named = named || h.found != 0 && t.role != kindWord
	}
	return m, named
}

// match is a unit that contains every word of the query; less is better.
type match struct {
	unit        int
	contradicts int // 1 when the unit does not agree with the accents typed
	shape       int
	different   int // words that are written otherwise
}

func (ix *index) search(query string, limit int) []int {
	normal := Normal(query[:min(len(query), maxQuery)])
	fields := strings.Fields(normal)
	fields = fields[:min(len(fields), maxWords)]
	if len(fields) == 0 {
		return nil
	}
	words := make([]spelling, len(fields))
	for i, w := range fields {
		words[i] = spell(w)
		fields[i] = words[i].folded
	}
	folded := strings.Join(fields, " ")
	accented := Strip(normal) != normal
	hits := ix.lookup(words)
	all := uint16(1<<len(words) - 1)
	seen := make([]masks, len(ix.units))
	var best []match
	for i := range ix.units {
		m, named := ix.contains(i, hits)
		own := m.found
		if p := ix.parents[i]; p >= 0 {
			m.add(seen[p])
		}
		seen[i] = m
		if own == 0 || m.found != all {
			continue
		}
		found := match{unit: i, shape: ix.shape(i, folded, words, named)}
		if m.agree != all {
			found.contradicts = 1
		}
		if accented {
			found.different = len(words) - bits.OnesCount16(m.equal)
		}
		if at, _ := slices.BinarySearchFunc(best, found, ix.compare); at < limit {
			best = slices.Insert(best, at, found)
			best = best[:min(len(best), limit)]
		}
	}
	var units []int
	for _, m := range best {
		if m.contradicts == best[0].contradicts {
			units = append(units, m.unit)
		}
	}
	return units
}

// shape says how the name of a unit lies in the query, the best first:
//
//	0  the name, and then only names of what it lies in, in their order
//	1  the name, and then anything
//	2  the words of the name in any order, or the name as one word
//	3  the name begins with the query
//	4  the name begins with the first word of the query
//	5  anything else
//	6  only the word for its kind
func (ix *index) shape(i int, query string, words []spelling, named bool) int {
	bare, full := ix.bare[i], ix.full[i]
	if !named {
		return 6
	}
	for _, name := range []string{full, bare} {
		if rest, ok := cutWords(query, name); ok {
			if ix.lineage(rest, ix.parents[i]) {
				return 0
			}
			return 1
		}
	}
	switch {
	case written(bare, words) || written(ix.joined[i], words):
		return 2
	case strings.HasPrefix(bare, query) || len(query) > len(full)-len(bare) && strings.HasPrefix(full, query):
		return 3
	case strings.HasPrefix(bare, words[0].folded):
		return 4
	}
	return 5
}

// lineage reports whether s is made of names of unit p and what it lies in,
// from the smallest up; some may be left out.
func (ix *index) lineage(s string, p int) bool {
	for ; s != "" && p >= 0; p = ix.parents[p] {
		if rest, ok := cutWords(s, ix.full[p]); ok {
			s = rest
		} else if rest, ok := cutWords(s, ix.bare[p]); ok {
			s = rest
		}
	}
	return s == ""
}

func cutWords(s, words string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(s, words)
	if ok && rest != "" {
		return strings.CutPrefix(rest, " ")
	}
	return rest, ok
}

// written reports whether the query has every word of the name.
func written(name string, query []spelling) bool {
	for w := range strings.SplitSeq(name, " ") {
		if !slices.ContainsFunc(query, func(q spelling) bool { return q.folded == w }) {
			return false
		}
	}
	return true
}

func (ix *index) compare(a, b match) int {
	ua, ub := &ix.units[a.unit], &ix.units[b.unit]
	return cmp.Or(
		cmp.Compare(a.contradicts, b.contradicts),
		cmp.Compare(a.shape, b.shape),
		cmp.Compare(a.different, b.different),
		cmp.Compare(ub.Population, ua.Population),
		cmp.Compare(ua.Level, ub.Level),
		cmp.Compare(ix.ranks[a.unit], ix.ranks[b.unit]),
	)
}
