package auth

import (
	"context"
	"errors"
	"time"

	"anlo"
	"anlo/store"
)

// Errors of changing accounts.
var (
	ErrOwn               = &anlo.Error{Kind: anlo.Forbidden, Code: "staff.own"}
	ErrLastAdministrator = &anlo.Error{Kind: anlo.Conflict, Code: "staff.last-administrator"}
)

// Staff is an account as administrators see it.
type Staff struct {
	ID anlo.ID
	anlo.Officer
	Roles         []Role    // that hold now, or will
	First         bool      // the first password was not changed yet
	FirstUntil    time.Time // and no longer works from then
	Authenticator bool
	CreatedAt     time.Time
	DisabledAt    time.Time // zero while open
}

// StaffPage is one page of the list of accounts.
type StaffPage struct {
	Items []Staff
	Next  string // After of the next page; "" on the last
}

// staffPage is how many accounts are shown at once.
const staffPage = 50

// AddStaff opens an account with roles and returns its first password, which
// is shown this once and must be changed at the first sign-in.
func (a *Auth) AddStaff(ctx context.Context, by anlo.Actor, o anlo.Officer, grants ...anlo.Grant) (id anlo.ID, password string, err error) {
	if !by.May(anlo.ActStaff) || len(grants) > 0 && !by.May(anlo.ActGrant) {
		return id, "", anlo.ErrForbidden
	}
	if err := o.Check(); err != nil {
		return id, "", err
	}
	for _, g := range grants {
		if err := g.Check(a.known, a.lowest); err != nil {
			return id, "", err
		}
	}
	now := a.now()
	r := store.StaffRow{ID: anlo.NewID(now), Login: o.Login, PasswordUntil: now.Add(firstPassword), CreatedAt: now}
	password = oneTime()
	if r.Password, err = a.hash(ctx, password); err != nil {
		return id, "", err
	}
	if r.Sealed, r.Person, err = a.sealOfficer(ctx, r.ID, o); err != nil {
		return id, "", err
	}
	err = a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActStaff, r.ID)); err != nil {
			return err
		}
		kept, err := tx.KeepStaff(ctx, r)
		if err == nil && !kept {
			return invalid("login", "login.taken")
		}
		for i := 0; i < len(grants) && err == nil; i++ {
			_, err = a.grant(ctx, tx, by, r.ID, grants[i])
		}
		return err
	})
	return r.ID, password, err
}

// ChangeStaff writes who an account belongs to. The login stays.
func (a *Auth) ChangeStaff(ctx context.Context, by anlo.Actor, id anlo.ID, o anlo.Officer) error {
	if !by.May(anlo.ActStaff) {
		return anlo.ErrForbidden
	}
	r, err := a.store.Staff(ctx, id)
	if err != nil {
		return err
	}
	o.Login = r.Login
	if err := o.Check(); err != nil {
		return err
	}
	sealed, person, err := a.sealOfficer(ctx, id, o)
	if err != nil {
		return err
	}
	if o.IDNumber == "" { // the page never shows the number, so an empty box keeps it
		person = r.Person
	}
	return a.changeStaff(ctx, by, id, func(tx *store.Tx) error { return found(tx.SealStaff(ctx, id, sealed, person)) })
}

// DisableStaff closes an account and ends its sessions.
func (a *Auth) DisableStaff(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	if !by.May(anlo.ActStaff) {
		return anlo.ErrForbidden
	}
	if by.Staff == id {
		return ErrOwn
	}
	return a.changeStaff(ctx, by, id, func(tx *store.Tx) error {
		return a.leaving(ctx, tx, func() error {
			if err := found(tx.DisableStaff(ctx, id, a.now())); err != nil {
				return err
			}
			return tx.EndSessions(ctx, id, anlo.ID{})
		})
	})
}

// EnableStaff opens an account again.
func (a *Auth) EnableStaff(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	if !by.May(anlo.ActStaff) {
		return anlo.ErrForbidden
	}
	return a.changeStaff(ctx, by, id, func(tx *store.Tx) error { return found(tx.DisableStaff(ctx, id, time.Time{})) })
}

// ResetSecondFactor is for somebody who has lost their authenticator or
// password: it forgets both, ends the sessions and returns another first
// password. Were the password kept, whoever had guessed it could enrol. Who has
// none, since they sign in elsewhere, gets none.
func (a *Auth) ResetSecondFactor(ctx context.Context, by anlo.Actor, id anlo.ID) (password string, err error) {
	if !by.May(anlo.ActStaff) {
		return "", anlo.ErrForbidden
	}
	if by.Staff == id {
		return "", ErrOwn
	}
	r, err := a.store.Staff(ctx, id)
	if err != nil {
		return "", err
	}
	hash, until := "", time.Time{}
	if r.Password != "" {
		password, until = oneTime(), a.now().Add(firstPassword)
		if hash, err = a.hash(ctx, password); err != nil {
			return "", err
		}
	}
	return password, a.changeStaff(ctx, by, id, func(tx *store.Tx) error {
		return errors.Join(
			tx.SetPassword(ctx, id, hash, until),
			tx.SetTOTP(ctx, id, nil, 0),
			tx.RemovePasskeys(ctx, id),
			tx.ReplaceRecovery(ctx, id, nil),
			tx.EndSessions(ctx, id, anlo.ID{}))
	})
}

// EndSessions ends all sessions of an account.
func (a *Auth) EndSessions(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	if !by.May(anlo.ActStaff) {
		return anlo.ErrForbidden
	}
	return a.changeStaff(ctx, by, id, func(tx *store.Tx) error { return tx.EndSessions(ctx, id, anlo.ID{}) })
}

// changeStaff makes one change to an account that exists, with its audit entry.
func (a *Auth) changeStaff(ctx context.Context, by anlo.Actor, id anlo.ID, change func(*store.Tx) error) error {
	if _, err := a.store.Staff(ctx, id); err != nil {
		return err
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActStaff, id)); err != nil {
			return err
		}
		return change(tx)
	})
}

// Grant gives an account a role. Nobody changes their own: it takes two people.
func (a *Auth) Grant(ctx context.Context, by anlo.Actor, staff anlo.ID, g anlo.Grant) (id anlo.ID, err error) {
	if !by.May(anlo.ActGrant) {
		return id, anlo.ErrForbidden
	}
	if by.Staff == staff {
		return id, ErrOwn
	}
	if err := g.Check(a.known, a.lowest); err != nil {
		return id, err
	}
	if _, err := a.store.Staff(ctx, staff); err != nil {
		return id, err
	}
	err = a.store.Update(ctx, func(tx *store.Tx) error {
		id, err = a.grant(ctx, tx, by, staff, g)
		return err
	})
	return id, err
}

func (a *Auth) grant(ctx context.Context, tx *store.Tx, by anlo.Actor, staff anlo.ID, g anlo.Grant) (anlo.ID, error) {
	now := a.now()
	r := store.GrantRow{Grant: g, ID: anlo.NewID(now), Staff: staff, GivenBy: by.Staff, GivenAt: now}
	if err := tx.Audit(ctx, a.entry(by, anlo.ActGrant, staff)); err != nil {
		return anlo.ID{}, err
	}
	return r.ID, tx.KeepGrant(ctx, r)
}

// RevokeGrant takes a role away; whoever acts in it stops with the next request.
func (a *Auth) RevokeGrant(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	if !by.May(anlo.ActGrant) {
		return anlo.ErrForbidden
	}
	g, err := a.store.Grant(ctx, id)
	if err != nil {
		return err
	}
	if by.Staff == g.Staff {
		return ErrOwn
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActGrant, g.Staff)); err != nil {
			return err
		}
		return a.leaving(ctx, tx, func() error { return found(tx.RevokeGrant(ctx, id, a.now())) })
	})
}

// leaving refuses a change that would leave nobody who could undo it.
func (a *Auth) leaving(ctx context.Context, tx *store.Tx, change func() error) error {
	before, err := tx.HoldersOf(ctx, anlo.Administrator, a.now())
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := tx.HoldersOf(ctx, anlo.Administrator, a.now())
	if err == nil && before > 0 && after == 0 {
		return ErrLastAdministrator
	}
	return err
}
