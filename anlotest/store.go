package anlotest

import (
	"path/filepath"
	"testing"

	"anlo/store"
)

// Databases runs f once on SQLite and once on PostgreSQL, each with the URL of
// a fresh database.
func Databases(t *testing.T, f func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "anlo.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// Stores runs f on a fresh store of either database.
func Stores(t *testing.T, f func(t *testing.T, db *store.DB)) {
	Databases(t, func(t *testing.T, url string) { f(t, Store(t, url)) })
}

// Store opens a store that is closed when the test ends.
func Store(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
