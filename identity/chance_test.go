package identity

import (
	"math"
	"math/rand/v2"
	"testing"

	"anlo"
	"anlo/simulate"
)

// TestChance checks the weights from the side of chance. A weight is the log₂ of
// a likelihood ratio, and such ratios average to one between two different
// people. An average above one would claim more than the evidence bears; the
// prior then no longer says how often strangers are taken for each other.
func TestChance(t *testing.T) {
	communes := []anlo.Unit{
		{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "00004"}, Parent: "01", Kind: "Phường", Population: 65023},
		{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "17329"}, Parent: "40", Kind: "Xã", Population: 20000},
	}
	type parsed struct {
		simulate.Person
		name []word
	}
	var people []parsed
	for p := range simulate.Population(1, 40_000, communes) {
		people = append(people, parsed{p, wordsOf(p.FullName)})
	}
	rng := rand.New(rand.NewPCG(1, 2))
	average := func(what string, pairs int, bits func(a, b *parsed) float64) {
		sum := 0.0
		for range pairs {
			a, b := &people[rng.IntN(len(people))], &people[rng.IntN(len(people))]
			if a.Household != b.Household {
				sum += math.Exp2(bits(a, b))
			}
		}
		t.Logf("%s: likelihood ratios of different people average to %.2f", what, sum/float64(pairs))
		if sum/float64(pairs) > 1.1 {
			t.Errorf("%s: likelihood ratios of different people average to %.2f, want at most one", what, sum/float64(pairs))
		}
	}
	average("name", 50_000, func(a, b *parsed) float64 { return compareNames(a.name, b.name).bits })
	average("birth date", 1_000_000, func(a, b *parsed) float64 { return compareDates(a.BirthDate, b.BirthDate).bits })
	average("sex", 100_000, func(a, b *parsed) float64 { return compareSex(a.Sex, b.Sex).bits })
	average("address", 20_000, func(a, b *parsed) float64 { return compareAddresses(a.Permanent.Address, b.Permanent.Address) })
}
