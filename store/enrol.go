package store

import (
	"context"
	"time"

	"anlo"
)

// KeepEnrolment keeps the digest of a one-time code for a post, and forgets
// those that can no longer be used.
func (tx *Tx) KeepEnrolment(ctx context.Context, codeHash []byte, post anlo.ID, label string, now, expires time.Time) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM enrolment WHERE expires_at < $1", ms(now)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO enrolment (code_hash, checkpoint, label, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
		codeHash, uid(post), label, ms(now), ms(expires))
	return err
}

// UseEnrolment uses up a code and returns the post and the label that it was
// made for; anlo.ErrNotFound when it is wrong, used or old.
func (tx *Tx) UseEnrolment(ctx context.Context, codeHash []byte, now time.Time) (c anlo.Checkpoint, label string, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE enrolment SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $3
		RETURNING checkpoint, label`, ms(now), codeHash, ms(now)).Scan((*uid)(&c.ID), &label)
	if err != nil {
		return c, "", failure(err)
	}
	c, err = one(list(ctx, tx, scanCheckpoint, checkpointColumns+" WHERE id = $1", uid(c.ID)))
	return c, label, err
}
