package credential

import (
	"crypto/ecdsa"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Bundle is all that a scanner needs to judge without a network. Whoever makes
// one fills it and calls Sign; whoever reads one calls OpenBundle, which fills
// Keys too.
type Bundle struct {
	Version    uint64 // grows with each bundle; at most 2⁵³-1
	Issued     time.Time
	NextUpdate time.Time // when to ask for the next one
	Keys       *KeyList
	Status     []*StatusList // one a day of issue, at most 8
	Zones      []Zone
	UnitList   string // version of the list that commune codes are of: "vn-2026"
	Rules      Rules
	DCC        [][]byte // X.509 certificates (DER) that sign vaccination certificates

	zones map[string][]Zone // by code, those of UnitList
	trust *Trust
}

// Zone is a commune that is worth a closer look from From until To. A larger
// area is listed by its communes, because a commune is all that a pass names.
type Zone struct {
	List, Code string // administrative unit
	Level      int
	From, To   time.Time // whole seconds; To is the first moment after
}

// Rules are what a reader does about time.
type Rules struct {
	StaleAfter  time.Duration // a bundle of this age is shown amber, and every go becomes a look
	RejectAfter time.Duration // of this age red: fetch a new one now. It still judges: see Judge
	Skew        time.Duration // how far clocks may differ
}

// The widest rules that a reader obeys.
const (
	maxSkew = time.Hour
	maxRule = 366 * 24 * time.Hour
)

// MaxZones and maxDCC bound the lists; the European list has some 500
// certificates.
const (
	MaxZones = 20_000
	maxDCC   = 4096
)

type wireBundle struct {
	Version    uint64       `cbor:"1,keyasint"`
	Issued     int64        `cbor:"2,keyasint"`
	NextUpdate int64        `cbor:"3,keyasint"`
	Status     []wireStatus `cbor:"4,keyasint"`
	Zones      []wireZone   `cbor:"5,keyasint"`
	UnitList   string       `cbor:"6,keyasint"`
	Rules      wireRules    `cbor:"7,keyasint"`
	DCC        [][]byte     `cbor:"8,keyasint"`
}

type wireZone struct {
	_     struct{} `cbor:",toarray"`
	List  string
	Code  string
	Level int
	From  int64
	To    int64
}

type wireRules struct {
	StaleAfter  int64 `cbor:"1,keyasint"` // seconds
	RejectAfter int64 `cbor:"2,keyasint"`
	Skew        int64 `cbor:"3,keyasint"`
}

// Deterministic on writing; strict on reading, but for unknown keys of a map,
// so that a scanner survives what a later version adds.
var (
	encoding = must(cbor.EncOptions{Sort: cbor.SortCoreDeterministic, NilContainers: cbor.NilContainerAsEmpty}.EncMode())
	decoding = must(cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden,
		TagsMd: cbor.TagsForbidden, MaxNestedLevels: 4, MaxArrayElements: MaxZones, MaxMapPairs: 64}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Sign signs the bundle with a key that the key list, itself signed by the
// root, allows for bundles. The list travels inside.
func (b *Bundle) Sign(keyList []byte, s *Signer) ([]byte, error) {
	if _, ok := parseMessage(keyList, typeKeyList); !ok {
		return nil, fmt.Errorf("bundle: key list: %w", ErrMalformed)
	}
	w := wireBundle{Version: b.Version, Issued: b.Issued.Unix(), NextUpdate: b.NextUpdate.Unix(), UnitList: b.UnitList, DCC: b.DCC}
	w.Rules = wireRules{int64(b.Rules.StaleAfter / time.Second), int64(b.Rules.RejectAfter / time.Second), int64(b.Rules.Skew / time.Second)}
	for _, l := range b.Status {
		w.Status = append(w.Status, l.pack())
	}
	for _, z := range b.Zones {
		w.Zones = append(w.Zones, wireZone{List: z.List, Code: z.Code, Level: z.Level, From: z.From.Unix(), To: z.To.Unix()})
	}
	if _, err := w.bundle(); err != nil {
		return nil, err
	}
	payload, err := encoding.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("bundle: %w", err)
	}
	signed, err := s.message(typeBundle, keyList, payload)
	if err == nil && len(signed) > MaxBundle {
		return nil, fmt.Errorf("bundle: %d bytes are more than a reader takes", len(signed))
	}
	return signed, err
}

// OpenBundle reads a bundle: the root must have signed its key list, and a key
// on that list, allowed for bundles when the bundle was issued, the bundle. Only
// then is its content decoded. at is the reader's clock, by which a bundle from
// the future is refused; one from long ago is only stale.
func OpenBundle(data []byte, root *ecdsa.PublicKey, at time.Time) (*Bundle, error) {
	if len(data) > MaxBundle {
		return nil, ErrMalformed
	}
	m, ok := parseMessage(data, typeBundle)
	if !ok {
		return nil, ErrMalformed
	}
	keys, err := OpenKeyList(m.list, root)
	if err != nil {
		return nil, err
	}
	signer := keys.byID(m.kid)
	if signer == nil || !m.signedBy(signer.Public) {
		return nil, ErrNotSigned
	}
	var w wireBundle
	if err := decoding.Unmarshal(m.payload, &w); err != nil {
		return nil, ErrMalformed
	}
	b, err := w.bundle()
	if err != nil {
		return nil, err
	}
	if keys.find(m.kid, UseBundle, b.Issued) == nil {
		return nil, ErrNotSigned
	}
	if b.Issued.After(at.Add(b.Rules.Skew)) {
		return nil, ErrFuture
	}
	b.Keys = keys
	return b, nil
}

// bundle checks what was read, and also what is about to be signed.
func (w wireBundle) bundle() (*Bundle, error) {
	r := Rules{time.Duration(w.Rules.StaleAfter) * time.Second, time.Duration(w.Rules.RejectAfter) * time.Second,
		time.Duration(w.Rules.Skew) * time.Second}
	limit := int64(maxRule / time.Second)
	switch {
	case w.Version == 0 || w.Version > maxVersion,
		len(w.Status) > maxStatusLists || len(w.Zones) > MaxZones || len(w.DCC) > maxDCC,
		w.Rules.StaleAfter <= 0 || w.Rules.StaleAfter > limit,
		w.Rules.RejectAfter < w.Rules.StaleAfter || w.Rules.RejectAfter > limit,
		w.Rules.Skew < 0 || w.Rules.Skew > int64(maxSkew/time.Second),
		!moments(w.Issued, w.NextUpdate):
		return nil, ErrMalformed
	}
	b := &Bundle{Version: w.Version, Issued: unix(w.Issued), NextUpdate: unix(w.NextUpdate), UnitList: w.UnitList,
		Rules: r, DCC: w.DCC, zones: map[string][]Zone{}}
	for _, s := range w.Status {
		l, err := s.unpack()
		if err != nil || !moments(s.Day) || b.status(l.Day) != nil {
			return nil, ErrMalformed
		}
		b.Status = append(b.Status, l)
	}
	for _, z := range w.Zones {
		if !moments(z.From, z.To) {
			return nil, ErrMalformed
		}
		zone := Zone{z.List, z.Code, z.Level, unix(z.From), unix(z.To)}
		b.Zones = append(b.Zones, zone)
		if z.List == w.UnitList {
			b.zones[z.Code] = append(b.zones[z.Code], zone)
		}
	}
	b.trust = newTrust(w.DCC)
	return b, nil
}

func (l *KeyList) byID(id [8]byte) *Key {
	for i := range l.Keys {
		if l.Keys[i].ID == id {
			return &l.Keys[i]
		}
	}
	return nil
}

// Newer returns ErrOlder when b must not replace than. The key list counts
// first: so an old list, on which a stolen key still stands, cannot come back,
// and a new one from the root undoes whatever a stolen key did to the numbers.
func (b *Bundle) Newer(than *Bundle) error {
	if than == nil {
		return nil
	}
	if b.Keys == nil || than.Keys == nil {
		return fmt.Errorf("compare bundles that were not opened: %w", ErrMalformed)
	}
	older := b.Version < than.Version
	if b.Keys.Version != than.Keys.Version {
		older = b.Keys.Version < than.Keys.Version
	}
	if older {
		return ErrOlder
	}
	return nil
}

// Age returns how old the bundle is at the time, never less than zero.
func (b *Bundle) Age(at time.Time) time.Duration { return max(0, at.Sub(b.Issued)) }

// Trust returns the certificates that the bundle believes.
func (b *Bundle) Trust() *Trust { return b.trust }

func (b *Bundle) status(day int64) *StatusList {
	for _, l := range b.Status {
		if l.Day == day {
			return l
		}
	}
	return nil
}

// zoned reports whether a commune lies in a zone at the time.
func (b *Bundle) zoned(commune string, at time.Time) bool {
	for _, z := range b.zones[commune] {
		if !at.Before(z.From) && at.Before(z.To) {
			return true
		}
	}
	return false
}
