package auth

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// KeyLife is the longest that an API key holds.
const KeyLife = 365 * 24 * time.Hour

// Key is an API key of another system: what it may do, where and until when.
type Key struct {
	ID        anlo.ID
	Name      string
	Role      anlo.Role
	Area      anlo.UnitRef // zero for the whole country
	Only      []anlo.Action
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // to the minute; zero before the first time
}

// peoples are what no key may do: a stolen one must not make others.
var peoples = []anlo.Action{anlo.ActAccount, anlo.ActStaff, anlo.ActGrant, anlo.ActAPIKeys}

// Scopes lists what a key of a role may be allowed.
func Scopes(role anlo.Role) (scopes []anlo.Action) {
	for _, s := range anlo.Actions {
		if (anlo.Actor{Role: role}).May(s) && !slices.Contains(peoples, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// AddKey makes an API key and returns its token, which is shown this once.
func (a *Auth) AddKey(ctx context.Context, by anlo.Actor, k Key) (id anlo.ID, token string, err error) {
	if !by.May(anlo.ActAPIKeys) {
		return id, "", anlo.ErrForbidden
	}
	now := a.now()
	k.ID, k.CreatedAt, k.Name = anlo.NewID(now), now, strings.TrimSpace(k.Name)
	if err := a.checkKey(k); err != nil {
		return id, "", err
	}
	token = newToken("anlo_key_")
	return k.ID, token, a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActAPIKeys, k.ID)); err != nil {
			return err
		}
		return tx.KeepAPIKey(ctx, store.KeyRow{ID: k.ID, Name: k.Name, Role: k.Role, Area: k.Area, Only: k.Only, CreatedAt: now, ExpiresAt: k.ExpiresAt}, seal.Digest(token))
	})
}

func (a *Auth) checkKey(k Key) error {
	var f faults
	switch {
	case k.Name == "":
		f.add("name", "required")
	case utf8.RuneCountInString(k.Name) > 60:
		f.add("name", "text.long")
	}
	f.join((anlo.Grant{Role: k.Role, Area: k.Area}).Check(a.known, a.lowest))
	if len(k.Only) == 0 {
		f.add("only", "required")
	}
	allowed := Scopes(k.Role)
	if slices.ContainsFunc(k.Only, func(s anlo.Action) bool { return !slices.Contains(allowed, s) }) {
		f.add("only", "key.scope")
	}
	if !k.ExpiresAt.After(k.CreatedAt) || k.ExpiresAt.Sub(k.CreatedAt) > KeyLife {
		f.add("until", "key.until")
	}
	return f.err()
}

// Keys lists the API keys that were not revoked.
func (a *Auth) Keys(ctx context.Context, by anlo.Actor) ([]Key, error) {
	if !by.May(anlo.ActAPIKeys) {
		return nil, anlo.ErrForbidden
	}
	rows, err := a.store.APIKeys(ctx)
	var out []Key
	for _, r := range rows {
		out = append(out, Key{r.ID, r.Name, r.Role, r.Area, r.Only, r.CreatedAt, r.ExpiresAt, r.UsedAt})
	}
	return out, err
}

// RevokeKey withdraws an API key at once.
func (a *Auth) RevokeKey(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	if !by.May(anlo.ActAPIKeys) {
		return anlo.ErrForbidden
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActAPIKeys, id)); err != nil {
			return err
		}
		return found(tx.RevokeAPIKey(ctx, id, a.now()))
	})
}

// OpenKey turns the token of an API key into the actor that it stands for;
// anlo.ErrUnsigned when it is unknown, expired or revoked.
func (a *Auth) OpenKey(ctx context.Context, token string) (anlo.Actor, error) {
	if !strings.HasPrefix(token, "anlo_key_") || len(token) > 100 {
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	k, err := a.store.APIKey(ctx, seal.Digest(token))
	now := a.now()
	switch {
	case err != nil && anlo.KindOf(err) == anlo.NotFound:
		return anlo.Actor{}, anlo.ErrUnsigned
	case err != nil:
		return anlo.Actor{}, err
	case !k.RevokedAt.IsZero() || !now.Before(k.ExpiresAt):
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	if now.Sub(k.UsedAt) >= time.Minute {
		if err := a.store.UseAPIKey(ctx, k.ID, now); err != nil {
			return anlo.Actor{}, err
		}
	}
	return anlo.Actor{Role: k.Role, Area: k.Area, Key: k.ID, Only: k.Only}, nil
}
