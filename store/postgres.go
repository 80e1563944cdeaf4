package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

func openPostgres(ctx context.Context, url string) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the PostgreSQL URL cannot be read") // it may hold a password
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "anlo"
	}
	// Every statement finds rows by keys, at most a group of callers' at once: a
	// plan that suits ten keys suits all, and need not be made anew each time.
	config.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(max(8, 4*runtime.NumCPU()))
	pool.SetMaxIdleConns(max(8, 4*runtime.NumCPU()))
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("PostgreSQL at %s: %w", config.Host, err), pool.Close())
	}
	_, stop := context.WithCancel(context.Background())
	db := &DB{read: pool, write: pool, pg: true, stop: stop}
	db.declares = newGrouper(writers(), db.pipelineDeclarations)
	db.scans = newGrouper(writers(), db.insertScans)
	db.audits = newGrouper(1, db.insertAudit)
	db.lookups = newLookups(db)
	return db, nil
}

// writers is how many groups are written at the same time. On two processors
// one was a tenth faster than two: its groups are larger, and the server spends
// a third less on each row.
func writers() int { return max(1, runtime.NumCPU()/4) }

// pipelineDeclarations writes a group in two round trips instead of seven: one
// claims the idempotency keys, one brings everything else and commits. When a
// key was used before, it starts again the slow way, which finds out whose.
func (db *DB) pipelineDeclarations(ctx context.Context, ds []NewDeclaration) ([]error, error) {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	taken := false
	err = conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		err := func() error {
			keys := keysOf(ds)
			var claim, rest pgx.Batch
			claim.Queue("BEGIN")
			idempotencyTable.queue(&claim, keys)
			claimed, err := send(ctx, c, &claim)
			if taken = claimed < int64(len(keys)); err != nil || taken {
				return err
			}
			rows := newRows(ds, nil)
			declarationTable.queue(&rest, rows.declarations)
			passTable.queue(&rest, rows.passes)
			outboxTable.queue(&rest, rows.outbox)
			auditTable.queue(&rest, rows.audit)
			rest.Queue("COMMIT")
			_, err = send(ctx, c, &rest)
			return err
		}()
		if err != nil || taken {
			_, undo := c.Exec(ctx, "ROLLBACK")
			err = errors.Join(err, undo)
		}
		return err
	})
	if err = errors.Join(err, conn.Close()); err != nil || !taken {
		return nil, err
	}
	return db.insertDeclarations(ctx, ds)
}

// send runs a pipeline and returns the rows that it touched.
func send(ctx context.Context, c *pgx.Conn, b *pgx.Batch) (rows int64, err error) {
	n := b.Len()
	results := c.SendBatch(ctx, b)
	for range n {
		tag, e := results.Exec()
		if e != nil {
			err = e
			break
		}
		rows += tag.RowsAffected()
	}
	return rows, errors.Join(err, results.Close())
}

func postgresFull(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "53100"
}

func (db *DB) goose() (goose.Dialect, []goose.ProviderOption) {
	if !db.pg {
		return gooseSQLite()
	}
	locker, err := lock.NewPostgresSessionLocker() // two servers may start at once
	if err != nil {
		return goose.DialectPostgres, nil
	}
	return goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(locker)}
}

func diskFull(err error) bool { return sqliteFull(err) || postgresFull(err) }

// CreateSchema makes an empty schema; a URL with its name as search_path then
// opens a database of its own. Benchmarks use it.
func CreateSchema(ctx context.Context, url, name string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{name}.Sanitize())
	return err
}
