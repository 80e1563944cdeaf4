package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// table says how values of T become rows. It exists for the hot writes: many
// rows go to PostgreSQL as one array a column in one statement, and to SQLite
// through one prepared statement.
type table[T any] struct {
	name    string
	columns string // "id uuid, person bigint, …"; the types are those of the arrays
	row     func(T) []any
	suffix  string // "ON CONFLICT DO NOTHING"

	once  sync.Once
	names []string
	types []string
}

func (t *table[T]) parse() {
	for c := range strings.SplitSeq(t.columns, ",") {
		f := strings.Fields(c)
		t.names, t.types = append(t.names, f[0]), append(t.types, f[1])
	}
}

// insert writes rows and returns how many were not there yet.
func (t *table[T]) insert(ctx context.Context, tx *Tx, rows []T) (int64, error) {
	t.once.Do(t.parse)
	if len(rows) == 0 {
		return 0, nil
	}
	if tx.db.pg {
		return t.insertArrays(ctx, tx, rows)
	}
	return t.insertRows(ctx, tx, rows)
}

func (t *table[T]) insertRows(ctx context.Context, tx *Tx, rows []T) (n int64, err error) {
	stmt, err := tx.PrepareContext(ctx, t.statement())
	if err != nil {
		return 0, err
	}
	defer stmt.Close()
	for _, r := range rows {
		res, err := stmt.ExecContext(ctx, t.row(r)...)
		if err != nil {
			return n, err
		}
		c, err := res.RowsAffected()
		if err != nil {
			return n, err
		}
		n += c
	}
	return n, nil
}

func (t *table[T]) statement() string {
	marks := make([]string, len(t.names))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) %s",
		t.name, strings.Join(t.names, ", "), strings.Join(marks, ", "), t.suffix)
}

func (t *table[T]) insertArrays(ctx context.Context, tx *Tx, rows []T) (int64, error) {
	statement, args := t.arrays(rows)
	res, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// queue adds the same to a pipeline.
func (t *table[T]) queue(b *pgx.Batch, rows []T) {
	if len(rows) > 0 {
		t.once.Do(t.parse)
		statement, args := t.arrays(rows)
		b.Queue(statement, args...)
	}
}

func (t *table[T]) arrays(rows []T) (statement string, args []any) {
	columns := make([]array, len(t.names))
	casts := make([]string, len(t.names))
	for i, typ := range t.types {
		columns[i] = newArray(typ, len(rows))
		casts[i] = fmt.Sprintf("$%d::%s[]", i+1, typ)
	}
	for _, r := range rows {
		for i, v := range t.row(r) {
			columns[i].add(v)
		}
	}
	for _, c := range columns {
		args = append(args, c.values())
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM unnest(%s) %s",
		t.name, strings.Join(t.names, ", "), strings.Join(casts, ", "), t.suffix), args
}

// array gathers one column in the form that pgx encodes without reflection.
type array struct {
	ints  []pgtype.Int8
	texts []string
	bytes [][]byte
	uuids []pgtype.UUID
}

func newArray(typ string, n int) array {
	switch typ {
	case "bigint":
		return array{ints: make([]pgtype.Int8, 0, n)}
	case "text":
		return array{texts: make([]string, 0, n)}
	case "bytea":
		return array{bytes: make([][]byte, 0, n)}
	case "uuid":
		return array{uuids: make([]pgtype.UUID, 0, n)}
	}
	panic("store: no arrays of " + typ)
}

func (a *array) add(v any) {
	switch v := v.(type) {
	case int64:
		a.ints = append(a.ints, pgtype.Int8{Int64: v, Valid: true})
	case sql.NullInt64:
		a.ints = append(a.ints, pgtype.Int8(v))
	case string:
		a.texts = append(a.texts, v)
	case []byte:
		a.bytes = append(a.bytes, v)
	case uid:
		a.uuids = append(a.uuids, pgtype.UUID{Bytes: v, Valid: v != uid{}})
	default:
		panic(fmt.Sprintf("store: no array takes a %T", v))
	}
}

func (a *array) values() any {
	switch {
	case a.ints != nil:
		return a.ints
	case a.texts != nil:
		return a.texts
	case a.bytes != nil:
		return a.bytes
	}
	return a.uuids
}
