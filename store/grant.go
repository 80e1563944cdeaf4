package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// GrantRow is a role that an account was given.
type GrantRow struct {
	anlo.Grant
	ID        anlo.ID
	Staff     anlo.ID
	GivenBy   anlo.ID // zero on the machine itself
	Issuer    string  // the provider whose claims gave it; empty when given here
	GivenAt   time.Time
	RevokedAt time.Time
}

// Holds reports whether the role may be acted in at t.
func (g GrantRow) Holds(t time.Time) bool { return g.RevokedAt.IsZero() && g.Grant.Holds(t) }

const grantColumns = "SELECT g.id, g.staff, g.role, g.list, g.code, g.starts_at, g.ends_at, g.given_by, g.given_at, g.revoked_at, g.issuer FROM staff_grant g"

func scanGrant(r *sql.Rows) (g GrantRow, err error) {
	var from, until, revoked sql.NullInt64
	var given int64
	err = r.Scan((*uid)(&g.ID), (*uid)(&g.Staff), (*string)(&g.Role), &g.Area.List, &g.Area.Code, &from, &until, (*uid)(&g.GivenBy), &given, &revoked, &g.Issuer)
	g.From, g.Until, g.GivenAt, g.RevokedAt = at(from.Int64), at(until.Int64), at(given), at(revoked.Int64)
	return g, err
}

// Grants returns every role that an account was given, revoked ones too, in
// the order in which they were.
func (db *DB) Grants(ctx context.Context, staff anlo.ID) ([]GrantRow, error) {
	return list(ctx, db.read, scanGrant, grantColumns+" WHERE g.staff = $1 ORDER BY g.id", uid(staff))
}

// Grants is the same within the transaction.
func (tx *Tx) Grants(ctx context.Context, staff anlo.ID) ([]GrantRow, error) {
	return list(ctx, tx, scanGrant, grantColumns+" WHERE g.staff = $1 ORDER BY g.id", uid(staff))
}

// Grant finds one role that was given.
func (db *DB) Grant(ctx context.Context, id anlo.ID) (GrantRow, error) {
	return one(list(ctx, db.read, scanGrant, grantColumns+" WHERE g.id = $1", uid(id)))
}

// GrantsBetween returns what the accounts have been given whose logins lie
// between two, both included.
func (db *DB) GrantsBetween(ctx context.Context, first, last string) ([]GrantRow, error) {
	return list(ctx, db.read, scanGrant, grantColumns+` JOIN staff s ON s.id = g.staff
		WHERE s.login >= $1 AND s.login <= $2 AND g.revoked_at IS NULL ORDER BY g.id`, first, last)
}

// KeepGrant adds a role.
func (tx *Tx) KeepGrant(ctx context.Context, g GrantRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO staff_grant (id, staff, role, list, code, starts_at, ends_at, given_by, given_at, issuer)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		uid(g.ID), uid(g.Staff), string(g.Role), g.Area.List, g.Area.Code, nullMs(g.From), nullMs(g.Until), uid(g.GivenBy), ms(g.GivenAt), g.Issuer)
	return err
}

// RevokeGrant takes a role away; false when it was taken before.
func (tx *Tx) RevokeGrant(ctx context.Context, id anlo.ID, now time.Time) (bool, error) {
	return tx.touched(ctx, "UPDATE staff_grant SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", ms(now), uid(id))
}

// HoldersOf counts the open accounts that act in a role at a moment. It holds
// back other transactions that count the same role until this one ends, so
// that two who leave at once do not each believe that the other stays.
func (tx *Tx) HoldersOf(ctx context.Context, role anlo.Role, now time.Time) (n int, err error) {
	if _, err := tx.ExecContext(ctx, "UPDATE staff_grant SET role = role WHERE role = $1", string(role)); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT count(DISTINCT s.id) FROM staff s JOIN staff_grant g ON g.staff = s.id
		WHERE g.role = $1 AND g.revoked_at IS NULL AND s.disabled_at IS NULL
		AND (g.starts_at IS NULL OR g.starts_at <= $2) AND (g.ends_at IS NULL OR g.ends_at > $2)`, string(role), ms(now)).Scan(&n)
	return n, err
}
