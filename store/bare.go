package store

import (
	"context"
	"errors"
)

// LeaveOutAudit makes declarations be written without their audit entries. It
// is for `anlo bench audit`, which measures what they cost, and refuses a
// database that holds any declaration.
func (db *DB) LeaveOutAudit(ctx context.Context) error {
	var n int64
	if err := db.read.QueryRowContext(ctx, "SELECT count(*) FROM declaration").Scan(&n); err != nil {
		return failure(err)
	}
	if n > 0 {
		return errors.New("the audit is only left out of an empty database, to measure it")
	}
	db.bare = true
	return nil
}
