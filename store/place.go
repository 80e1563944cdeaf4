package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// UnitList is an imported list of units.
type UnitList struct {
	Name    string
	Country string
	Date    anlo.Date
	Units   []anlo.Unit
}

// UnitLists returns the imported lists by name.
func (db *DB) UnitLists(ctx context.Context) ([]UnitList, error) {
	lists, err := list(ctx, db.read, func(r *sql.Rows) (l UnitList, err error) {
		var day string
		if err := r.Scan(&l.Name, &l.Country, &day); err != nil {
			return l, err
		}
		return l, l.Date.UnmarshalText([]byte(day))
	}, "SELECT list, country, day FROM unit_list ORDER BY list")
	for i := 0; i < len(lists) && err == nil; i++ {
		lists[i].Units, err = list(ctx, db.read, func(r *sql.Rows) (u anlo.Unit, err error) {
			return u, r.Scan(&u.List, &u.Code, &u.Parent, &u.Kind, &u.Name, &u.Population, &u.Lat, &u.Lon)
		}, "SELECT list, code, parent, kind, name, population, lat, lon FROM unit WHERE list = $1 ORDER BY code", lists[i].Name)
	}
	return lists, err
}

// ReplaceUnits writes a list of units in place of what was there of that name.
func (tx *Tx) ReplaceUnits(ctx context.Context, l UnitList) error {
	for _, table := range []string{"unit", "unit_list"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE list = $1", l.Name); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO unit_list (list, country, day) VALUES ($1, $2, $3)", l.Name, l.Country, l.Date.String()); err != nil {
		return err
	}
	for _, u := range l.Units {
		if _, err := tx.ExecContext(ctx, "INSERT INTO unit (list, code, parent, kind, name, population, lat, lon) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			l.Name, u.Code, u.Parent, u.Kind, u.Name, u.Population, u.Lat, u.Lon); err != nil {
			return err
		}
	}
	return nil
}

// KeepCheckpoint adds a post.
func (tx *Tx) KeepCheckpoint(ctx context.Context, c anlo.Checkpoint, now time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO checkpoint (id, name, list, commune, created_at) VALUES ($1, $2, $3, $4, $5)",
		uid(c.ID), c.Name, c.Commune.List, c.Commune.Code, ms(now))
	return err
}

// KeepDevice enrols a device. The token itself is never kept, only its hash.
func (tx *Tx) KeepDevice(ctx context.Context, d anlo.Device, tokenHash []byte, now time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO device (id, checkpoint, label, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
		uid(d.ID), uid(d.Checkpoint.ID), d.Label, tokenHash, ms(now), ms(d.ExpiresAt))
	return err
}

// RevokeDevice withdraws a device at once.
func (tx *Tx) RevokeDevice(ctx context.Context, id anlo.ID, now time.Time) error {
	found, err := tx.touched(ctx, "UPDATE device SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", ms(now), uid(id))
	if err == nil && !found {
		return anlo.ErrNotFound
	}
	return err
}

// Device finds an enrolled device by the hash of its token; anlo.ErrNotFound
// when there is none, or it was revoked, or its time is over.
func (db *DB) Device(ctx context.Context, tokenHash []byte, now time.Time) (anlo.Device, error) {
	return one(list(ctx, db.read, scanDevice,
		deviceColumns+" WHERE d.token_hash = $1 AND d.revoked_at IS NULL AND d.expires_at > $2", tokenHash, ms(now)))
}

// DeviceByID finds a device that is enrolled and not revoked.
func (db *DB) DeviceByID(ctx context.Context, id anlo.ID) (anlo.Device, error) {
	return one(list(ctx, db.read, scanDevice, deviceColumns+" WHERE d.id = $1 AND d.revoked_at IS NULL", uid(id)))
}

// DeviceSince finds a device by the hash of its token whose enrolment holds, or
// ended after a moment; anlo.ErrNotFound when there is none. RevokedAt is when
// it ended, by revocation or by itself.
func (db *DB) DeviceSince(ctx context.Context, tokenHash []byte, now, since time.Time) (anlo.Device, error) {
	d, err := one(list(ctx, db.read, scanDevice,
		deviceColumns+" WHERE d.token_hash = $1 AND (d.revoked_at IS NULL OR d.revoked_at > $2) AND d.expires_at > $2", tokenHash, ms(since)))
	if ended := !d.ExpiresAt.After(now); err == nil && ended && (d.RevokedAt.IsZero() || d.ExpiresAt.Before(d.RevokedAt)) {
		d.RevokedAt = d.ExpiresAt
	}
	return d, err
}

// Devices returns the devices that are enrolled and not revoked.
func (db *DB) Devices(ctx context.Context) ([]anlo.Device, error) {
	return list(ctx, db.read, scanDevice, deviceColumns+" WHERE d.revoked_at IS NULL ORDER BY c.name, d.label, d.id")
}

const deviceColumns = `SELECT d.id, d.label, d.expires_at, coalesce(d.revoked_at, 0), d.seen_at, d.bundle_at, d.waiting, c.id, c.name, c.list, c.commune
	FROM device d JOIN checkpoint c ON c.id = d.checkpoint`

func scanDevice(r *sql.Rows) (d anlo.Device, err error) {
	var expires, revoked, seen, bundle int64
	c := &d.Checkpoint
	err = r.Scan((*uid)(&d.ID), &d.Label, &expires, &revoked, &seen, &bundle, &d.Sync.Waiting, (*uid)(&c.ID), &c.Name, &c.Commune.List, &c.Commune.Code)
	d.ExpiresAt, d.RevokedAt, d.Sync.At, d.Sync.BundleAt = at(expires), at(revoked), at(seen), at(bundle)
	return d, err
}

func orNoRows(err error) error {
	if err == nil {
		return sql.ErrNoRows
	}
	return err
}
