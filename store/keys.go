package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"anlo/seal"
)

// WrappedKey implements seal.Vault.
func (db *DB) WrappedKey(ctx context.Context, name string) ([]byte, error) {
	var wrapped []byte
	var destroyed sql.NullInt64
	err := db.read.QueryRowContext(ctx, "SELECT wrapped, destroyed_at FROM data_key WHERE name = $1", name).Scan(&wrapped, &destroyed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err == nil && destroyed.Valid:
		return nil, seal.ErrDestroyed
	}
	return wrapped, failure(err)
}

// KeepKey implements seal.Vault.
func (db *DB) KeepKey(ctx context.Context, name string, wrapped []byte) error {
	_, err := db.write.ExecContext(ctx, "INSERT INTO data_key (name, wrapped, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
		name, wrapped, time.Now().UnixMilli())
	return failure(err)
}

// IssuingKey is a signing key as it is kept; Sealed holds its private part.
type IssuingKey struct {
	KID       []byte
	Uses      int64
	Public    []byte // SubjectPublicKeyInfo
	Sealed    []byte
	NotBefore time.Time
	SignUntil time.Time
	NotAfter  time.Time
}

// IssuingKeys returns all of them, oldest first.
func (db *DB) IssuingKeys(ctx context.Context) ([]IssuingKey, error) {
	return list(ctx, db.read, func(r *sql.Rows) (k IssuingKey, err error) {
		var from, until, after int64
		err = r.Scan(&k.KID, &k.Uses, &k.Public, &k.Sealed, &from, &until, &after)
		k.NotBefore, k.SignUntil, k.NotAfter = at(from), at(until), at(after)
		return k, err
	}, "SELECT kid, uses, public, sealed, not_before, sign_until, not_after FROM issuing_key ORDER BY not_before, kid")
}

// KeepIssuingKey adds a key or changes its dates.
func (tx *Tx) KeepIssuingKey(ctx context.Context, k IssuingKey) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO issuing_key (kid, uses, public, sealed, not_before, sign_until, not_after)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kid) DO UPDATE SET
		not_before = excluded.not_before, sign_until = excluded.sign_until, not_after = excluded.not_after`,
		k.KID, k.Uses, k.Public, k.Sealed, ms(k.NotBefore), ms(k.SignUntil), ms(k.NotAfter))
	return err
}

// KeyList returns the newest key list that the root has signed, version 0 when
// there is none.
func (db *DB) KeyList(ctx context.Context) (version int64, signed []byte, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT version, signed FROM key_list ORDER BY version DESC LIMIT 1").Scan(&version, &signed)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	return version, signed, failure(err)
}

// KeyListVersion returns the version of the newest key list, 0 when there is none.
func (db *DB) KeyListVersion(ctx context.Context) (version int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM key_list").Scan(&version)
	return version, failure(err)
}

// KeepKeyList adds a signed key list. The version is its primary key: of two
// that are made at once, one fails.
func (tx *Tx) KeepKeyList(ctx context.Context, version int64, signed []byte, now time.Time) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO key_list (version, signed, created_at) VALUES ($1, $2, $3)", version, signed, ms(now))
	return err
}

// BundleRow is a signed bundle.
type BundleRow struct {
	Version  int64
	Signed   []byte
	Digest   []byte // of what it says apart from version and times
	IssuedAt time.Time
}

// Bundle returns the newest bundle, version 0 when there is none.
func (db *DB) Bundle(ctx context.Context) (BundleRow, error) {
	var b BundleRow
	var issued int64
	err := db.read.QueryRowContext(ctx, "SELECT version, signed, digest, issued_at FROM bundle ORDER BY version DESC LIMIT 1").
		Scan(&b.Version, &b.Signed, &b.Digest, &issued)
	if errors.Is(err, sql.ErrNoRows) {
		return BundleRow{}, nil
	}
	b.IssuedAt = at(issued)
	return b, failure(err)
}

// KeepBundle adds a bundle and forgets all but the last hundred. It reports
// false when somebody else has written that version first.
func (db *DB) KeepBundle(ctx context.Context, b BundleRow) (kept bool, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO bundle (version, signed, digest, issued_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			b.Version, b.Signed, b.Digest, ms(b.IssuedAt))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		kept = n == 1
		if err == nil {
			_, err = tx.ExecContext(ctx, "DELETE FROM bundle WHERE version < $1", b.Version-100)
		}
		return err
	})
	return kept, err
}

// Revoked is one place on a status list whose pass no longer stands.
type Revoked struct {
	Day   int64
	Index int64
}

// RevokedSince returns what was revoked of the passes issued on day or later.
func (db *DB) RevokedSince(ctx context.Context, day int64) ([]Revoked, error) {
	return list(ctx, db.read, func(r *sql.Rows) (v Revoked, err error) {
		return v, r.Scan(&v.Day, &v.Index)
	}, "SELECT day, status_index FROM pass WHERE revoked_at IS NOT NULL AND day >= $1 ORDER BY day, status_index", day)
}

// ReserveStatus takes n consecutive places of a day's counter and returns the
// first. What a process reserves and does not use stays empty.
func (db *DB) ReserveStatus(ctx context.Context, day, n int64) (first int64, err error) {
	err = db.write.QueryRowContext(ctx, `INSERT INTO status_day (day, next) VALUES ($1, $2)
		ON CONFLICT (day) DO UPDATE SET next = status_day.next + excluded.next RETURNING next`, day, n).Scan(&first)
	return first - n, failure(err)
}

// StatusDays returns how far the counters of the days since day have come.
func (db *DB) StatusDays(ctx context.Context, day int64) (map[int64]int64, error) {
	days := map[int64]int64{}
	_, err := list(ctx, db.read, func(r *sql.Rows) (struct{}, error) {
		var d, next int64
		err := r.Scan(&d, &next)
		days[d] = next
		return struct{}{}, err
	}, "SELECT day, next FROM status_day WHERE day >= $1", day)
	return days, err
}
