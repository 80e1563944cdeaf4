package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"anlo"
)

// AuditFault is one thing that is not as it was sealed.
type AuditFault struct {
	What string  `json:"what"`          // a code; package locale has the words under "audit.fault."
	ID   anlo.ID `json:"id,omitzero"`   // of the audit row
	File string  `json:"file,omitzero"` // within the log's folder
}

// What may be wrong.
const (
	FaultCheckpoint = "checkpoint"   // not there, not signed by the log's key, or changed
	FaultKept       = "kept"         // the log does not continue an earlier checkpoint
	FaultBehind     = "behind"       // shorter than what has been sealed
	FaultRoot       = "root"         // the entries do not give the root that was signed
	FaultFile       = "file"         // a file is not what the entries make it
	FaultMissing    = "file-missing" // a file is not there
	FaultEntry      = "entry"        // an entry is of no row that could ever be
	FaultChanged    = "row-changed"  // a row was changed after it was sealed
	FaultGone       = "row-gone"     // a row was taken away
	FaultUnsealed   = "row-unsealed" // a row is there that should long be sealed
)

// maxFaults bounds how many are listed; all are counted.
const maxFaults = 1000

// AuditReport is what a look at the whole log found.
type AuditReport struct {
	Origin   string       `json:"origin"`
	Entries  uint64       `json:"entries"`  // under the checkpoint
	Rows     int64        `json:"rows"`     // of the database, compared
	Waiting  int64        `json:"waiting"`  // not sealed yet, and need not be
	Repeated int64        `json:"repeated"` // sealed twice, alike: harmless
	Strays   []string     `json:"strays"`   // files that are not part of the log: harmless
	Faults   []AuditFault `json:"faults"`
	Wrong    int64        `json:"wrong"` // faults, with those not listed
}

// OK reports whether everything is as it was sealed.
func (r *AuditReport) OK() bool { return r.Wrong == 0 }

func (r *AuditReport) fault(f AuditFault) {
	if r.Wrong++; len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, f)
	}
}

// VerifyOptions say how to verify. The zero value is usable.
type VerifyOptions struct {
	Kept     []byte                     // an earlier checkpoint, kept elsewhere, that the log must continue
	Progress func(done, entries uint64) // told now and then
}

// unsealedAfter is how old a row may be before it must be sealed.
const unsealedAfter = 2 * time.Minute

var errNothingSealed = errors.New("nothing has been sealed yet: `anlo serve` does it, or `anlo audit seal`")

// VerifyAudit computes the whole log anew, from the entries on disk and from
// the rows of the database, and says what is not as it was sealed. It needs no
// running server and does not disturb one.
func VerifyAudit(ctx context.Context, c Config, by anlo.Actor, o VerifyOptions) (*AuditReport, error) {
	a, err := openData(ctx, c)
	if err != nil {
		return nil, err
	}
	r, err := a.VerifyAudit(ctx, by, o)
	return r, errors.Join(err, a.Store.Close())
}

// VerifyAudit is the function of that name, of an application that is open.
func (a *App) VerifyAudit(ctx context.Context, by anlo.Actor, o VerifyOptions) (*AuditReport, error) {
	if !by.May(anlo.ActAudit) {
		return nil, anlo.ErrForbidden
	}
	if a.auditLog.dir == "" {
		return nil, errors.New("there is no folder of the audit log to verify")
	}
	mark, err := a.Store.Mark(ctx, sealDuty)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(a.auditLog.dir); mark == 0 && errors.Is(err, fs.ErrNotExist) {
		return nil, errNothingSealed
	}
	r := &AuditReport{Faults: []AuditFault{}, Strays: []string{}}
	rows := newRowMatch(a, r)
	w := newLogWalk(a.auditLog.dir, r)
	w.entry, w.pause, w.progress = rows.sealed, rows.catchUp, o.Progress
	if err := a.verifyFiles(ctx, w, uint64(mark), o.Kept); err != nil {
		return nil, err
	}
	return r, rows.finish(ctx)
}

// verifyFiles compares the files with each other and with the signatures.
func (a *App) verifyFiles(ctx context.Context, w *logWalk, sealed uint64, earlier []byte) error {
	_, key, err := a.auditSigner(ctx, false)
	if errors.Is(err, anlo.ErrNotFound) {
		return errNothingSealed
	}
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	r := w.report
	r.Origin = verifier.Name()
	raw, err := os.ReadFile(filepath.Join(w.dir, "checkpoint"))
	published, err := openCheckpoint(raw, verifier, err)
	if err != nil {
		r.fault(AuditFault{What: FaultCheckpoint, File: "checkpoint"})
	} else {
		r.Entries = published.Size
		w.expect(FaultRoot, published)
	}
	if r.Entries < sealed {
		r.fault(AuditFault{What: FaultBehind})
	}
	if earlier != nil {
		kept, err := openCheckpoint(earlier, verifier, nil)
		if err != nil || kept.Size > r.Entries {
			r.fault(AuditFault{What: FaultKept})
		} else {
			w.expect(FaultKept, kept)
		}
	}
	return w.run(ctx)
}

// openCheckpoint reads a checkpoint that is signed and written exactly as the
// log writes it.
func openCheckpoint(raw []byte, v note.Verifier, err error) (*log.Checkpoint, error) {
	if err != nil {
		return nil, err
	}
	cp, rest, n, err := log.ParseCheckpoint(raw, v.Name(), v)
	if err != nil {
		return nil, err
	}
	if len(rest) != 0 || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return nil, errors.New("more than a checkpoint")
	}
	sig := n.Sigs[0]
	if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
		return nil, err
	}
	exact := fmt.Sprintf("%s\n— %s %s\n", cp.Marshal(), sig.Name, sig.Base64)
	if !bytes.Equal(raw, []byte(exact)) {
		return nil, errors.New("not written as the log writes it")
	}
	return cp, nil
}
