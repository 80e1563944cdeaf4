package main

import (
	"testing"
	"time"
)

// The last day of a zone counts: it ends when the next begins.
func TestMoment(t *testing.T) {
	for _, c := range []struct {
		text  string
		later int
		want  string
	}{
		{"2026-11-30", 0, "2026-11-29T17:00:00Z"}, {"30/11/2026", 1, "2026-11-30T17:00:00Z"},
		{"2026-11-30T06:00:00+07:00", 1, "2026-11-29T23:00:00Z"},
	} {
		if got, err := moment("until", c.text, c.later); err != nil || got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s: %v %v, want %s", c.text, got, err, c.want)
		}
	}
	if got, err := moment("until", "", 1); err != nil || !got.IsZero() {
		t.Errorf("nothing: %v %v", got, err)
	}
	for _, text := range []string{"2026", "tomorrow", "31/02/2026", "2026-11-30T06:00"} {
		if got, err := moment("until", text, 1); err == nil {
			t.Errorf("%s is %v", text, got)
		}
	}
}
