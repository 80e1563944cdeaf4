package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"anlo"
)

// When the disk is full a declaration is refused by name, nothing of it stays,
// and as soon as there is room the next one is taken. SQLite says the same for
// a file that may not grow as for a disk that is full.
func TestDiskFull(t *testing.T) {
	ctx := t.Context()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "full.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var pages int
	if err := db.write.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := db.write.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count(%d)", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 40)
	now := time.Now()
	kept, refused := 0, 0
	for i := range 500 {
		id := anlo.NewID(now)
		err := db.Declare(ctx, NewDeclaration{
			Rows:   []DeclarationRow{{ID: id, Person: int64(i), DeclaredAt: now, ChangedAt: now, ExpiresAt: now, DepartsAt: now, Sealed: make([]byte, 900)}},
			Passes: []PassRow{{ID: anlo.NewID(now), Person: int64(i), Declaration: id, IssuedAt: now, ExpiresAt: now, Sealed: make([]byte, 300)}},
			Audit:  []AuditRow{{ID: anlo.NewID(now), Person: int64(i), At: now}},
		})
		rows, passes, readErr := db.Declaration(ctx, id)
		switch {
		case err == nil && readErr == nil && len(rows) == 1 && len(passes) == 1:
			kept++
		case errors.Is(err, anlo.ErrStorageFull) && errors.Is(readErr, anlo.ErrNotFound):
			refused++
		default:
			t.Fatalf("declaration %d: %v; reading it: %v", i, err, readErr)
		}
	}
	if kept == 0 || refused == 0 {
		t.Fatalf("%d kept, %d refused", kept, refused)
	}
	for table, want := range map[string]int{"declaration": kept, "pass": kept, "audit": kept} {
		var n int
		if err := db.read.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d rows, %v; want %d", table, n, err, want)
		}
	}
	limit(1 << 30)
	if err := db.Declare(ctx, NewDeclaration{Audit: []AuditRow{{ID: anlo.NewID(now), At: now}}}); err != nil {
		t.Errorf("with room again: %v", err)
	}
	var sound string
	if err := db.read.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("integrity: %s, %v", sound, err)
	}
}

func TestPostgresDiskFullHasItsName(t *testing.T) {
	if err := failure(fmt.Errorf("insert: %w", &pgconn.PgError{Code: "53100"})); !errors.Is(err, anlo.ErrStorageFull) {
		t.Error(err)
	}
}
