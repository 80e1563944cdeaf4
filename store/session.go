package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// SessionRow is somebody who is signed in on one device.
type SessionRow struct {
	ID        anlo.ID
	Staff     anlo.ID
	CreatedAt time.Time
	SeenAt    time.Time
	Device    string
	Factor    string

	// Where they signed in at a provider, keyed; written only.
	Subject         []byte
	ProviderSession []byte

	// Read along, never written.
	Login    string
	Password bool // whether they have one
	Disabled bool
	Acting   GrantRow // the role in use; its ID is zero until one is chosen
}

const sessionColumns = `SELECT n.id, n.staff, n.created_at, n.seen_at, n.device, n.factor, s.login, s.password <> '', s.disabled_at,
	g.id, coalesce(g.role, ''), coalesce(g.list, ''), coalesce(g.code, ''), g.starts_at, g.ends_at, g.revoked_at
	FROM session n JOIN staff s ON s.id = n.staff LEFT JOIN staff_grant g ON g.id = n.acting`

func scanSession(r *sql.Rows) (s SessionRow, err error) {
	var created, seen int64
	var disabled, from, until, revoked sql.NullInt64
	g := &s.Acting
	err = r.Scan((*uid)(&s.ID), (*uid)(&s.Staff), &created, &seen, &s.Device, &s.Factor, &s.Login, &s.Password, &disabled,
		(*uid)(&g.ID), (*string)(&g.Role), &g.Area.List, &g.Area.Code, &from, &until, &revoked)
	s.CreatedAt, s.SeenAt, s.Disabled = at(created), at(seen), disabled.Valid
	g.Staff, g.From, g.Until, g.RevokedAt = s.Staff, at(from.Int64), at(until.Int64), at(revoked.Int64)
	return s, err
}

// Session finds a session by the hash of its token.
func (db *DB) Session(ctx context.Context, tokenHash []byte) (SessionRow, error) {
	return one(list(ctx, db.read, scanSession, sessionColumns+" WHERE n.token_hash = $1", tokenHash))
}

// Sessions returns the sessions of an account, the latest used first.
func (db *DB) Sessions(ctx context.Context, staff anlo.ID) ([]SessionRow, error) {
	return list(ctx, db.read, scanSession, sessionColumns+" WHERE n.staff = $1 ORDER BY n.seen_at DESC, n.id", uid(staff))
}

// KeepSession adds a session, and forgets those that nobody can use any more:
// not seen since idle, or begun before old.
func (tx *Tx) KeepSession(ctx context.Context, s SessionRow, tokenHash []byte, idle, old time.Time) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM session WHERE seen_at < $1 OR created_at < $2", ms(idle), ms(old)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO session (id, token_hash, staff, acting, created_at, seen_at, device, factor, subject, provider_session)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		uid(s.ID), tokenHash, uid(s.Staff), uid(s.Acting.ID), ms(s.CreatedAt), ms(s.SeenAt), s.Device, s.Factor, s.Subject, s.ProviderSession)
	return err
}

// SeeSession notes that a session was used.
func (db *DB) SeeSession(ctx context.Context, id anlo.ID, now time.Time) error {
	_, err := db.write.ExecContext(ctx, "UPDATE session SET seen_at = $1 WHERE id = $2 AND seen_at < $1", ms(now), uid(id))
	return failure(err)
}

// ActIn gives a session another role, and another token with it.
func (tx *Tx) ActIn(ctx context.Context, session, grant anlo.ID, tokenHash []byte) (found bool, err error) {
	return tx.touched(ctx, "UPDATE session SET acting = $1, token_hash = $2 WHERE id = $3", uid(grant), tokenHash, uid(session))
}

// EndSession ends one session of an account; false when it has no such session.
func (tx *Tx) EndSession(ctx context.Context, staff, session anlo.ID) (bool, error) {
	return tx.touched(ctx, "DELETE FROM session WHERE id = $1 AND staff = $2", uid(session), uid(staff))
}

// EndSessions ends all sessions of an account but one, which may be zero.
func (tx *Tx) EndSessions(ctx context.Context, staff, but anlo.ID) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM session WHERE staff = $1 AND id <> $2", uid(staff), but[:])
	return err
}
