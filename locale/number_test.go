package locale

import "testing"

func TestNumbers(t *testing.T) {
	vi, en := For("vi"), For("en")
	for _, c := range []struct{ got, want string }{
		{vi.Number(0), "0"},
		{vi.Number(1234567), "1.234.567"},
		{en.Number(1234567), "1,234,567"},
		{en.Number(-1234), "-1,234"},
		{vi.Percent(945, 1000), "94,5%"},
		{en.Percent(945, 1000), "94.5%"},
		{en.Percent(1, 1), "100.0%"},
		{en.Percent(2, 3), "66.7%"},
		{en.Percent(0, 0), "–"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
