package credential

import (
	"errors"
	"strings"
	"time"

	"anlo"
)

// day is the length of the days that status lists are kept by.
const day = 24 * 60 * 60

// Judge says what an officer is to do about the text of a code, by the bundle
// alone. at is when it was read. The checks come in this order:
//
//  1. unreadable: not exactly a pass;
//  2. key-unknown: no key of that name may sign passes at the time of issue;
//  3. forged: the signature is not that of the key;
//  4. key-unknown again: the key was right then but is no longer believed;
//  5. expired, not-yet-valid (clocks may differ by Rules.Skew), revoked;
//  6. look: identity-not-confirmed, zone, bundle-stale.
//
// The first four end the judgement, and nothing of the code is shown: its bearer
// is nil and so is the pass. A pass that gets further is ours, so its bearer is
// shown even when it has expired, and all that is wrong with it is said.
//
// Old news never stops anybody. A stale bundle, or a list of revocations that
// should be there and is not, makes a go into a look.
//
// A vaccination certificate is judged against the certificates of the bundle. A
// valid one is a look, because it is not a pass.
func (b *Bundle) Judge(text string, at time.Time) (anlo.Verdict, *Pass) {
	if IsHCERT(text) {
		return b.judgeHCERT(text, at), nil
	}
	v := anlo.Verdict{Outcome: anlo.Go}
	if b.Keys == nil { // a bundle that nobody signed
		v.Add(anlo.Stop, anlo.ReasonKeyUnknown)
		return v, nil
	}
	p, key, err := b.Keys.verify(text)
	switch {
	case errors.Is(err, ErrUnreadable):
		v.Add(anlo.Stop, anlo.ReasonUnreadable)
	case errors.Is(err, ErrForged):
		v.Add(anlo.Stop, anlo.ReasonForged)
	case err != nil, at.After(key.NotAfter) && at.Before(p.ExpiresAt.Add(b.Rules.Skew)):
		v.Add(anlo.Stop, anlo.ReasonKeyUnknown)
	}
	if v.Outcome == anlo.Stop {
		return v, nil
	}
	v.Bearer = p.Bearer()
	if !at.Before(p.ExpiresAt.Add(b.Rules.Skew)) {
		v.Add(anlo.Stop, anlo.ReasonExpired)
	}
	if p.IssuedAt.After(at.Add(b.Rules.Skew)) {
		v.Add(anlo.Stop, anlo.ReasonNotYetValid)
	}
	revoked, unsure := b.revoked(p)
	if revoked {
		v.Add(anlo.Stop, anlo.ReasonRevoked)
	}
	if !p.IdentityConfirmed {
		v.Add(anlo.Look, anlo.ReasonIdentity)
	}
	if b.zoned(p.Commune, at) {
		v.Add(anlo.Look, anlo.ReasonZone)
	}
	if unsure || b.Age(at) >= b.Rules.StaleAfter {
		v.Add(anlo.Look, anlo.ReasonBundleStale)
	}
	return v, p
}

// revoked looks a pass up. It is unsure when the pass is older than the bundle
// and yet no list speaks of it; a pass issued since cannot be on one.
func (b *Bundle) revoked(p *Pass) (revoked, unsure bool) {
	if l := b.status(p.IssuedAt.Unix() / day); l != nil && l.Covers(p.StatusIndex) {
		return l.Get(p.StatusIndex), false
	}
	return false, p.IssuedAt.Add(b.Rules.Skew).Before(b.Issued)
}

// judgeHCERT judges a vaccination certificate, test result or recovery.
func (b *Bundle) judgeHCERT(text string, at time.Time) anlo.Verdict {
	v := anlo.Verdict{Outcome: anlo.Go}
	h, err := b.trust.VerifyHCERT(text, at)
	switch {
	case err == nil:
		v.Add(anlo.Look, anlo.ReasonNotPass)
	case errors.Is(err, ErrHCERTSignature):
		v.Add(anlo.Stop, anlo.ReasonForged)
	case errors.Is(err, ErrHCERTKey), errors.Is(err, ErrHCERTUsage):
		v.Add(anlo.Stop, anlo.ReasonKeyUnknown)
	case errors.Is(err, ErrHCERTExpired):
		v.Add(anlo.Stop, anlo.ReasonExpired)
	case errors.Is(err, ErrHCERTEarly):
		v.Add(anlo.Stop, anlo.ReasonNotYetValid)
	default:
		v.Add(anlo.Stop, anlo.ReasonUnreadable)
	}
	if h != nil && h.Authentic {
		v.Bearer = h.bearer()
	}
	if v.Outcome == anlo.Look && b.Age(at) >= b.Rules.StaleAfter {
		v.Add(anlo.Look, anlo.ReasonBundleStale)
	}
	return v
}

// IsHCERT reports whether a text claims to be a European certificate.
func IsHCERT(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), hcertPrefix) }
