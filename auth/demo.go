package auth

import (
	"context"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// SetUp gives an account a known password and authenticator, as the
// demonstration needs them. Only who runs the program on the machine may.
func (a *Auth) SetUp(ctx context.Context, by anlo.Actor, id anlo.ID, password, secret string) error {
	if by.Role != anlo.Operator {
		return anlo.ErrForbidden
	}
	hash, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	sealed, err := a.seal.Seal(ctx, seal.Permanent, seal.AD("staff", "totp", id[:]), []byte(secret))
	if err != nil {
		return err
	}
	return a.changeStaff(ctx, by, id, func(tx *store.Tx) error {
		if err := tx.SetPassword(ctx, id, hash, time.Time{}); err != nil {
			return err
		}
		return tx.SetTOTP(ctx, id, sealed, 0)
	})
}

// TOTP is the code that an authenticator with a secret shows at a moment; ""
// for what is no secret.
func TOTP(secret string, t time.Time) string {
	key, err := base32NoPad.DecodeString(secret)
	if err != nil {
		return ""
	}
	return totpCode(key, t.Unix()/totpStep)
}
