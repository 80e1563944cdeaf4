package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Bulk measures the limit that `anlo bench declare` is held against: it copies
// the rows that declarations wrote into another, empty database of the same
// engine, in transactions of batch declarations, by the fastest way the engine
// has (COPY, prepared statements). It returns the declarations copied and the
// time that writing them took.
func (db *DB) Bulk(ctx context.Context, to *DB, batch int) (n int, took time.Duration, err error) {
	return db.bulk(ctx, to, batch, [][3]string{
		{declarationTable.name, declarationTable.columns, ""}, {passTable.name, passTable.columns, ""},
		{idempotencyTable.name, idempotencyTable.columns, ""}, {auditTable.name, auditTable.columns, ""},
	})
}

// BulkScans does the same with readings and their audit entries.
func (db *DB) BulkScans(ctx context.Context, to *DB, batch int) (n int, took time.Duration, err error) {
	return db.bulk(ctx, to, batch, [][3]string{
		{scanTable.name, scanTable.columns, ""}, {auditTable.name, auditTable.columns, " WHERE action = 'pass.judge'"}, {minuteTable.name, minuteTable.columns, ""},
	})
}

// bulk copies tables, each a name, its columns and which rows, in transactions
// of batch rows of the first.
func (db *DB) bulk(ctx context.Context, to *DB, batch int, what [][3]string) (n int, took time.Duration, err error) {
	var tables []bulkTable
	for _, t := range what {
		rows, err := db.raw(ctx, t[0], t[1], t[2])
		if err != nil {
			return 0, 0, err
		}
		tables = append(tables, rows)
	}
	n = len(tables[0].rows)
	start := time.Now()
	for first := 0; first < n; first += batch {
		share := func(t bulkTable) [][]any { // as many of each table as belong to the batch
			return t.rows[len(t.rows)*first/n : len(t.rows)*min(first+batch, n)/n]
		}
		if to.pg {
			err = to.copyBatch(ctx, tables, share)
		} else {
			err = to.insertBatch(ctx, tables, share)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return n, time.Since(start), nil
}

// Bytes is what the database takes on the disk, its indexes included.
func (db *DB) Bytes(ctx context.Context) (n int64, err error) {
	query := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if db.pg {
		query = `SELECT CAST(sum(pg_total_relation_size(c.oid)) AS BIGINT) FROM pg_class c
			JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = current_schema() AND c.relkind = 'r'`
	}
	err = db.read.QueryRowContext(ctx, query).Scan(&n)
	return n, failure(err)
}

type bulkTable struct {
	name  string
	names []string
	rows  [][]any
}

func (db *DB) raw(ctx context.Context, name, columns, where string) (t bulkTable, err error) {
	t.name = name
	var types []string
	for c := range strings.SplitSeq(columns, ",") {
		f := strings.Fields(c)
		t.names, types = append(t.names, f[0]), append(types, f[1])
	}
	t.rows, err = list(ctx, db.read, func(r *sql.Rows) ([]any, error) {
		row, into := make([]any, len(types)), make([]any, len(types))
		for i := range row {
			into[i] = &row[i]
		}
		if err := r.Scan(into...); err != nil {
			return nil, err
		}
		for i, typ := range types {
			if s, ok := row[i].(string); ok && typ == "uuid" {
				var u uid
				if err := u.Scan(s); err != nil {
					return nil, err
				}
				row[i] = [16]byte(u)
			}
		}
		return row, nil
	}, fmt.Sprintf("SELECT %s FROM %s%s", strings.Join(t.names, ", "), name, where))
	return t, err
}

func (db *DB) insertBatch(ctx context.Context, tables []bulkTable, share func(bulkTable) [][]any) error {
	return db.Update(ctx, func(tx *Tx) error {
		for _, t := range tables {
			marks := strings.TrimSuffix(strings.Repeat("?,", len(t.names)), ",")
			stmt, err := tx.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.name, strings.Join(t.names, ","), marks))
			if err != nil {
				return err
			}
			for _, row := range share(t) {
				if _, err := stmt.ExecContext(ctx, row...); err != nil {
					return errors.Join(err, stmt.Close())
				}
			}
			if err := stmt.Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (db *DB) copyBatch(ctx context.Context, tables []bulkTable, share func(bulkTable) [][]any) error {
	c, err := db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Raw(func(driver any) error {
		conn := driver.(*stdlib.Conn).Conn()
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			for _, t := range tables {
				if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.names, pgx.CopyFromRows(share(t))); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
