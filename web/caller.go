package web

import (
	"net/netip"
	"time"
)

// wait counts a write by the public and returns how long to wait when it was
// one too many.
func (s *server) wait(remoteAddr string) time.Duration {
	if s.limiter == nil {
		return 0
	}
	return s.limiter.Allow(caller(remoteAddr))
}

// caller is what counts as one: an IPv4 address, or the /64 that an IPv6
// subscriber has. The API counts in the same way.
func caller(remoteAddr string) netip.Addr {
	withPort, _ := netip.ParseAddrPort(remoteAddr)
	addr := withPort.Addr().Unmap().WithZone("")
	if addr.Is6() {
		prefix, _ := addr.Prefix(64)
		return prefix.Addr()
	}
	return addr
}
