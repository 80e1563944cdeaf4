package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// WebhookRow is a receiver of changes. Sealed holds the secrets that sign.
type WebhookRow struct {
	ID        anlo.ID
	URL       string
	Label     string
	Area      anlo.UnitRef // without a code: the country
	Sealed    []byte
	Seq       int64 // of the last change that became a delivery
	CreatedAt time.Time
	PausedAt  time.Time
	Gone      bool // paused because the receiver said so
	Failures  int  // in a row
	DueAt     time.Time

	Waiting, Dead int64 // deliveries
}

const webhookColumns = `id, url, label, list, area, sealed, seq, created_at, coalesce(paused_at, 0), gone, failures, due_at`

const selectWebhooks = "SELECT " + webhookColumns + `,
	(SELECT count(*) FROM webhook_delivery d WHERE d.webhook = webhook.id AND d.delivered_at IS NULL AND d.dead_at IS NULL),
	(SELECT count(*) FROM webhook_delivery d WHERE d.webhook = webhook.id AND d.dead_at IS NOT NULL) FROM webhook`

func (w *WebhookRow) scan(r *sql.Rows, more ...any) error {
	var created, paused, due, gone int64
	err := r.Scan(append([]any{(*uid)(&w.ID), &w.URL, &w.Label, &w.Area.List, &w.Area.Code, &w.Sealed, &w.Seq, &created, &paused, &gone, &w.Failures, &due}, more...)...)
	w.CreatedAt, w.PausedAt, w.Gone, w.DueAt = at(created), at(paused), gone != 0, at(due)
	return err
}

func scanWebhook(r *sql.Rows) (w WebhookRow, err error) { return w, w.scan(r, &w.Waiting, &w.Dead) }

// Webhooks returns all receivers, oldest first.
func (db *DB) Webhooks(ctx context.Context) ([]WebhookRow, error) {
	return list(ctx, db.read, scanWebhook, selectWebhooks+" ORDER BY id")
}

// WebhooksBehind returns the receivers that have not been told of every change
// up to head.
func (db *DB) WebhooksBehind(ctx context.Context, head int64) ([]WebhookRow, error) {
	return list(ctx, db.read, func(r *sql.Rows) (w WebhookRow, err error) { return w, w.scan(r) },
		"SELECT "+webhookColumns+" FROM webhook WHERE paused_at IS NULL AND seq < $1 ORDER BY id", head)
}

// Webhook returns one receiver.
func (db *DB) Webhook(ctx context.Context, id anlo.ID) (WebhookRow, error) {
	found, err := list(ctx, db.read, scanWebhook, selectWebhooks+" WHERE id = $1", uid(id))
	if err != nil || len(found) == 0 {
		return WebhookRow{}, failure(orNoRows(err))
	}
	return found[0], nil
}

// KeepWebhook adds a receiver.
func (tx *Tx) KeepWebhook(ctx context.Context, w WebhookRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO webhook (id, url, label, list, area, sealed, seq, created_at, gone, failures, due_at, leased_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, 0)`,
		uid(w.ID), w.URL, w.Label, w.Area.List, w.Area.Code, w.Sealed, w.Seq, ms(w.CreatedAt), ms(w.DueAt))
	return err
}

// PauseWebhook stops sending to a receiver; gone when it asked for that itself.
func (tx *Tx) PauseWebhook(ctx context.Context, id anlo.ID, now time.Time, gone bool) error {
	said := 0
	if gone {
		said = 1
	}
	return tx.one(ctx, "UPDATE webhook SET paused_at = $1, gone = $2 WHERE id = $3", ms(now), said, uid(id))
}

// ResumeWebhook sends to a receiver again, from now on.
func (tx *Tx) ResumeWebhook(ctx context.Context, id anlo.ID, now time.Time) error {
	return tx.one(ctx, "UPDATE webhook SET paused_at = NULL, gone = 0, failures = 0, due_at = $1 WHERE id = $2", ms(now), uid(id))
}

// SecureWebhook gives a receiver other secrets.
func (tx *Tx) SecureWebhook(ctx context.Context, id anlo.ID, sealed []byte) error {
	return tx.one(ctx, "UPDATE webhook SET sealed = $1 WHERE id = $2", sealed, uid(id))
}

// RemoveWebhook forgets a receiver and everything that was on its way there.
func (tx *Tx) RemoveWebhook(ctx context.Context, id anlo.ID) error {
	return tx.one(ctx, "DELETE FROM webhook WHERE id = $1", uid(id))
}

// one runs a statement that must touch a row.
func (tx *Tx) one(ctx context.Context, statement string, args ...any) error {
	res, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return failure(orNoRows(err))
	}
	return nil
}

// ClaimWebhooks leases up to limit receivers that something waits for, so that
// nobody else sends to them until then, or until they are released.
func (db *DB) ClaimWebhooks(ctx context.Context, now, until time.Time, limit int) ([]WebhookRow, error) {
	ready := func(now string) string {
		return "FROM webhook w WHERE w.paused_at IS NULL AND w.due_at <= " + now + " AND w.leased_until <= " + now + ` AND EXISTS
			(SELECT 1 FROM webhook_delivery d WHERE d.webhook = w.id AND d.delivered_at IS NULL AND d.dead_at IS NULL)`
	}
	var n int64 // most of the time there is nothing, and finding that out writes nothing
	if err := db.read.QueryRowContext(ctx, "SELECT count(*) "+ready("$1"), ms(now)).Scan(&n); err != nil || n == 0 {
		return nil, failure(err)
	}
	var claimed []WebhookRow
	err := db.Update(ctx, func(tx *Tx) (err error) {
		claimed, err = list(ctx, tx, func(r *sql.Rows) (w WebhookRow, err error) { return w, w.scan(r) },
			"UPDATE webhook SET leased_until = $1 WHERE id IN (SELECT w.id "+ready("$2")+" ORDER BY w.due_at LIMIT $3"+tx.skipLocked()+`)
			RETURNING `+webhookColumns, ms(until), ms(now), limit)
		return err
	})
	return claimed, err
}

// ReleaseWebhook ends a lease before its time.
func (db *DB) ReleaseWebhook(ctx context.Context, id anlo.ID) error {
	_, err := db.write.ExecContext(ctx, "UPDATE webhook SET leased_until = 0 WHERE id = $1", uid(id))
	return failure(err)
}
