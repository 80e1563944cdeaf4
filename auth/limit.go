package auth

import (
	"net/netip"
	"time"

	"anlo"
)

// limits slow down guessing. Only failures count: an act is counted before the
// password is looked at, so that many at once gain nothing, and forgiven when
// it was right.
//
// Strangers share an allowance a login and network, and one a network. A device
// that its owner has signed in on before has an allowance of its own, which
// nobody else can use up: whoever hammers on a login locks out themselves.
type limits struct {
	login   *anlo.Limiter // failures of one login from one network, or on one known device
	network *anlo.Limiter // failures of one network
	code    *anlo.Limiter // wrong codes for one account, which only who knows the password can send
	sure    *anlo.Limiter // wrong passwords of somebody who is signed in
}

func newLimits(now func() time.Time) limits {
	return limits{
		login:   anlo.NewLimiter(5*time.Minute, 10, now),
		network: anlo.NewLimiter(10*time.Second, 100, now),
		code:    anlo.NewLimiter(5*time.Minute, 10, now),
		sure:    anlo.NewLimiter(5*time.Minute, 10, now),
	}
}

type loginFrom struct {
	login   string
	network netip.Addr
}

// attempt is an act that a limiter counts under a key.
type attempt struct {
	limiter *anlo.Limiter
	key     any
}

// count counts each act and returns what forgives them all; anlo.ErrTooMany
// when one is one too many.
func count(acts ...attempt) (forgive func(), err error) {
	for i, act := range acts {
		if act.limiter.Allow(act.key) > 0 {
			for _, before := range acts[:i] {
				before.limiter.Forgive(before.key)
			}
			return nil, anlo.ErrTooMany
		}
	}
	return func() {
		for _, act := range acts {
			act.limiter.Forgive(act.key)
		}
	}, nil
}

// tooMany tells operators that somebody is guessing; who, their proxy knows.
func (a *Auth) tooMany(what string, err error) error {
	if err != nil {
		a.log.Warn("too many attempts to sign in", "at", what)
	}
	return err
}

// countPassword counts an attempt to sign in.
func (a *Auth) countPassword(c Caller, login string, device anlo.ID) (forgive func(), err error) {
	if !device.IsZero() {
		forgive, err = count(attempt{a.limits.login, device})
		return forgive, a.tooMany("password, known device", err)
	}
	network := anlo.Subscriber(c.RemoteAddr)
	forgive, err = count(attempt{a.limits.network, network}, attempt{a.limits.login, loginFrom{login, network}})
	return forgive, a.tooMany("password", err)
}

// countCode counts an attempt at the second factor.
func (a *Auth) countCode(staff, device anlo.ID) (forgive func(), err error) {
	key := staff
	if !device.IsZero() {
		key = device
	}
	forgive, err = count(attempt{a.limits.code, key})
	return forgive, a.tooMany("second factor", err)
}
