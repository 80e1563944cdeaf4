package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/store"
)

// KeyInfo tells about one issuing key.
type KeyInfo struct {
	KID       string    `json:"kid"`
	Use       string    `json:"use"`
	State     string    `json:"state"` // "next", "signing", "retired", "withdrawn"
	NotBefore time.Time `json:"not_before"`
	SignUntil time.Time `json:"sign_until"`
	NotAfter  time.Time `json:"not_after"`
}

// Keys lists the issuing keys, oldest first.
func (a *App) Keys(ctx context.Context, by anlo.Actor) ([]KeyInfo, error) {
	if !by.May(anlo.ActKeys) {
		return nil, anlo.ErrForbidden
	}
	if err := a.loadKeys(ctx); err != nil {
		return nil, err
	}
	now := a.Now()
	var out []KeyInfo
	a.issuing.mu.RLock()
	defer a.issuing.mu.RUnlock()
	for _, k := range a.issuing.keys {
		i := KeyInfo{KID: hex.EncodeToString(k.KID), Use: k.use.String(), NotBefore: k.NotBefore, SignUntil: k.SignUntil, NotAfter: k.NotAfter}
		switch {
		case !now.Before(k.NotAfter):
			i.State = "withdrawn"
		case now.Before(k.NotBefore):
			i.State = "next"
		case now.Before(k.SignUntil):
			i.State = "signing"
		default:
			i.State = "retired"
		}
		out = append(out, i)
	}
	return out, nil
}

// mayChangeKeys reports why the actor cannot change keys here, and loads them.
func (a *App) mayChangeKeys(ctx context.Context, by anlo.Actor) error {
	if !by.May(anlo.ActKeys) {
		return anlo.ErrForbidden
	}
	if a.rootSigner == nil {
		return ErrRootNeeded
	}
	return a.loadKeys(ctx)
}

// Rotate lets the keys that sign now retire after lead, when scanners have
// heard of their successors, which are made and published at once.
func (a *App) Rotate(ctx context.Context, by anlo.Actor, lead time.Duration) error {
	if err := a.mayChangeKeys(ctx, by); err != nil {
		return err
	}
	start := a.Now().Add(lead).Truncate(time.Second)
	var changed []store.IssuingKey
	for _, use := range []credential.KeyUse{credential.UsePass, credential.UseBundle} {
		fresh, err := a.newKey(ctx, use, start)
		if err != nil {
			return err
		}
		changed = append(changed, fresh)
		changed = append(changed, a.retiring(use, start)...)
	}
	return a.republish(ctx, changed)
}

// retiring returns the keys of that use, ending their signing at start.
func (a *App) retiring(use credential.KeyUse, start time.Time) (out []store.IssuingKey) {
	a.issuing.mu.RLock()
	defer a.issuing.mu.RUnlock()
	for _, k := range a.issuing.keys {
		if k.use == use && k.SignUntil.After(start) {
			r := k.IssuingKey
			r.SignUntil = start
			if r.NotBefore.After(start) { // was published and never used
				r.NotBefore = start
			}
			r.NotAfter = start.Add(believedFor)
			out = append(out, r)
		}
	}
	return out
}

// Withdraw takes a key off the list at once: everything that it signed is
// refused from the next bundle on. The successor signs from now.
func (a *App) Withdraw(ctx context.Context, by anlo.Actor, kid string) error {
	if err := a.mayChangeKeys(ctx, by); err != nil {
		return err
	}
	now := a.Now().Truncate(time.Second)
	var changed []store.IssuingKey
	a.issuing.mu.RLock()
	for _, k := range a.issuing.keys {
		if hex.EncodeToString(k.KID) == kid && k.NotAfter.After(now) {
			w := k.IssuingKey
			w.SignUntil, w.NotAfter = now, now
			changed = append(changed, w)
		}
	}
	a.issuing.mu.RUnlock()
	if len(changed) == 0 {
		return &anlo.Error{Kind: anlo.NotFound, Code: "keys.unknown"}
	}
	fresh, err := a.newKey(ctx, credential.KeyUse(changed[0].Uses), now)
	if err != nil {
		return err
	}
	return a.republish(ctx, append(changed, fresh))
}

func (a *App) republish(ctx context.Context, changed []store.IssuingKey) error {
	version, _, err := a.Store.KeyList(ctx)
	if err != nil {
		return err
	}
	if err := a.publish(ctx, version, changed); err != nil {
		return fmt.Errorf("publish keys: %w", err)
	}
	return a.RefreshBundle(ctx)
}
