package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"anlo"
)

// FirstID is the least identifier that something at t, to the millisecond, may
// have; identifiers sort by time, so it bounds ranges.
func FirstID(t time.Time) (id anlo.ID) {
	n := uint64(t.UnixMilli())
	for i := 5; i >= 0; i-- {
		id[i] = byte(n)
		n >>= 8
	}
	return id
}

// AuditBetween returns the entries with from ≤ id < to in order, at most limit.
func (db *DB) AuditBetween(ctx context.Context, from, to anlo.ID, limit int) ([]AuditRow, error) {
	return list(ctx, db.read, scanAudit, auditSelect+" WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3", rawID(from), rawID(to), limit)
}

// AuditCountBetween counts the entries with from ≤ id < to.
func (db *DB) AuditCountBetween(ctx context.Context, from, to anlo.ID) (n int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM audit WHERE id >= $1 AND id < $2", rawID(from), rawID(to)).Scan(&n)
	return n, failure(err)
}

// AuditAfter returns the entries after one of them, in order, at most limit:
// all of them, when called again and again from the zero row on.
func (db *DB) AuditAfter(ctx context.Context, last AuditRow, limit int) ([]AuditRow, error) {
	return list(ctx, db.read, scanAudit, auditSelect+" WHERE (id, person) > ($1, $2) ORDER BY id, person LIMIT $3", rawID(last.ID), last.Person, limit)
}

const auditSelect = "SELECT id, person, at, role, actor, action, purpose, object, area FROM audit"

// scanAudit reads an entry exactly as it is kept. SQLite lets any column hold
// any type, and a value of another type would be shown alike and yet no longer
// found: such a row is returned with Malformed set.
func scanAudit(r *sql.Rows) (a AuditRow, err error) {
	var at int64
	var s strict
	err = r.Scan((*uid)(&a.ID), s.int(&a.Person), s.int(&at), s.text((*string)(&a.Role)), s.id(&a.Actor), s.text((*string)(&a.Action)),
		s.text((*string)(&a.Purpose)), s.id(&a.Object), s.text(&a.Area))
	a.At, a.Malformed = time.UnixMilli(at), s.wrong
	return a, err
}

// strict notes whether a value had another type than its column.
type strict struct{ wrong bool }

type strictColumn func(any)

// Scan implements sql.Scanner.
func (c strictColumn) Scan(v any) error { c(v); return nil }

func (s *strict) int(into *int64) sql.Scanner {
	return strictColumn(func(v any) {
		n, ok := v.(int64)
		*into, s.wrong = n, s.wrong || !ok
	})
}

func (s *strict) text(into *string) sql.Scanner {
	return strictColumn(func(v any) {
		t, ok := v.(string)
		*into, s.wrong = t, s.wrong || !ok
	})
}

func (s *strict) id(into *anlo.ID) sql.Scanner {
	return strictColumn(func(v any) {
		var u uid
		err := u.Scan(v)
		*into = anlo.ID(u)
		s.wrong = s.wrong || err != nil || v != nil && u == uid{} // nobody is null, never zeros
	})
}

// rawID is an identifier in a comparison, where zero is the least and not null.
type rawID anlo.ID

// Value implements driver.Valuer.
func (r rawID) Value() (driver.Value, error) { return r[:], nil }

// AuditKey is the log's name and its sealed signing key.
type AuditKey struct {
	Origin string
	Sealed []byte
}

// AuditKey returns the key of the log; anlo.ErrNotFound when there is none yet.
func (db *DB) AuditKey(ctx context.Context) (k AuditKey, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT origin, sealed FROM audit_log").Scan(&k.Origin, &k.Sealed)
	return k, failure(err)
}

// KeepAuditKey keeps the key of a new log and returns the one that holds: of
// two made at once, the first.
func (db *DB) KeepAuditKey(ctx context.Context, k AuditKey, entry AuditRow) (AuditKey, error) {
	err := db.Update(ctx, func(tx *Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO audit_log (one, origin, sealed, created_at) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING",
			k.Origin, k.Sealed, ms(entry.At))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return tx.Audit(ctx, entry)
	})
	if err != nil {
		return AuditKey{}, err
	}
	return db.AuditKey(ctx)
}
