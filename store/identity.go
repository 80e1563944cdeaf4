package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// StaffByIdentity finds the account of whom a provider of sign-ins knows by a
// subject; anlo.ErrNotFound when there is none.
func (tx *Tx) StaffByIdentity(ctx context.Context, issuer string, subject []byte) (StaffRow, error) {
	return one(list(ctx, tx, scanStaff, staffColumns+
		" WHERE id = (SELECT staff FROM staff_identity WHERE issuer = $1 AND subject = $2)", issuer, subject))
}

// KeepIdentity binds a subject of a provider to an account.
func (tx *Tx) KeepIdentity(ctx context.Context, issuer string, subject []byte, staff anlo.ID, now time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO staff_identity (issuer, subject, staff, created_at) VALUES ($1, $2, $3, $4)",
		issuer, subject, uid(staff), ms(now))
	return err
}

// EndProviderSessions ends the sessions that began with a sign-in at a
// provider: those of one session there or, where it is nil, of a subject.
// It returns whose they were, one entry a session.
func (tx *Tx) EndProviderSessions(ctx context.Context, subject, session []byte) ([]anlo.ID, error) {
	if session != nil {
		return list(ctx, tx, scanID, "DELETE FROM session WHERE provider_session = $1 RETURNING staff", session)
	}
	return list(ctx, tx, scanID, "DELETE FROM session WHERE subject = $1 RETURNING staff", subject)
}

func scanID(r *sql.Rows) (id anlo.ID, err error) {
	err = r.Scan((*uid)(&id))
	return id, err
}
