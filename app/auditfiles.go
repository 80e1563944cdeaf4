package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"anlo"
	"anlo/store"
)

const (
	checkpointEvery = 500 * time.Millisecond
	checkpointPoll  = 50 * time.Millisecond
	batchAge        = 20 * time.Millisecond // a batch is added at once; the rest of it does not wait longer
)

// openLog is the log's files, open for appending.
type openLog struct {
	dir      string
	lock     *os.File
	seal     auditSeal
	appender *tessera.Appender
	await    *tessera.PublicationAwaiter
	shutdown func(context.Context) error
	cancel   context.CancelFunc

	size   uint64
	last   anlo.ID   // the newest row that is sealed
	recent []anlo.ID // those of the last sweepBack before it, sorted
	swept  time.Time
}

// openLog opens the files, makes them where there are none, and reads from
// their end what has been sealed; nil when another process has them open.
func (a *App) openLog(ctx context.Context) (*openLog, error) {
	signer, _, err := a.auditSigner(ctx, true)
	if err != nil {
		return nil, err
	}
	hear(a.Log)
	dir := a.auditLog.dir
	lock, err := lockLog(dir)
	if lock == nil || err != nil {
		return nil, err
	}
	o, err := a.openFiles(ctx, dir, signer)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	o.lock = lock
	return o, nil
}

// lockLog takes the folder for this process, as long as the file stays open;
// nil when another process has it.
func lockLog(dir string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Join(dir, ".state"), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, ".state", "anlo.lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = nil
	}
	return nil, err
}

func (a *App) openFiles(ctx context.Context, dir string, signer note.Signer) (*openLog, error) {
	if err := tidyLog(dir); err != nil {
		return nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, err
	}
	// The appender works on after ctx, until it is closed.
	background, cancel := context.WithCancel(context.Background())
	appender, shutdown, reader, err := tessera.NewAppender(background, driver, tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(checkpointEvery).
		WithCheckpointRepublishInterval(0).
		WithBatching(sealBatch, batchAge).
		WithPushback(2*sealBatch))
	if err != nil {
		cancel()
		return nil, fmt.Errorf("audit log: %w", err)
	}
	o := &openLog{dir: dir, seal: newAuditSeal(a.Seal), appender: appender, shutdown: shutdown, cancel: cancel,
		await: tessera.NewPublicationAwaiter(background, reader.ReadCheckpoint, checkpointPoll)}
	if o.size, err = reader.IntegratedSize(ctx); err == nil {
		err = o.readTail(ctx, reader, a.Now())
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return o, nil
}

// hear lets what the library warns of reach our log; it has one logger for the
// whole process.
func hear(log *slog.Logger) {
	hearOnce.Do(func() { klog.SetSlogLogger(slog.New(warnings{log.Handler()})) })
}

var hearOnce sync.Once

type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

// readTail reads the end of the log, as far as rows may still come late.
func (o *openLog) readTail(ctx context.Context, reader tessera.LogReader, now time.Time) error {
	for i := int64(o.size+layout.EntryBundleWidth-1)/layout.EntryBundleWidth - 1; i >= 0; i-- {
		raw, err := reader.ReadEntryBundle(ctx, uint64(i), layout.PartialTileSize(0, uint64(i), o.size))
		if err != nil {
			return fmt.Errorf("audit log: %w", err)
		}
		entries, err := readBundle(raw)
		if err != nil {
			return err
		}
		var newest anlo.ID
		for _, e := range entries {
			id := o.seal.id(e)
			if id[6]>>4 != 7 || id.Time().After(now.Add(time.Hour)) {
				return errors.New("the audit log is damaged: run `anlo audit verify`")
			}
			newest = later(newest, id)
			o.recent = append(o.recent, id)
		}
		o.last = later(o.last, newest)
		if newest.Time().Before(o.last.Time().Add(-2 * sweepBack)) {
			break
		}
	}
	slices.SortFunc(o.recent, compareIDs)
	o.recent = slices.Compact(o.recent)
	o.forget()
	return nil
}

// append adds rows and waits for a checkpoint that covers them.
func (o *openLog) append(ctx context.Context, rows []store.AuditRow) error {
	if len(rows) == 0 {
		return nil
	}
	// The library panics where its folder has been taken away.
	if _, err := os.Stat(filepath.Join(o.dir, ".state", "treeState")); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	added := make([]tessera.IndexFuture, len(rows))
	for i, r := range rows {
		e := o.seal.entry(r)
		added[i] = o.appender.Add(ctx, tessera.NewEntry(e[:]))
	}
	var failed error // all are waited for, so that nothing is being written when this returns
	for i, future := range added {
		index, err := future()
		if err == nil && index.Index != o.size+uint64(i) {
			err = errors.New("somebody else appended to it")
		}
		if failed == nil && err != nil {
			failed = fmt.Errorf("audit log: %w", err)
		}
	}
	if failed != nil {
		return failed
	}
	if _, _, err := o.await.Await(ctx, added[len(added)-1]); err != nil {
		return fmt.Errorf("audit log: checkpoint: %w", err)
	}
	o.size += uint64(len(rows))
	for _, r := range rows {
		at, there := slices.BinarySearchFunc(o.recent, r.ID, compareIDs)
		if !there {
			o.recent = slices.Insert(o.recent, at, r.ID)
		}
		o.last = later(o.last, r.ID)
	}
	o.forget()
	return nil
}

// forget drops what is too old to be asked about.
func (o *openLog) forget() {
	n, _ := slices.BinarySearchFunc(o.recent, store.FirstID(o.last.Time().Add(-sweepBack)), compareIDs)
	if n > len(o.recent)/2 {
		o.recent = slices.Clone(o.recent[n:])
	}
}

func (o *openLog) has(id anlo.ID) bool {
	_, there := slices.BinarySearchFunc(o.recent, id, compareIDs)
	return there
}

func (o *openLog) count(from, to anlo.ID) int64 {
	i, _ := slices.BinarySearchFunc(o.recent, from, compareIDs)
	j, _ := slices.BinarySearchFunc(o.recent, to, compareIDs)
	return int64(j - i)
}

func (o *openLog) close(ctx context.Context) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	err := o.shutdown(ctx)
	o.cancel()
	return errors.Join(err, o.lock.Close())
}

func compareIDs(a, b anlo.ID) int { return bytes.Compare(a[:], b[:]) }

func later(a, b anlo.ID) anlo.ID {
	if compareIDs(a, b) < 0 {
		return b
	}
	return a
}
