package app

import (
	"bytes"
	"context"
	"testing"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// VerifyFiles is VerifyAudit without the rows of the database: fast enough to be
// asked about every byte.
func VerifyFiles(ctx context.Context, a *App) (*AuditReport, error) {
	r := &AuditReport{}
	w := newLogWalk(a.auditLog.dir, r)
	w.entry, w.pause = func(auditEntry) {}, func(context.Context) error { return nil }
	return r, a.verifyFiles(ctx, w, 0, nil)
}

// What a bundle says is what its entries say again.
func FuzzBundle(f *testing.F) {
	entry := append([]byte{0, byte(len(auditEntry{}))}, make([]byte, len(auditEntry{}))...)
	f.Add(entry)
	f.Add(append(entry, entry...))
	f.Add([]byte{0, 49})
	f.Fuzz(func(t *testing.T, raw []byte) {
		entries, err := readBundle(raw)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			again = append(append(again, 0, byte(len(e))), e[:]...)
		}
		if !bytes.Equal(raw, again) {
			t.Errorf("%x was read as %x", raw, again)
		}
	})
}

// Only what the log's key has signed is a checkpoint, written in one way.
func FuzzCheckpoint(f *testing.F) {
	// A key of this test alone, the same in every process of the fuzzer.
	const private = "PRIVATE+KEY+anlo.test/audit+0a2697a6+AWO6mAeWCKbQm1N1PNCvAA2g3tVNwr+ZVTtN6NzvqwoY"
	const public = "anlo.test/audit+0a2697a6+AXgAZdAcqe26S5RweRuGQ2/Is/eCCHjlt86mSy/RuR3i"
	signer, err := note.NewSigner(private)
	if err != nil {
		f.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		f.Fatal(err)
	}
	cp := log.Checkpoint{Origin: "anlo.test/audit", Size: 7, Hash: make([]byte, 32)}
	good, err := note.Sign(&note.Note{Text: string(cp.Marshal())}, signer)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := openCheckpoint(good, verifier, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(append(good, '\n'))
	f.Add(bytes.Replace(good, []byte("7"), []byte("8"), 1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := openCheckpoint(raw, verifier, nil); err == nil && !bytes.Equal(raw, good) {
			t.Errorf("taken for a checkpoint: %q", raw)
		}
	})
}
