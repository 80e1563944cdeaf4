package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"anlo"
)

// fixed answers every claim by its name.
type fixed map[string]anlo.Match

func (f fixed) Match(_ context.Context, c Claim) (anlo.Match, error) {
	m, ok := f[c.FullName]
	if !ok {
		return anlo.Match{Grade: anlo.MatchUnavailable}, errors.New("down")
	}
	return m, nil
}

func TestEvaluate(t *testing.T) {
	found := func(g anlo.Grade, number string) anlo.Match {
		return anlo.Match{Grade: g, Register: &anlo.Registered{Number: number}}
	}
	register := fixed{
		"exact":    found(anlo.MatchExact, "1"),
		"probable": found(anlo.MatchProbable, "1"),
		"wrong":    found(anlo.MatchProbable, "2"),
		"mismatch": found(anlo.MatchDiffers, "1"),
		"none":     {Grade: anlo.MatchNotFound},
	}
	trial := func(name, truth string, errors ...string) Trial {
		return Trial{Claim{FullName: name}, truth, errors}
	}
	report, err := Evaluate(t.Context(), register, slices.Values([]Trial{
		trial("exact", "1"), trial("probable", "1", "a"), trial("probable", "1", "a", "b"), trial("wrong", "1", "b"),
		trial("mismatch", "1", "b"), trial("none", "", "stranger"), trial("wrong", "", "stranger"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Score{Trials: 7, Known: 5, Exact: 1, Right: 3, Wrong: 2}); report.All != want {
		t.Errorf("%+v, want %+v", report.All, want)
	}
	for name, want := range map[string]Score{
		"none":     {1, 1, 1, 1, 0},
		"a":        {2, 2, 0, 2, 0},
		"b":        {3, 3, 0, 1, 1},
		"several":  {1, 1, 0, 1, 0},
		"stranger": {2, 0, 0, 0, 1},
	} {
		if got := report.ByError[name]; got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if p, r := report.All.Precision(), report.All.Recall(); p != 0.6 || r != 0.6 {
		t.Errorf("precision %v, recall %v", p, r)
	}
	var b strings.Builder
	if _, err := report.WriteTo(&b); err != nil || strings.Count(b.String(), "\n") != 7 {
		t.Errorf("%v\n%s", err, &b)
	}
	if _, err := Evaluate(t.Context(), register, slices.Values([]Trial{trial("absent", "")})); err == nil {
		t.Error("a register that is down went unnoticed")
	}
}
