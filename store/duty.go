package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"anlo"
)

// TakeDuty gives a background work to holder until a moment, unless somebody
// else holds it, and returns how far the work has come.
func (db *DB) TakeDuty(ctx context.Context, name string, holder anlo.ID, now, until time.Time) (mark int64, taken bool, err error) {
	err = db.write.QueryRowContext(ctx, `INSERT INTO duty (name, holder, holds_to, mark) VALUES ($1, $2, $3, 0)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, holds_to = excluded.holds_to
		WHERE duty.holder = excluded.holder OR duty.holds_to < $4 RETURNING mark`, name, uid(holder), ms(until), ms(now)).Scan(&mark)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return mark, err == nil, failure(err)
}

// KeepMark notes how far the work has come; anlo.ErrNotFound when somebody else
// has taken it over.
func (tx *Tx) KeepMark(ctx context.Context, name string, holder anlo.ID, mark int64) error {
	return tx.QueryRowContext(ctx, "UPDATE duty SET mark = $1 WHERE name = $2 AND holder = $3 RETURNING mark", mark, name, uid(holder)).Scan(&mark)
}

// LeaveDuty lets the next one take it at once.
func (db *DB) LeaveDuty(ctx context.Context, name string, holder anlo.ID) error {
	_, err := db.write.ExecContext(ctx, "UPDATE duty SET holds_to = 0 WHERE name = $1 AND holder = $2", name, uid(holder))
	return failure(err)
}

// Mark returns how far a work has come, 0 when it has never begun.
func (db *DB) Mark(ctx context.Context, name string) (mark int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT mark FROM duty WHERE name = $1", name).Scan(&mark)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return mark, failure(err)
}
