package identity

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"anlo"
)

// nearNames draws names that are often alike.
func nearNames() *rapid.Generator[string] {
	word := rapid.SampledFrom([]string{"Nguyễn", "Nguyen", "nguyeenx", "Văn", "Van", "Thị", "An", "Anh", "Hà", "Hạ", "Ha", "Hàn"})
	return rapid.OneOf(anyName(), rapid.Map(rapid.SliceOfN(word, 0, 6), func(w []string) string {
		s := ""
		for _, x := range w {
			s += x + " "
		}
		return s
	}))
}

// TestSymmetry: it is the same whether a is written like b or b like a.
func TestSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := wordsOf(nearNames().Draw(t, "a")), wordsOf(nearNames().Draw(t, "b"))
		ab, ba := compareNames(a, b), compareNames(b, a)
		if ab.bits != ba.bits && math.Abs(ab.bits-ba.bits) > 1e-9 || ab.otherGiven != ba.otherGiven {
			t.Fatalf("%v and %v: %v, the other way round %v", a, b, ab, ba)
		}
		if len(a) > 0 && compareNames(a, a).bits != nameEqual {
			t.Fatalf("%v does not equal itself", a)
		}
		if ab.bits > nameEqual {
			t.Fatalf("%v bits", ab.bits)
		}
	})
	date := rapid.Custom(func(t *rapid.T) anlo.Date {
		d := anlo.Date{Year: rapid.IntRange(1899, 2026).Draw(t, "year")}
		if rapid.Bool().Draw(t, "known") {
			d.Month, d.Day = rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")
		}
		return d
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := date.Draw(t, "a"), date.Draw(t, "b")
		ab, ba := compareDates(a, b), compareDates(b, a)
		if ab.bits != ba.bits {
			t.Fatalf("%s and %s: %v, the other way round %v", a, b, ab.bits, ba.bits)
		}
		if (a == b) != (len(ab.reasons) == 0) {
			t.Fatalf("%s and %s: %v", a, b, ab.reasons)
		}
	})
}
