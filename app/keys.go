package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/seal"
	"anlo/store"
)

// A key signs for two weeks. The next one is on the list, and so in every
// bundle, a week before its first signature; a key stays on the list until the
// last pass that it signed has expired.
const (
	signsFor     = 14 * 24 * time.Hour
	publishAhead = 7 * 24 * time.Hour
	believedFor  = anlo.PassLifetime + time.Hour
)

// ErrRootNeeded means that keys have to change and the root key is elsewhere.
var ErrRootNeeded = errors.New("the key list must be signed by the root key: run `anlo keys request`, sign it where the root key is kept, then `anlo keys install`")

// issuing holds the keys that sign, opened.
type issuing struct {
	mu   sync.RWMutex
	keys []issuingKey
	list []byte          // the key list that the root signed
	may  map[string]bool // the keys on it

	version uint64 // of list
}

type issuingKey struct {
	store.IssuingKey
	use    credential.KeyUse
	signer *credential.Signer
	public *ecdsa.PublicKey
}

// EnsureKeys makes the keys that are due, has the root sign the new list, and
// loads what signs. Call it at start and every hour.
func (a *App) EnsureKeys(ctx context.Context) error {
	if err := a.loadKeys(ctx); err != nil {
		return err
	}
	fresh, err := a.dueKeys(ctx)
	if err != nil {
		return err
	}
	version, signed, err := a.Store.KeyList(ctx)
	if err != nil {
		return err
	}
	if len(fresh) == 0 && signed != nil {
		return a.useList(signed)
	}
	if a.rootSigner == nil {
		if signed == nil || a.useList(signed) != nil {
			return ErrRootNeeded
		}
		a.Log.Warn("issuing keys run out soon", "error", ErrRootNeeded)
		return nil
	}
	return a.publish(ctx, version, fresh)
}

// dueKeys makes the keys that must be published now. It keeps nothing.
func (a *App) dueKeys(ctx context.Context) (fresh []store.IssuingKey, err error) {
	now := a.Now()
	for _, use := range []credential.KeyUse{credential.UsePass, credential.UseBundle} {
		start := now
		if last := a.lastKey(use); last != nil {
			if last.SignUntil.Sub(now) > publishAhead {
				continue
			}
			if last.SignUntil.After(now) {
				start = last.SignUntil
			}
		}
		k, err := a.newKey(ctx, use, start)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, k)
	}
	return fresh, nil
}

// publish keeps keys and a new list that names them, in one transaction.
func (a *App) publish(ctx context.Context, version int64, changed []store.IssuingKey) error {
	list := a.keyList(uint64(version+1), changed)
	signed, err := list.Sign(a.rootSigner)
	if err != nil {
		return err
	}
	now := a.Now()
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		for _, k := range changed {
			if err := tx.KeepIssuingKey(ctx, k); err != nil {
				return err
			}
		}
		if err := tx.Audit(ctx, a.entry(anlo.Actor{Role: anlo.System}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{})); err != nil {
			return err
		}
		return tx.KeepKeyList(ctx, version+1, signed, now)
	})
	if err != nil {
		return err
	}
	if err := a.loadKeys(ctx); err != nil {
		return err
	}
	a.bundle.markDirty()
	return a.useList(signed)
}

// keyList lists every key that somebody may still have to believe.
func (a *App) keyList(version uint64, changed []store.IssuingKey) credential.KeyList {
	now := a.Now()
	list := credential.KeyList{Version: version, Issued: now.Truncate(time.Second)}
	a.issuing.mu.RLock()
	defer a.issuing.mu.RUnlock()
	all := slices.Clone(changed)
	for _, k := range a.issuing.keys {
		if !slices.ContainsFunc(changed, func(c store.IssuingKey) bool { return string(c.KID) == string(k.KID) }) {
			all = append(all, k.IssuingKey)
		}
	}
	for _, k := range all {
		public, err := parsePublic(k.Public)
		if err == nil && k.NotAfter.After(now) {
			list.Keys = append(list.Keys, credential.Key{ID: [8]byte(k.KID), Public: public, Use: credential.KeyUse(k.Uses),
				NotBefore: k.NotBefore, NotAfter: k.NotAfter})
		}
	}
	return list
}

func (a *App) newKey(ctx context.Context, use credential.KeyUse, start time.Time) (store.IssuingKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return store.IssuingKey{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return store.IssuingKey{}, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return store.IssuingKey{}, err
	}
	kid := credential.KeyID(&private.PublicKey)
	sealed, err := a.Seal.Seal(ctx, seal.Permanent, seal.AD("issuing_key", "sealed", kid[:]), pkcs8)
	start = start.Truncate(time.Second)
	return store.IssuingKey{KID: kid[:], Uses: int64(use), Public: public, Sealed: sealed, NotBefore: start,
		SignUntil: start.Add(signsFor), NotAfter: start.Add(signsFor + believedFor)}, err
}

func (a *App) loadKeys(ctx context.Context) error {
	rows, err := a.Store.IssuingKeys(ctx)
	if err != nil {
		return err
	}
	var keys []issuingKey
	for _, r := range rows {
		pkcs8, err := a.Seal.Open(ctx, seal.AD("issuing_key", "sealed", r.KID), r.Sealed)
		if err != nil {
			return fmt.Errorf("issuing key %x: %w", r.KID, err)
		}
		private, err := x509.ParsePKCS8PrivateKey(pkcs8)
		if err != nil {
			return fmt.Errorf("issuing key %x cannot be read", r.KID)
		}
		signing, ok := private.(*ecdsa.PrivateKey)
		if !ok {
			return fmt.Errorf("issuing key %x is not an ECDSA key", r.KID)
		}
		signer, err := credential.NewSigner(signing)
		if err != nil {
			return err
		}
		keys = append(keys, issuingKey{r, credential.KeyUse(r.Uses), signer, &signing.PublicKey})
	}
	a.issuing.mu.Lock()
	a.issuing.keys = keys
	a.issuing.mu.Unlock()
	return nil
}

// useList takes a signed key list into use, after checking it.
func (a *App) useList(signed []byte) error {
	list, err := credential.OpenKeyList(signed, a.Root)
	if err != nil {
		return fmt.Errorf("key list: %w", err)
	}
	may := map[string]bool{}
	for _, k := range list.Keys {
		may[string(k.ID[:])] = true
	}
	a.issuing.mu.Lock()
	defer a.issuing.mu.Unlock()
	if list.Version >= a.issuing.version { // another may have been published meanwhile
		a.issuing.list, a.issuing.may, a.issuing.version = signed, may, list.Version
	}
	return nil
}

// heedKeys takes a key list into use that another process has published: what
// that withdrew must sign nothing here, and stand in no bundle.
func (a *App) heedKeys(ctx context.Context) error {
	newest, err := a.Store.KeyListVersion(ctx)
	if err != nil {
		return err
	}
	a.issuing.mu.RLock()
	known := a.issuing.version >= uint64(newest)
	a.issuing.mu.RUnlock()
	if known {
		return nil
	}
	_, signed, err := a.Store.KeyList(ctx)
	if err != nil {
		return err
	}
	if err := a.loadKeys(ctx); err != nil {
		return err
	}
	return a.useList(signed)
}

// lastKey returns the key of that use that signs longest.
func (a *App) lastKey(use credential.KeyUse) (last *issuingKey) {
	a.issuing.mu.RLock()
	defer a.issuing.mu.RUnlock()
	for i := range a.issuing.keys {
		k := &a.issuing.keys[i]
		if k.use&use != 0 && k.NotAfter.After(a.Now()) && (last == nil || k.SignUntil.After(last.SignUntil)) {
			last = k
		}
	}
	return last
}

// signer returns the key of that use that signs at now: of several the oldest,
// because a new one waits until scanners have heard of it.
func (a *App) signer(use credential.KeyUse, now time.Time) (*credential.Signer, error) {
	a.issuing.mu.RLock()
	defer a.issuing.mu.RUnlock()
	for i := range a.issuing.keys {
		k := &a.issuing.keys[i]
		if k.use&use != 0 && a.issuing.may[string(k.KID)] && !now.Before(k.NotBefore) && now.Before(k.SignUntil) {
			return k.signer, nil
		}
	}
	return nil, fmt.Errorf("no key signs now: %w", anlo.ErrUnavailable)
}

func (a *App) signText(_ context.Context, p credential.Pass, now time.Time) (string, error) {
	s, err := a.signer(credential.UsePass, now)
	if err != nil {
		return "", err
	}
	return s.Sign(p)
}

func parsePublic(spki []byte) (*ecdsa.PublicKey, error) {
	k, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, err
	}
	public, ok := k.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("not an ECDSA key")
	}
	return public, nil
}
