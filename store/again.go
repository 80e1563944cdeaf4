package store

import (
	"context"
	"time"

	"anlo"
)

// Follow writes a declaration that is made once more. The passes under the one
// before end for the party and for whoever travels again; who stays behind
// keeps their own.
func (tx *Tx) Follow(ctx context.Context, before anlo.ID, d NewDeclaration, now time.Time) error {
	if _, err := tx.ExecContext(ctx, "UPDATE declaration SET followed_by = $1 WHERE id = $2", uid(d.Rows[0].ID), uid(before)); err != nil {
		return err
	}
	for _, r := range d.Rows {
		if _, err := tx.ExecContext(ctx, `UPDATE pass SET revoked_at = $1
			WHERE declaration = $2 AND revoked_at IS NULL AND expires_at > $3 AND (person = $4 OR traveller = $5)`,
			ms(now), uid(before), ms(now), r.Person, anlo.PartyTraveller); err != nil {
			return err
		}
	}
	return newRows([]NewDeclaration{d}, nil).insert(ctx, tx)
}
