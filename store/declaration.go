package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// DeclarationRow is one traveller's statement as it is kept. Everything
// personal is inside Sealed; the rest is a pseudonym, a place or a time.
type DeclarationRow struct {
	ID          anlo.ID // of the party
	Traveller   int
	Person      int64 // blind index of the document declared
	Revision    int
	DeclaredAt  time.Time
	ChangedAt   time.Time
	ExpiresAt   time.Time
	CancelledAt time.Time
	List        string
	Permanent   string
	Temporary   string
	Origin      string
	Destination string
	DepartsAt   time.Time
	Vehicle     anlo.VehicleKind
	Purpose     anlo.TripPurpose
	PhoneIndex  int64
	PlateIndex  int64
	Grade       anlo.Grade
	Matched     int64
	FollowedBy  anlo.ID // the declaration by which this one was made once more
	Sealed      []byte
}

// PassRow is an issued pass; Sealed holds the text of its QR code.
type PassRow struct {
	ID          anlo.ID
	Person      int64
	Declaration anlo.ID
	Traveller   int
	Day         int64 // of its status list
	StatusIndex int64
	IssuedAt    time.Time
	ExpiresAt   time.Time
	RevokedAt   time.Time
	Sealed      []byte
}

// IdempotencyRow remembers that a request was answered.
type IdempotencyRow struct {
	Person      int64
	Key         int64
	Request     []byte
	Declaration anlo.ID
	CreatedAt   time.Time
}

// NewDeclaration is everything that one act of declaring writes.
type NewDeclaration struct {
	Rows        []DeclarationRow
	Passes      []PassRow
	Idempotency *IdempotencyRow
	Outbox      []OutboxRow
	Audit       []AuditRow
}

var declarationTable = &table[DeclarationRow]{
	name: "declaration",
	columns: `id uuid, traveller bigint, person bigint, revision bigint, declared_at bigint, changed_at bigint,
		expires_at bigint, cancelled_at bigint, list text, permanent text, temporary text, origin text, destination text,
		departs_at bigint, vehicle text, purpose text, phone_index bigint, plate_index bigint, grade text, matched bigint, sealed bytea`,
	row: func(d DeclarationRow) []any {
		return []any{uid(d.ID), int64(d.Traveller), d.Person, int64(d.Revision), ms(d.DeclaredAt), ms(d.ChangedAt),
			ms(d.ExpiresAt), nullMs(d.CancelledAt), d.List, d.Permanent, d.Temporary, d.Origin, d.Destination,
			ms(d.DepartsAt), string(d.Vehicle), string(d.Purpose), d.PhoneIndex, d.PlateIndex, string(d.Grade), d.Matched, d.Sealed}
	},
}

var passTable = &table[PassRow]{
	name: "pass",
	columns: `id uuid, person bigint, declaration uuid, traveller bigint, day bigint, status_index bigint,
		issued_at bigint, expires_at bigint, revoked_at bigint, sealed bytea`,
	row: func(p PassRow) []any {
		return []any{uid(p.ID), p.Person, uid(p.Declaration), int64(p.Traveller), p.Day, p.StatusIndex,
			ms(p.IssuedAt), ms(p.ExpiresAt), nullMs(p.RevokedAt), p.Sealed}
	},
}

var idempotencyTable = &table[IdempotencyRow]{
	name:    "idempotency",
	columns: "person bigint, key bigint, request bytea, declaration uuid, created_at bigint",
	row: func(i IdempotencyRow) []any {
		return []any{i.Person, i.Key, i.Request, uid(i.Declaration), ms(i.CreatedAt)}
	},
	suffix: "ON CONFLICT DO NOTHING",
}

// Declare keeps a declaration; it is on disk when Declare returns nil.
// Errors: anlo.ErrIdempotencyUsed when its key was used before, ErrStorageFull.
func (db *DB) Declare(ctx context.Context, d NewDeclaration) error {
	if db.bare {
		d.Audit = nil
	}
	return failure(db.declares.do(ctx, d))
}

// insertDeclarations leaves out those whose key was used before.
func (db *DB) insertDeclarations(ctx context.Context, ds []NewDeclaration) (outcomes []error, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		var err error
		if outcomes, err = tx.claimKeys(ctx, ds); err != nil {
			return err
		}
		return newRows(ds, outcomes).insert(ctx, tx)
	})
	return outcomes, err
}

// declarationRows are the rows of several declarations, table by table.
type declarationRows struct {
	declarations []DeclarationRow
	passes       []PassRow
	outbox       []OutboxRow
	audit        []AuditRow
}

// newRows gathers the rows of those that have no error.
func newRows(ds []NewDeclaration, outcomes []error) (r declarationRows) {
	for i, d := range ds {
		if outcomes == nil || outcomes[i] == nil {
			r.declarations = append(r.declarations, d.Rows...)
			r.passes = append(r.passes, d.Passes...)
			r.outbox = append(r.outbox, d.Outbox...)
			r.audit = append(r.audit, d.Audit...)
		}
	}
	return r
}

func (r declarationRows) insert(ctx context.Context, tx *Tx) error {
	return all(
		func() (int64, error) { return declarationTable.insert(ctx, tx, r.declarations) },
		func() (int64, error) { return passTable.insert(ctx, tx, r.passes) },
		func() (int64, error) { return outboxTable.insert(ctx, tx, r.outbox) },
		func() (int64, error) { return auditTable.insert(ctx, tx, r.audit) },
	)
}

// keysOf gathers the idempotency keys.
func keysOf(ds []NewDeclaration) (keys []IdempotencyRow) {
	for _, d := range ds {
		if d.Idempotency != nil {
			keys = append(keys, *d.Idempotency)
		}
	}
	return keys
}

// claimKeys keeps the idempotency keys, and says whose was used before. As a
// rule none was, and one statement tells.
func (tx *Tx) claimKeys(ctx context.Context, ds []NewDeclaration) ([]error, error) {
	keys := keysOf(ds)
	n, err := idempotencyTable.insert(ctx, tx, keys)
	if err != nil || n == int64(len(keys)) {
		return nil, err
	}
	outcomes := make([]error, len(ds))
	for i, d := range ds {
		if d.Idempotency == nil {
			continue
		}
		kept, err := idempotent(ctx, tx, d.Idempotency.Person, d.Idempotency.Key)
		if err != nil {
			return nil, err
		}
		if kept.Declaration != d.Idempotency.Declaration {
			outcomes[i] = anlo.ErrIdempotencyUsed
		}
	}
	return outcomes, nil
}

// all runs the steps until one fails.
func all(steps ...func() (int64, error)) error {
	for _, s := range steps {
		if _, err := s(); err != nil {
			return err
		}
	}
	return nil
}

// Idempotent returns what was answered to the key of that person before, or
// anlo.ErrNotFound.
func (db *DB) Idempotent(ctx context.Context, person, key int64) (IdempotencyRow, error) {
	i, err := idempotent(ctx, db.read, person, key)
	return i, failure(err)
}

func idempotent(ctx context.Context, q querier, person, key int64) (IdempotencyRow, error) {
	i := IdempotencyRow{Person: person, Key: key}
	var created int64
	err := q.QueryRowContext(ctx,
		"SELECT request, declaration, created_at FROM idempotency WHERE person = $1 AND key = $2", person, key).
		Scan(&i.Request, (*uid)(&i.Declaration), &created)
	i.CreatedAt = at(created)
	return i, err
}

// Declaration returns the rows of a party in order of its travellers, and all
// passes ever issued for it: those that stand, then those revoked last;
// anlo.ErrNotFound when there is none.
func (db *DB) Declaration(ctx context.Context, id anlo.ID) ([]DeclarationRow, []PassRow, error) {
	return declaration(ctx, db.read, id)
}

// Declaration is the same inside a transaction, with the rows locked.
func (tx *Tx) Declaration(ctx context.Context, id anlo.ID) ([]DeclarationRow, []PassRow, error) {
	if tx.db.pg {
		if _, err := tx.ExecContext(ctx, "SELECT 1 FROM declaration WHERE id = $1 FOR UPDATE", uid(id)); err != nil {
			return nil, nil, err
		}
	}
	return declaration(ctx, tx.Tx, id)
}

const selectDeclaration = `SELECT id, traveller, person, revision, declared_at, changed_at, expires_at, coalesce(cancelled_at, 0), list,
	permanent, temporary, origin, destination, departs_at, vehicle, purpose, phone_index, plate_index, grade, matched, followed_by, sealed FROM declaration`

type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

func declaration(ctx context.Context, q querier, id anlo.ID) ([]DeclarationRow, []PassRow, error) {
	rows, err := list(ctx, q, scanDeclaration, selectDeclaration+" WHERE id = $1 ORDER BY traveller", uid(id))
	if err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 {
		return nil, nil, anlo.ErrNotFound
	}
	passes, err := list(ctx, q, scanPass, passColumns+" FROM pass WHERE declaration = $1 ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, revoked_at DESC, id DESC", uid(id))
	return rows, passes, err
}

// Pass returns an issued pass and the statement of its traveller (of the first
// traveller for the pass of a party); anlo.ErrNotFound when we never issued it.
func (db *DB) Pass(ctx context.Context, id anlo.ID) (PassRow, []DeclarationRow, error) {
	passes, err := list(ctx, db.read, scanPass, passColumns+" FROM pass WHERE id = $1", uid(id))
	if err != nil {
		return PassRow{}, nil, err
	}
	if len(passes) == 0 {
		return PassRow{}, nil, anlo.ErrNotFound
	}
	rows, _, err := db.Declaration(ctx, passes[0].Declaration)
	return passes[0], rows, err
}

// PassesOf returns those of some passes that we issued, without what is sealed.
func (db *DB) PassesOf(ctx context.Context, ids []anlo.ID) (map[anlo.ID]PassRow, error) {
	rows, err := list(ctx, db.read, func(r *sql.Rows) (p PassRow, err error) {
		var issued, expires, revoked int64
		err = r.Scan((*uid)(&p.ID), &p.Person, (*uid)(&p.Declaration), &p.Traveller, &issued, &expires, &revoked)
		p.IssuedAt, p.ExpiresAt, p.RevokedAt = at(issued), at(expires), at(revoked)
		return p, err
	}, "SELECT id, person, declaration, traveller, issued_at, expires_at, coalesce(revoked_at, 0) FROM pass WHERE id "+db.amongIDs(), db.ids(ids))
	if err != nil {
		return nil, err
	}
	passes := make(map[anlo.ID]PassRow, len(rows))
	for _, p := range rows {
		passes[p.ID] = p
	}
	return passes, nil
}

const passColumns = `SELECT id, person, declaration, traveller, day, status_index, issued_at, expires_at, coalesce(revoked_at, 0), sealed`

func scanPass(r *sql.Rows) (p PassRow, err error) {
	var issued, expires, revoked int64
	err = r.Scan((*uid)(&p.ID), &p.Person, (*uid)(&p.Declaration), &p.Traveller, &p.Day, &p.StatusIndex,
		&issued, &expires, &revoked, &p.Sealed)
	p.IssuedAt, p.ExpiresAt, p.RevokedAt = at(issued), at(expires), at(revoked)
	return p, err
}

func scanDeclaration(r *sql.Rows) (d DeclarationRow, err error) {
	var declared, changed, expires, cancelled, departs int64
	err = r.Scan((*uid)(&d.ID), &d.Traveller, &d.Person, &d.Revision, &declared, &changed, &expires, &cancelled,
		&d.List, &d.Permanent, &d.Temporary, &d.Origin, &d.Destination, &departs, &d.Vehicle, &d.Purpose,
		&d.PhoneIndex, &d.PlateIndex, &d.Grade, &d.Matched, (*uid)(&d.FollowedBy), &d.Sealed)
	d.DeclaredAt, d.ChangedAt, d.ExpiresAt = at(declared), at(changed), at(expires)
	d.CancelledAt, d.DepartsAt = at(cancelled), at(departs)
	return d, err
}

// list runs a query and gathers its rows.
func list[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	return gather(scan)(q.QueryContext(ctx, query, args...))
}

// one is the only row of a list; anlo.ErrNotFound when there is none.
func one[T any](rows []T, err error) (T, error) {
	if err != nil || len(rows) == 0 {
		var none T
		return none, failure(orNoRows(err))
	}
	return rows[0], nil
}

// listed is list for a prepared statement.
func listed[T any](ctx context.Context, stmt *sql.Stmt, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	return gather(scan)(stmt.QueryContext(ctx, args...))
}

func gather[T any](scan func(*sql.Rows) (T, error)) func(*sql.Rows, error) ([]T, error) {
	return func(rows *sql.Rows, err error) ([]T, error) {
		if err != nil {
			return nil, failure(err)
		}
		defer rows.Close()
		var out []T
		for rows.Next() {
			v, err := scan(rows)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, failure(rows.Err())
	}
}
