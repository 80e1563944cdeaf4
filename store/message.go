package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// The kinds of texts.
const (
	CodeMessage     = "code"     // the short code of a declaration
	ReminderMessage = "reminder" // that its passes end tomorrow; one a declaration
)

// MessageRow is a text that waits to be handed to the gateway. Sealed holds the
// phone and what it is told. It is deleted as soon as nothing is left to do.
type MessageRow struct {
	ID          anlo.ID
	Person      int64
	Declaration anlo.ID
	Kind        string
	DueAt       time.Time
	Attempts    int
	Sealed      []byte
}

// CountMessage counts a text to a phone, by its index, on a day; false when it
// would be one too many. Two at the same moment are counted one after the other.
func (tx *Tx) CountMessage(ctx context.Context, phone, day int64, most int) (bool, error) {
	return tx.touched(ctx, `INSERT INTO message_day (phone, day, n) VALUES ($1, $2, 1)
		ON CONFLICT (phone, day) DO UPDATE SET n = message_day.n + 1 WHERE message_day.n < $3`, phone, day, most)
}

// KeepMessage queues a text; a second reminder of a declaration is left out.
func (tx *Tx) KeepMessage(ctx context.Context, m MessageRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO message (id, person, declaration, kind, due_at, attempts, sealed)
		VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT DO NOTHING`, uid(m.ID), m.Person, uid(m.Declaration), m.Kind, ms(m.DueAt), m.Sealed)
	return err
}

// MessagesDue leases up to limit texts whose time has come: nobody else takes
// them until the lease is over, and they come back if we die.
func (db *DB) MessagesDue(ctx context.Context, now, leased time.Time, limit int) (due []MessageRow, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		due, err = list(ctx, tx, func(r *sql.Rows) (m MessageRow, err error) {
			var at int64
			err = r.Scan((*uid)(&m.ID), &m.Person, (*uid)(&m.Declaration), &m.Kind, &at, &m.Attempts, &m.Sealed)
			m.DueAt = time.UnixMilli(at)
			return m, err
		}, `UPDATE message SET due_at = $1, attempts = attempts + 1 WHERE id IN
			(SELECT id FROM message WHERE due_at <= $2 ORDER BY due_at LIMIT $3`+tx.skipLocked()+`)
			RETURNING id, person, declaration, kind, due_at, attempts, sealed`, ms(leased), ms(now), limit)
		return err
	})
	return due, err
}

// PostponeMessage sets when a text is tried again.
func (db *DB) PostponeMessage(ctx context.Context, m MessageRow, until time.Time) error {
	_, err := db.write.ExecContext(ctx, "UPDATE message SET due_at = $1 WHERE id = $2 AND person = $3", ms(until), uid(m.ID), m.Person)
	return failure(err)
}

// MessageDone forgets a text with which nothing is left to do.
func (db *DB) MessageDone(ctx context.Context, m MessageRow) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM message WHERE id = $1 AND person = $2", uid(m.ID), m.Person)
	return failure(err)
}

// KeepShortCode makes a code, by its index, stand for a declaration; false when
// it stands for another one.
func (tx *Tx) KeepShortCode(ctx context.Context, code, person int64, declaration anlo.ID, expires time.Time) (bool, error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO short_code (code, person, declaration, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (code) DO NOTHING`, code, person, uid(declaration), ms(expires)); err != nil {
		return false, err
	}
	kept, err := one(list(ctx, tx, scanID, "SELECT declaration FROM short_code WHERE code = $1", code))
	return kept == declaration, err
}

// PruneMessages forgets codes whose passes ended before a moment, and what was
// counted before a day.
func (db *DB) PruneMessages(ctx context.Context, ended time.Time, day int64) error {
	return db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM short_code WHERE expires_at < $1", ms(ended)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM message_day WHERE day < $1", day)
		return err
	})
}
