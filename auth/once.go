package auth

import (
	"context"
	"time"

	"anlo/store"
)

// once marks a challenge, a state or a token as used and reports whether it
// was the first time. life is for how long it would be believed.
func (a *Auth) once(ctx context.Context, kind, value string, life time.Duration) (first bool, err error) {
	err = a.store.Update(ctx, func(tx *store.Tx) error {
		first, err = a.onceIn(ctx, tx, kind, value, a.now().Add(life))
		return err
	})
	return first, err
}

func (a *Auth) onceIn(ctx context.Context, tx *store.Tx, kind, value string, until time.Time) (bool, error) {
	key := a.seal.Authenticate("once/"+kind, []byte(value))
	return tx.Once(ctx, key[:], a.now(), until)
}
