package auth

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// fresh is a way in without the rest of the house.
func fresh(t testing.TB, now func() time.Time) *Auth {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "anlo.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	master, err := seal.MasterFile(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.Open(t.Context(), master, db)
	if err != nil {
		t.Fatal(err)
	}
	everything := func(anlo.UnitRef) bool { return true }
	return New(db, keys, now, slog.New(slog.DiscardHandler), everything, everything)
}

func TestKnownDevice(t *testing.T) {
	now := time.Unix(1_795_000_000, 0)
	a := fresh(t, func() time.Time { return now })
	lan, minh := anlo.NewID(now), anlo.NewID(now)
	cookie := a.newKnown(lan)
	if a.knownDevice(lan, cookie).IsZero() || !a.knownDevice(minh, cookie).IsZero() || !a.knownDevice(anlo.ID{}, cookie).IsZero() {
		t.Error("the cookie is not its owner's alone")
	}
	for i := range cookie {
		altered := []byte(cookie)
		altered[i] ^= 1
		if !a.knownDevice(lan, string(altered)).IsZero() {
			t.Errorf("character %d altered, and it is known", i)
		}
	}
	now = now.Add(KnownDevice + time.Second)
	if !a.knownDevice(lan, cookie).IsZero() {
		t.Error("known for ever")
	}
	if a.KnownName("lan") == a.KnownName("minh") || a.KnownName(" LAN") != a.KnownName("lan") {
		t.Error("the name of the cookie does not follow the login")
	}
}

// What a browser or another system sends opens nothing that is not ours, and
// breaks nothing.
func FuzzTokens(f *testing.F) {
	now := time.Unix(1_795_000_000, 0)
	a := fresh(f, func() time.Time { return now })
	lan := anlo.NewID(now)
	known := a.newKnown(lan)
	ticket, err := a.newTicket(f.Context(), store.StaffRow{ID: lan})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", known, ticket, newToken(""), newToken("anlo_key_"), "AAAAAAAA", ticket[:40]} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s != known && !a.knownDevice(lan, s).IsZero() {
			t.Error("a device that never was")
		}
		if _, err := a.Pending(t.Context(), s); err == nil {
			t.Error("a ticket for an account that is not there")
		}
		if _, err := a.Session(t.Context(), s); err == nil {
			t.Error("a session that never was")
		}
		if _, err := a.OpenKey(t.Context(), s); err == nil {
			t.Error("a key that never was")
		}
		if step, ok := totpMatch("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", normalCode(s), now); ok && (step == 0 || len(normalCode(s)) != 6) {
			t.Errorf("the code %q", s)
		}
		if n := normalRecovery(s); normalRecovery(n) != n {
			t.Errorf("%q is not normal when normal", n)
		}
	})
}
