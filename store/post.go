package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"anlo"
)

const checkpointColumns = "SELECT id, name, list, commune FROM checkpoint"

func scanCheckpoint(r *sql.Rows) (c anlo.Checkpoint, err error) {
	return c, r.Scan((*uid)(&c.ID), &c.Name, &c.Commune.List, &c.Commune.Code)
}

// Checkpoints returns all posts by name.
func (db *DB) Checkpoints(ctx context.Context) ([]anlo.Checkpoint, error) {
	return list(ctx, db.read, scanCheckpoint, checkpointColumns+" ORDER BY name, id")
}

// Checkpoint returns one post; anlo.ErrNotFound when there is none.
func (db *DB) Checkpoint(ctx context.Context, id anlo.ID) (anlo.Checkpoint, error) {
	return one(list(ctx, db.read, scanCheckpoint, checkpointColumns+" WHERE id = $1", uid(id)))
}

// Policy returns what a post asks of its lanes at a moment.
func (db *DB) Policy(ctx context.Context, post anlo.ID, now time.Time) (anlo.Policy, error) {
	return one(list(ctx, db.read, func(r *sql.Rows) (p anlo.Policy, err error) {
		var s surgeRow
		if err := r.Scan(append([]any{&p.CardHours}, s.into()...)...); err != nil {
			return p, err
		}
		p.Surge = s.surge()
		return p, nil
	}, `SELECT c.card_hours, `+surgeColumns+` FROM checkpoint c LEFT JOIN post_surge s ON s.checkpoint = c.id AND s.ends_at > $1
		WHERE c.id = $2 ORDER BY s.id DESC LIMIT 1`, ms(now), uid(post)))
}

// surgeColumns are those of a surge that may be missing.
const surgeColumns = "s.id, coalesce(s.starts_at, 0), coalesce(s.ends_at, 0), coalesce(s.skip, ''), coalesce(s.reason, ''), s.staff"

type surgeRow struct {
	id, staff    uid
	starts, ends int64
	skip, reason string
}

func (s *surgeRow) into() []any {
	return []any{&s.id, &s.starts, &s.ends, &s.skip, &s.reason, &s.staff}
}

func (s *surgeRow) surge() anlo.Surge {
	out := anlo.Surge{ID: anlo.ID(s.id), Starts: at(s.starts), Ends: at(s.ends), Reason: anlo.SurgeReason(s.reason), Staff: anlo.ID(s.staff)}
	for k := range strings.FieldsSeq(s.skip) {
		out.Skip = append(out.Skip, anlo.Skip(k))
	}
	return out
}

// BeginSurge begins a time in which less is asked at a post, in place of one
// that is under way.
func (tx *Tx) BeginSurge(ctx context.Context, post anlo.ID, s anlo.Surge) error {
	if _, err := tx.EndSurge(ctx, post, s.Starts); err != nil {
		return err
	}
	skip := make([]string, len(s.Skip))
	for i, k := range s.Skip {
		skip[i] = string(k)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO post_surge (checkpoint, id, starts_at, ends_at, skip, reason, staff) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		uid(post), uid(s.ID), ms(s.Starts), ms(s.Ends), strings.Join(skip, " "), string(s.Reason), uid(s.Staff))
	return err
}

// EndSurge ends what is under way, and reports whether anything was.
func (tx *Tx) EndSurge(ctx context.Context, post anlo.ID, now time.Time) (bool, error) {
	return tx.touched(ctx, "UPDATE post_surge SET ends_at = $1 WHERE checkpoint = $2 AND ends_at > $3", ms(now), uid(post), ms(now))
}

// SetCardHours says how long scanners of a post may use a list of cards.
func (tx *Tx) SetCardHours(ctx context.Context, post anlo.ID, hours int) error {
	_, err := tx.ExecContext(ctx, "UPDATE checkpoint SET card_hours = $1 WHERE id = $2", hours, uid(post))
	return err
}

// CountQueue keeps how many vehicles wait at a post.
func (tx *Tx) CountQueue(ctx context.Context, post anlo.ID, vehicles int, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE checkpoint SET queue = $1, queue_at = $2 WHERE id = $3", vehicles, ms(now), uid(post))
	return err
}
