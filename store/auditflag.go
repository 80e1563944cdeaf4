package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// AuditFlag is unusual reading by one officer on one day.
type AuditFlag struct {
	ID      anlo.ID
	Actor   anlo.ID
	Rule    string
	Day     int64
	N       int64
	From    time.Time
	Until   time.Time
	NotedAt time.Time // an auditor has looked into it; zero until then
	NotedBy anlo.ID
}

const flagSelect = "SELECT id, actor, rule, day, n, from_at, until_at, noted_at, noted_by FROM audit_flag"

func scanFlag(r *sql.Rows) (f AuditFlag, err error) {
	var from, until int64
	var noted sql.NullInt64
	err = r.Scan((*uid)(&f.ID), (*uid)(&f.Actor), &f.Rule, &f.Day, &f.N, &from, &until, &noted, (*uid)(&f.NotedBy))
	f.From, f.Until, f.NotedAt = at(from), at(until), at(noted.Int64)
	return f, err
}

// AuditFlags returns flags, those that nobody has looked into first, the newest
// of each first.
func (db *DB) AuditFlags(ctx context.Context, limit int) ([]AuditFlag, error) {
	return list(ctx, db.read, scanFlag, flagSelect+" ORDER BY CASE WHEN noted_at IS NULL THEN 0 ELSE 1 END, until_at DESC, id LIMIT $1", limit)
}

// Flag returns the flag of an actor, a rule and a day; anlo.ErrNotFound when
// there is none.
func (tx *Tx) Flag(ctx context.Context, actor anlo.ID, rule string, day int64) (AuditFlag, error) {
	return one(list(ctx, tx, scanFlag, flagSelect+" WHERE actor = $1 AND rule = $2 AND day = $3", uid(actor), rule, day))
}

// KeepFlag writes a flag, in place of the one of that actor, rule and day.
func (tx *Tx) KeepFlag(ctx context.Context, f AuditFlag) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_flag (id, actor, rule, day, n, from_at, until_at, noted_at, noted_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (actor, rule, day) DO UPDATE SET
		n = excluded.n, from_at = excluded.from_at, until_at = excluded.until_at, noted_at = excluded.noted_at, noted_by = excluded.noted_by`,
		uid(f.ID), uid(f.Actor), f.Rule, f.Day, f.N, ms(f.From), ms(f.Until), nullMs(f.NotedAt), uid(f.NotedBy))
	return err
}

// NoteFlag notes that an auditor has looked into a flag, as they saw it;
// anlo.ErrNotFound when there is no such flag, or more has happened since.
func (tx *Tx) NoteFlag(ctx context.Context, id, by anlo.ID, seen int64, now time.Time) (AuditFlag, error) {
	return one(list(ctx, tx, scanFlag, `UPDATE audit_flag SET noted_at = $1, noted_by = $2 WHERE id = $3 AND n = $4 AND noted_at IS NULL
		RETURNING id, actor, rule, day, n, from_at, until_at, noted_at, noted_by`, ms(now), uid(by), uid(id), seen))
}
