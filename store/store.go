// Package store keeps everything in SQLite or PostgreSQL. It holds SQL and
// nothing else: what reaches it is already checked, sealed and signed.
//
// One SQL text serves both databases wherever they agree ($1 parameters,
// RETURNING, ON CONFLICT); what differs lives in sqlite.go and postgres.go.
// The hot writes (declarations, scans) are batch methods: callers that wait at
// the same moment share one transaction, see group.go.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"

	"anlo"
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is an open database, ready for use by many goroutines.
type DB struct {
	read  *sql.DB // a pool
	write *sql.DB // one connection on SQLite, the same pool on PostgreSQL
	pg    bool

	declares *grouper[NewDeclaration]
	scans    *grouper[NewScan]
	audits   *grouper[AuditRow]
	lookups  *lookups
	stop     context.CancelFunc
	bare     bool // without audit entries, see LeaveOutAudit
}

// Open opens and migrates the database: "postgres://…" for PostgreSQL, any
// other text is the path of a SQLite file, made when it does not exist.
func Open(ctx context.Context, url string) (*DB, error) {
	var db *DB
	var err error
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		db, err = openPostgres(ctx, url)
	} else {
		db, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	}
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate: %w", failure(err)), db.Close())
	}
	return db, nil
}

// Close waits for what is being written and closes the database.
func (db *DB) Close() error {
	db.declares.close()
	db.scans.close()
	db.audits.close()
	db.lookups.close()
	db.stop()
	err := db.write.Close()
	if db.read != db.write {
		err = errors.Join(err, db.read.Close())
	}
	return err
}

// Engine names the database for logs and benchmarks: "sqlite" or "postgres".
func (db *DB) Engine() string {
	if db.pg {
		return "postgres"
	}
	return "sqlite"
}

// Ping reports whether the database answers and takes writes.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.write.PingContext(ctx); err != nil {
		return err
	}
	return db.read.PingContext(ctx)
}

func (db *DB) migrate(ctx context.Context) error {
	texts, err := db.texts()
	if err != nil {
		return err
	}
	dialect, options := db.goose()
	p, err := goose.NewProvider(dialect, db.write, texts, options...)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// texts are the migrations as this database reads them: what stands in a
// comment that begins with "sqlite" is for SQLite.
func (db *DB) texts() (fs.FS, error) {
	if db.pg {
		return fs.Sub(migrations, "migrations")
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	texts := fstest.MapFS{}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts[path.Base(name)] = &fstest.MapFile{Data: forSQLite.ReplaceAll(text, []byte("$1"))}
	}
	return texts, nil
}

var forSQLite = regexp.MustCompile(`/\*sqlite (.*?)\*/`)

// Update runs f in one transaction that is committed when f returns nil.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return failure(err)
	}
	if err := f(&Tx{tx, db}); err != nil {
		return errors.Join(failure(err), ignoreDone(tx.Rollback()))
	}
	return failure(tx.Commit())
}

// Tx is a transaction that writes.
type Tx struct {
	*sql.Tx
	db *DB
}

// touched executes a statement and reports whether it changed a row.
func (tx *Tx) touched(ctx context.Context, query string, args ...any) (bool, error) {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// likeText makes a text mean itself in LIKE … ESCAPE '!'.
var likeText = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// failure gives the errors that users are told about their names.
func failure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return anlo.ErrNotFound
	case diskFull(err):
		return fmt.Errorf("%w: %w", anlo.ErrStorageFull, err)
	}
	return err
}

// uid carries an anlo.ID into and out of a UUID column of either database.
type uid anlo.ID

// Value implements driver.Valuer; the zero ID is null.
func (u uid) Value() (driver.Value, error) {
	if anlo.ID(u).IsZero() {
		return nil, nil
	}
	return u[:], nil
}

// Scan implements sql.Scanner.
func (u *uid) Scan(v any) (err error) {
	switch v := v.(type) {
	case nil:
		*u = uid{}
	case []byte:
		if len(v) != 16 {
			return fmt.Errorf("an identifier of %d bytes", len(v))
		}
		*u = uid(v)
	case string:
		var id anlo.ID
		id, err = anlo.ParseID(v)
		*u = uid(id)
	default:
		err = fmt.Errorf("an identifier of type %T", v)
	}
	return err
}

// ms and at convert between moments and what the tables hold. 0 and null are
// no moment.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func nullMs(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: ms(t), Valid: !t.IsZero()} }

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
