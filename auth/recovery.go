package auth

import (
	"crypto/rand"
	"strings"
)

// RecoveryCodes is how many codes somebody gets for the day on which their
// authenticator is lost.
const RecoveryCodes = 10

// newRecovery makes recovery codes for their owner, and what is kept of them.
func (a *Auth) newRecovery(staff [16]byte) (codes []string, keys [][]byte) {
	for range RecoveryCodes {
		t := rand.Text()
		code := t[:5] + "-" + t[5:10]
		codes, keys = append(codes, code), append(keys, a.recoveryKey(staff, code))
	}
	return codes, keys
}

// recoveryKey is how a code is kept: keyed, since 50 bits can be tried one by one.
func (a *Auth) recoveryKey(staff [16]byte, code string) []byte {
	k := a.seal.Authenticate("recovery", append(staff[:], normalRecovery(code)...))
	return k[:]
}

// normalRecovery forgives how a code is typed.
func normalRecovery(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}
