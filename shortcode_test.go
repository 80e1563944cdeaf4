package anlo_test

import (
	"fmt"
	"testing"

	"anlo"
)

func TestShortCode(t *testing.T) {
	c := anlo.NewShortCode([5]byte{0x3c, 0xc7, 0x44, 0xdf, 0xb6})
	if c.Shown() != "7K3M-9QXP" {
		t.Errorf("%s", c.Shown())
	}
	for _, typed := range []string{"7K3M9QXP", "7k3m-9qxp", " 7K3M 9QXP ", "7k3m.9qxp"} {
		if got, err := anlo.ParseShortCode(typed); got != c || err != nil {
			t.Errorf("%q: %q, %v", typed, string(got), err)
		}
	}
	if got, err := anlo.ParseShortCode("OIL0-1o1l"); string(got) != "01101011" || err != nil {
		t.Errorf("%q, %v", string(got), err)
	}
	for _, typed := range []string{"", "7K3M9QX", "7K3M9QXPA", "7K3M9QXU", "7K3M9QXÁ", "AL1:7K3M"} {
		if got, err := anlo.ParseShortCode(typed); err == nil {
			t.Errorf("%q was read as %q", typed, string(got))
		}
	}
	if s := fmt.Sprint(c); s != "code ***" {
		t.Errorf("a log would hold %s", s)
	}
}

func FuzzParseShortCode(f *testing.F) {
	f.Add("7k3m-9qxp")
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := anlo.ParseShortCode(typed)
		if err != nil {
			return
		}
		if again, err := anlo.ParseShortCode(c.Shown()); again != c || err != nil {
			t.Errorf("%q is shown as %q, which is read as %q, %v", string(c), c.Shown(), string(again), err)
		}
	})
}
