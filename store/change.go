package store

import (
	"context"
	"time"

	"anlo"
)

// Replace writes a correction: the old statements move to declaration_past, the
// standing passes are revoked, and the new rows take their place. A corrected
// identity number makes another person of the row, which is why rows are
// replaced and never updated.
func (tx *Tx) Replace(ctx context.Context, d NewDeclaration, now time.Time) error {
	id := d.Rows[0].ID
	if _, err := tx.ExecContext(ctx, `INSERT INTO declaration_past (id, traveller, revision, person, changed_at, grade, sealed)
		SELECT id, traveller, revision, person, changed_at, grade, sealed FROM declaration WHERE id = $1`, uid(id)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM declaration WHERE id = $1", uid(id)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM outbox WHERE declaration = $1", uid(id)); err != nil {
		return err
	}
	if err := tx.Revoke(ctx, id, now); err != nil {
		return err
	}
	return newRows([]NewDeclaration{d}, nil).insert(ctx, tx)
}

// Cancel marks a declaration as cancelled, revokes its passes, and leaves next
// in place of its waiting work.
func (tx *Tx) Cancel(ctx context.Context, id anlo.ID, now time.Time, next OutboxRow) error {
	if _, err := tx.ExecContext(ctx, "UPDATE declaration SET cancelled_at = $1 WHERE id = $2 AND cancelled_at IS NULL", ms(now), uid(id)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM outbox WHERE declaration = $1", uid(id)); err != nil {
		return err
	}
	if _, err := outboxTable.insert(ctx, tx, []OutboxRow{next}); err != nil {
		return err
	}
	return tx.Revoke(ctx, id, now)
}

// Revoke withdraws every standing pass of a declaration.
func (tx *Tx) Revoke(ctx context.Context, id anlo.ID, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE pass SET revoked_at = $1 WHERE declaration = $2 AND revoked_at IS NULL", ms(now), uid(id))
	return err
}

// Confirm writes the register's late answer for one traveller, replaces the
// text of the passes that said "identity not confirmed", and leaves next to be
// done.
func (tx *Tx) Confirm(ctx context.Context, d DeclarationRow, passes []PassRow, next OutboxRow) error {
	if _, err := tx.ExecContext(ctx, "UPDATE declaration SET grade = $1, matched = $2, sealed = $3 WHERE id = $4 AND traveller = $5 AND revision = $6",
		string(d.Grade), d.Matched, d.Sealed, uid(d.ID), d.Traveller, d.Revision); err != nil {
		return err
	}
	for _, p := range passes {
		if _, err := tx.ExecContext(ctx, "UPDATE pass SET sealed = $1 WHERE id = $2 AND revoked_at IS NULL", p.Sealed, uid(p.ID)); err != nil {
			return err
		}
	}
	_, err := outboxTable.insert(ctx, tx, []OutboxRow{next})
	return err
}
