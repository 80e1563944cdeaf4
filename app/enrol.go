package app

import (
	"context"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// enrolmentLife is how long a code for a phone may be used: as long as it takes
// to walk to the lane.
const enrolmentLife = 15 * time.Minute

// errEnrolment is the one answer to a code that is wrong, used or old.
var errEnrolment = &anlo.Error{Kind: anlo.NotFound, Code: "enrolment.unknown"}

// NewEnrolment makes a code by which one phone becomes a device of a post. It
// is shown this once: only a keyed digest of it is kept.
func (a *App) NewEnrolment(ctx context.Context, by anlo.Actor, post anlo.ID, label string) (code string, expires time.Time, err error) {
	c, err := a.post(ctx, by, anlo.ActEnrol, post)
	if err != nil {
		return "", time.Time{}, err
	}
	if err := anlo.CheckLabel(label); err != nil {
		return "", time.Time{}, err
	}
	now := a.Now()
	code, expires = anlo.NewCode(), now.Add(enrolmentLife)
	return code, expires, a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActEnrol, anlo.PurposeOperation, 0, c.ID)); err != nil {
			return err
		}
		return tx.KeepEnrolment(ctx, a.enrolmentHash(code), c.ID, label, now, expires)
	})
}

// enrolmentHash needs our key: 40 bits alone could be found again from a copy
// of the database.
func (a *App) enrolmentHash(code string) []byte {
	hash := a.Seal.Authenticate("enrolment", []byte(code))
	return hash[:]
}

// Enrol makes a phone a device of the post that a code was made for, and returns
// its token, which is shown this once. label is what the phone calls itself;
// with "" it is what the code says. by is anybody: the code is the proof.
func (a *App) Enrol(ctx context.Context, by anlo.Actor, code, label string) (anlo.Device, string, error) {
	if label != "" {
		if err := anlo.CheckLabel(label); err != nil {
			return anlo.Device{}, "", err
		}
	}
	caller := anlo.Subscriber(by.RemoteAddr)
	if a.guesses.Allow(caller) > 0 || a.guessed.Allow("") > 0 {
		return anlo.Device{}, "", anlo.ErrTooMany
	}
	code, ok := anlo.ParseCode(code)
	if !ok {
		return anlo.Device{}, "", errEnrolment
	}
	d, token, err := a.enrol(ctx, code, label)
	if err == nil { // only wrong codes count
		a.guesses.Forgive(caller)
		a.guessed.Forgive("")
	}
	return d, token, err
}

func (a *App) enrol(ctx context.Context, code, label string) (d anlo.Device, token string, err error) {
	now := a.Now()
	token = newDeviceToken()
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		c, said, err := tx.UseEnrolment(ctx, a.enrolmentHash(code), now)
		if anlo.KindOf(err) == anlo.NotFound {
			return errEnrolment
		}
		if err != nil {
			return err
		}
		if label == "" {
			label = said
		}
		d = newDevice(now, c, label)
		itself := anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d}
		if err := tx.Audit(ctx, a.entry(itself, anlo.ActEnrol, anlo.PurposeOperation, 0, d.ID)); err != nil {
			return err
		}
		return tx.KeepDevice(ctx, d, seal.Digest(token), now)
	})
	if err != nil {
		return anlo.Device{}, "", err
	}
	a.posts.wake()
	return d, token, nil
}

// LeavePost withdraws the device that asks for it.
func (a *App) LeavePost(ctx context.Context, by anlo.Actor) error {
	if by.Device == nil {
		return anlo.ErrForbidden
	}
	return a.revoke(ctx, a.entry(by, anlo.ActEnrol, anlo.PurposeOperation, 0, by.Device.ID), by.Device.ID)
}

// post returns a post where the actor may do something. Elsewhere it is as if
// there were none.
func (a *App) post(ctx context.Context, by anlo.Actor, action anlo.Action, id anlo.ID) (anlo.Checkpoint, error) {
	if !by.May(action) {
		return anlo.Checkpoint{}, anlo.ErrForbidden
	}
	c, err := a.Store.Checkpoint(ctx, id)
	if err == nil && !by.MayIn(action, a.path(c.Commune)...) {
		err = anlo.ErrNotFound
	}
	return c, err
}
