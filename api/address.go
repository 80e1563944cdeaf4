package api

import (
	"net/http"
	"net/netip"
	"strings"
)

// BehindProxies makes the remote address of a request that of the caller, when
// it came through reverse proxies in trusted: the last address in
// X-Forwarded-For that is not one of them. Everything further left is hearsay.
// Without it, all callers behind a proxy share one limit.
func BehindProxies(next http.Handler, trusted []netip.Prefix) http.Handler {
	isProxy := func(a netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		caller := peer.Addr().Unmap()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && err == nil && isProxy(caller); i-- {
			var hop netip.Addr
			if hop, err = netip.ParseAddr(strings.TrimSpace(hops[i])); err == nil {
				caller = hop.Unmap()
				r.RemoteAddr = netip.AddrPortFrom(caller, 0).String()
			}
		}
		next.ServeHTTP(w, r)
	})
}
