package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"anlo"
)

// NoticeQuery selects notices of some communes of one list.
type NoticeQuery struct {
	List     string
	Communes []string         // nil for all
	State    anlo.NoticeState // "" for any
	MinLevel anlo.Level       // of open notices
	Below    anlo.Level       // with Open: lies lower than this; 0 for anywhere
	Roles    anlo.NoticeRole  // has one of these; 0 for any
	Without  anlo.NoticeRole  // has none of these

	Open      bool      // has a due time; the order is by due time
	DueFrom   time.Time // with Open
	DueBefore time.Time // with Open
	BySeq     bool      // else the order is by declaration, newest first; with BySeq by change
	Ascending bool      // with BySeq: oldest change first

	After *NoticeRow // the last one of the page before
	Limit int
}

// Notices returns the notices of a query in its order.
func (db *DB) Notices(ctx context.Context, q NoticeQuery) ([]NoticeRow, error) {
	b := builder{db: db}
	b.where("list = %s", q.List)
	b.communes(q.Communes)
	if q.State != "" {
		b.where("state = %s", string(q.State))
	}
	if q.Roles != 0 {
		b.where("roles & %s <> 0", int64(q.Roles))
	}
	if q.Without != 0 {
		b.where("roles & %s = 0", int64(q.Without))
	}
	order := "declaration DESC, traveller DESC, commune DESC"
	switch {
	case q.Open:
		order = b.open(q)
	case q.BySeq && q.Ascending:
		order = "seq"
		if q.After != nil {
			b.where("seq > %s", q.After.Seq)
		}
	case q.BySeq:
		order = "seq DESC"
		if q.After != nil {
			b.where("seq < %s", q.After.Seq)
		}
	case q.After != nil:
		b.where("(declaration, traveller, commune) < (%s, %s, %s)", uid(q.After.Declaration), q.After.Traveller, q.After.Commune.Code)
	}
	return list(ctx, db.read, scanNotice, selectNotice+" WHERE "+strings.Join(b.conditions, " AND ")+" ORDER BY "+order+" LIMIT "+b.arg(q.Limit), b.args...)
}

// NoticeText is what a search looks through.
type NoticeText struct {
	Declaration anlo.ID
	Traveller   int
	Sealed      []byte
}

// NoticeTexts returns the notices of a commune, those declared last first, after
// one of them; zero for the beginning.
func (db *DB) NoticeTexts(ctx context.Context, commune anlo.UnitRef, after anlo.NoticeID, limit int) ([]NoticeText, error) {
	b := builder{db: db}
	b.where("list = %s", commune.List)
	b.where("commune = %s", commune.Code)
	if !after.Declaration.IsZero() {
		b.where("(declaration, traveller) < (%s, %s)", uid(after.Declaration), after.Traveller)
	}
	return list(ctx, db.read, func(r *sql.Rows) (t NoticeText, err error) {
		return t, r.Scan((*uid)(&t.Declaration), &t.Traveller, &t.Sealed)
	}, "SELECT declaration, traveller, sealed FROM notice WHERE "+strings.Join(b.conditions, " AND ")+
		" ORDER BY declaration DESC, traveller DESC LIMIT "+b.arg(limit), b.args...)
}

// NoticesAmong returns the notices of several declarations, newest declaration
// first.
func (db *DB) NoticesAmong(ctx context.Context, declarations []anlo.ID) ([]NoticeRow, error) {
	return list(ctx, db.read, scanNotice, selectNotice+" WHERE declaration "+db.amongIDs()+" ORDER BY declaration DESC, traveller, commune", db.ids(declarations))
}

// builder gathers conditions and their parameters in order.
type builder struct {
	db         *DB
	conditions []string
	args       []any
}

func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return fmt.Sprintf("$%d", len(b.args))
}

func (b *builder) where(condition string, values ...any) {
	marks := make([]any, len(values))
	for i, v := range values {
		marks[i] = b.arg(v)
	}
	b.conditions = append(b.conditions, fmt.Sprintf(condition, marks...))
}

func (b *builder) communes(codes []string) {
	switch {
	case codes == nil:
	case len(codes) == 1:
		b.where("commune = %s", codes[0])
	case b.db.pg:
		b.where("commune = ANY(%s)", codes)
	default:
		text, err := json.Marshal(codes)
		if err != nil {
			panic(err) // strings always encode
		}
		b.where("commune IN (SELECT value FROM json_each(%s))", string(text))
	}
}

// climbed leaves what lies at a level or above it. The highest is asked for by
// name, so that the index on what has climbed gives the order too; that it has
// climbed at all is said in words that the index is found by.
func (b *builder) climbed(level anlo.Level) {
	switch {
	case level == anlo.LevelMinistry:
		b.conditions = append(b.conditions, "level > 0", "level = 2")
	case level > 0:
		b.conditions = append(b.conditions, "level > 0")
		b.where("level >= %s", int64(level))
	}
}

func (b *builder) open(q NoticeQuery) (order string) {
	b.conditions = append(b.conditions, "due_at IS NOT NULL")
	b.climbed(q.MinLevel)
	if q.Below > 0 {
		b.where("level < %s", int64(q.Below))
	}
	if !q.DueFrom.IsZero() {
		b.where("due_at >= %s", ms(q.DueFrom))
	}
	if !q.DueBefore.IsZero() {
		b.where("due_at < %s", ms(q.DueBefore))
	}
	if q.After != nil {
		b.where("(due_at, declaration, traveller) > (%s, %s, %s)", ms(q.After.DueAt), uid(q.After.Declaration), q.After.Traveller)
	}
	return "due_at, declaration, traveller"
}

// Work is the open work of one commune, counted.
type Work struct {
	List, Area             string
	Fresh, Open, Overdue   int64
	Today                  int64 // due between now and the end of the day; not kept
	Monitoring             int64
	AtProvince, AtMinistry int64
	CountedAt              time.Time
}

// CountWork counts the open notices of communes; nil for every commune of the
// list. The index notice_open answers it alone.
func (db *DB) CountWork(ctx context.Context, listName string, communes []string, minLevel anlo.Level, now, midnight time.Time) ([]Work, error) {
	b := builder{db: db}
	nowMs, midnightMs := b.arg(ms(now)), b.arg(ms(midnight))
	b.where("list = %s", listName)
	b.communes(communes)
	b.conditions = append(b.conditions, "due_at IS NOT NULL")
	b.climbed(minLevel)
	return list(ctx, db.read, func(r *sql.Rows) (w Work, err error) {
		w.List, w.CountedAt = listName, now
		return w, r.Scan(&w.Area, &w.Fresh, &w.Open, &w.Overdue, &w.Today, &w.Monitoring, &w.AtProvince, &w.AtMinistry)
	}, `SELECT commune, sum(CASE WHEN state = 'new' THEN 1 ELSE 0 END), count(*), sum(CASE WHEN due_at < `+nowMs+` THEN 1 ELSE 0 END),
		sum(CASE WHEN due_at >= `+nowMs+` AND due_at < `+midnightMs+` THEN 1 ELSE 0 END), sum(CASE WHEN state = 'monitoring' THEN 1 ELSE 0 END),
		sum(CASE WHEN level = 1 THEN 1 ELSE 0 END), sum(CASE WHEN level = 2 THEN 1 ELSE 0 END)
		FROM notice WHERE `+strings.Join(b.conditions, " AND ")+" GROUP BY commune", b.args...)
}

var workTable = &table[Work]{
	name: "area_work",
	columns: `list text, area text, fresh bigint, open bigint, overdue bigint, monitoring bigint, at_province bigint, at_ministry bigint,
		counted_at bigint`,
	row: func(w Work) []any {
		return []any{w.List, w.Area, w.Fresh, w.Open, w.Overdue, w.Monitoring, w.AtProvince, w.AtMinistry, ms(w.CountedAt)}
	},
}

// ReplaceWork writes the counts of a list in place of those before.
func (tx *Tx) ReplaceWork(ctx context.Context, listName string, works []Work) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM area_work WHERE list = $1", listName); err != nil {
		return err
	}
	_, err := workTable.insert(ctx, tx, works)
	return err
}

// LastSeq returns the number of the newest change in some communes, 0 before
// the first; nil for all communes. It looks at the end of each commune's part of
// the index, not at the index.
func (db *DB) LastSeq(ctx context.Context, listName string, communes []string) (seq int64, err error) {
	if communes == nil {
		return db.FeedSeq(ctx)
	}
	each, codes := "SELECT unnest($2::text[])", any(communes)
	if !db.pg {
		text, err := json.Marshal(communes)
		if err != nil {
			panic(err) // strings always encode
		}
		each, codes = "SELECT value FROM json_each($2)", string(text)
	}
	err = db.read.QueryRowContext(ctx, `WITH c (code) AS MATERIALIZED (`+each+`), ends (last) AS (
		SELECT (SELECT max(seq) FROM notice WHERE list = $1 AND commune = c.code) FROM c)
		SELECT coalesce(max(last), 0) FROM ends`, listName, codes).Scan(&seq)
	return seq, failure(err)
}

// FeedSeq returns the number of the newest change anywhere.
func (db *DB) FeedSeq(ctx context.Context) (seq int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT last FROM sequence WHERE name = 'notice'").Scan(&seq)
	return seq, failure(err)
}

// OtherLists returns the lists other than this one that have open notices.
func (db *DB) OtherLists(ctx context.Context, listName string) ([]string, error) {
	return list(ctx, db.read, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) },
		"SELECT DISTINCT list FROM notice WHERE list <> $1 AND due_at IS NOT NULL", listName)
}

// OpenCommunes returns the communes of a list that have open notices.
func (db *DB) OpenCommunes(ctx context.Context, listName string) ([]string, error) {
	return list(ctx, db.read, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) },
		"SELECT DISTINCT commune FROM notice WHERE list = $1 AND due_at IS NOT NULL", listName)
}

// RecordScan is one reading of somebody's pass.
type RecordScan struct {
	At         time.Time
	Checkpoint string
	Outcome    anlo.Outcome
	Reasons    []anlo.Reason
}

// ScansOf returns the readings of the passes of a declaration, newest first.
// persons are those that the passes may be filed under: the traveller, and who
// leads the party.
func (db *DB) ScansOf(ctx context.Context, declaration anlo.ID, persons []int64) ([]RecordScan, error) {
	return list(ctx, db.read, func(r *sql.Rows) (s RecordScan, err error) {
		var when int64
		var reasons string
		err = r.Scan(&when, &s.Checkpoint, &s.Outcome, &reasons)
		s.At = at(when)
		for _, reason := range strings.Fields(reasons) {
			s.Reasons = append(s.Reasons, anlo.Reason(reason))
		}
		return s, err
	}, `SELECT s.scanned_at, c.name, s.outcome, s.reasons FROM scan s
		JOIN pass p ON p.id = s.pass AND p.person = s.person JOIN checkpoint c ON c.id = s.checkpoint
		WHERE s.person `+db.among()+` AND s.person <> 0 AND p.declaration = $2 ORDER BY s.id DESC LIMIT 100`, db.oneOf(persons), uid(declaration))
}
