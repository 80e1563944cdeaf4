package simulate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"anlo"
)

var monday = time.Date(2026, 11, 9, 0, 0, 0, 0, anlo.Hanoi)

func TestJourneysFollowFromTheSeed(t *testing.T) {
	digest := func(seed uint64) (s string) {
		for j := range Journeys(seed, 800, communes, monday, 7) {
			s += fmt.Sprintln(j.At, j.Travellers[0].Document.Number, j.Trip.Destination.Commune, j.Trip.DepartsAt, len(j.Travellers))
		}
		return s
	}
	first := digest(1)
	if digest(1) != first {
		t.Error("the same seed made other journeys")
	}
	if digest(2) == first {
		t.Error("another seed made the same journeys")
	}
}

// What is made up would be accepted, in order, and looks like life.
func TestJourneys(t *testing.T) {
	known := func(u anlo.UnitRef) bool {
		return slices.ContainsFunc(communes, func(c anlo.Unit) bool { return c.UnitRef == u })
	}
	var journeys, travellers, ill, inside, again int
	seen := map[string]bool{}
	last := monday
	end := monday.AddDate(0, 0, 14)
	for j := range Journeys(3, 20_000, communes, monday, 14) {
		if j.At.Before(last) || !j.At.Before(end) {
			t.Fatalf("declared at %v, after %v, before %v", j.At, last, end)
		}
		last = j.At
		if err := j.Check(j.At, known); err != nil {
			t.Fatalf("%v", err)
		}
		if len(j.People) != len(j.Travellers) || j.People[0].Number != j.Travellers[0].Document.Number {
			t.Fatal("the travellers are not the people")
		}
		journeys++
		travellers += len(j.Travellers)
		if seen[j.People[0].Number] {
			again++
		}
		seen[j.People[0].Number] = true
		for _, p := range j.Travellers {
			if len(p.Health.Symptoms) > 0 {
				ill++
			}
		}
		if j.Trip.Origin.Commune != j.Trip.Destination.Commune && parentOf(j.Trip.Origin.Commune) == parentOf(j.Trip.Destination.Commune) {
			inside++
		}
	}
	share := func(what string, n, of int, low, high float64) {
		t.Helper()
		if s := float64(n) / float64(of); s < low || s > high {
			t.Errorf("%s: %.3f, want %.3f to %.3f", what, s, low, high)
		}
	}
	share("journeys of people", journeys, 20_000, 0.15, 0.35)
	share("travellers in a party", travellers, journeys, 1.2, 1.9)
	share("with symptoms", ill, travellers, 0.01, 0.02)
	share("come back", again, journeys, 0.15, 0.35)
	share("inside the province", inside, journeys, 0.2, 0.7)
}

func parentOf(u anlo.UnitRef) string {
	for _, c := range communes {
		if c.UnitRef == u {
			return c.Parent
		}
	}
	return ""
}
