package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"anlo"
)

// AuditFilter selects audit entries of people in office and of machines; what
// citizens do with their own declarations is not among them.
type AuditFilter struct {
	Actor   anlo.ID // zero for anybody
	Person  int64   // whose data; 0 for anybody's
	Action  anlo.Action
	Purpose anlo.Purpose
	From    time.Time // zero for the beginning
	Until   time.Time
	Before  anlo.ID // the last entry of the page before; zero for the newest
	Limit   int
}

// auditStretch is how many entries a search without an officer or a person
// looks through before it says how far it has come.
const auditStretch = 50_000

// SearchAudit returns the newest entries of a filter, and the identifier to go
// on before; zero when there are no more.
func (db *DB) SearchAudit(ctx context.Context, f AuditFilter) (rows []AuditRow, next anlo.ID, err error) {
	low, high := FirstID(f.From), FirstID(f.Until)
	if f.From.IsZero() {
		low = anlo.ID{}
	}
	if !f.Before.IsZero() && string(f.Before[:]) < string(high[:]) {
		high = f.Before
	}
	b := builder{db: db}
	var end anlo.ID // how far the stretch reaches, when it does not reach low
	switch {
	case !f.Actor.IsZero():
		b.where("actor = %s", uid(f.Actor))
	case f.Person == 0:
		if end, err = db.stretch(ctx, low, high); err != nil {
			return nil, anlo.ID{}, err
		}
		if !end.IsZero() {
			low = end
		}
		b.where("role <> %s", string(anlo.Citizen))
	}
	if f.Person != 0 {
		b.where("person = %s AND actor IS NOT NULL AND person <> 0", f.Person)
	}
	if f.Action != "" {
		b.where("action = %s", string(f.Action))
	}
	if f.Purpose != "" {
		b.where("purpose = %s", string(f.Purpose))
	}
	b.where("id >= %s AND id < %s", rawID(low), rawID(high))
	limit := b.arg(f.Limit + 1)
	rows, err = list(ctx, db.read, scanAudit, auditSelect+" WHERE "+strings.Join(b.conditions, " AND ")+" ORDER BY id DESC LIMIT "+limit, b.args...)
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		return rows, rows[f.Limit-1].ID, err
	}
	return rows, end, err
}

// stretch returns the entry that lies auditStretch before high; zero when there
// are fewer down to low.
func (db *DB) stretch(ctx context.Context, low, high anlo.ID) (end anlo.ID, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT id FROM audit WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3",
		rawID(low), rawID(high), auditStretch).Scan((*uid)(&end))
	if errors.Is(err, sql.ErrNoRows) {
		return anlo.ID{}, nil
	}
	return end, failure(err)
}

// Looked returns the newest entries of others about a person's data.
func (db *DB) Looked(ctx context.Context, person int64, limit int) ([]AuditRow, error) {
	return list(ctx, db.read, scanAudit, auditSelect+" WHERE person = $1 AND person <> 0 AND actor IS NOT NULL ORDER BY id DESC LIMIT $2", person, limit)
}

// Readers returns who has done one of the actions between two moments.
func (db *DB) Readers(ctx context.Context, from, to time.Time, actions []anlo.Action) ([]anlo.ID, error) {
	b := builder{db: db}
	b.where("id >= %s AND id < %s", rawID(FirstID(from)), rawID(FirstID(to)))
	ids, err := list(ctx, db.read, func(r *sql.Rows) (id anlo.ID, err error) {
		return id, r.Scan((*uid)(&id))
	}, "SELECT actor FROM audit WHERE "+b.conditions[0]+" AND action IN ("+b.actions(actions)+") GROUP BY actor", b.args...)
	if err != nil {
		return nil, err
	}
	return withoutNobody(ids), nil
}

func withoutNobody(ids []anlo.ID) (out []anlo.ID) {
	for _, id := range ids {
		if !id.IsZero() {
			out = append(out, id)
		}
	}
	return out
}

// ReadBy returns an actor's entries of some actions between two moments, in
// order.
func (db *DB) ReadBy(ctx context.Context, actor anlo.ID, from, to time.Time, actions []anlo.Action) ([]AuditRow, error) {
	b := builder{db: db}
	b.where("actor = %s AND id >= %s AND id < %s", uid(actor), rawID(FirstID(from)), rawID(FirstID(to)))
	return list(ctx, db.read, scanAudit, auditSelect+" WHERE "+b.conditions[0]+" AND action IN ("+b.actions(actions)+") ORDER BY id", b.args...)
}

func (b *builder) actions(actions []anlo.Action) string {
	marks := make([]string, len(actions))
	for i, a := range actions {
		marks[i] = b.arg(string(a))
	}
	return strings.Join(marks, ", ")
}
