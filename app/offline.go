package app

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/store"
)

// keyRequest is a key list as it travels to the root key: readable, so that
// whoever signs can see what they sign.
type keyRequest struct {
	Version uint64       `json:"version"`
	Issued  time.Time    `json:"issued"`
	Keys    []requestKey `json:"keys"`
}

type requestKey struct {
	KID       string    `json:"kid"`
	Use       uint      `json:"use"`
	Public    []byte    `json:"public"` // SubjectPublicKeyInfo
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
}

// RequestKeys makes the keys that are due and writes the list of all keys that
// the root has to sign. They sign nothing until InstallKeys brings it back.
func RequestKeys(ctx context.Context, c Config) ([]byte, error) {
	a, err := openData(ctx, c)
	if err != nil {
		return nil, err
	}
	defer a.Store.Close()
	if err := a.loadKeys(ctx); err != nil {
		return nil, err
	}
	fresh, err := a.dueKeys(ctx)
	if err != nil {
		return nil, err
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		for _, k := range fresh {
			if err := tx.KeepIssuingKey(ctx, k); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, a.entry(anlo.Actor{Role: anlo.Operator}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{}))
	})
	if err != nil {
		return nil, err
	}
	version, _, err := a.Store.KeyList(ctx)
	if err != nil {
		return nil, err
	}
	list := a.keyList(uint64(version+1), fresh)
	r := keyRequest{Version: list.Version, Issued: list.Issued}
	for _, k := range list.Keys {
		public, err := x509.MarshalPKIXPublicKey(k.Public)
		if err != nil {
			return nil, err
		}
		r.Keys = append(r.Keys, requestKey{hex.EncodeToString(k.ID[:]), uint(k.Use), public, k.NotBefore, k.NotAfter})
	}
	return json.MarshalIndent(r, "", "  ")
}

// ReadKeyRequest reads what RequestKeys wrote, to be signed.
func ReadKeyRequest(text []byte) (credential.KeyList, error) {
	bad := errors.New("this is not a request made by `anlo keys request`")
	var r keyRequest
	if err := json.Unmarshal(text, &r); err != nil || r.Version == 0 {
		return credential.KeyList{}, bad
	}
	list := credential.KeyList{Version: r.Version, Issued: r.Issued}
	for _, k := range r.Keys {
		public, err := parsePublic(k.Public)
		if err != nil {
			return credential.KeyList{}, bad
		}
		id := credential.KeyID(public)
		if hex.EncodeToString(id[:]) != k.KID {
			return credential.KeyList{}, bad
		}
		list.Keys = append(list.Keys, credential.Key{ID: id, Public: public, Use: credential.KeyUse(k.Use), NotBefore: k.NotBefore, NotAfter: k.NotAfter})
	}
	return list, nil
}

// InstallKeys takes a key list that the root has signed into use. A server that
// runs finds it within the hour, or when it starts again.
func InstallKeys(ctx context.Context, c Config, signed []byte) error {
	a, err := openData(ctx, c)
	if err != nil {
		return err
	}
	defer a.Store.Close()
	list, err := credential.OpenKeyList(signed, a.Root)
	if err != nil {
		return err
	}
	version, _, err := a.Store.KeyList(ctx)
	if err != nil {
		return err
	}
	if list.Version <= uint64(version) {
		return &anlo.Error{Kind: anlo.Conflict, Code: "keys.old-list"}
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(anlo.Actor{Role: anlo.Operator}, anlo.ActKeys, anlo.PurposeOperation, 0, anlo.ID{})); err != nil {
			return err
		}
		return tx.KeepKeyList(ctx, int64(list.Version), signed, a.Now())
	})
}
