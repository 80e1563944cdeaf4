package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"anlo"
)

// Route is the kind of outbox row that tells the communes of a declaration. It
// is written with the declaration and deleted in the transaction that writes the
// notices, so that none is lost and none is doubled.
const Route = "route"

// Reroute is the kind of one that brings the notices of a declaration in line
// after a correction, a cancellation, or the register's late answer.
const Reroute = "reroute"

// RoutesDue returns up to limit rows that wait to be routed, oldest first. They
// stay: whoever works them off claims them.
func (db *DB) RoutesDue(ctx context.Context, now time.Time, limit int) ([]OutboxRow, error) {
	return list(ctx, db.read, scanOutbox, `SELECT id, person, kind, declaration, traveller, due_at, attempts FROM outbox
		WHERE kind IN ('route', 'reroute') AND due_at <= $1 ORDER BY due_at LIMIT $2`, ms(now), limit)
}

func scanOutbox(r *sql.Rows) (o OutboxRow, err error) {
	var due int64
	err = r.Scan((*uid)(&o.ID), &o.Person, &o.Kind, (*uid)(&o.Declaration), &o.Traveller, &due, &o.Attempts)
	o.DueAt = at(due)
	return o, err
}

// Claim deletes outbox rows and returns which were still there: those are the
// caller's to work off, in this transaction. A correction replaces its
// declaration's row, so what is claimed is the declaration as it was read.
func (tx *Tx) Claim(ctx context.Context, ids []anlo.ID) (map[anlo.ID]bool, error) {
	claimed, err := list(ctx, tx, func(r *sql.Rows) (id uid, err error) { return id, r.Scan(&id) },
		"DELETE FROM outbox WHERE id "+tx.db.amongIDs()+" RETURNING id", tx.db.ids(ids))
	if err != nil {
		return nil, err
	}
	out := make(map[anlo.ID]bool, len(claimed))
	for _, id := range claimed {
		out[anlo.ID(id)] = true
	}
	return out, nil
}

// amongIDs is the condition that a column is one of the identifiers in $1,
// which ids makes.
func (db *DB) amongIDs() string {
	if db.pg {
		return "= ANY($1::uuid[])"
	}
	return "IN (SELECT unhex(value) FROM json_each($1))"
}

func (db *DB) ids(ids []anlo.ID) any {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
		if !db.pg {
			texts[i] = strings.ReplaceAll(texts[i], "-", "")
		}
	}
	if db.pg {
		return texts
	}
	text, err := json.Marshal(texts)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(text)
}

// DeclarationsOf returns the statements of several declarations, in no order.
func (db *DB) DeclarationsOf(ctx context.Context, ids []anlo.ID) ([]DeclarationRow, error) {
	return list(ctx, db.read, scanDeclaration, selectDeclaration+" WHERE id "+db.amongIDs(), db.ids(ids))
}

// DeclarationsBy returns the newest statements of a person, by their index, and
// those that name a phone or a plate.
func (db *DB) DeclarationsBy(ctx context.Context, column string, index int64, limit int) ([]DeclarationRow, error) {
	switch column {
	case "person", "phone_index", "plate_index":
	default:
		panic("store: declarations are not found by " + column)
	}
	return list(ctx, db.read, scanDeclaration, selectDeclaration+" WHERE "+column+" = $1 ORDER BY id DESC LIMIT $2", index, limit)
}

// Day is what happened in an area on one day.
type Day struct {
	List, Area string // Area "" is the country
	Day        int64  // days since 1970 in Hanoi

	Arrivals, Departures                             int64
	Exact, Probable, Mismatch, NotFound, Unavailable int64
	Asked, Reached, Found, Quarantined, Released     int64
}

// Match counts one traveller compared with the register.
func (d *Day) Match(g anlo.Grade) {
	switch g {
	case anlo.MatchExact:
		d.Exact++
	case anlo.MatchProbable:
		d.Probable++
	case anlo.MatchDiffers:
		d.Mismatch++
	case anlo.MatchNotFound:
		d.NotFound++
	default:
		d.Unavailable++
	}
}

// Add adds the counts of another day.
func (d *Day) Add(o Day) {
	d.Arrivals += o.Arrivals
	d.Departures += o.Departures
	d.Exact += o.Exact
	d.Probable += o.Probable
	d.Mismatch += o.Mismatch
	d.NotFound += o.NotFound
	d.Unavailable += o.Unavailable
	d.Asked += o.Asked
	d.Reached += o.Reached
	d.Found += o.Found
	d.Quarantined += o.Quarantined
	d.Released += o.Released
}

var dayTable = &table[Day]{
	name: "area_day",
	columns: `list text, area text, day bigint, arrivals bigint, departures bigint, exact bigint, probable bigint, mismatch bigint,
		not_found bigint, unavailable bigint, asked bigint, reached bigint, found bigint, quarantined bigint, released bigint`,
	row: func(d Day) []any {
		return []any{d.List, d.Area, d.Day, d.Arrivals, d.Departures, d.Exact, d.Probable, d.Mismatch, d.NotFound, d.Unavailable,
			d.Asked, d.Reached, d.Found, d.Quarantined, d.Released}
	},
	suffix: `ON CONFLICT (list, area, day) DO UPDATE SET arrivals = area_day.arrivals + excluded.arrivals,
		departures = area_day.departures + excluded.departures, exact = area_day.exact + excluded.exact,
		probable = area_day.probable + excluded.probable, mismatch = area_day.mismatch + excluded.mismatch,
		not_found = area_day.not_found + excluded.not_found, unavailable = area_day.unavailable + excluded.unavailable,
		asked = area_day.asked + excluded.asked, reached = area_day.reached + excluded.reached, found = area_day.found + excluded.found,
		quarantined = area_day.quarantined + excluded.quarantined, released = area_day.released + excluded.released`,
}

// Flow counts travellers from one province to another on one day.
type Flow struct {
	List                string
	Day                 int64
	Origin, Destination string
	Travellers          int64
}

var flowTable = &table[Flow]{
	name:    "flow_day",
	columns: "list text, day bigint, origin text, destination text, travellers bigint",
	row:     func(f Flow) []any { return []any{f.List, f.Day, f.Origin, f.Destination, f.Travellers} },
	suffix:  `ON CONFLICT (list, day, origin, destination) DO UPDATE SET travellers = flow_day.travellers + excluded.travellers`,
}

// AddFigures adds to the counts by area and day; each area and day occurs once.
// They come sorted, so that two transactions never wait for each other.
func (tx *Tx) AddFigures(ctx context.Context, days []Day, flows []Flow) error {
	return all(
		func() (int64, error) { return dayTable.insert(ctx, tx, days) },
		func() (int64, error) { return flowTable.insert(ctx, tx, flows) },
	)
}

// Asked adds up how many notices asked for somebody to be seen, in the whole
// country, for the tests that compare it with the notices.
func (db *DB) Asked(ctx context.Context, listName string) (n int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT coalesce(sum(asked), 0) FROM area_day WHERE list = $1 AND area = ''", listName).Scan(&n)
	return n, failure(err)
}

// DeclarationIDs returns the identifiers of all declarations, for the same tests.
func (db *DB) DeclarationIDs(ctx context.Context) ([]anlo.ID, error) {
	return list(ctx, db.read, func(r *sql.Rows) (id anlo.ID, err error) { return id, r.Scan((*uid)(&id)) }, "SELECT DISTINCT id FROM declaration")
}
