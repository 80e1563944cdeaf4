package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// The figures were added up when things happened. Each question here is
// answered by ranges of a primary key, however many declarations there are.

const (
	dayColumns = `arrivals, departures, exact, probable, mismatch, not_found, unavailable, asked, reached, found, quarantined, released`
	daySums    = `CAST(sum(arrivals) AS BIGINT), CAST(sum(departures) AS BIGINT), CAST(sum(exact) AS BIGINT), CAST(sum(probable) AS BIGINT),
		CAST(sum(mismatch) AS BIGINT), CAST(sum(not_found) AS BIGINT), CAST(sum(unavailable) AS BIGINT), CAST(sum(asked) AS BIGINT),
		CAST(sum(reached) AS BIGINT), CAST(sum(found) AS BIGINT), CAST(sum(quarantined) AS BIGINT), CAST(sum(released) AS BIGINT)`
)

func (d *Day) counts() []any {
	return []any{&d.Arrivals, &d.Departures, &d.Exact, &d.Probable, &d.Mismatch, &d.NotFound, &d.Unavailable,
		&d.Asked, &d.Reached, &d.Found, &d.Quarantined, &d.Released}
}

// Days returns what happened in an area from one day to another, in order. A
// day on which nothing happened is not among them.
func (db *DB) Days(ctx context.Context, listName, area string, from, until int64) ([]Day, error) {
	return list(ctx, db.read, func(r *sql.Rows) (d Day, err error) {
		d.List, d.Area = listName, area
		return d, r.Scan(append([]any{&d.Day}, d.counts()...)...)
	}, "SELECT day, "+dayColumns+" FROM area_day WHERE list = $1 AND area = $2 AND day BETWEEN $3 AND $4 ORDER BY day", listName, area, from, until)
}

// DaysTogether returns what happened in each of some areas on all days of a
// period together. Day is 0; an area in which nothing happened is missing.
func (db *DB) DaysTogether(ctx context.Context, listName string, areas []string, from, until int64) ([]Day, error) {
	args := []any{listName, from, until}
	return list(ctx, db.read, func(r *sql.Rows) (d Day, err error) {
		d.List = listName
		return d, r.Scan(append([]any{&d.Area}, d.counts()...)...)
	}, "SELECT area, "+daySums+" FROM area_day WHERE list = $1 AND day BETWEEN $2 AND $3 AND area IN "+marks(&args, areas)+" GROUP BY area", args...)
}

// Works returns the open work of areas as it was counted last.
func (db *DB) Works(ctx context.Context, listName string, areas []string) ([]Work, error) {
	args := []any{listName}
	return list(ctx, db.read, func(r *sql.Rows) (w Work, err error) {
		var counted int64
		w.List = listName
		err = r.Scan(&w.Area, &w.Fresh, &w.Open, &w.Overdue, &w.Monitoring, &w.AtProvince, &w.AtMinistry, &counted)
		w.CountedAt = at(counted)
		return w, err
	}, "SELECT area, fresh, open, overdue, monitoring, at_province, at_ministry, counted_at FROM area_work WHERE list = $1 AND area IN "+marks(&args, areas), args...)
}

// Flows returns how many travelled from where to where in a period, the most
// first. Day is 0.
func (db *DB) Flows(ctx context.Context, listName string, from, until int64, limit int) ([]Flow, error) {
	return db.flows(ctx, "list = $1 AND day BETWEEN $2 AND $3", limit, listName, from, until)
}

// FlowsOf returns the same for what leaves a province, or comes into it, and
// crosses its border. others are all provinces: with them every pair is looked
// up by its key.
func (db *DB) FlowsOf(ctx context.Context, listName, province string, in bool, others []string, from, until int64, limit int) ([]Flow, error) {
	var days []int64
	for day := from; day <= until; day++ {
		days = append(days, day)
	}
	here, there := "origin", "destination"
	if in {
		here, there = there, here
	}
	args := []any{listName, province}
	where := "list = $1 AND " + here + " = $2 AND " + there + " <> $2 AND day IN " + marks(&args, days)
	if in {
		where += " AND origin IN " + marks(&args, others)
	}
	return db.flows(ctx, where, limit, args...)
}

func (db *DB) flows(ctx context.Context, where string, limit int, args ...any) ([]Flow, error) {
	return list(ctx, db.read, func(r *sql.Rows) (f Flow, err error) {
		f.List = args[0].(string)
		return f, r.Scan(&f.Origin, &f.Destination, &f.Travellers)
	}, "SELECT origin, destination, CAST(sum(travellers) AS BIGINT) FROM flow_day WHERE "+where+
		fmt.Sprintf(" GROUP BY origin, destination ORDER BY 3 DESC, 1, 2 LIMIT $%d", len(args)+1), append(args, limit)...)
}

// Crossings returns how many travelled from one province to another on each
// day of a period. A day without any is missing.
func (db *DB) Crossings(ctx context.Context, listName string, from, until int64) (map[int64]int64, error) {
	crossings := map[int64]int64{}
	_, err := list(ctx, db.read, func(r *sql.Rows) (_ struct{}, err error) {
		var day, travellers int64
		err = r.Scan(&day, &travellers)
		crossings[day] = travellers
		return struct{}{}, err
	}, `SELECT day, CAST(sum(travellers) AS BIGINT) FROM flow_day WHERE list = $1 AND day BETWEEN $2 AND $3 AND origin <> destination
		GROUP BY day`, listName, from, until)
	return crossings, err
}

// marks adds values to the parameters of a query and returns the places for
// them: "($3, $4)"; "(NULL)", which nothing is in, for no values.
func marks[T any](args *[]any, values []T) string {
	if len(values) == 0 {
		return "(NULL)"
	}
	places := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		places[i] = fmt.Sprintf("$%d", len(*args))
	}
	return "(" + strings.Join(places, ", ") + ")"
}
