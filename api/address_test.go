package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestBehindProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:5", "", "203.0.113.9:5"},
		{"203.0.113.9:5", "192.0.2.1", "203.0.113.9:5"}, // not a proxy of ours: lies are free
		{"10.0.0.1:5", "", "10.0.0.1:5"},
		{"10.0.0.1:5", "192.0.2.1", "192.0.2.1:0"},
		{"10.0.0.1:5", "198.51.100.7, 192.0.2.1, 10.0.0.2", "192.0.2.1:0"},
		{"10.0.0.1:5", "nonsense, 192.0.2.1", "192.0.2.1:0"},
		{"10.0.0.1:5", "192.0.2.1, nonsense", "10.0.0.1:5"},
		{"10.0.0.1:5", "2001:db8::1", "[2001:db8::1]:0"},
		{"[::ffff:10.0.0.1]:5", "192.0.2.1", "192.0.2.1:0"},
	} {
		var got string
		h := BehindProxies(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }), trusted)
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("from %s for %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}
