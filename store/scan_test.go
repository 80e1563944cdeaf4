package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anlo"
	"anlo/anlotest"
	"anlo/store"
)

// post is a checkpoint with devices.
type post struct {
	db      *store.DB
	id      anlo.ID
	devices []anlo.ID
}

func newPost(t testing.TB, db *store.DB, devices int) *post {
	t.Helper()
	p := &post{db: db, id: anlo.NewID(now)}
	c := anlo.Checkpoint{ID: p.id, Name: "Pháp Vân", Commune: anlo.UnitRef{List: "vn-2026", Code: "00004"}}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Update(context.Background(), func(tx *store.Tx) error {
		if err := tx.KeepCheckpoint(context.Background(), c, now); err != nil {
			return err
		}
		for i := range devices {
			d := anlo.Device{ID: anlo.NewID(now), Checkpoint: c, Label: "làn", ExpiresAt: now.Add(time.Hour)}
			if err := tx.KeepDevice(context.Background(), d, fmt.Appendf(nil, "%s %d", p.id, i), now); err != nil {
				return err
			}
			p.devices = append(p.devices, d.ID)
		}
		return nil
	}))
	return p
}

// reading is one by the first device.
func (p *post) reading(n int) store.NewScan {
	at := now.Add(time.Duration(n) * 7 * time.Second)
	s := store.NewScan{Person: int64(n%5) * 11, Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadPass, Pass: anlo.NewID(at), Checkpoint: p.id,
		Device: p.devices[0], At: at, RecordedAt: now, Verdict: anlo.Verdict{Outcome: anlo.Go}, People: 1 + n%4}}
	if n%3 == 1 {
		s.Verdict = anlo.Verdict{Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonZone, anlo.ReasonBundleStale}}
	}
	if s.Person != 0 {
		s.Audit = store.NewAuditRow(now, anlo.Actor{Role: anlo.CheckpointOfficer, Device: &anlo.Device{ID: p.devices[0]}}, anlo.ActJudge, anlo.PurposeCheckpoint, s.Person, s.Pass)
	}
	return s
}

func decided(s store.NewScan, d anlo.Decision) store.NewScan {
	s.Decision, s.Took, s.People = d, 800*time.Millisecond, s.People+1
	return s
}

func (p *post) keep(t testing.TB, scans ...store.NewScan) []bool {
	t.Helper()
	fresh, err := p.db.KeepScans(context.Background(), p.devices[0], anlo.Sync{At: now}, scans)
	if err != nil {
		t.Fatal(err)
	}
	return fresh
}

// figures are the sums of a post as text, beside a count of the readings anew.
func (p *post) figures(t testing.TB) (kept, counted string) {
	t.Helper()
	k, c, err := p.db.MinutesAndCount(context.Background(), p.id)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(k, "\n"), strings.Join(c, "\n")
}

func (p *post) same(t testing.TB) {
	t.Helper()
	if kept, counted := p.figures(t); kept != counted || kept == "" {
		t.Errorf("the figures say\n%s\nand the readings\n%s", kept, counted)
	}
}

func TestReadingsAreKeptOnce(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		p := newPost(t, db, 2)
		a, b := p.reading(1), p.reading(2)
		if fresh := p.keep(t, a, b, a); !slices.Equal(fresh, []bool{true, true, false}) {
			t.Errorf("first: %v", fresh)
		}
		if fresh := p.keep(t, b, decided(a, anlo.Passed)); !slices.Equal(fresh, []bool{false, false}) {
			t.Errorf("again: %v", fresh)
		}
		p.same(t)
		p.keep(t, a, decided(a, anlo.TurnedBack), decided(b, anlo.SentAside)) // too late for a, just right for b
		got := p.scans(t)
		if got[a.ID].Decision != anlo.Passed || got[a.ID].People != a.People+1 || got[a.ID].Took != 800*time.Millisecond || got[b.ID].Decision != anlo.SentAside {
			t.Errorf("%+v\n%+v", got[a.ID], got[b.ID])
		}
		stranger := decided(p.reading(3), anlo.Passed)
		open := stranger
		open.Decision = ""
		p.keep(t, open)
		stranger.Device = p.devices[1]
		if fresh, err := db.KeepScans(t.Context(), p.devices[1], anlo.Sync{At: now}, []store.NewScan{stranger}); err != nil || fresh[0] {
			t.Errorf("somebody else's reading: %v %v", fresh, err)
		}
		if got := p.scans(t)[open.ID]; got.Decision != "" || got.Device != p.devices[0] {
			t.Errorf("somebody else decided: %+v", got)
		}
		p.same(t)
		if n, err := db.AuditCount(t.Context(), anlo.ActJudge); err != nil || n != 3 {
			t.Errorf("%d audit entries, %v", n, err)
		}
	})
}

func (p *post) scans(t testing.TB) map[anlo.ID]anlo.Scan {
	t.Helper()
	all, err := p.db.ScansAt(context.Background(), p.id)
	if err != nil {
		t.Fatal(err)
	}
	out := map[anlo.ID]anlo.Scan{}
	for _, s := range all {
		if _, twice := out[s.ID]; twice {
			t.Errorf("%s is there twice", s.ID)
		}
		out[s.ID] = s
	}
	return out
}

// A person may become known between two copies of a reading: it stays one.
func TestReadingOfSomebodyKnownLater(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		p := newPost(t, db, 1)
		s := p.reading(5)
		s.Person = 0
		p.keep(t, s)
		s.Person = 77
		if fresh := p.keep(t, decided(s, anlo.Passed)); fresh[0] {
			t.Error("taken for a new one")
		}
		if got := p.scans(t); len(got) != 1 || got[s.ID].Decision != anlo.Passed {
			t.Errorf("%+v", got)
		}
		p.same(t)
	})
}

// Whatever copies come, in whatever order and batches: each reading is there
// once, as the copy with the highest revision has it, and the figures are those of a
// recount.
func TestMergeOfReadings(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			p := newPost(t, db, 1)
			var readings []store.NewScan
			for n := range rapid.IntRange(1, 4).Draw(rt, "readings") {
				readings = append(readings, p.reading(n))
			}
			want := map[anlo.ID]anlo.Scan{}
			for range rapid.IntRange(1, 4).Draw(rt, "batches") {
				var batch []store.NewScan
				for range rapid.IntRange(0, 6).Draw(rt, "size") {
					s := rapid.SampledFrom(readings).Draw(rt, "reading")
					if d := rapid.SampledFrom(append([]anlo.Decision{""}, anlo.Decisions...)).Draw(rt, "decision"); d != "" {
						s = decided(s, d)
					}
					s.Revision = rapid.IntRange(0, 2).Draw(rt, "revision")
					if rapid.Bool().Draw(rt, "differs") {
						s.Verdict = anlo.Verdict{Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonIDTag}}
					}
					batch = append(batch, s)
					if old, there := want[s.ID]; !there || s.Revision > old.Revision || s.Revision == old.Revision && old.Decision == "" && s.Decision != "" {
						want[s.ID] = s.Scan
					}
				}
				p.keep(t, batch...)
			}
			got := p.scans(t)
			if len(got) != len(want) {
				rt.Fatalf("%d readings, want %d", len(got), len(want))
			}
			for id, w := range want {
				if g := got[id]; g.Decision != w.Decision || g.People != w.People || g.Took != w.Took || g.Verdict.Outcome != w.Verdict.Outcome {
					rt.Fatalf("%+v, want %+v", g, w)
				}
			}
			if kept, counted := p.figures(t); kept != counted {
				rt.Fatalf("the figures say\n%s\nand the readings\n%s", kept, counted)
			}
		})
	})
}

// Eight phones with copies of one queue send it in parts, in any order, while
// others read at the same post.
func TestOverlappingBatches(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		p := newPost(t, db, 8)
		all := make([]store.NewScan, 400)
		for i := range all {
			all[i] = p.reading(i)
			if i%2 == 0 {
				all[i] = decided(all[i], anlo.Passed)
			}
		}
		var mu sync.Mutex
		fresh := map[anlo.ID]int{}
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				mine := slices.Clone(all)
				device := p.devices[g%4] // two goroutines a device; four devices with the same readings
				rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
				for batch := range slices.Chunk(mine, 70) {
					said, err := db.KeepScans(context.Background(), device, anlo.Sync{At: now}, batch)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for i, yes := range said {
						if yes {
							fresh[batch[i].ID]++
						}
					}
					mu.Unlock()
				}
			})
			wg.Go(func() {
				for i := range 20 {
					s := p.reading(1000 + 20*g + i)
					if err := db.Scan(context.Background(), s); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, s := range all {
			if fresh[s.ID] != 1 {
				t.Errorf("%s was new %d times", s.ID, fresh[s.ID])
			}
		}
		if n := len(p.scans(t)); n != 400+160 {
			t.Errorf("%d readings", n)
		}
		p.same(t)
	})
}

func TestAlertsAreKeptOnceAndNotForEver(t *testing.T) {
	anlotest.Stores(t, func(t *testing.T, db *store.DB) {
		p := newPost(t, db, 1)
		alarming := func(n int, at time.Time) store.NewScan {
			s := p.reading(n)
			s.At = at
			s.Alert = &store.AlertRow{Checkpoint: p.id, Scan: s.ID, Device: s.Device, ScannedAt: at, Reason: anlo.ReasonRevoked}
			return s
		}
		count := func() (n int) {
			n, err := db.AlertCount(t.Context(), p.id)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		first := alarming(1, now)
		p.keep(t, first)
		p.keep(t, first, alarming(2, now))
		if n := count(); n != 2 {
			t.Errorf("%d alerts of two readings", n)
		}
		p.keep(t, alarming(3, now.Add(8*24*time.Hour)))
		if n := count(); n != 1 {
			t.Errorf("%d alerts, a week later", n)
		}
	})
}
