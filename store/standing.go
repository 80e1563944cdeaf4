package store

import (
	"context"
	"time"

	"anlo"
)

// Standing returns the declarations in which somebody travels and that stood at
// a moment, the newest first: made by then, neither over nor cancelled. Whether
// a pass of theirs stood then, their passes tell. person is an index, by the
// document declared or by the one the register has; clocks may differ by skew.
func (db *DB) Standing(ctx context.Context, person int64, when time.Time, skew time.Duration) ([]anlo.ID, error) {
	return list(ctx, db.read, scanID, `SELECT id FROM (
			SELECT id, declared_at, expires_at, cancelled_at FROM declaration WHERE person = $1
			UNION ALL SELECT id, declared_at, expires_at, cancelled_at FROM declaration WHERE matched = $1 AND matched <> 0 AND matched <> person) AS theirs
		WHERE declared_at <= $2 AND expires_at > $3 AND (cancelled_at IS NULL OR cancelled_at > $4)
		ORDER BY declared_at DESC, id DESC LIMIT 20`, person, ms(when.Add(skew)), ms(when.Add(-skew)), ms(when))
}

// ShortCode returns the declaration that a short code stands for, by its index;
// anlo.ErrNotFound when there is none, or none any more.
func (db *DB) ShortCode(ctx context.Context, code int64, when time.Time) (anlo.ID, error) {
	return one(list(ctx, db.read, scanID, "SELECT declaration FROM short_code WHERE code = $1 AND expires_at > $2", code, ms(when)))
}
