package anlo

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newClock() *clock { return &clock{time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)} }

func TestLimiter(t *testing.T) {
	c := newClock()
	l := NewLimiter(time.Second, 3, c.now)
	allowed := func(addr string) bool { return l.Allow(addr) == 0 }
	for i := range 3 {
		if !allowed("192.0.2.1") {
			t.Fatalf("request %d of a burst of 3 refused", i+1)
		}
	}
	if wait := l.Allow("192.0.2.1"); wait != time.Second {
		t.Errorf("request 4 waits %v, want 1s", wait)
	}
	if !allowed("192.0.2.2") {
		t.Error("another address is refused")
	}
	c.t = c.t.Add(time.Second)
	if !allowed("192.0.2.1") || allowed("192.0.2.1") {
		t.Error("after a second: want one more request, no less and no more")
	}
	c.t = c.t.Add(time.Hour)
	for i := range 3 {
		if !allowed("192.0.2.1") {
			t.Fatalf("after an hour, request %d of the burst refused", i+1)
		}
	}
	if allowed("192.0.2.1") {
		t.Error("request 4 after an hour allowed")
	}
}

func TestLimiterForgives(t *testing.T) {
	l := NewLimiter(time.Hour, 2, newClock().now)
	l.Forgive(1) // nothing to forgive
	for range 10 {
		if l.Allow(1) != 0 {
			t.Fatal("what was forgiven still counts")
		}
		l.Forgive(1)
	}
	if first, second, third := l.Allow(1), l.Allow(1), l.Allow(1); first != 0 || second != 0 || third == 0 {
		t.Error("want two more and no third")
	}
}

// TestLimiterAgainstItsDefinition compares with the definition: in any stretch
// of time, an address is allowed at most burst + stretch/every requests.
func TestLimiterAgainstItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClock()
		burst := rapid.IntRange(1, 5).Draw(t, "burst")
		l := NewLimiter(time.Second, burst, c.now)
		var allowed []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			c.t = c.t.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
			wait := l.Allow(1)
			if wait == 0 {
				allowed = append(allowed, c.t)
				continue
			}
			c.t = c.t.Add(wait)
			if l.Allow(1) != 0 {
				t.Fatalf("told to wait %v, and that was too little", wait)
			}
			return
		}
		for i := range allowed {
			for j := i; j < len(allowed); j++ {
				if most := burst + int(allowed[j].Sub(allowed[i])/time.Second); j-i+1 > most {
					t.Fatalf("%d requests in %v, want at most %d", j-i+1, allowed[j].Sub(allowed[i]), most)
				}
			}
		}
	})
}

func TestLimiterForgets(t *testing.T) {
	l := NewLimiter(time.Hour, 1, newClock().now)
	for i := range 3 * limiterKeys {
		l.Allow(int64(i))
	}
	if n := len(l.done) + len(l.before); n > 2*limiterKeys {
		t.Errorf("%d keys kept", n)
	}
}

func TestSubscriber(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1:1000":                 "192.0.2.1",
		"192.0.2.1":                      "192.0.2.1",
		"[::ffff:192.0.2.1]:1000":        "192.0.2.1",
		"[2001:db8:0:1::1]:80":           "2001:db8:0:1::",
		"[2001:db8:0:1:ffff::9%eth0]:80": "2001:db8:0:1::",
		"[2001:db8:0:2::1]:80":           "2001:db8:0:2::",
		"@":                              "invalid IP",
		"":                               "invalid IP",
	} {
		if got := Subscriber(addr).String(); got != want {
			t.Errorf("%q counts as %s, want %s", addr, got, want)
		}
	}
}

func TestLimiterCountsSeveral(t *testing.T) {
	c := newClock()
	l := NewLimiter(time.Second, 10, c.now)
	if l.AllowN(1, 11) == 0 {
		t.Error("eleven of ten at once")
	}
	if l.AllowN(1, 10) != 0 {
		t.Error("ten are refused, after eleven were")
	}
	if wait := l.AllowN(1, 4); wait != 4*time.Second {
		t.Errorf("four more wait %v", wait)
	}
	c.t = c.t.Add(4 * time.Second)
	if l.AllowN(1, 4) != 0 || l.Allow(1) == 0 {
		t.Error("after four seconds: want four more, and not five")
	}
}
