package web

import "time"

// wait counts a write by the public and returns how long to wait when it was
// one too many.
func (s *server) wait(remoteAddr string) time.Duration {
	if s.limiter == nil {
		return 0
	}
	return s.limiter.AllowCaller(remoteAddr)
}
