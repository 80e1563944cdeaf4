package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// The audit table stays as cheap as a table can be. What makes it
// tamper-evident happens beside it: each second the new rows are sealed into a
// log of files (tlog-tiles) under signed checkpoints, where nothing can be
// changed or taken away without the next look noticing. [VerifyAudit] looks.
const (
	sealDelay  = time.Second      // for rows whose transaction has not ended yet
	sealBatch  = 4096             // rows appended at once
	lookBack   = 10 * time.Second // each round looks so far back for rows that came late
	sweepEvery = 30 * time.Second
	sweepBack  = 2 * time.Minute  // and now and then so far
	sealLease  = 10 * time.Second // after that, a log in another folder may go on
	sealDuty   = "audit-log"
)

// ErrAuditLogElsewhere means that the log's files are not in this folder, or
// are older than what has been sealed.
var ErrAuditLogElsewhere = errors.New("the audit log was last written in another folder or on another machine; this one is behind it")

// auditLog is the sealing end of the log.
type auditLog struct {
	dir    string  // "" when nothing is sealed
	holder anlo.ID // the folder, by machine and path: a process that starts again goes on at once

	mu      sync.Mutex
	open    *openLog // nil while another process seals
	told    bool
	closing bool // nobody writes any more: everything is sealed at once
}

// SealAudit appends the audit rows that are not sealed yet to the
// tamper-evident log, and returns when a signed checkpoint covers them. Of
// several processes one does it. Call it every second.
func (a *App) SealAudit(ctx context.Context) error {
	l := &a.auditLog
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dir == "" {
		if !l.told {
			a.Log.Warn("the audit is not sealed: there is no folder for its log")
		}
		l.told = true
		return nil
	}
	return a.sealAll(ctx)
}

func (a *App) sealAll(ctx context.Context) error {
	for {
		n, err := a.sealSome(ctx)
		if err != nil { // whatever was appended, the log itself tells
			return errors.Join(err, a.auditLog.letGo(ctx))
		}
		if n < sealBatch {
			return nil
		}
	}
}

// sealSome seals a batch and returns how many rows it held.
func (a *App) sealSome(ctx context.Context) (int, error) {
	l, now := &a.auditLog, a.Now()
	mark, ours, err := a.Store.TakeDuty(ctx, sealDuty, l.holder, now, now.Add(sealLease))
	if err != nil {
		return 0, err
	}
	if !ours {
		return 0, l.letGo(ctx)
	}
	o := l.open
	if o == nil {
		if o, err = a.openLog(ctx); err != nil || o == nil {
			return 0, err
		}
		l.open = o
	}
	if o.size < uint64(mark) {
		if !l.told {
			a.Log.Error("the audit is not sealed", "folder", l.dir, "entries", o.size, "sealed before", mark, "error", ErrAuditLogElsewhere)
		}
		l.told = true
		return 0, errors.Join(l.letGo(ctx), a.Store.LeaveDuty(ctx, sealDuty, l.holder))
	}
	l.told = false
	until := now.Add(-sealDelay)
	if l.closing {
		until = now.Add(time.Millisecond)
	}
	rows, err := a.dueForSealing(ctx, o, now, store.FirstID(until))
	if err != nil {
		return 0, err
	}
	if err := o.append(ctx, rows); err != nil {
		return 0, err
	}
	if o.size > uint64(mark) {
		err = a.Store.Update(ctx, func(tx *store.Tx) error { return tx.KeepMark(ctx, sealDuty, l.holder, int64(o.size)) })
	}
	return len(rows), err
}

// dueForSealing finds rows that are not in the log: those that came late, and
// then the new ones.
func (a *App) dueForSealing(ctx context.Context, o *openLog, now time.Time, until anlo.ID) ([]store.AuditRow, error) {
	var rows []store.AuditRow
	next := after(o.last)
	if !o.last.IsZero() {
		back := lookBack
		if now.Sub(o.swept) >= sweepEvery {
			back, o.swept = sweepBack, now
		}
		var err error
		if rows, err = a.lateRows(ctx, o, store.FirstID(o.last.Time().Add(-back)), next); err != nil {
			return nil, err
		}
	}
	fresh, err := a.Store.AuditBetween(ctx, next, until, sealBatch-len(rows))
	return append(rows, fresh...), err
}

// lateRows finds rows in a range that was sealed before they were committed.
// Nearly always there are none, and counting shows it.
func (a *App) lateRows(ctx context.Context, o *openLog, from, to anlo.ID) (late []store.AuditRow, err error) {
	n, err := a.Store.AuditCountBetween(ctx, from, to)
	if err != nil || n == o.count(from, to) {
		return nil, err
	}
	if n < o.count(from, to) {
		a.Log.Error("audit rows that were sealed are gone from the database: run `anlo audit verify`", "rows", o.count(from, to)-n)
	}
	for len(late) < sealBatch/2 {
		rows, err := a.Store.AuditBetween(ctx, from, to, sealBatch)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if !o.has(r.ID) && len(late) < sealBatch/2 {
				late = append(late, r)
			}
		}
		if len(rows) < sealBatch {
			break
		}
		from = after(rows[len(rows)-1].ID)
	}
	return late, nil
}

// after is the least identifier greater than id.
func after(id anlo.ID) anlo.ID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}

// Seals reports whether this process is the one that seals.
func (a *App) Seals() bool {
	a.auditLog.mu.Lock()
	defer a.auditLog.mu.Unlock()
	return a.auditLog.open != nil
}

// folderID names a folder of this machine.
func folderID(dir string) anlo.ID {
	host, _ := os.Hostname()
	path, err := filepath.Abs(dir)
	if err != nil {
		path = dir
	}
	return anlo.ID(seal.Digest(host + "\x00" + path)[:16])
}

// letGo closes the files. The next round opens them again and reads from them
// what has been sealed.
func (l *auditLog) letGo(ctx context.Context) error {
	if l.open == nil {
		return nil
	}
	err := l.open.close(ctx)
	l.open = nil
	return err
}

// closeAuditLog seals the last rows, and lets another process go on at once.
func (a *App) closeAuditLog() error {
	l := &a.auditLog
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		return nil
	}
	ctx := context.Background()
	l.closing = true
	err := a.sealAll(ctx)
	return errors.Join(err, l.letGo(ctx), a.Store.LeaveDuty(ctx, sealDuty, l.holder))
}

// auditSigner returns the key that signs checkpoints, and makes it at first.
func (a *App) auditSigner(ctx context.Context, create bool) (note.Signer, string, error) {
	k, err := a.Store.AuditKey(ctx)
	if anlo.KindOf(err) == anlo.NotFound && create {
		k, err = a.newAuditKey(ctx)
	}
	if err != nil {
		return nil, "", err
	}
	text, err := a.Seal.Open(ctx, auditKeyAD(k.Origin), k.Sealed)
	if err != nil {
		return nil, "", fmt.Errorf("key of the audit log: %w", err)
	}
	private, public, _ := strings.Cut(string(text), "\n")
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, "", errors.New("the key of the audit log cannot be read")
	}
	return signer, public, nil
}

func (a *App) newAuditKey(ctx context.Context) (store.AuditKey, error) {
	var random [4]byte
	rand.Read(random[:])
	origin := "anlo." + hex.EncodeToString(random[:]) + "/audit"
	private, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return store.AuditKey{}, err
	}
	sealed, err := a.Seal.Seal(ctx, seal.Permanent, auditKeyAD(origin), []byte(private+"\n"+public))
	if err != nil {
		return store.AuditKey{}, err
	}
	return a.Store.KeepAuditKey(ctx, store.AuditKey{Origin: origin, Sealed: sealed},
		a.entry(anlo.Actor{Role: anlo.System}, anlo.ActSealLog, anlo.PurposeOperation, 0, anlo.ID{}))
}

func auditKeyAD(origin string) []byte { return seal.AD("audit_log", "sealed", []byte(origin)) }

// AuditVerifier returns the public key of the log in the form of a note
// verifier, which `fsck` and other readers of tlog-tiles take.
func (a *App) AuditVerifier(ctx context.Context, by anlo.Actor) (string, error) {
	if !by.May(anlo.ActAudit) {
		return "", anlo.ErrForbidden
	}
	_, verifier, err := a.auditSigner(ctx, by.May(anlo.ActSealLog))
	return verifier, err
}
