package auth

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// A login that does not exist takes as long as one that does.
func TestNobodysHashTakesAsLong(t *testing.T) {
	p, _, _, err := argon2id.DecodeHash(nobodys)
	if err != nil || *p != *parameters {
		t.Errorf("%+v %v", p, err)
	}
	for _, password := range []string{"", nobodys} {
		if ok, err := argon2id.ComparePasswordAndHash(password, nobodys); ok || err != nil {
			t.Errorf("%q is nobody's password: %v", password, err)
		}
	}
}
