package anlo_test

import (
	"testing"
	"time"

	"anlo"
)

func TestWhenToDeclareAgain(t *testing.T) {
	at := func(s string) time.Time {
		m, err := time.ParseInLocation("02 15:04", s, anlo.Hanoi)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct{ end, from, remind string }{
		{"26 09:40", "25 09:40", "25 18:00"},
		{"26 23:00", "25 18:00", "25 18:00"}, // the evening before is 29 hours before
		{"26 18:00", "25 18:00", "25 18:00"},
		{"26 03:00", "25 03:00", "25 15:00"}, // twelve hours before is before that evening
		{"26 00:00", "25 00:00", "25 12:00"},
	} {
		if got := anlo.AgainFrom(at(c.end)); !got.Equal(at(c.from)) {
			t.Errorf("what ends at %s may be declared again from %s, want %s", c.end, got, c.from)
		}
		if got := anlo.RemindFrom(at(c.end)); !got.Equal(at(c.remind)) {
			t.Errorf("of what ends at %s people are told at %s, want %s", c.end, got, c.remind)
		}
	}
}
