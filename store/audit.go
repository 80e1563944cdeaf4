package store

import (
	"context"
	"time"

	"anlo"
)

// AuditRow says who did what to whose data, and why. It is written in the
// transaction of the change, or of the reading, that it speaks of.
type AuditRow struct {
	ID      anlo.ID
	Person  int64 // 0 when nobody's data was touched
	At      time.Time
	Role    anlo.Role
	Area    string  // "vn-2026/00004": where the role holds; empty for the country, and for who has no area
	Actor   anlo.ID // the account, the device or the API key; zero when there is none
	Action  anlo.Action
	Purpose anlo.Purpose
	Object  anlo.ID // the declaration, pass or device; zero when there is none

	// Malformed is set on a row that was read and holds what Audit never writes:
	// somebody has been at the table.
	Malformed bool
}

// NewAuditRow makes the entry for something that by does at a moment. person is
// whose data it touches, 0 when nobody's; object what it is about.
func NewAuditRow(now time.Time, by anlo.Actor, action anlo.Action, purpose anlo.Purpose, person int64, object anlo.ID) AuditRow {
	r := AuditRow{ID: anlo.NewID(now), Person: person, At: now, Role: by.Role, Actor: by.ID(), Action: action, Purpose: purpose, Object: object}
	if !by.Area.IsZero() {
		r.Area = by.Area.String()
	}
	return r
}

var auditTable = &table[AuditRow]{
	name:    "audit",
	columns: "id uuid, person bigint, at bigint, role text, actor uuid, action text, purpose text, object uuid, area text",
	row: func(a AuditRow) []any {
		return []any{uid(a.ID), a.Person, ms(a.At), string(a.Role), uid(a.Actor), string(a.Action), string(a.Purpose), uid(a.Object), a.Area}
	},
}

// Audit adds entries to the transaction.
func (tx *Tx) Audit(ctx context.Context, entries ...AuditRow) error {
	_, err := auditTable.insert(ctx, tx, entries)
	return err
}

// Audit keeps an entry of something read; callers that wait share a commit.
// What was read is given away only after Audit returned nil.
func (db *DB) Audit(ctx context.Context, entry AuditRow) error {
	return failure(db.audits.do(ctx, entry))
}

func (db *DB) insertAudit(ctx context.Context, entries []AuditRow) ([]error, error) {
	return nil, db.Update(ctx, func(tx *Tx) error { return tx.Audit(ctx, entries...) })
}

// AuditCount counts the entries of one action, for tests and the demo.
func (db *DB) AuditCount(ctx context.Context, action anlo.Action) (n int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM audit WHERE action = $1", string(action)).Scan(&n)
	return n, failure(err)
}

// Halves counts declarations without a pass or an audit entry, and passes
// without a declaration. It is always 0: a declaration is one transaction.
func (db *DB) Halves(ctx context.Context) (n int64, err error) {
	err = db.read.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM declaration d WHERE NOT EXISTS (SELECT 1 FROM pass p WHERE p.declaration = d.id)
			OR NOT EXISTS (SELECT 1 FROM audit a WHERE a.object = d.id)) +
		(SELECT count(*) FROM pass p WHERE NOT EXISTS (SELECT 1 FROM declaration d WHERE d.id = p.declaration))`).Scan(&n)
	return n, failure(err)
}
