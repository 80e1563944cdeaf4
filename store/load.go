package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Loaded are rows that benchmarks fill a database with.
type Loaded struct {
	Declarations []DeclarationRow
	Notices      []NoticeRow
	FollowUps    []FollowUpRow
	Days         []Day
	Flows        []Flow
}

var loadedTables = []string{"declaration", "notice", "follow_up"}

// Load fills a database by the fastest way its engine has, for benchmarks: by
// COPY or prepared statements, with indexes made afterwards and nothing flushed
// before the end. fill calls write from one goroutine at a time; it numbers the
// notices. A load that fails leaves a database that is good for nothing.
func (db *DB) Load(ctx context.Context, fill func(write func(Loaded) error) error) error {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	again, err := db.takeIndexes(ctx, conn)
	if err != nil {
		return err
	}
	before, after := []string{"PRAGMA synchronous=OFF", "PRAGMA cache_size=-1000000"}, []string{"ANALYZE", "PRAGMA cache_size=-65536", "PRAGMA synchronous=FULL"}
	write := db.loadRows
	if db.pg {
		before, after = []string{"SET maintenance_work_mem='1GB'", "SET synchronous_commit=off"}, []string{"RESET maintenance_work_mem", "RESET synchronous_commit", "VACUUM ANALYZE"}
		write = db.copyRows
	}
	if err := runAll(ctx, conn, before); err != nil {
		return err
	}
	var seq int64
	err = fill(func(l Loaded) error {
		for i := range l.Notices {
			seq++
			l.Notices[i].Seq = seq
		}
		return write(ctx, conn, l)
	})
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "UPDATE sequence SET last = $1 WHERE name = 'notice'", seq); err != nil {
		return err
	}
	return runAll(ctx, conn, append(again, after...))
}

func runAll(ctx context.Context, conn *sql.Conn, statements []string) error {
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// takeIndexes drops what would slow the load, and returns the statements that
// bring it back.
func (db *DB) takeIndexes(ctx context.Context, conn *sql.Conn) (again []string, err error) {
	query := "SELECT 'DROP INDEX ' || name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1"
	if db.pg {
		query = `SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
				WHERE indrelid = $1::text::regclass AND NOT indisprimary
			UNION ALL SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
				format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
				WHERE conrelid = $1::text::regclass AND contype = 'p'`
	}
	for _, name := range loadedTables {
		found, err := list(ctx, conn, func(r *sql.Rows) (s [2]string, err error) { return s, r.Scan(&s[0], &s[1]) }, query, name)
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if _, err := conn.ExecContext(ctx, s[0]); err != nil {
				return nil, err
			}
			again = append(again, s[1])
		}
	}
	return again, nil
}

// loadRows inserts through prepared statements.
func (db *DB) loadRows(ctx context.Context, conn *sql.Conn, l Loaded) error {
	inner, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	tx := &Tx{inner, db}
	err = all(
		func() (int64, error) { return declarationTable.insert(ctx, tx, l.Declarations) },
		func() (int64, error) { return noticeTable.insert(ctx, tx, l.Notices) },
		func() (int64, error) { return followUpTable.insert(ctx, tx, l.FollowUps) },
		func() (int64, error) { return dayTable.insert(ctx, tx, l.Days) },
		func() (int64, error) { return flowTable.insert(ctx, tx, l.Flows) },
	)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (db *DB) copyRows(ctx context.Context, conn *sql.Conn, l Loaded) error {
	return conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		return errors.Join(
			copyTable(ctx, c, declarationTable, l.Declarations),
			copyTable(ctx, c, noticeTable, l.Notices),
			copyTable(ctx, c, followUpTable, l.FollowUps),
			copyTable(ctx, c, dayTable, l.Days),
			copyTable(ctx, c, flowTable, l.Flows))
	})
}

// copyTable writes rows by COPY.
func copyTable[T any](ctx context.Context, c *pgx.Conn, t *table[T], rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	t.once.Do(t.parse)
	_, err := c.CopyFrom(ctx, pgx.Identifier{t.name}, t.names, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		row := t.row(rows[i])
		for i, v := range row {
			if u, ok := v.(uid); ok {
				if row[i] = [16]byte(u); u == (uid{}) {
					row[i] = nil
				}
			}
		}
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("copy %s: %w", strings.ToLower(t.name), err)
	}
	return nil
}

// ServerProcess returns the process of the PostgreSQL server that serves one of
// our connections, so that a benchmark on the same machine can ask what the
// server used; 0 on SQLite.
func (db *DB) ServerProcess(ctx context.Context) (pid int, err error) {
	if !db.pg {
		return 0, nil
	}
	err = db.read.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	return pid, failure(err)
}
