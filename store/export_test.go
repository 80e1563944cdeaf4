package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"anlo"
)

// ScansAt returns the readings of a post, in no order.
func (db *DB) ScansAt(ctx context.Context, post anlo.ID) ([]anlo.Scan, error) {
	rows, err := list(ctx, db.read, scanScan, scanColumns+" WHERE checkpoint = $1", uid(post))
	out := make([]anlo.Scan, len(rows))
	for i, r := range rows {
		out[i] = r.Scan
	}
	return out, err
}

// MinutesAndCount returns the figures of a post as they were added up, and as
// they are when its readings are counted.
func (db *DB) MinutesAndCount(ctx context.Context, post anlo.ID) (kept, counted []string, err error) {
	kept, err = list(ctx, db.read, func(r *sql.Rows) (string, error) {
		var minute, readings, people, took, timed int64
		var what string
		err := r.Scan(&minute, &what, &readings, &people, &took, &timed)
		return fmt.Sprint(minute, " ", what, " ", readings, people, took, timed), err
	}, "SELECT minute, what, readings, people, took, timed FROM post_minute WHERE checkpoint = $1 AND readings <> 0", uid(post))
	if err != nil {
		return nil, nil, err
	}
	scans, err := db.ScansAt(ctx, post)
	sums := map[string]*[4]int64{}
	for _, s := range scans {
		whats := []string{string(s.Verdict.Outcome)}
		for _, r := range s.Verdict.Reasons {
			whats = append(whats, "reason:"+string(r))
		}
		if s.Decision != "" {
			whats = append(whats, string(s.Decision))
		}
		whats = append(whats, "device:"+s.Device.String())
		for _, what := range whats {
			key := fmt.Sprint(s.At.Unix()/60, " ", what)
			if sums[key] == nil {
				sums[key] = new([4]int64)
			}
			sum := sums[key]
			sum[0]++
			sum[1] += int64(s.People)
			if ms := s.Took.Milliseconds(); ms > 0 {
				sum[2] += ms
				sum[3]++
			}
		}
	}
	for key, sum := range sums {
		counted = append(counted, fmt.Sprint(key, " ", sum[0], sum[1], sum[2], sum[3]))
	}
	slices.Sort(kept)
	slices.Sort(counted)
	return kept, counted, err
}

// AlertCount counts the alerts of a post.
func (db *DB) AlertCount(ctx context.Context, post anlo.ID) (n int, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM post_alert WHERE checkpoint = $1", uid(post)).Scan(&n)
	return n, err
}
