package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// DeliveryRow is one message to one receiver. It waits until it is delivered or
// dead.
type DeliveryRow struct {
	ID        anlo.ID
	Webhook   anlo.ID
	Seq       int64 // of the change; the order of sending
	Body      string
	CreatedAt time.Time
	GiveUpAt  time.Time

	Attempts    int
	Outcome     string // of the last try: a status or the code of an error
	TriedAt     time.Time
	DeliveredAt time.Time
	DeadAt      time.Time
}

const selectDeliveries = `SELECT id, webhook, seq, body, created_at, give_up_at, attempts, outcome, coalesce(tried_at, 0), coalesce(delivered_at, 0),
	coalesce(dead_at, 0) FROM webhook_delivery WHERE webhook = $1`

func scanDelivery(r *sql.Rows) (d DeliveryRow, err error) {
	var created, giveUp, tried, delivered, dead int64
	err = r.Scan((*uid)(&d.ID), (*uid)(&d.Webhook), &d.Seq, &d.Body, &created, &giveUp, &d.Attempts, &d.Outcome, &tried, &delivered, &dead)
	d.CreatedAt, d.GiveUpAt, d.TriedAt, d.DeliveredAt, d.DeadAt = at(created), at(giveUp), at(tried), at(delivered), at(dead)
	return d, err
}

// NextDelivery returns the oldest message that waits for a receiver; false
// when there is none.
func (db *DB) NextDelivery(ctx context.Context, webhook anlo.ID) (DeliveryRow, bool, error) {
	found, err := list(ctx, db.read, scanDelivery, selectDeliveries+" AND delivered_at IS NULL AND dead_at IS NULL ORDER BY seq LIMIT 1", uid(webhook))
	if err != nil || len(found) == 0 {
		return DeliveryRow{}, false, err
	}
	return found[0], true, nil
}

// Deliveries returns the newest messages to a receiver.
func (db *DB) Deliveries(ctx context.Context, webhook anlo.ID, limit int) ([]DeliveryRow, error) {
	return list(ctx, db.read, scanDelivery, selectDeliveries+" ORDER BY seq DESC LIMIT $2", uid(webhook), limit)
}

// DeadDeliveries returns the newest dead letters to a receiver.
func (db *DB) DeadDeliveries(ctx context.Context, webhook anlo.ID, limit int) ([]DeliveryRow, error) {
	return list(ctx, db.read, scanDelivery, selectDeliveries+" AND dead_at IS NOT NULL ORDER BY seq DESC LIMIT $2", uid(webhook), limit)
}

// AddDeliveries queues messages about the changes after from and up to to, and
// has the receiver tried by then, however long it has not answered. It reports
// false when somebody else has queued them.
func (tx *Tx) AddDeliveries(ctx context.Context, webhook anlo.ID, from, to int64, ds []DeliveryRow, by time.Time) (bool, error) {
	res, err := tx.ExecContext(ctx, "UPDATE webhook SET seq = $1 WHERE id = $2 AND seq = $3", to, uid(webhook), from)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	if len(ds) == 0 {
		return true, nil
	}
	for _, d := range ds {
		if err := tx.KeepDelivery(ctx, d); err != nil {
			return false, err
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE webhook SET due_at = $1 WHERE id = $2 AND due_at > $1", ms(by), uid(webhook))
	return true, err
}

// KeepDelivery queues one message.
func (tx *Tx) KeepDelivery(ctx context.Context, d DeliveryRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO webhook_delivery (id, webhook, seq, body, created_at, give_up_at, attempts, outcome)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '')`, uid(d.ID), uid(d.Webhook), d.Seq, d.Body, ms(d.CreatedAt), ms(d.GiveUpAt))
	return err
}

// Delivered records that a receiver has a message. Here and below the receiver
// is written first, so that no two transactions wait for each other.
func (tx *Tx) Delivered(ctx context.Context, d DeliveryRow, outcome string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, "UPDATE webhook SET failures = 0 WHERE id = $1", uid(d.Webhook)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE webhook_delivery SET attempts = attempts + 1, outcome = $1, tried_at = $2, delivered_at = $2, dead_at = NULL
		WHERE id = $3`, outcome, ms(now), uid(d.ID))
	return err
}

// Failed records a try that did not succeed and when the receiver is tried
// again. Every message to it whose time is up becomes a dead letter; it returns
// how many did.
func (tx *Tx) Failed(ctx context.Context, d DeliveryRow, outcome string, now, again time.Time) (dead int64, err error) {
	if _, err := tx.ExecContext(ctx, "UPDATE webhook SET failures = failures + 1, due_at = $1 WHERE id = $2", ms(again), uid(d.Webhook)); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE webhook_delivery SET attempts = attempts + 1, outcome = $1, tried_at = $2 WHERE id = $3",
		outcome, ms(now), uid(d.ID)); err != nil {
		return 0, err
	}
	res, err := tx.ExecContext(ctx, `UPDATE webhook_delivery SET dead_at = $1, outcome = $2
		WHERE webhook = $3 AND delivered_at IS NULL AND dead_at IS NULL AND give_up_at <= $1`, ms(now), outcome, uid(d.Webhook))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Resend queues a dead letter again, or all of a receiver when id is zero, and
// has the receiver tried at once. It returns how many there were.
func (tx *Tx) Resend(ctx context.Context, webhook, id anlo.ID, now, giveUp time.Time) (n int64, err error) {
	if err := tx.one(ctx, "UPDATE webhook SET failures = 0, due_at = $1 WHERE id = $2", ms(now), uid(webhook)); err != nil {
		return 0, err
	}
	which, args := "", []any{ms(giveUp), uid(webhook)}
	if !id.IsZero() {
		which, args = " AND id = $3", append(args, uid(id))
	}
	res, err := tx.ExecContext(ctx, "UPDATE webhook_delivery SET dead_at = NULL, attempts = 0, give_up_at = $1 WHERE webhook = $2 AND dead_at IS NOT NULL"+which, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// PruneDeliveries forgets what was delivered before a moment, and dead letters
// that nobody has sent again since another.
func (db *DB) PruneDeliveries(ctx context.Context, delivered, dead time.Time) error {
	_, err := db.write.ExecContext(ctx, "DELETE FROM webhook_delivery WHERE delivered_at < $1 OR dead_at < $2", ms(delivered), ms(dead))
	return failure(err)
}
