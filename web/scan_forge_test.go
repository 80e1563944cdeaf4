package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"anlo"
	"anlo/credential"
)

// forge makes passes and bundles, right and wrong ones.
type forge struct {
	t                      *testing.T
	root, passKey, listKey *ecdsa.PrivateKey
	signer                 *credential.Signer
	list                   []byte
	spki                   []byte // of the root
	bundle                 []byte
}

// forgedAt is when the forged things take place, and at as scripts take it.
var (
	forgedAt = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	forgedMS = json.Number(strconv.FormatInt(forgedAt.UnixMilli(), 10))
)

func newForge(t *testing.T) *forge {
	t.Helper()
	f := &forge{t: t}
	for _, k := range []**ecdsa.PrivateKey{&f.root, &f.passKey, &f.listKey} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		*k = key
	}
	from, to := forgedAt.AddDate(0, 0, -10), forgedAt.AddDate(0, 0, 10)
	list := credential.KeyList{Version: 1, Issued: from, Keys: []credential.Key{
		{ID: credential.KeyID(&f.passKey.PublicKey), Public: &f.passKey.PublicKey, Use: credential.UsePass, NotBefore: from, NotAfter: to},
		{ID: credential.KeyID(&f.listKey.PublicKey), Public: &f.listKey.PublicKey, Use: credential.UseBundle, NotBefore: from, NotAfter: to},
	}}
	var err error
	if f.list, err = list.Sign(f.root); err != nil {
		t.Fatal(err)
	}
	if f.signer, err = credential.NewSigner(f.passKey); err != nil {
		t.Fatal(err)
	}
	if f.spki, err = x509.MarshalPKIXPublicKey(&f.root.PublicKey); err != nil {
		t.Fatal(err)
	}
	f.bundle = f.sign(&credential.Bundle{})
	return f
}

// sign fills in what a bundle must have and signs it.
func (f *forge) sign(b *credential.Bundle) []byte {
	f.t.Helper()
	b.Version, b.Issued, b.NextUpdate, b.UnitList = 1, forgedAt, forgedAt.Add(time.Hour), "vn-2026"
	b.Rules = credential.Rules{StaleAfter: 24 * time.Hour, RejectAfter: 72 * time.Hour, Skew: 5 * time.Minute}
	b.Status = []*credential.StatusList{credential.NewStatusList(forgedAt.Unix()/86400, 1<<12)}
	b.Zones = []credential.Zone{{List: "vn-2026", Code: "00007", Level: 3, From: forgedAt.Add(-time.Hour), To: forgedAt.Add(time.Hour)}}
	s, err := credential.NewSigner(f.listKey)
	if err != nil {
		f.t.Fatal(err)
	}
	signed, err := b.Sign(f.list, s)
	if err != nil {
		f.t.Fatal(err)
	}
	return signed
}

func (f *forge) pass() credential.Pass {
	return credential.Pass{CTI: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, IssuedAt: forgedAt.Add(-time.Hour), ExpiresAt: forgedAt.Add(71 * time.Hour),
		Travellers: []anlo.Named{{Name: "Nguyễn Thị Phương Thảo", BirthYear: 1990, Tag: 123_456}},
		Commune:    "00004", Purpose: anlo.Work, Plate: "29A12345", StatusIndex: 123, IdentityConfirmed: true}
}
