package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anlo"
	"anlo/anlotest"
	"anlo/store"
)

func TestMain(m *testing.M) { anlotest.Main(m) }

var now = time.UnixMilli(1_795_000_000_000)

func declaration(n int, person int64) store.NewDeclaration {
	id := anlo.NewID(now)
	return store.NewDeclaration{
		Rows: []store.DeclarationRow{{
			ID: id, Person: person, DeclaredAt: now, ChangedAt: now, ExpiresAt: now.Add(anlo.PassLifetime), List: "vn-2026",
			Permanent: "00004", Origin: "00004", Destination: "00008", DepartsAt: now, Vehicle: anlo.Car, Purpose: anlo.Work,
			PhoneIndex: 7, PlateIndex: 8, Grade: anlo.MatchExact, Matched: person, Sealed: []byte("sealed"),
		}},
		Passes: []store.PassRow{{
			ID: anlo.PassID(now, [8]byte{byte(n >> 8), byte(n), byte(person)}), Person: person, Declaration: id, Day: 20775,
			StatusIndex: int64(n), IssuedAt: now, ExpiresAt: now.Add(anlo.PassLifetime), Sealed: []byte("qr"),
		}},
		Idempotency: &store.IdempotencyRow{Person: person, Key: int64(n), Request: []byte("r"), Declaration: id, CreatedAt: now},
		Audit:       []store.AuditRow{{ID: anlo.NewID(now), Person: person, At: now, Role: anlo.Citizen, Action: anlo.ActDeclare, Purpose: anlo.PurposeTravel, Object: id}},
	}
}

func TestDeclareKeepsEverything(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := declaration(1, 42)
		if err := db.Declare(ctx, d); err != nil {
			t.Fatal(err)
		}
		rows, passes, err := db.Declaration(ctx, d.Rows[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d.Rows, rows); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(d.Passes, passes); diff != "" {
			t.Error(diff)
		}
		got, err := db.Idempotent(ctx, 42, 1)
		if diff := cmp.Diff(*d.Idempotency, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if _, _, err := db.Declaration(ctx, anlo.NewID(now)); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("a stranger's identifier: %v", err)
		}
		if n, err := db.AuditCount(ctx, anlo.ActDeclare); n != 1 || err != nil {
			t.Errorf("%d audit entries, %v", n, err)
		}
	})
}

// A group of callers succeeds or fails each for itself, and nothing of a failed
// declaration stays.
func TestGroupedCallersFailAlone(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		const callers = 200
		errs := make([]error, callers)
		ids := make([]anlo.ID, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				d := declaration(i/2, 7) // every key twice
				d.Passes[0].ID = anlo.PassID(now, [8]byte{1, byte(i >> 8), byte(i)})
				ids[i] = d.Rows[0].ID
				errs[i] = db.Declare(ctx, d)
			})
		}
		wg.Wait()
		for i := 0; i < callers; i += 2 {
			a, b := errs[i], errs[i+1]
			if (a == nil) == (b == nil) {
				t.Fatalf("key %d: %v and %v; want one success", i/2, a, b)
			}
			for j := i; j < i+2; j++ {
				_, passes, err := db.Declaration(ctx, ids[j])
				if errs[j] == nil && (err != nil || len(passes) != 1) {
					t.Fatalf("caller %d succeeded but nothing is kept: %v", j, err)
				}
				if errs[j] != nil && (!errors.Is(errs[j], anlo.ErrIdempotencyUsed) || !errors.Is(err, anlo.ErrNotFound)) {
					t.Fatalf("caller %d failed with %v and left something: %v", j, errs[j], err)
				}
			}
		}
	})
}

func TestReplaceKeepsThePastAndRevokes(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		d := declaration(1, 42)
		if err := db.Declare(ctx, d); err != nil {
			t.Fatal(err)
		}
		id := d.Rows[0].ID
		next := declaration(2, 43) // another number, so another person
		next.Rows[0].ID, next.Rows[0].Revision = id, 1
		next.Passes[0].Declaration = id
		err := db.Update(ctx, func(tx *store.Tx) error {
			if _, _, err := tx.Declaration(ctx, id); err != nil {
				return err
			}
			return tx.Replace(ctx, next, now.Add(time.Hour))
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, passes, err := db.Declaration(ctx, id)
		if err != nil || len(rows) != 1 || rows[0].Person != 43 || rows[0].Revision != 1 {
			t.Fatalf("%+v %v", rows, err)
		}
		var standing, revoked int
		for _, p := range passes {
			if p.RevokedAt.IsZero() {
				standing++
			} else {
				revoked++
			}
		}
		if standing != 1 || revoked != 1 {
			t.Errorf("%d passes stand and %d are revoked", standing, revoked)
		}
		if r, err := db.RevokedSince(ctx, 20775); err != nil || len(r) != 1 || r[0].Index != 1 {
			t.Errorf("revoked: %v %v", r, err)
		}
	})
}

func TestOutboxIsLeasedOnce(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for i := range 20 {
			d := declaration(i, int64(i))
			d.Outbox = []store.OutboxRow{{ID: anlo.NewID(now), Person: int64(i), Kind: store.Identify, Declaration: d.Rows[0].ID, DueAt: now}}
			if err := db.Declare(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		seen := map[anlo.ID]int{}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					due, err := db.Due(ctx, now, time.Minute, 3)
					if err != nil {
						t.Error(err)
					}
					if len(due) == 0 {
						return
					}
					mu.Lock()
					for _, o := range due {
						seen[o.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(seen) != 20 {
			t.Errorf("%d rows leased, want 20", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s leased %d times", id, n)
			}
		}
		if due, _ := db.Due(ctx, now.Add(2*time.Minute), time.Minute, 100); len(due) != 20 {
			t.Errorf("%d rows came back after the lease, want 20", len(due))
		}
	})
}

func TestStatusPlacesAreNeverGivenTwice(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					first, err := db.ReserveStatus(t.Context(), 5, 100)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					if seen[first] || first%100 != 0 {
						t.Errorf("place %d", first)
					}
					seen[first] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		days, err := db.StatusDays(t.Context(), 5)
		if days[5] != 8000 || err != nil {
			t.Errorf("counter at %d, %v", days[5], err)
		}
	})
}

func TestRegisterIsFoundByAnyKey(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		rows := []store.RegisterRow{{Person: 1, Keys: []int64{10, 11, 99}, Sealed: []byte("a")}, {Person: 2, Keys: []int64{20, 99}, Sealed: []byte("b")}}
		for range 2 { // importing again changes nothing
			if err := db.KeepRegister(ctx, rows, store.AuditRow{ID: anlo.NewID(now), At: now}); err != nil {
				t.Fatal(err)
			}
		}
		for keys, want := range map[string]int{"10": 1, "10 11": 1, "99": 2, "10 20": 2, "5": 0} {
			got, err := db.Candidates(ctx, splitInts(keys))
			if err != nil || len(got) != want {
				t.Errorf("keys %s: %d people, %v; want %d", keys, len(got), err, want)
			}
		}
	})
}

func splitInts(s string) (out []int64) {
	var n int64
	for _, c := range s + " " {
		if c == ' ' {
			out, n = append(out, n), 0
			continue
		}
		n = n*10 + int64(c-'0')
	}
	return out
}

func TestUpdateRollsBack(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		boom := errors.New("boom")
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := tx.KeepCheckpoint(t.Context(), anlo.Checkpoint{ID: anlo.NewID(now), Name: "x"}, now); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if c, err := db.Checkpoints(t.Context()); len(c) != 0 || err != nil {
			t.Errorf("%v %v", c, err)
		}
	})
}

func TestDevices(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		c := anlo.Checkpoint{ID: anlo.NewID(now), Name: "Pháp Vân – Cầu Giẽ", Commune: anlo.UnitRef{List: "vn-2026", Code: "00004"}}
		d := anlo.Device{ID: anlo.NewID(now), Checkpoint: c, Label: "1", ExpiresAt: at(now, time.Hour)}
		must(t, db.Update(ctx, func(tx *store.Tx) error {
			if err := tx.KeepCheckpoint(ctx, c, now); err != nil {
				return err
			}
			return tx.KeepDevice(ctx, d, []byte("hash"), now)
		}))
		got, err := db.Device(ctx, []byte("hash"), now)
		if diff := cmp.Diff(d, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if _, err := db.Device(ctx, []byte("hash"), now.Add(2*time.Hour)); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("after its time: %v", err)
		}
		must(t, db.Update(ctx, func(tx *store.Tx) error { return tx.RevokeDevice(ctx, d.ID, now) }))
		if _, err := db.Device(ctx, []byte("hash"), now); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("revoked: %v", err)
		}
	})
}

func TestReopen(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		d := declaration(1, 1)
		for i := range 2 {
			db, err := store.Open(context.Background(), url)
			must(t, err)
			if i == 0 {
				must(t, db.Declare(t.Context(), d))
			} else if _, _, err := db.Declaration(t.Context(), d.Rows[0].ID); err != nil {
				t.Error(err)
			}
			must(t, db.Close())
			if err := db.Declare(t.Context(), declaration(9, 9)); err == nil {
				t.Error("a closed store took a declaration")
			}
		}
	})
}

func at(t time.Time, d time.Duration) time.Time { return t.Add(d) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("%w", err))
	}
}
