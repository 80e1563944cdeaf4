package auth

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/alexedwards/argon2id"

	"anlo"
)

// parameters are those that OWASP recommends for Argon2id (Password Storage
// Cheat Sheet, 2024).
var parameters = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobodys is a hash that no password has, compared with for logins that do not
// exist, so that they take as long as those that do.
const nobodys = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// firstPassword is how long a password that somebody else has seen may be used
// to choose an own one.
const firstPassword = 7 * 24 * time.Hour

// oneTime makes a first password: 16 letters and digits in groups, which can be
// read out on the telephone.
func oneTime() string {
	t := rand.Text()
	return t[:4] + "-" + t[4:8] + "-" + t[8:12] + "-" + t[12:16]
}

func (a *Auth) hash(ctx context.Context, password string) (string, error) {
	done, err := a.mayHash(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return argon2id.CreateHash(password, parameters)
}

// matches compares a password with a hash. For an account that does not exist
// or has no password it takes as long, and is false.
func (a *Auth) matches(ctx context.Context, password, hash string) (bool, error) {
	done, err := a.mayHash(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	if hash == "" || len(password) > 4*anlo.MaxPassword {
		hash, password = nobodys, ""
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

// mayHash waits for its turn: a hash takes 19 MiB and all of a processor, and
// strangers can ask for many.
func (a *Auth) mayHash(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	select {
	case a.hashing <- struct{}{}:
		return func() { <-a.hashing }, nil
	case <-ctx.Done():
		return nil, anlo.ErrUnavailable
	}
}
