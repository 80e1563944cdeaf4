package auth

import (
	"context"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// ErrPassword means that the password somebody confirms a change with is wrong.
var ErrPassword = &anlo.Error{Kind: anlo.Invalid, Code: "password.wrong"}

// ErrStale means that somebody without a password has to sign in once more.
var ErrStale = &anlo.Error{Kind: anlo.Conflict, Code: "account.stale"}

// Account is what somebody sees about themselves.
type Account struct {
	anlo.Officer
	Roles        []Role
	Sessions     []Session
	RecoveryLeft int
	HasPassword  bool // false for who signs in elsewhere only
	HasCodes     bool // from an authenticator
}

// Account returns what the owner of a session sees about themselves.
func (a *Auth) Account(ctx context.Context, s Session) (Account, error) {
	if !s.By.May(anlo.ActAccount) {
		return Account{}, anlo.ErrForbidden
	}
	r, err := a.store.Staff(ctx, s.By.Staff)
	if err != nil {
		return Account{}, err
	}
	out := Account{HasPassword: r.Password != "", HasCodes: r.TOTP != nil}
	if out.Officer, err = a.openOfficer(ctx, r); err != nil {
		return Account{}, err
	}
	if out.Roles, err = a.Roles(ctx, s); err != nil {
		return Account{}, err
	}
	if out.Sessions, err = a.sessions(ctx, r.ID); err != nil {
		return Account{}, err
	}
	out.RecoveryLeft, err = a.store.RecoveryLeft(ctx, r.ID)
	return out, err
}

// ChangePassword replaces the password of whoever knows it, and ends their
// other sessions.
func (a *Auth) ChangePassword(ctx context.Context, s Session, old, password string) error {
	r, err := a.sure(ctx, s, old)
	if err != nil {
		return err
	}
	return a.setPassword(ctx, s.By, &r, password, s.ID)
}

// NewAuthenticator begins the change to another authenticator: its secret, the
// same as its camera reads it, and the ticket that ReplaceAuthenticator takes.
func (a *Auth) NewAuthenticator(ctx context.Context, s Session) (secret, url, ticket string, err error) {
	if !s.By.May(anlo.ActAccount) {
		return "", "", "", anlo.ErrForbidden
	}
	secret = newTOTP()
	ticket, err = a.seal.Ticket(ctx, "authenticator/"+s.ID.String(), a.now(), []byte(secret))
	return secret, totpURL(s.Login, secret), ticket, err
}

// PendingAuthenticator returns what NewAuthenticator gave with the ticket.
func (a *Auth) PendingAuthenticator(ctx context.Context, s Session, ticket string) (secret, url string, err error) {
	plain, err := a.seal.OpenTicket(ctx, "authenticator/"+s.ID.String(), ticket, a.now(), ticketLife)
	if err != nil {
		return "", "", anlo.ErrUnsigned
	}
	return string(plain), totpURL(s.Login, string(plain)), nil
}

// ReplaceAuthenticator makes another authenticator the second factor, ends the
// other sessions and returns new recovery codes.
func (a *Auth) ReplaceAuthenticator(ctx context.Context, s Session, ticket, password, code string) (recovery []string, err error) {
	if _, err := a.sure(ctx, s, password); err != nil {
		return nil, err
	}
	secret, _, err := a.PendingAuthenticator(ctx, s, ticket)
	if err != nil {
		return nil, err
	}
	return a.setTOTP(ctx, s.By, secret, code, func(tx *store.Tx) error { return tx.EndSessions(ctx, s.By.Staff, s.ID) })
}

// NewRecoveryCodes replaces the recovery codes.
func (a *Auth) NewRecoveryCodes(ctx context.Context, s Session, password string) ([]string, error) {
	r, err := a.sure(ctx, s, password)
	if err != nil {
		return nil, err
	}
	codes, keys := a.newRecovery(r.ID)
	return codes, a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(s.By, anlo.ActAccount, r.ID)); err != nil {
			return err
		}
		return tx.ReplaceRecovery(ctx, r.ID, keys)
	})
}

// EndSession ends one of the owner's sessions.
func (a *Auth) EndSession(ctx context.Context, s Session, id anlo.ID) error {
	if !s.By.May(anlo.ActAccount) {
		return anlo.ErrForbidden
	}
	return a.endSession(ctx, s.By, s.By.Staff, id, anlo.ActSignOut)
}

// EndOtherSessions ends all of the owner's sessions but this one.
func (a *Auth) EndOtherSessions(ctx context.Context, s Session) error {
	if !s.By.May(anlo.ActAccount) {
		return anlo.ErrForbidden
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(s.By, anlo.ActSignOut, s.By.Staff)); err != nil {
			return err
		}
		return tx.EndSessions(ctx, s.By.Staff, s.ID)
	})
}

// sure returns the account of a session when its owner shows the password once
// more: the browser may have been left alone. Who has none, since they sign in
// elsewhere, must have done so just now.
func (a *Auth) sure(ctx context.Context, s Session, password string) (r store.StaffRow, err error) {
	if !s.By.May(anlo.ActAccount) {
		return r, anlo.ErrForbidden
	}
	if r, err = a.store.Staff(ctx, s.By.Staff); err != nil {
		return r, err
	}
	if r.Password == "" {
		if a.now().Sub(s.CreatedAt) > ticketLife {
			return r, ErrStale
		}
		return r, nil
	}
	forgive, err := count(attempt{a.limits.sure, r.ID})
	if err != nil {
		return r, err
	}
	right, err := a.matches(ctx, password, r.Password)
	if err == nil && !right {
		return r, ErrPassword
	}
	forgive()
	return r, err
}

// setPassword writes a password that its owner chose, and ends all of their
// sessions but one.
func (a *Auth) setPassword(ctx context.Context, by anlo.Actor, r *store.StaffRow, password string, but anlo.ID) error {
	if err := anlo.CheckPassword(r.Login, password); err != nil {
		return err
	}
	same, err := a.matches(ctx, password, r.Password)
	if err != nil {
		return err
	}
	if same {
		return invalid("password", "password.same")
	}
	hash, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	was := r.Password
	r.Password, r.PasswordUntil = hash, time.Time{}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActAccount, r.ID)); err != nil {
			return err
		}
		if err := found(tx.ChangePassword(ctx, r.ID, was, hash)); err != nil {
			return err
		}
		return tx.EndSessions(ctx, r.ID, but)
	})
}

// setTOTP makes an authenticator that shows the right code the second factor of
// whoever acts, and returns their new recovery codes. and is done in the same
// transaction.
func (a *Auth) setTOTP(ctx context.Context, by anlo.Actor, secret, code string, and func(*store.Tx) error) ([]string, error) {
	step, ok := totpMatch(secret, normalCode(code), a.now())
	if !ok {
		return nil, ErrCode
	}
	sealed, err := a.seal.Seal(ctx, seal.Permanent, seal.AD("staff", "totp", by.Staff[:]), []byte(secret))
	if err != nil {
		return nil, err
	}
	codes, keys := a.newRecovery(by.Staff)
	return codes, a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActAccount, by.Staff)); err != nil {
			return err
		}
		if err := tx.SetTOTP(ctx, by.Staff, sealed, step); err != nil {
			return err
		}
		if err := tx.ReplaceRecovery(ctx, by.Staff, keys); err != nil {
			return err
		}
		return and(tx)
	})
}
