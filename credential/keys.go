package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"slices"
	"strings"
	"time"

	"anlo"
)

// KeyUse says what a key may sign; uses can be combined.
type KeyUse uint

const (
	UsePass   KeyUse = 1 << iota // passes
	UseBundle                    // bundles
	UseDCC                       // vaccination certificates
)

// String returns "pass", "bundle", "certificate", or several joined by "+".
func (u KeyUse) String() string {
	var words []string
	for i, w := range [...]string{"pass", "bundle", "certificate"} {
		if u&(1<<i) != 0 {
			words = append(words, w)
		}
	}
	return strings.Join(words, "+")
}

// Key is one public key on P-256. What it signs is believed when it was issued
// from NotBefore to NotAfter, and for a pass until NotAfter.
type Key struct {
	ID                  [8]byte // KeyID(Public)
	Public              *ecdsa.PublicKey
	Use                 KeyUse
	NotBefore, NotAfter time.Time // whole seconds
}

// KeyList is what the root key signs: all keys that are believed.
type KeyList struct {
	Version uint64 // grows with each list; at most 2⁵³-1, which JavaScript can count to
	Issued  time.Time
	Keys    []Key
}

// Bounds of what is read before and after its signature is checked.
const (
	MaxKeyList = 256 << 10 // bytes
	MaxBundle  = 4 << 20   // bytes
	maxKeys    = 1024
	maxVersion = 1<<53 - 1
)

// Errors of loading what scanners load.
var (
	ErrMalformed = &anlo.Error{Kind: anlo.Invalid, Code: "bundle.malformed"} // not a bundle or key list
	ErrNotRoot   = &anlo.Error{Kind: anlo.Invalid, Code: "bundle.root"}      // the key list is not signed by this root
	ErrNotSigned = &anlo.Error{Kind: anlo.Invalid, Code: "bundle.forged"}    // the bundle is not signed by a key that may
	ErrOlder     = &anlo.Error{Kind: anlo.Conflict, Code: "bundle.older"}    // what the reader has is newer
	ErrFuture    = &anlo.Error{Kind: anlo.Invalid, Code: "bundle.future"}    // issued later than the reader's clock: one of the two is wrong
)

type wireKeyList struct {
	Version uint64    `cbor:"1,keyasint"`
	Issued  int64     `cbor:"2,keyasint"`
	Keys    []wireKey `cbor:"3,keyasint"`
}

type wireKey struct {
	ID        []byte `cbor:"1,keyasint"`
	Public    []byte `cbor:"2,keyasint"` // uncompressed point, 65 bytes
	Use       uint   `cbor:"3,keyasint"`
	NotBefore int64  `cbor:"4,keyasint"`
	NotAfter  int64  `cbor:"5,keyasint"`
}

// Sign signs the list with the root key, which must be ECDSA on P-256.
func (l KeyList) Sign(root crypto.Signer) ([]byte, error) {
	s, err := NewSigner(root)
	if err != nil {
		return nil, err
	}
	w := wireKeyList{Version: l.Version, Issued: l.Issued.Unix(), Keys: []wireKey{}}
	for _, k := range l.Keys {
		point, err := k.Public.Bytes()
		if err != nil {
			return nil, fmt.Errorf("key list: %w", err)
		}
		w.Keys = append(w.Keys, wireKey{k.ID[:], point, uint(k.Use), k.NotBefore.Unix(), k.NotAfter.Unix()})
	}
	if _, err := w.list(); err != nil {
		return nil, err
	}
	payload, err := encoding.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("key list: %w", err)
	}
	return s.message(typeKeyList, nil, payload)
}

// OpenKeyList reads a list that the root key signed. Nothing is decoded before
// the signature has been checked.
func OpenKeyList(data []byte, root *ecdsa.PublicKey) (*KeyList, error) {
	if len(data) > MaxKeyList {
		return nil, ErrMalformed
	}
	m, ok := parseMessage(data, typeKeyList)
	if !ok {
		return nil, ErrMalformed
	}
	if m.kid != KeyID(root) || !m.signedBy(root) {
		return nil, ErrNotRoot
	}
	var w wireKeyList
	if err := decoding.Unmarshal(m.payload, &w); err != nil {
		return nil, ErrMalformed
	}
	return w.list()
}

// list checks what was read, and also what is about to be signed.
func (w wireKeyList) list() (*KeyList, error) {
	if w.Version == 0 || w.Version > maxVersion || len(w.Keys) > maxKeys || !moments(w.Issued) {
		return nil, ErrMalformed
	}
	l := &KeyList{Version: w.Version, Issued: unix(w.Issued), Keys: make([]Key, len(w.Keys))}
	seen := map[[8]byte]bool{}
	for i, k := range w.Keys {
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k.Public)
		if err != nil {
			return nil, ErrMalformed
		}
		id := KeyID(public)
		if string(k.ID) != string(id[:]) || seen[id] || k.NotAfter < k.NotBefore || !moments(k.NotBefore, k.NotAfter) {
			return nil, ErrMalformed
		}
		seen[id] = true
		l.Keys[i] = Key{id, public, KeyUse(k.Use), unix(k.NotBefore), unix(k.NotAfter)}
	}
	return l, nil
}

// find returns the key that may sign this use at the time, or nil.
func (l *KeyList) find(id [8]byte, use KeyUse, at time.Time) *Key {
	for i := range l.Keys {
		k := &l.Keys[i]
		if k.ID == id && k.Use&use != 0 && !at.Before(k.NotBefore) && !at.After(k.NotAfter) {
			return k
		}
	}
	return nil
}

// Verify returns what a pass says when a key on the list signed it and was
// allowed to on the day: ErrUnreadable, ErrKeyUnknown or ErrForged otherwise.
// It does not ask whether the pass is still valid; Bundle.Judge does.
func (l *KeyList) Verify(text string) (*Pass, error) {
	p, _, err := l.verify(text)
	return p, err
}

func (l *KeyList) verify(text string) (*Pass, *Key, error) {
	m, p, ok := openPass(text)
	if !ok {
		return nil, nil, ErrUnreadable
	}
	key := l.find(m.kid, UsePass, p.IssuedAt)
	if key == nil {
		return nil, nil, ErrKeyUnknown
	}
	if !m.signedBy(key.Public) {
		return nil, nil, ErrForged
	}
	return p, key, nil
}

// moments reports whether these are seconds that every reader can reckon with:
// some 35,000 years either way, well below what JavaScript counts exactly.
func moments(seconds ...int64) bool {
	return !slices.ContainsFunc(seconds, func(s int64) bool { return s < -1<<40 || s > 1<<40 })
}

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
