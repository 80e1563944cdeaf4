// Package simulate makes up a country: people with names, birth dates,
// numbers, households and addresses as in Vietnam ([Population]), and the same
// people as they declare themselves in a hurry, each with the truth beside
// ([Declarations]). Nobody in it exists. Demonstrations, benchmarks and the
// tests of the matcher live on it. [Queue] plays through days at a checkpoint.
//
// Everything follows from a seed: the same seed and communes give the same
// bytes, on every machine. Populations are streams; a hundred million people
// need no more memory than a household and a few counters.
package simulate

import (
	"iter"
	"math/rand/v2"
	"slices"

	"anlo"
)

// Year is the year whose first day the population is a picture of.
const Year = 2026

// Person is one made-up person: the record that the register has of them, and
// what it does not say.
type Person struct {
	anlo.Registered
	CMND     string    // their 9-digit number; in one case of ten the register has lost it
	Phone    string    // empty for children and some of the old
	IssuedOn anlo.Date // of the identity card; zero for children under 14, who have none
}

// Population returns n people, household by household. Communes are settled in
// proportion to their population; those where it is unknown stay empty, unless
// it is unknown everywhere. Without communes there is nobody.
//
// Population(seed, n, c) begins Population(seed, m, c) for every m > n.
func Population(seed uint64, n int, communes []anlo.Unit) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		left := n
		for h := range households(seed, 0, communes) {
			for _, p := range h {
				if left == 0 || !yield(p) {
					return
				}
				left--
			}
		}
	}
}

// households never ends. Streams of the same seed with different first serial
// numbers have no identity number in common.
func households(seed uint64, serial uint32, communes []anlo.Unit) iter.Seq[[]Person] {
	return func(yield func([]Person) bool) {
		land := settle(communes)
		if len(land.communes) == 0 {
			return
		}
		c := &census{
			rng:     rand.New(rand.NewPCG(seed, uint64(serial))),
			land:    land,
			numbers: newNumbering(seed, serial),
		}
		for yield(c.household()) {
		}
	}
}

// land holds the communes, and the running total by which they are drawn.
type land struct {
	communes []anlo.Unit
	until    []int
}

func settle(communes []anlo.Unit) *land {
	known := slices.ContainsFunc(communes, func(u anlo.Unit) bool { return u.Population > 0 })
	l := &land{}
	total := 0
	for _, u := range communes {
		if known && u.Population <= 0 {
			continue
		}
		total += max(u.Population, 1)
		l.communes = append(l.communes, u)
		l.until = append(l.until, total)
	}
	return l
}

// draw picks a commune, the populous more often.
func (l *land) draw(rng *rand.Rand) *anlo.Unit {
	i, _ := slices.BinarySearch(l.until, rng.IntN(l.until[len(l.until)-1])+1)
	return &l.communes[i]
}

// elsewhere picks a commune in another province than u, if there is one.
func (l *land) elsewhere(rng *rand.Rand, u *anlo.Unit) *anlo.Unit {
	for range 20 {
		if v := l.draw(rng); v.Parent != u.Parent {
			return v
		}
	}
	return l.draw(rng)
}
