package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/store"
)

// Bundles are signed anew when something changed, and otherwise often enough
// that a scanner with a network never calls its bundle stale.
const (
	bundleEvery  = 10 * time.Minute
	bundleNext   = time.Hour // when a scanner should ask again at the latest
	staleAfter   = 24 * time.Hour
	refusedAfter = 72 * time.Hour
	clockSkew    = 5 * time.Minute
)

type bundleState struct {
	dirty   atomic.Bool
	refresh sync.Mutex // one builds, the others wait for what it built
	mu      sync.RWMutex
	row     store.BundleRow
	bundle  *credential.Bundle
}

// markDirty says that a pass, a key or a zone has changed.
func (b *bundleState) markDirty() { b.dirty.Store(true) }

// Bundle returns the signed file for scanners and its ETag (with quotes). What
// was revoked through this process is in it at once; what another process
// revoked, after its next RefreshBundle.
func (a *App) Bundle(ctx context.Context) (data []byte, etag string, err error) {
	if a.bundle.dirty.Load() {
		if err := a.RefreshBundle(ctx); err != nil {
			return nil, "", err
		}
	}
	a.bundle.mu.RLock()
	defer a.bundle.mu.RUnlock()
	sum := sha256.Sum256(a.bundle.row.Signed)
	return a.bundle.row.Signed, `"` + hex.EncodeToString(sum[:12]) + `"`, nil
}

// current returns the bundle that the server itself judges by.
func (a *App) current() *credential.Bundle {
	a.bundle.mu.RLock()
	defer a.bundle.mu.RUnlock()
	return a.bundle.bundle
}

// RefreshBundle signs a new bundle when there is something new to say or the
// last one is ten minutes old. What other processes revoked, withdrew or put
// under a level is in it from then on. Call it every few seconds.
func (a *App) RefreshBundle(ctx context.Context) error {
	a.bundle.refresh.Lock()
	defer a.bundle.refresh.Unlock()
	a.bundle.dirty.Store(false)
	err := a.refreshBundle(ctx)
	if err != nil {
		a.bundle.markDirty()
	}
	return err
}

func (a *App) refreshBundle(ctx context.Context) error {
	if err := a.heedKeys(ctx); err != nil {
		return err
	}
	now := a.Now().Truncate(time.Second)
	b, digest, err := a.buildBundle(ctx, now)
	if err != nil {
		return err
	}
	last, err := a.Store.Bundle(ctx)
	if err != nil {
		return err
	}
	if string(last.Digest) != string(digest) || now.Sub(last.IssuedAt) >= bundleEvery || last.Version == 0 {
		signer, err := a.signer(credential.UseBundle, now)
		if err != nil {
			return err
		}
		b.Version = uint64(last.Version + 1)
		a.issuing.mu.RLock()
		list := a.issuing.list
		a.issuing.mu.RUnlock()
		signed, err := b.Sign(list, signer)
		if err != nil {
			return err
		}
		next := store.BundleRow{Version: last.Version + 1, Signed: signed, Digest: digest, IssuedAt: now}
		kept, err := a.Store.KeepBundle(ctx, next)
		if err != nil {
			return err
		}
		if last = next; !kept { // another process was quicker
			if last, err = a.Store.Bundle(ctx); err != nil {
				return err
			}
		}
	}
	return a.useBundle(last)
}

func (a *App) useBundle(row store.BundleRow) error {
	a.bundle.mu.RLock()
	same := a.bundle.row.Version == row.Version
	a.bundle.mu.RUnlock()
	if same {
		return nil
	}
	opened, err := credential.OpenBundle(row.Signed, a.Root, a.Now())
	if err != nil {
		return err
	}
	a.bundle.mu.Lock()
	a.bundle.row, a.bundle.bundle = row, opened
	a.bundle.mu.Unlock()
	return nil
}

// buildBundle gathers what a bundle says, and a digest of it apart from version
// and times.
func (a *App) buildBundle(ctx context.Context, now time.Time) (*credential.Bundle, []byte, error) {
	since := now.Add(-anlo.PassLifetime-clockSkew).Unix() / 86400
	days, err := a.Store.StatusDays(ctx, since)
	if err != nil {
		return nil, nil, err
	}
	revoked, err := a.Store.RevokedSince(ctx, since)
	if err != nil {
		return nil, nil, err
	}
	zones, err := a.Store.Zones(ctx, now)
	if err != nil {
		return nil, nil, err
	}
	b := &credential.Bundle{Issued: now, NextUpdate: now.Add(bundleNext), UnitList: a.UnitList,
		Rules: credential.Rules{StaleAfter: staleAfter, RejectAfter: refusedAfter, Skew: clockSkew}}
	digest := sha256.New()
	a.issuing.mu.RLock()
	digest.Write(a.issuing.list)
	a.issuing.mu.RUnlock()
	number := func(n ...int64) {
		for _, v := range n {
			digest.Write(binary.BigEndian.AppendUint64(nil, uint64(v)))
		}
	}
	lists := map[int64]*credential.StatusList{}
	for day := since; day <= now.Unix()/86400; day++ {
		if size := statusSize(days[day]); size > 0 {
			lists[day] = credential.NewStatusList(day, int(size))
			b.Status = append(b.Status, lists[day])
			number(day, size)
		}
	}
	for _, r := range revoked {
		if l := lists[r.Day]; l != nil {
			l.Set(uint32(r.Index))
			number(r.Day, r.Index)
		}
	}
	b.Zones = a.zonesByCommune(zones)
	for _, z := range zones {
		digest.Write(z.ID[:])
		number(int64(z.Level), z.From.Unix(), z.Until.Unix())
	}
	return b, digest.Sum(nil), nil
}
