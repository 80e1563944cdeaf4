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
	db.declares = newGrouper(2, db.insertDeclarations)
	db.scans = newGrouper(2, db.insertScans)
	db.audits = newGrouper(1, db.insertAudit)
	db.lookups = newLookups(db)
	return db, nil
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
