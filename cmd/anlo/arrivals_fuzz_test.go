package main

import (
	"math"
	"strings"
	"testing"

	"anlo/simulate"
)

// Whatever a file holds, what is read of it can be simulated.
func FuzzReadArrivals(f *testing.F) {
	f.Add("hour,vehicles\n7,300\n8,600\n")
	f.Add("\ufeffHour, People ,lanes\n 7, 300.5,2\n")
	f.Add("hour,vehicles,people\n1,2,3\n")
	f.Add("hour,vehicles\n7,NaN\n")
	f.Add("hour,vehicles,lanes\n7,1e308,-1\n\"8")
	f.Fuzz(func(t *testing.T, text string) {
		p := simulate.PhapVan(100, 1)
		lanes, err := readArrivals(strings.NewReader(text), &p)
		if err != nil {
			return
		}
		sum := 0.0
		for h, n := range p.Arrivals {
			sum += n
			if math.IsNaN(n) || n < 0 || n > 1e6 || p.Lanes[h] < 0 || p.Lanes[h] > 200 || !lanes && p.Lanes[h] != 0 {
				t.Fatalf("hour %d: %v arrive, %d lanes", h, n, p.Lanes[h])
			}
		}
		if sum == 0 {
			t.Fatal("nobody arrives")
		}
	})
}
