package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"database/sql"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	_ "modernc.org/sqlite"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

// sealedLog is an application whose audit is sealed, and what verifying it
// needs.
type sealedLog struct {
	*app.App
	t      *testing.T
	clock  *anlotest.Clock
	config app.Config
	url    string
}

func sealing(t *testing.T, f func(*sealedLog)) {
	t.Helper()
	anlotest.Databases(t, func(t *testing.T, url string) {
		s := &sealedLog{t: t, url: url}
		s.App, s.clock = anlotest.AppOn(t, url, s.configure)
		f(s)
	})
}

func (s *sealedLog) configure(c *app.Config) {
	c.AuditLog = filepath.Join(s.t.TempDir(), "audit-log")
	s.config = *c
}

// rows writes so many audit entries of one officer, a second apart.
func (s *sealedLog) rows(n int) (ids []anlo.ID) {
	s.t.Helper()
	officer := anlo.Actor{Role: anlo.CommuneOfficer, Area: anlotest.An.Permanent.Commune, Staff: anlo.NewID(s.clock.Now())}
	for i := range n {
		s.clock.Add(20 * time.Millisecond)
		e := store.NewAuditRow(s.clock.Now(), officer, anlo.ActReadDesk, anlo.PurposeFollowUp, int64(i+1), anlo.NewID(s.clock.Now()))
		if err := s.Store.Audit(s.t.Context(), e); err != nil {
			s.t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

func (s *sealedLog) seal() {
	s.t.Helper()
	s.clock.Add(2 * time.Second)
	if err := s.SealAudit(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sealedLog) verify(o app.VerifyOptions) *app.AuditReport {
	s.t.Helper()
	r, err := app.VerifyAudit(context.Background(), s.config, anlo.Actor{Role: anlo.Operator}, o)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *sealedLog) good(entries uint64) {
	s.t.Helper()
	if r := s.verify(app.VerifyOptions{}); !r.OK() || r.Entries != entries || len(r.Strays) > 0 {
		s.t.Fatalf("%+v, want %d entries and no fault", r, entries)
	}
}

// tampers opens the database as somebody would who has its password.
func (s *sealedLog) tamper(query string, args ...any) int64 {
	s.t.Helper()
	driver, address := "sqlite", "file:"+(&url.URL{Path: s.url}).EscapedPath()+"?_pragma=busy_timeout(10000)"
	if strings.HasPrefix(s.url, "postgres") {
		driver, address = "pgx", s.url
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	res, err := db.Exec(query, args...)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *sealedLog) fsck() error {
	key, err := s.AuditVerifier(s.t.Context(), anlo.Actor{Role: anlo.Operator})
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		s.t.Fatal(err)
	}
	hashes := func(bundle []byte) (all [][]byte, err error) {
		var b api.EntryBundle
		err = b.UnmarshalText(bundle)
		for _, e := range b.Entries {
			all = append(all, rfc6962.DefaultHasher.HashLeaf(e))
		}
		return all, err
	}
	return fsck.New(v.Name(), v, &client.FileFetcher{Root: s.config.AuditLog}, hashes, fsck.Opts{N: 8}).Check(s.t.Context())
}

func TestSealing(t *testing.T) {
	sealing(t, func(s *sealedLog) {
		before := s.begin()
		s.rows(700)
		s.seal()
		s.good(before + 700)
		s.rows(30)
		s.seal()
		s.good(before + 730)
		if err := s.fsck(); err != nil {
			s.t.Error(err)
		}
		s.seal() // nothing new
		s.good(before + 730)
	})
}

// begin seals what a new application has written and returns how much that is.
func (s *sealedLog) begin() uint64 {
	s.t.Helper()
	s.seal() // the keys; this makes another
	s.seal()
	n := s.verify(app.VerifyOptions{}).Entries
	if n == 0 {
		s.t.Fatal("nothing was sealed")
	}
	return n
}

// Rows whose transaction ended after others were sealed are found all the same.
func TestLateRowsAreSealed(t *testing.T) {
	sealing(t, func(s *sealedLog) {
		before := s.begin()
		s.rows(5)
		late := store.NewAuditRow(s.clock.Now(), anlo.Actor{Role: anlo.Operator}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{})
		s.rows(300)
		s.seal()
		if err := s.Store.Audit(s.t.Context(), late); err != nil { // six seconds late
			s.t.Fatal(err)
		}
		s.seal()
		s.good(before + 306)
		later := store.NewAuditRow(s.clock.Now(), anlo.Actor{Role: anlo.Operator}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{})
		s.clock.Add(100 * time.Second)
		s.rows(1)
		s.seal()
		if err := s.Store.Audit(s.t.Context(), later); err != nil { // more than a minute late
			s.t.Fatal(err)
		}
		s.clock.Add(time.Minute)
		s.seal()
		s.good(before + 308)
	})
}

// Every byte that lies in the folder of the log speaks for itself: all of them
// are tried in small files, every thirteenth in large ones, which have records
// of 50 and 32 bytes.
func TestEveryByteOfTheLogCounts(t *testing.T) {
	s := &sealedLog{t: t}
	a, clock := anlotest.App(t, s.configure)
	s.App, s.clock = a, clock
	s.seal()
	s.rows(30)
	s.seal()
	s.rows(250)
	s.seal()
	if r, err := app.VerifyFiles(t.Context(), a); err != nil || !r.OK() || r.Entries < 270 {
		t.Fatal(r, err)
	}
	files, bytes := 0, 0
	err := filepath.WalkDir(s.config.AuditLog, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		good, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for i := range good {
			if len(good) > 3000 && i%13 != 0 && i > 50 && i < len(good)-50 {
				continue
			}
			bytes++
			bad := slices.Clone(good)
			bad[i] ^= 1 << (i % 8)
			if err := os.WriteFile(path, bad, 0o644); err != nil {
				return err
			}
			if r, err := app.VerifyFiles(t.Context(), a); err != nil || r.OK() {
				t.Fatalf("%s: byte %d of %d was changed, and nobody noticed (%v)", path, i, len(good), err)
			}
		}
		return os.WriteFile(path, good, 0o644)
	})
	if err != nil || files < 8 || bytes < 5000 {
		t.Fatalf("%d files, %d bytes: %v", files, bytes, err)
	}
	t.Logf("%d bytes in %d files", bytes, files)
	if r, err := app.VerifyFiles(t.Context(), a); err != nil || !r.OK() {
		t.Fatal(r, err)
	}
}

// Whoever has the database's password cannot change, remove or slip in a row.
func TestEveryColumnOfTheAuditCounts(t *testing.T) {
	sealing(t, func(s *sealedLog) {
		s.begin()
		ids := s.rows(300)
		s.seal()
		id := ids[123]
		key := any(id[:])
		if s.Store.Engine() == "postgres" {
			key = id.String()
		}
		changes := []string{"person = person + 1", "at = at + 1", "role = 'auditor'", "role = ''", "actor = object", "actor = NULL",
			"action = 'notice.reveal'", "purpose = 'medical'", "object = NULL", "object = actor", "area = ''", "area = area || ' '"}
		if s.Store.Engine() == "sqlite" { // where a column holds any type
			changes = append(changes, "role = CAST(role AS BLOB)", "person = CAST(person AS BLOB)", "actor = zeroblob(16)", "at = 'now'")
		}
		for _, change := range changes {
			s.tamper("CREATE TABLE kept AS SELECT * FROM audit")
			if n := s.tamper("UPDATE audit SET "+change+" WHERE id = $1", key); n != 1 {
				s.t.Fatalf("%s: %d rows", change, n)
			}
			s.faults(change, app.FaultChanged, id)
			s.restore()
		}
		s.tamper("CREATE TABLE kept AS SELECT * FROM audit")
		s.tamper("DELETE FROM audit WHERE id = $1", key)
		s.faults("deleted", app.FaultGone, id)
		s.restore()
		s.good(s.verify(app.VerifyOptions{}).Entries)

		s.tamper("CREATE TABLE kept AS SELECT * FROM audit")
		s.tamper("UPDATE audit SET person = 77, action = 'x' WHERE id = $1", key)
		s.tamper("INSERT INTO audit SELECT * FROM kept WHERE id = $1", key) // two of one identifier
		if r := s.verify(app.VerifyOptions{}); r.OK() {
			s.t.Error("a second row of the same identifier was not noticed")
		}
		s.restore()

		s.clock.Add(-10 * time.Minute)
		back := store.NewAuditRow(s.clock.Now(), anlo.Actor{Role: anlo.Operator}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{})
		s.clock.Add(20 * time.Minute)
		if err := s.Store.Audit(s.t.Context(), back); err != nil {
			s.t.Fatal(err)
		}
		s.seal()
		s.faults("slipped in", app.FaultUnsealed, back.ID)
	})
}

func (s *sealedLog) restore() {
	s.tamper("DELETE FROM audit")
	s.tamper("INSERT INTO audit SELECT * FROM kept")
	s.tamper("DROP TABLE kept")
}

// faults insists on one fault, about one row.
func (s *sealedLog) faults(how, what string, id anlo.ID) {
	s.t.Helper()
	r := s.verify(app.VerifyOptions{})
	if r.Wrong != 1 || r.Faults[0].What != what || r.Faults[0].ID != id {
		s.t.Errorf("%s: %+v, want %s of %s", how, r, what, id)
	}
}

// An older copy of the log, or another, is not taken for the log.
func TestTheLogCannotBeTurnedBack(t *testing.T) {
	sealing(t, func(s *sealedLog) {
		s.begin()
		s.rows(10)
		s.seal()
		earlier, err := os.ReadFile(filepath.Join(s.config.AuditLog, "checkpoint"))
		if err != nil {
			s.t.Fatal(err)
		}
		copied := filepath.Join(s.t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(s.config.AuditLog)); err != nil {
			s.t.Fatal(err)
		}
		s.rows(10)
		s.seal()
		if r := s.verify(app.VerifyOptions{Kept: earlier}); !r.OK() {
			s.t.Errorf("the log does not continue its own checkpoint: %+v", r)
		}
		if r := s.verify(app.VerifyOptions{Kept: []byte("anlo/audit\n1\nAAAA\n\n— anlo/audit AAAA\n")}); r.OK() {
			s.t.Error("a made-up checkpoint was continued")
		}
		now := s.config.AuditLog
		s.config.AuditLog = copied
		if r := s.verify(app.VerifyOptions{}); r.OK() || !slices.ContainsFunc(r.Faults, func(f app.AuditFault) bool { return f.What == app.FaultBehind }) {
			s.t.Errorf("an older copy was taken for the log: %+v", r)
		}
		s.config.AuditLog = now
		s.good(s.verify(app.VerifyOptions{}).Entries)
	})
}

// reopens returns a function that starts the application on the same data.
func (s *sealedLog) reopens() func(dir string) *app.App {
	s.t.Helper()
	s.clock = anlotest.NewClock()
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	master := filepath.Join(s.t.TempDir(), "master.key")
	return func(dir string) *app.App {
		s.config = app.Config{Database: s.url, MasterKey: master, AuditLog: dir, RootKey: root, Now: s.clock.Now}
		a, err := app.Open(s.t.Context(), s.config)
		if err != nil {
			s.t.Fatal(err)
		}
		return a
	}
}

// A process may be killed at any point of an append: after it has written
// files that the tree does not know yet, or before the checkpoint. What it
// leaves is what these cases put there.
func TestKilledInsideAnAppend(t *testing.T) {
	for what, undone := range map[string][]string{
		"files are there that the tree does not have": {"checkpoint", ".state/treeState"},
		"the checkpoint is behind the tree":           {"checkpoint"},
	} {
		anlotest.Databases(t, func(t *testing.T, url string) {
			s := &sealedLog{t: t, url: url}
			dir := filepath.Join(t.TempDir(), "log")
			start := s.reopens()
			s.App = start(dir)
			s.rows(200)
			s.seal()
			mark, err := s.Store.Mark(t.Context(), "audit-log")
			if err != nil {
				t.Fatal(err)
			}
			before := map[string][]byte{}
			for _, name := range undone {
				if before[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			late := store.NewAuditRow(s.clock.Now(), anlo.Actor{Role: anlo.Operator}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{})
			s.rows(100) // fills a file of entries and begins the next
			s.seal()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for name, content := range before {
				if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"tile/0/001.p/20112233445", "tile/entries/001987654321", "checkpoint12345", ".state/treeState99"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			s.tamper("UPDATE duty SET mark = $1", mark)

			s.App = start(dir)
			defer s.Close()
			if err := s.Store.Audit(t.Context(), late); err != nil { // now before the others
				t.Fatal(err)
			}
			s.seal()
			if r := s.verify(app.VerifyOptions{}); !r.OK() || r.Repeated > 0 || r.Waiting > 0 || r.Rows < 300 || len(r.Strays) > 0 {
				t.Errorf("%s: %+v", what, r)
			}
			if err := s.fsck(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
	}
}

// Of several processes on one database one seals; another goes on when it has
// ended, and refuses where the files are not.
func TestOneSealsAtATime(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		s := &sealedLog{t: t, url: url}
		start := s.reopens()
		dir := filepath.Join(t.TempDir(), "log")
		first, second, elsewhere := start(dir), start(dir), start(filepath.Join(t.TempDir(), "other"))
		s.config.AuditLog = dir
		defer second.Close()
		defer elsewhere.Close()
		for i, a := range []*app.App{first, second, elsewhere, first, second} {
			s.App = a
			s.rows(10 + i)
			s.seal()
		}
		s.good(s.verify(app.VerifyOptions{}).Entries)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		s.App = elsewhere
		s.rows(3)
		s.seal()
		if r := s.verify(app.VerifyOptions{}); !r.OK() || r.Waiting < 3 {
			t.Errorf("%+v: a folder that is behind was written to", r)
		}
		s.App = second
		s.seal()
		s.seal()
		if r := s.verify(app.VerifyOptions{}); !r.OK() || r.Repeated != 0 || r.Waiting != 0 {
			t.Errorf("%+v", r)
		}
	})
}
