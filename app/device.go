package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// deviceLifetime is how long a device stays enrolled.
const deviceLifetime = 90 * 24 * time.Hour

// AddCheckpoint sets up a post on a road.
func (a *App) AddCheckpoint(ctx context.Context, by anlo.Actor, name string, commune anlo.UnitRef) (anlo.Checkpoint, error) {
	if !by.May(anlo.ActDevices) {
		return anlo.Checkpoint{}, anlo.ErrForbidden
	}
	now := a.Now()
	c := anlo.Checkpoint{ID: anlo.NewID(now), Name: name, Commune: commune}
	if err := c.Check(a.known); err != nil {
		return anlo.Checkpoint{}, err
	}
	return c, a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActDevices, anlo.PurposeOperation, 0, c.ID)); err != nil {
			return err
		}
		return tx.KeepCheckpoint(ctx, c, now)
	})
}

// AddDevice enrols a phone or reader at a post and returns its token, which is
// shown this once: only a hash of it is kept.
func (a *App) AddDevice(ctx context.Context, by anlo.Actor, c anlo.Checkpoint, label string) (anlo.Device, string, error) {
	if !by.May(anlo.ActDevices) {
		return anlo.Device{}, "", anlo.ErrForbidden
	}
	now := a.Now()
	d := newDevice(now, c, label)
	token := newDeviceToken()
	return d, token, a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActDevices, anlo.PurposeOperation, 0, d.ID)); err != nil {
			return err
		}
		return tx.KeepDevice(ctx, d, seal.Digest(token), now)
	})
}

func newDevice(now time.Time, c anlo.Checkpoint, label string) anlo.Device {
	return anlo.Device{ID: anlo.NewID(now), Checkpoint: c, Label: label, ExpiresAt: now.Add(deviceLifetime)}
}

func newDeviceToken() string {
	secret := make([]byte, 24)
	rand.Read(secret)
	return "anlo_dev_" + base64.RawURLEncoding.EncodeToString(secret)
}

// Devices lists the devices that are enrolled and not revoked.
func (a *App) Devices(ctx context.Context, by anlo.Actor) ([]anlo.Device, error) {
	if !by.May(anlo.ActDevices) {
		return nil, anlo.ErrForbidden
	}
	return a.Store.Devices(ctx)
}

// RevokeDevice withdraws a device at once. Whoever enrols at a post withdraws
// there.
func (a *App) RevokeDevice(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	action := anlo.ActDevices
	if !by.May(action) {
		if action = anlo.ActEnrol; !by.May(action) {
			return anlo.ErrForbidden
		}
		d, err := a.Store.DeviceByID(ctx, id)
		if err != nil {
			return err
		}
		if !by.MayIn(action, a.path(d.Checkpoint.Commune)...) {
			return anlo.ErrNotFound
		}
	}
	return a.revoke(ctx, a.entry(by, action, anlo.PurposeOperation, 0, id), id)
}

func (a *App) revoke(ctx context.Context, entry store.AuditRow, id anlo.ID) error {
	err := a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, entry); err != nil {
			return err
		}
		return tx.RevokeDevice(ctx, id, a.Now())
	})
	a.posts.wake()
	return err
}
