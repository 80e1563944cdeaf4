package identity

import (
	"math/bits"
	"strings"
)

// nameAgreement also says whether it may be a brother's or sister's name.
type nameAgreement struct {
	agreement
	otherGiven bool // the given names differ in a letter or a diacritic: An and Anh, Hùng and Hưng
}

// What one deviation of a word costs, in bits off nameEqual: how many times
// commoner it makes an agreement by chance, and how seldom people do it.
const (
	costAccents = 0.6 // a word without its diacritics; people leave out all or few
	costTelex   = 1.0 // "Nguyeenx": nobody is called that
	costWrong   = 4.0 // another diacritic: Thủy, Thùy and Thúy are three names
	costSlip    = 7.0 // one letter: An and Anh are two names
	costMissing = 7.0 // a word left out, unless it is the given name
	costFurther = 4.0 // … less for each further one: who drops one middle name drops the other
	costOrder   = 2.0
	costJoined  = 2.0  // "NguyễnVăn An"
	costMost    = 15.0 // two such slips and the accents
	costOther   = 1000.0
)

// compareNames weighs two names against each other. It is symmetric. Names that
// differ in more than small ways get the weight never.
func compareNames(a, b []word) nameAgreement {
	if len(a) == 0 || len(b) == 0 {
		return nameAgreement{agreement: agreement{never, []string{ReasonName}}}
	}
	pairs := comparePairs(a, b)
	best := pairs.inOrder()
	if best.cost > costOrder {
		if other := pairs.inAnyOrder(); other.cost+costOrder < best.cost {
			best = other.plus(alignment{costOrder, foundOrder})
		}
	}
	if len(a) != len(b) && costJoined < best.cost && joined(a) == joined(b) {
		best = alignment{costJoined, foundJoined}
	}
	if best.found&foundReplaced == foundReplaced {
		best.cost = costOther // a word left out on either side: two names
	} else if best.found&foundReplaced != 0 {
		further := max(len(a), len(b)) - min(len(a), len(b)) - 1
		best.cost -= float64(max(further, 0)) * costFurther
	}
	if best.cost > costMost {
		return nameAgreement{agreement: agreement{never, []string{ReasonName}}}
	}
	return nameAgreement{agreement{nameEqual - best.cost, best.found.reasons()}, best.found&foundGiven != 0}
}

func joined(words []word) string {
	var s strings.Builder
	for _, w := range words {
		s.WriteString(w.bare)
	}
	return s.String()
}

// found is the set of deviations met.
type found uint16

const (
	foundAccents found = 1 << iota
	foundWrong
	foundOrder
	foundFewer // a word of the one is missing in the other
	foundMore  // and the other way round
	foundSlip
	foundTelex
	foundJoined
	foundGiven // it is the given name that has a wrong diacritic or letter

	foundReplaced = foundFewer | foundMore
)

var foundReasons = [...]string{ReasonNameAccents, ReasonNameWrongAccents, ReasonNameOrder, ReasonNameWord, ReasonNameWord,
	ReasonNameLetter, ReasonNameTyping, ReasonNameSpaces}

func (f found) reasons() (codes []string) {
	for f &^= foundGiven; f != 0; f &= f - 1 {
		codes = append(codes, foundReasons[bits.TrailingZeros16(uint16(f))])
	}
	return codes
}

type alignment struct {
	cost  float64
	found found
}

func (a alignment) plus(b alignment) alignment { return alignment{a.cost + b.cost, a.found | b.found} }

// better prefers the cheaper, and between equals the same one every time.
func better(a, b alignment) alignment {
	if b.cost < a.cost || b.cost == a.cost && b.found < a.found {
		return b
	}
	return a
}

// compareWords weighs one word against another.
func compareWords(a, b word) alignment {
	switch {
	case a == b:
		return alignment{}
	case a.bare == b.bare && (a.plain() || b.plain()):
		return alignment{costAccents, foundAccents}
	case a.bare == b.bare:
		return alignment{costWrong, foundWrong}
	case a.bare[0] != b.bare[0] || len(a.bare) == len(b.bare): // no Telex
	case untelex(a.bare) == b.bare || untelex(b.bare) == a.bare:
		return alignment{costTelex, foundTelex}
	}
	if oneSlip(a.bare, b.bare) {
		return alignment{costSlip, foundSlip}
	}
	return alignment{cost: costOther}
}

// pairs holds how each word of one name compares with each of another.
type pairs struct {
	a, b int // how many words each has
	cell [maxWords][maxWords]alignment
}

func comparePairs(a, b []word) *pairs {
	p := &pairs{a: len(a), b: len(b)}
	for i := range a {
		for j := range b {
			c := compareWords(a[i], b[j])
			if c.found&(foundWrong|foundSlip) != 0 && (i == len(a)-1 || j == len(b)-1) {
				c.found |= foundGiven
			}
			p.cell[i][j] = c
		}
	}
	return p
}

// missing is the cost of leaving out word i of n. The last is the given name,
// without which the rest says little.
func missing(i, n int, which found) alignment {
	if i == n-1 {
		return alignment{costOther, which}
	}
	return alignment{costMissing, which}
}

// inOrder compares the words in their order: the edit distance of Wagner and
// Fischer, over words.
func (p *pairs) inOrder() alignment {
	var row [maxWords + 1]alignment
	for j := range p.b {
		row[j+1] = row[j].plus(missing(j, p.b, foundMore))
	}
	for i := range p.a {
		corner := row[0]
		row[0] = row[0].plus(missing(i, p.a, foundFewer))
		for j := range p.b {
			cell := corner.plus(p.cell[i][j])
			cell = better(cell, row[j+1].plus(missing(i, p.a, foundFewer)))
			cell = better(cell, row[j].plus(missing(j, p.b, foundMore)))
			corner, row[j+1] = row[j+1], cell
		}
	}
	return row[p.b]
}

// inAnyOrder compares the words in any order: the cheapest pairing, found by
// dynamic programming over the sets of words that are taken. Every word of the
// shorter name must find its like in the longer.
func (p *pairs) inAnyOrder() alignment {
	long, short, at := p.a, p.b, func(i, j int) alignment { return p.cell[i][j] }
	if long < short {
		long, short, at = p.b, p.a, func(i, j int) alignment { return p.cell[j][i] }
	}
	sets := 1 << short
	best := make([]alignment, sets)
	for s := 1; s < sets; s++ {
		best[s].cost = 2 * maxWords * costOther
	}
	for i := range long {
		for s := sets - 1; s >= 0; s-- { // downwards, so that word i is paired once
			cell := best[s].plus(missing(i, long, foundFewer))
			for j := range short {
				if s>>j&1 == 1 {
					cell = better(cell, best[s&^(1<<j)].plus(at(i, j)))
				}
			}
			best[s] = cell
		}
	}
	return best[sets-1]
}
