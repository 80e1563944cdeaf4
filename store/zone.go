package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// Zones returns the zones that have not ended at now, in the order in which
// they were set.
func (db *DB) Zones(ctx context.Context, now time.Time) ([]anlo.Zone, error) {
	return list(ctx, db.read, scanZone, zoneColumns+" WHERE ends_at IS NULL OR ends_at > $1 ORDER BY id", ms(now))
}

// Zone returns one that has not ended at now; anlo.ErrNotFound for others.
func (db *DB) Zone(ctx context.Context, id anlo.ID, now time.Time) (anlo.Zone, error) {
	return one(list(ctx, db.read, scanZone, zoneColumns+" WHERE id = $1 AND (ends_at IS NULL OR ends_at > $2)", uid(id), ms(now)))
}

const zoneColumns = "SELECT id, list, code, level, starts_at, coalesce(ends_at, 0), reason, staff FROM zone"

func scanZone(r *sql.Rows) (z anlo.Zone, err error) {
	var starts, ends int64
	err = r.Scan((*uid)(&z.ID), &z.Unit.List, &z.Unit.Code, &z.Level, &starts, &ends, &z.Why, (*uid)(&z.By))
	z.From, z.Until = at(starts), at(ends)
	return z, err
}

// KeepZone adds a zone.
func (tx *Tx) KeepZone(ctx context.Context, z anlo.Zone) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO zone (id, list, code, level, starts_at, ends_at, reason, staff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		uid(z.ID), z.Unit.List, z.Unit.Code, z.Level, ms(z.From), nullMs(z.Until), z.Why, uid(z.By))
	return err
}

// EndZone ends a zone now; anlo.ErrNotFound when it has ended before.
func (tx *Tx) EndZone(ctx context.Context, id anlo.ID, now time.Time) error {
	found, err := tx.touched(ctx, "UPDATE zone SET ends_at = $1 WHERE id = $2 AND (ends_at IS NULL OR ends_at > $1)", ms(now), uid(id))
	if err == nil && !found {
		return anlo.ErrNotFound
	}
	return err
}
