package anlo

import (
	"strings"
	"testing"
)

func TestCodesSurviveTyping(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		code := NewCode()
		if seen[code] {
			t.Fatalf("%s came twice", code)
		}
		seen[code] = true
		for _, typed := range []string{code, ShowCode(code), strings.ToLower(ShowCode(code)), " " + code[:2] + " " + code[2:] + " ",
			strings.NewReplacer("1", "l", "0", "o").Replace(code), strings.NewReplacer("1", "I").Replace(code)} {
			if got, ok := ParseCode(typed); !ok || got != code {
				t.Errorf("%q for %s is read as %q", typed, code, got)
			}
		}
	}
	for _, typed := range []string{"", "K7QM3XP", "K7QM3XPDD", "K7QM3XPU", "K7QM_3XPD", "Ｋ7QM3XPD", strings.Repeat("-", 100) + "K7QM3XPD"} {
		if got, ok := ParseCode(typed); ok {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("K7QM-3XPD")
	f.Add("il o0 1234")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ParseCode(typed)
		if !ok {
			return
		}
		if again, ok := ParseCode(ShowCode(code)); !ok || again != code {
			t.Errorf("%q is read as %q, and that as %q", typed, code, again)
		}
	})
}
