package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"testing"
	"time"

	"anlo"
)

// noon is when most tests take place.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// steady is a key that signs the same thing the same way (RFC 6979), made from
// a seed, so that golden files and fuzz corpora stay as they are.
type steady struct{ *ecdsa.PrivateKey }

func (k steady) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.PrivateKey.Sign(nil, digest, opts)
}

func keyOf(seed string) steady {
	d := sha256.Sum256([]byte(seed))
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d[:])
	if err != nil {
		panic(err)
	}
	return steady{k}
}

var (
	rootKey   = keyOf("root")
	passKey   = keyOf("pass")
	bundleKey = keyOf("bundle")
	retired   = keyOf("retired")
	stranger  = keyOf("stranger")
)

func signerOf(t testing.TB, k crypto.Signer) *Signer {
	t.Helper()
	s, err := NewSigner(k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func listed(k steady, use KeyUse, from, to time.Time) Key {
	return Key{KeyID(&k.PublicKey), &k.PublicKey, use, from, to}
}

// keys lists a pass key, a bundle key, and a pass key that retired a day ago.
func keys() KeyList {
	from, to := noon.AddDate(0, 0, -10), noon.AddDate(0, 0, 10)
	return KeyList{Version: 7, Issued: from, Keys: []Key{
		listed(passKey, UsePass, from, to),
		listed(bundleKey, UseBundle, from, to),
		listed(retired, UsePass, from, noon.AddDate(0, 0, -1)),
	}}
}

// sample is a pass with the name of usual length.
func sample() Pass {
	cti := [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	an := anlo.Document{Kind: anlo.CCCD, Number: "001190012345", Country: "VN"}
	return Pass{CTI: cti, IssuedAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(71 * time.Hour),
		Travellers: []anlo.Named{{Name: "Nguyễn Thị Phương Thảo", BirthYear: 1990, Tag: IDTag(cti, an)}},
		Commune:    "00004", Purpose: anlo.Work, Plate: "29A12345", StatusIndex: 70_123, IdentityConfirmed: true}
}

func text(t testing.TB, k crypto.Signer, p Pass) string {
	t.Helper()
	s, err := signerOf(t, k).Sign(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// contents is a bundle of noon, not yet signed.
func contents() *Bundle {
	today, yesterday := noon.Unix()/day, noon.Unix()/day-1
	b := &Bundle{Version: 42, Issued: noon, NextUpdate: noon.Add(time.Hour), UnitList: "vn-2026",
		Rules:  Rules{StaleAfter: 24 * time.Hour, RejectAfter: 72 * time.Hour, Skew: 5 * time.Minute},
		Status: []*StatusList{NewStatusList(yesterday, 1<<16), NewStatusList(today, 2<<16)},
		Zones:  []Zone{{"vn-2026", "00007", 3, noon.Add(-time.Hour), noon.Add(time.Hour)}, {"vn-63", "00004", 4, noon.Add(-time.Hour), noon.Add(time.Hour)}}}
	b.Status[1].Set(666)
	return b
}

func signBundle(t testing.TB, b *Bundle, l KeyList, k crypto.Signer) []byte {
	t.Helper()
	list, err := l.Sign(rootKey)
	if err != nil {
		t.Fatal(err)
	}
	data, err := b.Sign(list, signerOf(t, k))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func opened(t testing.TB, b *Bundle) *Bundle {
	t.Helper()
	o, err := OpenBundle(signBundle(t, b, keys(), bundleKey), &rootKey.PublicKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
