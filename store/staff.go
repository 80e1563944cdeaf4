package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"anlo"
)

// StaffRow is the account of somebody in office.
type StaffRow struct {
	ID            anlo.ID
	Login         string
	Sealed        []byte    // name, phone, e-mail
	Person        int64     // who they are themselves; 0 when not known
	Password      string    // hash; empty for who signs in elsewhere only
	PasswordUntil time.Time // of a first password, which must be changed
	TOTP          []byte    // sealed; nil before they have an authenticator
	CreatedAt     time.Time
	DisabledAt    time.Time

	Passkeys int // how many they have; read along, never written
}

const staffColumns = `SELECT id, login, sealed, person, password, password_until, totp, created_at, disabled_at,
	(SELECT count(*) FROM passkey WHERE passkey.staff = staff.id) FROM staff`

func scanStaff(r *sql.Rows) (s StaffRow, err error) {
	var until, disabled sql.NullInt64
	var created int64
	err = r.Scan((*uid)(&s.ID), &s.Login, &s.Sealed, &s.Person, &s.Password, &until, &s.TOTP, &created, &disabled, &s.Passkeys)
	s.PasswordUntil, s.CreatedAt, s.DisabledAt = at(until.Int64), at(created), at(disabled.Int64)
	return s, err
}

// Staff finds an account; anlo.ErrNotFound when there is none.
func (db *DB) Staff(ctx context.Context, id anlo.ID) (StaffRow, error) {
	return one(list(ctx, db.read, scanStaff, staffColumns+" WHERE id = $1", uid(id)))
}

// StaffByLogin finds an account by the name that somebody signs in with.
func (db *DB) StaffByLogin(ctx context.Context, login string) (StaffRow, error) {
	return one(list(ctx, db.read, scanStaff, staffColumns+" WHERE login = $1", login))
}

// StaffPage returns at most limit accounts whose login comes after a login and
// contains a text, in the order of logins.
func (db *DB) StaffPage(ctx context.Context, containing, after string, limit int) ([]StaffRow, error) {
	return list(ctx, db.read, scanStaff, staffColumns+" WHERE login > $1 AND login LIKE $2 ESCAPE '!' ORDER BY login LIMIT $3",
		after, "%"+likeText.Replace(containing)+"%", limit)
}

// Logins returns the logins of accounts, for histories.
func (db *DB) Logins(ctx context.Context, ids []anlo.ID) (map[anlo.ID]string, error) {
	logins := map[anlo.ID]string{}
	for _, id := range ids {
		if _, asked := logins[id]; asked || id.IsZero() {
			continue
		}
		s, err := db.Staff(ctx, id)
		if err != nil && !errors.Is(err, anlo.ErrNotFound) {
			return nil, err
		}
		logins[id] = s.Login
	}
	return logins, nil
}

// KeepStaff adds an account. Of two with the same login the second is refused
// with false.
func (tx *Tx) KeepStaff(ctx context.Context, s StaffRow) (kept bool, err error) {
	return tx.touched(ctx, `INSERT INTO staff (id, login, sealed, person, password, password_until, totp_step, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (login) DO NOTHING`,
		uid(s.ID), s.Login, s.Sealed, s.Person, s.Password, nullMs(s.PasswordUntil), ms(s.CreatedAt))
}

// SealStaff writes who an account belongs to.
func (tx *Tx) SealStaff(ctx context.Context, id anlo.ID, sealed []byte, person int64) (found bool, err error) {
	return tx.touched(ctx, "UPDATE staff SET sealed = $1, person = $2 WHERE id = $3", sealed, person, uid(id))
}

// SetPassword writes the hash of a password; until is zero unless it must be
// changed.
func (tx *Tx) SetPassword(ctx context.Context, id anlo.ID, hash string, until time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE staff SET password = $1, password_until = $2 WHERE id = $3", hash, nullMs(until), uid(id))
	return err
}

// ChangePassword replaces the hash that its owner has just shown the password
// of; false when it was replaced by somebody else meanwhile.
func (tx *Tx) ChangePassword(ctx context.Context, id anlo.ID, was, hash string) (bool, error) {
	return tx.touched(ctx, "UPDATE staff SET password = $1, password_until = NULL WHERE id = $2 AND password = $3", hash, uid(id), was)
}

// SetTOTP writes the sealed secret of an authenticator, nil to forget it. No
// code of the step or before works.
func (tx *Tx) SetTOTP(ctx context.Context, id anlo.ID, sealed []byte, step int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE staff SET totp = $1, totp_step = $2 WHERE id = $3", sealed, step, uid(id))
	return err
}

// UseTOTP marks the codes up to a step as used. It reports false when one of
// that step or later was used before.
func (tx *Tx) UseTOTP(ctx context.Context, id anlo.ID, step int64) (bool, error) {
	return tx.touched(ctx, "UPDATE staff SET totp_step = $1 WHERE id = $2 AND totp_step < $1", step, uid(id))
}

// DisableStaff closes an account, or opens it again when the time is zero.
func (tx *Tx) DisableStaff(ctx context.Context, id anlo.ID, now time.Time) (changed bool, err error) {
	if now.IsZero() {
		return tx.touched(ctx, "UPDATE staff SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL", uid(id))
	}
	return tx.touched(ctx, "UPDATE staff SET disabled_at = $1 WHERE id = $2 AND disabled_at IS NULL", ms(now), uid(id))
}

// ReplaceRecovery writes the recovery codes of an account in place of those
// before.
func (tx *Tx) ReplaceRecovery(ctx context.Context, id anlo.ID, codes [][]byte) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM staff_recovery WHERE staff = $1", uid(id)); err != nil {
		return err
	}
	for _, c := range codes {
		if _, err := tx.ExecContext(ctx, "INSERT INTO staff_recovery (staff, code) VALUES ($1, $2)", uid(id), c); err != nil {
			return err
		}
	}
	return nil
}

// UseRecovery takes a recovery code away; false when there is no such code.
func (tx *Tx) UseRecovery(ctx context.Context, id anlo.ID, code []byte) (bool, error) {
	return tx.touched(ctx, "DELETE FROM staff_recovery WHERE staff = $1 AND code = $2", uid(id), code)
}

// RecoveryLeft counts the recovery codes that were not used.
func (db *DB) RecoveryLeft(ctx context.Context, id anlo.ID) (n int, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM staff_recovery WHERE staff = $1", uid(id)).Scan(&n)
	return n, failure(err)
}
