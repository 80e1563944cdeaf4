package identity_test

import (
	"testing"

	"anlo/identity"
	"anlo/simulate"
)

// BenchmarkMatch is a whole check but for the database: keys, candidates at the
// density of a commune of Vietnam, comparison.
func BenchmarkMatch(b *testing.B) {
	const n = 50_000
	register := identity.NewSample(registered(simulate.Population(1, n, towns(n))))
	var claims []identity.Claim
	for t := range simulate.Declarations(1, n, towns(n)) {
		claims = append(claims, identity.NewClaim(t.Person))
	}
	i := 0
	for b.Loop() {
		register.Match(b.Context(), claims[i%len(claims)])
		i++
	}
}

func BenchmarkRecordKeys(b *testing.B) {
	r := households[0][0].Registered
	for b.Loop() {
		identity.RecordKeys(r)
	}
}
