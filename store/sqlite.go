package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// openSQLite opens one connection that writes and a pool that reads. The write
// ahead log is flushed at every commit (synchronous=FULL) and copied into the
// file in the background, so that no caller waits for that.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	pragmas := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"temp_store(MEMORY)", "cache_size(-65536)", "wal_autocheckpoint(50000)", "journal_size_limit(67108864)",
		},
	}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
	w, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	if err := w.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, failure(err)), w.Close())
	}
	r, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	r.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	background, stop := context.WithCancel(context.Background())
	db := &DB{read: r, write: w, stop: stop}
	db.declares = newGrouper(1, db.insertDeclarations)
	db.scans = newGrouper(1, db.insertScans)
	db.audits = newGrouper(1, db.insertAudit)
	db.lookups = newLookups(db)
	go checkpointer(background, dsn)
	return db, nil
}

// checkpointer copies the log into the database file while others write, so
// that the writer seldom has to stop for it.
func checkpointer(ctx context.Context, dsn string) {
	c, err := sql.Open("sqlite", dsn)
	if err != nil {
		return
	}
	defer c.Close()
	c.SetMaxOpenConns(1)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
		}
	}
}

func sqliteFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL
}

func gooseSQLite() (goose.Dialect, []goose.ProviderOption) { return goose.DialectSQLite3, nil }
