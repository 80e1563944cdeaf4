package store

import (
	"context"
	"database/sql"
	"time"

	"anlo"
)

// PostRow is a post as it stands at a moment.
type PostRow struct {
	anlo.Checkpoint
	anlo.Policy
	Flow    anlo.Flow
	Alerts  int // of the last hour
	Devices int
	Silent  int // of these, not heard of since a moment
}

// Posts returns how every post stands, by name; only one where post is not zero.
// Devices that were last heard of before silent are silent.
func (db *DB) Posts(ctx context.Context, post anlo.ID, now, silent time.Time) ([]PostRow, error) {
	m := MinuteOf(now) // it is not over yet, and counts for no rate
	posts, err := list(ctx, db.read, func(r *sql.Rows) (p PostRow, err error) {
		var queue, took, timed, counted int64
		f := &p.Flow
		err = r.Scan((*uid)(&p.ID), &p.Name, &p.Commune.List, &p.Commune.Code, &p.CardHours, &queue, &counted,
			&f.Near, &f.Far, &f.People, &took, &timed, &f.Lanes, &f.Best)
		f.Queue, f.Counted = int(queue), at(counted)
		if timed > 0 {
			f.Took = time.Duration(took/timed) * time.Millisecond
		}
		return p, err
	}, `SELECT c.id, c.name, c.list, c.commune, c.card_hours, c.queue, c.queue_at,
		CAST(coalesce(sum(CASE WHEN m.minute >= $1 AND `+isOutcome+` THEN m.readings END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN m.minute >= $2 AND m.minute < $1 AND `+isOutcome+` THEN m.readings END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN m.minute >= $2 AND `+isOutcome+` THEN m.people END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN m.minute >= $2 AND `+isOutcome+` THEN m.took END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN m.minute >= $2 AND `+isOutcome+` THEN m.timed END), 0) AS BIGINT),
		count(DISTINCT CASE WHEN m.minute >= $3 AND m.what LIKE 'device:%' AND m.readings > 0 THEN m.what END),
		coalesce(max(CASE WHEN m.what LIKE 'device:%' THEN m.readings END), 0)
		FROM checkpoint c LEFT JOIN post_minute m ON m.checkpoint = c.id AND m.minute >= $4 AND m.minute < $5
		`+ifOne(post, "WHERE c.id = $6")+` GROUP BY c.id, c.name, c.list, c.commune, c.card_hours, c.queue, c.queue_at ORDER BY c.name, c.id`,
		with(post, m-spanOf(anlo.FlowNear), m-spanOf(anlo.FlowSpan), m-spanOf(anlo.LaneSpan), m-spanOf(anlo.BestSpan), m)...)
	if err != nil {
		return nil, err
	}
	byID := make(map[anlo.ID]*PostRow, len(posts))
	for i := range posts {
		byID[posts[i].ID] = &posts[i]
	}
	if err := db.addSurges(ctx, byID, now); err != nil {
		return nil, err
	}
	if err := db.addCounts(ctx, byID, post, now, silent); err != nil {
		return nil, err
	}
	return posts, nil
}

const isOutcome = "m.what IN ('go', 'look', 'stop')"

func spanOf(d time.Duration) int64 { return int64(d / time.Minute) }

func ifOne(post anlo.ID, condition string) string {
	if post.IsZero() {
		return ""
	}
	return condition
}

// with adds a post to the parameters where there is one.
func with(post anlo.ID, args ...any) []any {
	if post.IsZero() {
		return args
	}
	return append(args, uid(post))
}

// addSurges adds the surges in force.
func (db *DB) addSurges(ctx context.Context, posts map[anlo.ID]*PostRow, now time.Time) error {
	type at struct {
		post  anlo.ID
		surge anlo.Surge
	}
	surges, err := list(ctx, db.read, func(r *sql.Rows) (a at, err error) {
		var s surgeRow
		err = r.Scan(append([]any{(*uid)(&a.post)}, s.into()...)...)
		a.surge = s.surge()
		return a, err
	}, "SELECT s.checkpoint, "+surgeColumns+" FROM post_surge s WHERE s.ends_at > $1 ORDER BY s.id", ms(now))
	for _, s := range surges {
		if p := posts[s.post]; p != nil {
			p.Surge = s.surge
		}
	}
	return err
}

// addCounts adds alerts and devices.
func (db *DB) addCounts(ctx context.Context, posts map[anlo.ID]*PostRow, post anlo.ID, now, silent time.Time) error {
	type count struct {
		post anlo.ID
		n    [2]int
	}
	counts := func(query string, args ...any) ([]count, error) {
		return list(ctx, db.read, func(r *sql.Rows) (c count, err error) {
			return c, r.Scan((*uid)(&c.post), &c.n[0], &c.n[1])
		}, query, args...)
	}
	alerts, err := counts("SELECT checkpoint, count(*), 0 FROM post_alert WHERE scanned_at >= $1"+
		ifOne(post, " AND checkpoint = $2")+" GROUP BY checkpoint", with(post, ms(now.Add(-time.Hour)))...)
	if err != nil {
		return err
	}
	devices, err := counts("SELECT checkpoint, count(*), count(CASE WHEN seen_at < $1 THEN 1 END) FROM device WHERE revoked_at IS NULL AND expires_at > $2"+
		ifOne(post, " AND checkpoint = $3")+" GROUP BY checkpoint", with(post, ms(silent), ms(now))...)
	for _, c := range alerts {
		if p := posts[c.post]; p != nil {
			p.Alerts = c.n[0]
		}
	}
	for _, c := range devices {
		if p := posts[c.post]; p != nil {
			p.Devices, p.Silent = c.n[0], c.n[1]
		}
	}
	return err
}

// PostMinutes returns what was read at a post since a minute, by minute.
func (db *DB) PostMinutes(ctx context.Context, post anlo.ID, since int64) ([]Minute, error) {
	return list(ctx, db.read, func(r *sql.Rows) (m Minute, err error) {
		return m, r.Scan((*uid)(&m.Checkpoint), &m.Minute, &m.What, &m.Readings, &m.People, &m.Took, &m.Timed)
	}, `SELECT checkpoint, minute, what, readings, people, took, timed FROM post_minute
		WHERE checkpoint = $1 AND minute >= $2 ORDER BY minute, what`, uid(post), since)
}

// PostAlert is an alert with the names of the other post and of the device.
type PostAlert struct {
	AlertRow
	DeviceLabel string
	Other       string // "" when the reason is another
}

// PostAlerts returns the alerts of a post since a moment, newest first.
func (db *DB) PostAlerts(ctx context.Context, post anlo.ID, since time.Time) ([]PostAlert, error) {
	return list(ctx, db.read, func(r *sql.Rows) (a PostAlert, err error) {
		var scanned, seen int64
		err = r.Scan((*uid)(&a.Scan), &scanned, &a.Reason, &seen, &a.Km, &a.DeviceLabel, &a.Other)
		a.Checkpoint, a.ScannedAt, a.SeenAt = post, at(scanned), at(seen)
		return a, err
	}, `SELECT a.scan, a.scanned_at, a.reason, a.seen_at, a.km, coalesce(d.label, ''), coalesce(c.name, '')
		FROM post_alert a LEFT JOIN device d ON d.id = a.device LEFT JOIN checkpoint c ON c.id = a.elsewhere
		WHERE a.checkpoint = $1 AND a.scanned_at >= $2 ORDER BY a.scanned_at DESC, a.id LIMIT 50`, uid(post), ms(since))
}

// PostDevices returns the devices of a post that are enrolled.
func (db *DB) PostDevices(ctx context.Context, post anlo.ID, now time.Time) ([]anlo.Device, error) {
	return list(ctx, db.read, scanDevice, deviceColumns+" WHERE d.checkpoint = $1 AND d.revoked_at IS NULL AND d.expires_at > $2 ORDER BY d.label, d.id",
		uid(post), ms(now))
}
