package anlo

import (
	"net/netip"
	"sync"
	"time"
)

// Limiter allows each key so many acts at once and then one every so often, by
// the generic cell rate algorithm (ITU-T I.371): it keeps one time a key, at
// which somebody who never exceeded the rate would be done.
type Limiter struct {
	every time.Duration
	slack time.Duration
	now   func() time.Time

	mu         sync.Mutex
	done       map[any]time.Time
	before     map[any]time.Time // the generation that done replaced
	generation time.Time
}

// limiterKeys bounds the memory: two generations of so many keys.
const limiterKeys = 1 << 17

// NewLimiter allows burst acts at once and one more each time every passes.
func NewLimiter(every time.Duration, burst int, now func() time.Time) *Limiter {
	return &Limiter{every: every, slack: every * time.Duration(burst-1), now: now, done: map[any]time.Time{}}
}

// Allow counts one act. It returns 0, or how long to wait when the act is one
// too many.
func (l *Limiter) Allow(key any) time.Duration { return l.AllowN(key, 1) }

// AllowN counts n acts together, or none of them.
func (l *Limiter) AllowN(key any, n int) time.Duration {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	done, ok := l.done[key]
	if !ok {
		done = l.before[key]
	}
	if done.Before(now) {
		done = now
	}
	if wait := done.Add(time.Duration(n-1)*l.every).Sub(now) - l.slack; wait > 0 {
		return wait
	}
	l.done[key] = done.Add(time.Duration(n) * l.every)
	return 0
}

// Forgive takes back one act that Allow counted: only failures are to count.
func (l *Limiter) Forgive(key any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	done, ok := l.done[key]
	if !ok {
		done = l.before[key]
	}
	if !done.IsZero() {
		l.done[key] = done.Add(-l.every)
	}
}

// forget drops, a generation at a time, those who have long been done.
func (l *Limiter) forget(now time.Time) {
	if len(l.done) < limiterKeys && now.Sub(l.generation) < l.slack+l.every {
		return
	}
	l.before, l.done, l.generation = l.done, map[any]time.Time{}, now
}

// AllowCaller counts one act of whoever calls from a remote address,
// "host:port" or a bare IP.
func (l *Limiter) AllowCaller(remoteAddr string) time.Duration {
	return l.Allow(Subscriber(remoteAddr))
}

// Subscriber returns what counts as one caller: an IPv4 address, or the /64
// that an IPv6 subscriber has. What is no address at all is one and the same.
func Subscriber(remoteAddr string) netip.Addr {
	addr, err := netip.ParseAddr(remoteAddr)
	if err != nil {
		withPort, _ := netip.ParseAddrPort(remoteAddr)
		addr = withPort.Addr()
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		prefix, _ := addr.Prefix(64)
		return prefix.Addr()
	}
	return addr
}
