package identity_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"anlo"
	"anlo/identity"
	"anlo/simulate"
)

// households are a few hundred, complete but for the last.
var households = func() (list [][]simulate.Person) {
	for p := range simulate.Population(99, 1500, towns(1500)) {
		if n := len(list); n > 0 && list[n-1][0].Household == p.Household {
			list[n-1] = append(list[n-1], p)
		} else {
			list = append(list, []simulate.Person{p})
		}
	}
	return list[:len(list)-1]
}()

func everybody() *identity.Sample {
	return identity.NewSample(func(yield func(anlo.Registered) bool) {
		for _, h := range households {
			for _, p := range h {
				if !yield(p.Registered) {
					return
				}
			}
		}
	})
}

// TestEachMistakeIsForgiven: whoever makes one mistake only is found. Twins are
// left out, who may become each other by a mistake, and those of whom neither
// the number nor the day of birth is known.
func TestEachMistakeIsForgiven(t *testing.T) {
	register := everybody()
	for _, m := range simulate.Mistakes {
		made := 0
		rapid.Check(t, func(t *rapid.T) {
			h := rapid.SampledFrom(households).Draw(t, "household")
			i := rapid.IntRange(0, len(h)-1).Draw(t, "member")
			rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			typed, ok := m.Alone(h, i, households[0][0].Permanent, rng)
			p := h[i]
			if !ok || twin(h, i) || m.Name == "number.old" && p.OldNumber == "" && p.BirthDate.Month == 0 {
				return
			}
			made++
			match, _ := register.Match(t.Context(), identity.NewClaim(typed.Person))
			if !match.Grade.Confirmed() || match.Register.Number != typed.Truth {
				t.Fatalf("%s: %s %v for %+q of %+q", m.Name, match.Grade, match.Reasons, typed.Person.FullName, p.FullName)
			}
		})
		if made == 0 {
			t.Errorf("nobody made the mistake %s", m.Name)
		}
	}
}

func twin(h []simulate.Person, i int) bool {
	return slices.ContainsFunc(h, func(p simulate.Person) bool { return p.Number != h[i].Number && p.BirthDate == h[i].BirthDate })
}

// drawCase draws a careless claim, and candidates: some households, mostly with
// the claimant's own.
func drawCase(t *rapid.T) (c identity.Claim, people []anlo.Registered) {
	own := rapid.SampledFrom(households).Draw(t, "household")
	i := rapid.IntRange(0, len(own)-1).Draw(t, "member")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	c = identity.NewClaim(simulate.Corrupt(own, i, households[0][0].Permanent, rng).Person)

	among := rapid.SliceOfN(rapid.SampledFrom(households), 0, 3).Draw(t, "others")
	if rapid.IntRange(0, 9).Draw(t, "registered") > 0 {
		among = append(among, own)
	}
	for _, h := range among {
		for _, p := range h {
			people = append(people, p.Registered)
		}
	}
	return c, people
}

// TestOrderOfCandidates: neither the order matters nor whether somebody is there twice.
func TestOrderOfCandidates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, people := drawCase(t)
		want := identity.Compare(c, people)
		again := rapid.Permutation(append(slices.Clone(people), people...)).Draw(t, "order")
		if got := identity.Compare(c, again); !same(got, want) {
			t.Fatalf("%s %v, then %s %v", want.Grade, want.Reasons, got.Grade, got.Reasons)
		}
	})
}

func same(a, b anlo.Match) bool {
	return a.Grade == b.Grade && slices.Equal(a.Reasons, b.Reasons) &&
		(a.Register == nil) == (b.Register == nil) && (a.Register == nil || *a.Register == *b.Register)
}

// TestExactByNumber: who is exact among those with the number is exact among all.
func TestExactByNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, people := drawCase(t)
		owners := slices.DeleteFunc(slices.Clone(people), func(r anlo.Registered) bool {
			return !slices.Contains(identity.RecordKeys(r), identity.Keys(c)[0])
		})
		if m := identity.Compare(c, owners); m.Grade == anlo.MatchExact && !same(m, identity.Compare(c, people)) {
			t.Fatal("the others changed an exact match")
		}
	})
}

// TestMatchIsWellFormed: what the words of a match promise.
func TestMatchIsWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, people := drawCase(t)
		m := identity.Compare(c, people)
		switch m.Grade {
		case anlo.MatchExact:
			if len(m.Reasons) != 0 || m.Register == nil {
				t.Fatalf("exact, with %v", m.Reasons)
			}
		case anlo.MatchProbable:
			if len(m.Reasons) == 0 || m.Register == nil {
				t.Fatal("probable without reasons")
			}
		case anlo.MatchDiffers:
			n := c.Document.Number
			if len(m.Reasons) == 0 || m.Register == nil || m.Register.Number != n && m.Register.OldNumber != n {
				t.Fatalf("mismatch, with %v", m.Reasons)
			}
		case anlo.MatchNotFound:
			if m.Register != nil {
				t.Fatal("not found, but here they are")
			}
		default:
			t.Fatalf("grade %q", m.Grade)
		}
		if m.Register != nil && !slices.Contains(people, *m.Register) {
			t.Fatal("somebody who was not a candidate")
		}
	})
}

// TestOthersNeverMatch: nobody is taken for somebody of another household who
// declares without mistakes or with.
func TestOthersNeverMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(households)-1).Draw(t, "household")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		typed := simulate.Corrupt(households[i], rng.IntN(len(households[i])), households[0][0].Permanent, rng)
		for j, h := range households {
			for _, p := range h {
				if m := identity.Compare(identity.NewClaim(typed.Person), []anlo.Registered{p.Registered}); i != j && m.Grade.Confirmed() {
					t.Fatalf("%v: taken for somebody else, %v", typed.Errors, m.Reasons)
				}
			}
		}
	})
}
