package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// PasskeyRow is a passkey of an account.
type PasskeyRow struct {
	ID         anlo.ID
	Staff      anlo.ID
	Credential []byte // digest of its identifier
	Sealed     []byte // its name, and the whole credential
	CreatedAt  time.Time
	UsedAt     time.Time
}

// Passkeys returns the passkeys of an account, the oldest first.
func (db *DB) Passkeys(ctx context.Context, staff anlo.ID) ([]PasskeyRow, error) {
	return passkeys(ctx, db.read, staff)
}

// Passkeys is the same within the transaction.
func (tx *Tx) Passkeys(ctx context.Context, staff anlo.ID) ([]PasskeyRow, error) {
	return passkeys(ctx, tx, staff)
}

func passkeys(ctx context.Context, q querier, staff anlo.ID) ([]PasskeyRow, error) {
	return list(ctx, q, func(r *sql.Rows) (p PasskeyRow, err error) {
		var created int64
		var used sql.NullInt64
		err = r.Scan((*uid)(&p.ID), (*uid)(&p.Staff), &p.Credential, &p.Sealed, &created, &used)
		p.CreatedAt, p.UsedAt = at(created), at(used.Int64)
		return p, err
	}, "SELECT id, staff, credential, sealed, created_at, used_at FROM passkey WHERE staff = $1 ORDER BY id", uid(staff))
}

// KeepPasskey adds a passkey; false when somebody has it already.
func (tx *Tx) KeepPasskey(ctx context.Context, p PasskeyRow) (kept bool, err error) {
	return tx.touched(ctx, `INSERT INTO passkey (id, staff, credential, sealed, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, uid(p.ID), uid(p.Staff), p.Credential, p.Sealed, ms(p.CreatedAt))
}

// UsePasskey writes what the use of a passkey changed in it; false when it was
// removed meanwhile.
func (tx *Tx) UsePasskey(ctx context.Context, id anlo.ID, sealed []byte, now time.Time) (found bool, err error) {
	return tx.touched(ctx, "UPDATE passkey SET sealed = $1, used_at = $2 WHERE id = $3", sealed, ms(now), uid(id))
}

// RemovePasskey takes a passkey from an account; false when it has no such.
func (tx *Tx) RemovePasskey(ctx context.Context, staff, id anlo.ID) (found bool, err error) {
	return tx.touched(ctx, "DELETE FROM passkey WHERE id = $1 AND staff = $2", uid(id), uid(staff))
}

// RemovePasskeys takes all of them.
func (tx *Tx) RemovePasskeys(ctx context.Context, staff anlo.ID) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM passkey WHERE staff = $1", uid(staff))
	return err
}
