package store

import (
	"context"
	"time"
)

// Once marks something as used and reports whether it was the first time. It
// is remembered until a moment after which it would be refused anyway.
func (tx *Tx) Once(ctx context.Context, key []byte, now, until time.Time) (first bool, err error) {
	if _, err := tx.ExecContext(ctx, "DELETE FROM used_once WHERE until < $1", ms(now)); err != nil {
		return false, err
	}
	return tx.touched(ctx, "INSERT INTO used_once (key, until) VALUES ($1, $2) ON CONFLICT DO NOTHING", key, ms(until))
}
