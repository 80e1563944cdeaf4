package geo

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"anlo"
)

func TestDistance(t *testing.T) {
	unit := func(code string) anlo.Unit {
		u, ok := Vietnam().Unit(anlo.UnitRef{List: "vn-2026", Code: code})
		if !ok {
			t.Fatalf("no unit %s", code)
		}
		return u
	}
	// Ba Đình in Hà Nội and Hải Châu in Đà Nẵng: 606 km by the great circle.
	if km, known := Distance(unit("00004"), unit("20242")); !known || math.Abs(km-606) > 12 {
		t.Errorf("%.1f km, %v", km, known)
	}
	if km, known := Distance(unit("00004"), unit("00008")); !known || km < 1 || km > 5 {
		t.Errorf("neighbours: %.1f km, %v", km, known)
	}
	if _, known := Distance(unit("00004"), unit("01")); known {
		t.Error("a province has no place, and yet it is some way off")
	}
}

func TestDistanceIsOne(t *testing.T) {
	place := rapid.Custom(func(t *rapid.T) anlo.Unit {
		return anlo.Unit{Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"), Lon: rapid.Float64Range(-180, 180).Draw(t, "lon")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := place.Draw(t, "a"), place.Draw(t, "b")
		there, known := Distance(a, b)
		back, _ := Distance(b, a)
		if known && (there < 0 || there > math.Pi*earthRadius+1 || math.Abs(there-back) > 1e-6) {
			t.Fatalf("%v there, %v back", there, back)
		}
	})
}
