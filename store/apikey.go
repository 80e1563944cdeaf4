package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"anlo"
)

// KeyRow is an API key of another system.
type KeyRow struct {
	ID        anlo.ID
	Name      string
	Role      anlo.Role
	Area      anlo.UnitRef
	Only      []anlo.Action
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // to the minute
	RevokedAt time.Time
}

const keyColumns = "SELECT id, name, role, list, code, scopes, created_at, expires_at, used_at, revoked_at FROM api_key"

func scanKey(r *sql.Rows) (k KeyRow, err error) {
	var scopes string
	var created, expires int64
	var used, revoked sql.NullInt64
	err = r.Scan((*uid)(&k.ID), &k.Name, (*string)(&k.Role), &k.Area.List, &k.Area.Code, &scopes, &created, &expires, &used, &revoked)
	k.Only = []anlo.Action{} // without scopes a key may do nothing, and nil would be everything
	for s := range strings.FieldsSeq(scopes) {
		k.Only = append(k.Only, anlo.Action(s))
	}
	k.CreatedAt, k.ExpiresAt, k.UsedAt, k.RevokedAt = at(created), at(expires), at(used.Int64), at(revoked.Int64)
	return k, err
}

// APIKey finds a key by the hash of its token, whether or not it still holds.
func (db *DB) APIKey(ctx context.Context, tokenHash []byte) (KeyRow, error) {
	return one(list(ctx, db.read, scanKey, keyColumns+" WHERE token_hash = $1", tokenHash))
}

// APIKeys returns the keys that were not revoked, by name.
func (db *DB) APIKeys(ctx context.Context) ([]KeyRow, error) {
	return list(ctx, db.read, scanKey, keyColumns+" WHERE revoked_at IS NULL ORDER BY name, id")
}

// KeepAPIKey adds a key.
func (tx *Tx) KeepAPIKey(ctx context.Context, k KeyRow, tokenHash []byte) error {
	scopes := make([]string, len(k.Only))
	for i, s := range k.Only {
		scopes[i] = string(s)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO api_key (id, name, token_hash, role, list, code, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		uid(k.ID), k.Name, tokenHash, string(k.Role), k.Area.List, k.Area.Code, strings.Join(scopes, " "), ms(k.CreatedAt), ms(k.ExpiresAt))
	return err
}

// UseAPIKey notes that a key was used.
func (db *DB) UseAPIKey(ctx context.Context, id anlo.ID, now time.Time) error {
	_, err := db.write.ExecContext(ctx, "UPDATE api_key SET used_at = $1 WHERE id = $2", ms(now), uid(id))
	return failure(err)
}

// RevokeAPIKey withdraws a key; false when it was before.
func (tx *Tx) RevokeAPIKey(ctx context.Context, id anlo.ID, now time.Time) (bool, error) {
	return tx.touched(ctx, "UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", ms(now), uid(id))
}
