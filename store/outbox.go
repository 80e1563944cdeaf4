package store

import (
	"context"
	"time"

	"anlo"
)

// OutboxRow is work that leaves with the change that caused it: it is written
// in the same transaction and done afterwards, at least once.
type OutboxRow struct {
	ID          anlo.ID
	Person      int64
	Kind        string
	Declaration anlo.ID
	Traveller   int
	DueAt       time.Time
	Attempts    int
}

// Identify is the kind of outbox row that asks the register again.
const Identify = "identify"

var outboxTable = &table[OutboxRow]{
	name:    "outbox",
	columns: "id uuid, person bigint, kind text, declaration uuid, traveller bigint, due_at bigint, attempts bigint",
	row: func(o OutboxRow) []any {
		return []any{uid(o.ID), o.Person, o.Kind, uid(o.Declaration), int64(o.Traveller), ms(o.DueAt), int64(o.Attempts)}
	},
}

// Due leases up to limit rows that ask the register again and whose time has
// come: they are moved lease ahead,
// so that nobody else takes them meanwhile, and come back if we die.
func (db *DB) Due(ctx context.Context, now time.Time, lease time.Duration, limit int) (due []OutboxRow, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		due, err = list(ctx, tx, scanOutbox, `UPDATE outbox SET due_at = $1, attempts = attempts + 1 WHERE id IN
			(SELECT id FROM outbox WHERE kind = 'identify' AND due_at <= $2 ORDER BY due_at LIMIT $3`+tx.skipLocked()+`)
			RETURNING id, person, kind, declaration, traveller, due_at, attempts`, ms(now.Add(lease)), ms(now), limit)
		return err
	})
	return due, err
}

func (tx *Tx) skipLocked() string {
	if tx.db.pg {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Done removes a row that was worked off.
func (tx *Tx) Done(ctx context.Context, o OutboxRow) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM outbox WHERE id = $1 AND person = $2", uid(o.ID), o.Person)
	return err
}

// Waiting counts the rows of the outbox, of every kind.
func (db *DB) Waiting(ctx context.Context) (n int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM outbox").Scan(&n)
	return n, failure(err)
}

// Postpone sets when a row is tried again, and keeps how often it was.
func (db *DB) Postpone(ctx context.Context, o OutboxRow, until time.Time) error {
	_, err := db.write.ExecContext(ctx, "UPDATE outbox SET due_at = $1, attempts = $2 WHERE id = $3 AND person = $4",
		ms(until), o.Attempts, uid(o.ID), o.Person)
	return failure(err)
}
