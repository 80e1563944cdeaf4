package store

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"anlo"
)

// Minute is what was read at a post in one minute, of one kind: an outcome, a
// decision, "reason:" and a reason, or "device:" and who read. Added up, it is the same as counting the
// readings.
type Minute struct {
	Checkpoint anlo.ID
	Minute     int64 // since 1970
	What       string
	Readings   int64
	People     int64
	Took       int64 // milliseconds, of the readings that say it
	Timed      int64 // how many those are
}

var minuteTable = &table[Minute]{
	name:    "post_minute",
	columns: "checkpoint uuid, minute bigint, what text, readings bigint, people bigint, took bigint, timed bigint",
	row: func(m Minute) []any {
		return []any{uid(m.Checkpoint), m.Minute, m.What, m.Readings, m.People, m.Took, m.Timed}
	},
	suffix: `ON CONFLICT (checkpoint, minute, what) DO UPDATE SET readings = post_minute.readings + excluded.readings,
		people = post_minute.people + excluded.people, took = post_minute.took + excluded.took, timed = post_minute.timed + excluded.timed`,
}

type minuteKey struct {
	checkpoint anlo.ID
	minute     int64
	what       string
}

// minutes gathers what a batch adds to the figures.
type minutes map[minuteKey]*Minute

// read counts a reading, or with a sign of -1 takes it back.
func (m minutes) read(s anlo.Scan, sign int64) {
	m.add(s, string(s.Verdict.Outcome), sign)
	for _, r := range s.Verdict.Reasons {
		m.add(s, reasonNames[r], sign)
	}
	if s.Decision != "" {
		m.add(s, string(s.Decision), sign)
	}
	m.add(s, deviceMinute+s.Device.String(), sign)
}

// deviceMinute begins what is counted of one device: so many lanes there are.
const deviceMinute = "device:"

// Device returns whose readings a minute counts; ok is false where it counts
// something else.
func (m Minute) Device() (id anlo.ID, ok bool) {
	text, ok := strings.CutPrefix(m.What, deviceMinute)
	if !ok {
		return id, false
	}
	id, err := anlo.ParseID(text)
	return id, err == nil
}

func (m minutes) add(s anlo.Scan, what string, sign int64) {
	k := minuteKey{s.Checkpoint, MinuteOf(s.At), what}
	sum := m[k]
	if sum == nil {
		sum = &Minute{Checkpoint: k.checkpoint, Minute: k.minute, What: k.what}
		m[k] = sum
	}
	sum.Readings += sign
	sum.People += sign * int64(s.People)
	if s.Took > 0 {
		sum.Took += sign * s.Took.Milliseconds()
		sum.Timed += sign
	}
}

// MinuteOf counts minutes since 1970.
func MinuteOf(t time.Time) int64 { return ms(t) / 60_000 }

var reasonNames = func() map[anlo.Reason]string {
	names := map[anlo.Reason]string{}
	for _, r := range anlo.Reasons {
		names[r] = "reason:" + string(r)
	}
	return names
}()

// sorted returns what is to be added, in the order of the keys: so two batches
// never wait for each other.
func (m minutes) sorted() []Minute {
	out := make([]Minute, 0, len(m))
	for _, sum := range m {
		if *sum != (Minute{Checkpoint: sum.Checkpoint, Minute: sum.Minute, What: sum.What}) {
			out = append(out, *sum)
		}
	}
	slices.SortFunc(out, func(a, b Minute) int {
		return cmp.Or(bytes.Compare(a.Checkpoint[:], b.Checkpoint[:]), cmp.Compare(a.Minute, b.Minute), cmp.Compare(a.What, b.What))
	})
	return out
}

// PruneMinutes lets go of the figures of minutes before a moment; the readings
// stay. Post by post, it finds them by their key.
func (db *DB) PruneMinutes(ctx context.Context, before time.Time) error {
	posts, err := db.Checkpoints(ctx)
	for _, p := range posts {
		if err != nil {
			break
		}
		_, err = db.write.ExecContext(ctx, "DELETE FROM post_minute WHERE checkpoint = $1 AND minute < $2", uid(p.ID), MinuteOf(before))
	}
	return failure(err)
}

// AlertRow is what we knew about a reading and the lane did not. It has the
// identifier of the reading, so that there is one however often that is sent.
type AlertRow struct {
	Checkpoint anlo.ID
	Scan       anlo.ID
	Device     anlo.ID
	ScannedAt  time.Time
	Reason     anlo.Reason
	Elsewhere  anlo.ID   // the other post
	SeenAt     time.Time // there, or here before; zero when the reason is another
	Km         int       // between the two
}

var alertTable = &table[AlertRow]{
	name:    "post_alert",
	columns: "checkpoint uuid, id uuid, scan uuid, device uuid, scanned_at bigint, reason text, elsewhere uuid, seen_at bigint, km bigint",
	row: func(a AlertRow) []any {
		return []any{uid(a.Checkpoint), uid(a.Scan), uid(a.Scan), uid(a.Device), ms(a.ScannedAt), string(a.Reason), uid(a.Elsewhere), ms(a.SeenAt), int64(a.Km)}
	},
	suffix: "ON CONFLICT DO NOTHING",
}

// alertsKept is how long alerts are kept; the readings themselves stay.
const alertsKept = 7 * 24 * time.Hour

// keepAlerts adds alerts and lets go of old ones of the same post.
func (tx *Tx) keepAlerts(ctx context.Context, alerts []AlertRow) (int64, error) {
	if len(alerts) == 0 {
		return 0, nil
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM post_alert WHERE checkpoint = $1 AND scanned_at < $2",
		uid(alerts[0].Checkpoint), ms(alerts[0].ScannedAt.Add(-alertsKept))); err != nil {
		return 0, err
	}
	return alertTable.insert(ctx, tx, alerts)
}

// PostStamp changes whenever something was read at a post lately, one of its
// devices was heard of, or what it asks has changed.
func (db *DB) PostStamp(ctx context.Context, checkpoint anlo.ID, now time.Time) (stamp [5]int64, err error) {
	err = db.read.QueryRowContext(ctx, `SELECT
		(SELECT CAST(coalesce(sum(readings), 0) AS BIGINT) FROM post_minute WHERE checkpoint = $1 AND minute >= $2),
		(SELECT coalesce(max(seen_at), 0) FROM device WHERE checkpoint = $1),
		(SELECT count(*) FROM device WHERE checkpoint = $1 AND revoked_at IS NULL),
		(SELECT queue_at + card_hours FROM checkpoint WHERE id = $1),
		(SELECT coalesce(max(ends_at), 0) FROM post_surge WHERE checkpoint = $1 AND ends_at > $3)`, uid(checkpoint), MinuteOf(now)-15, ms(now)).
		Scan(&stamp[0], &stamp[1], &stamp[2], &stamp[3], &stamp[4])
	return stamp, failure(err)
}
