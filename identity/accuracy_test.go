package identity_test

import (
	"hash/fnv"
	"iter"
	"strings"
	"testing"

	"anlo"
	"anlo/identity"
	"anlo/simulate"
)

// towns are as many communes as people live in at the density of Vietnam, about
// 30,000 a commune: namesakes and people born on the same day then meet as often
// as they do there.
func towns(people int) []anlo.Unit {
	real := []anlo.Unit{
		{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "00004"}, Parent: "01", Kind: "Phường", Population: 65023},
		{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "17329"}, Parent: "40", Kind: "Xã", Population: 20000},
		{UnitRef: anlo.UnitRef{List: "vn-2026", Code: "26734"}, Parent: "79", Kind: "Phường", Population: 40000},
	}
	for len(real)*30_000 < people {
		u := real[len(real)%3]
		u.Code = u.Code[:3] + string(rune('A'+len(real)%26)) + string(rune('a'+len(real)/26))
		real = append(real, u)
	}
	return real
}

func registered(people iter.Seq[simulate.Person]) iter.Seq[anlo.Registered] {
	return func(yield func(anlo.Registered) bool) {
		for p := range people {
			if !yield(p.Registered) {
				return
			}
		}
	}
}

func trials(typed iter.Seq[simulate.Typed]) iter.Seq[identity.Trial] {
	return func(yield func(identity.Trial) bool) {
		for t := range typed {
			if !yield(identity.Trial{Claim: identity.NewClaim(t.Person), Truth: t.Truth, Errors: t.Errors}) {
				return
			}
		}
	}
}

// TestAccuracy is the promise of the matcher: of those it confirms at most one
// in a thousand is somebody else, and of the people in the register who declare
// carelessly it confirms at least 95 in a hundred.
func TestAccuracy(t *testing.T) {
	t.Parallel()
	n := 50_000
	if testing.Short() {
		n = 10_000
	}
	measure(t, 2026, n)
}

func measure(t *testing.T, seed uint64, n int) {
	communes := towns(n)
	register := identity.NewSample(registered(simulate.Population(seed, n, communes)))
	report, err := identity.Evaluate(t.Context(), register, trials(simulate.Declarations(seed, n, communes)))
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if _, err := report.WriteTo(&table); err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d, %d people\n%s", seed, n, &table)
	if p := report.All.Precision(); p < 0.999 {
		t.Errorf("precision %.5f, want at least 0.999", p)
	}
	if r := report.All.Recall(); r < 0.95 {
		t.Errorf("recall %.4f, want at least 0.95", r)
	}
}

// TestAccuracyAgainstRelatives takes every tenth person out of the register:
// brothers and sisters, twins, namesakes and sons of the people in it then
// declare, and must not be taken for them.
func TestAccuracyAgainstRelatives(t *testing.T) {
	t.Parallel()
	const seed, n = 3, 40_000
	communes := towns(n)
	left := func(number string) bool {
		h := fnv.New32a()
		h.Write([]byte(number))
		return h.Sum32()%10 == 0
	}
	register := identity.NewSample(func(yield func(anlo.Registered) bool) {
		for p := range simulate.Population(seed, n, communes) {
			if !left(p.Number) && !yield(p.Registered) {
				return
			}
		}
	})
	strangers := func(yield func(identity.Trial) bool) {
		for trial := range trials(simulate.Declarations(seed, n, communes)) {
			if trial.Truth != "" && left(trial.Truth) && !yield(identity.Trial{Claim: trial.Claim, Errors: trial.Errors}) {
				return
			}
		}
	}
	report, err := identity.Evaluate(t.Context(), register, strangers)
	if err != nil {
		t.Fatal(err)
	}
	if report.All.Trials < n/15 {
		t.Fatalf("only %d strangers", report.All.Trials)
	}
	t.Logf("%d of %d strangers were taken for somebody else", report.All.Wrong, report.All.Trials)
	if report.All.Wrong*1000 > report.All.Trials {
		t.Error("want at most one in a thousand")
	}
}
