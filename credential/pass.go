package credential

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anlo"
)

// Prefix begins every pass; the digit is the version of what follows. A reader
// of version 1 refuses a version 2 rather than guess.
const Prefix = "AL1:"

// How long the text of a pass may be: what a QR code at error correction level
// M holds in alphanumeric mode.
const (
	MaxPersonal = 311  // one traveller: version 10, 57 modules a side
	MaxText     = 3391 // anlo.MaxTravellers of them: version 40, 177 modules
)

// Bounds of the claims, in bytes of UTF-8.
const (
	maxName    = 60
	maxCommune = 23
	maxPlate   = 24 // anlo allows 12 characters, each of which may be a "Đ"
	maxYear    = 1<<12 - 1
	maxTag     = 1<<20 - 1
	notSure    = 1 // flag: the identity was not confirmed
)

// Pass is what a pass says. Its text is "AL1:" and the base45 of
//
//	18([<< {1: -7, 4: kid} >>, {}, << claims >>, signature])
//
// in deterministic CBOR (RFC 8949, section 4.2.1), where kid is [KeyID] and the
// claims are those of a CWT (RFC 8392) with one of our own, whose number is the
// shortest in the range for private use:
//
//	{
//	  4: expires, 6: issued,      ; seconds since 1970, at most 72 h apart
//	  7: h'8 random bytes',       ; CWT ID
//	  -65537: [
//	    [name, born, …],          ; a pair a traveller, 1 to 60 of them
//	    commune,                  ; text: destination, code in the bundle's list of units
//	    purpose,                  ; 1 to 8: place in anlo.TripPurposes, from 1
//	    plate,                    ; text, empty without
//	    status,                   ; place on the status list of the UTC day of issue
//	    flags                     ; 1 when the identity was not confirmed, else 0
//	  ]
//	}
//
// born holds the year of birth and the tag of [IDTag]: year<<20 | tag. An array
// and not a map, because the shape never varies and each key costs a character
// and a half.
//
// Nothing is compressed: deflating so few bytes adds two dozen characters.
type Pass struct {
	CTI                 [8]byte
	IssuedAt, ExpiresAt time.Time // whole seconds
	Travellers          []anlo.Named
	Commune             string
	Purpose             anlo.TripPurpose
	Plate               string
	StatusIndex         uint32
	IdentityConfirmed   bool
}

// String keeps people out of logs.
func (p Pass) String() string { return "pass ***" }

// Errors of reading a pass, the same words as the reasons of a verdict.
var (
	ErrUnreadable = &anlo.Error{Kind: anlo.Invalid, Code: "pass.unreadable"}
	ErrKeyUnknown = &anlo.Error{Kind: anlo.Invalid, Code: "pass.key-unknown"}
	ErrForged     = &anlo.Error{Kind: anlo.Invalid, Code: "pass.forged"}
)

// ID returns the pass's identifier, under which the server keeps it. Copies of
// a pass are told by it and never by their signature: whoever has one valid
// ECDSA signature can compute a second.
func (p Pass) ID() anlo.ID { return anlo.PassID(p.IssuedAt, p.CTI) }

// Bearer returns what an officer may see.
func (p Pass) Bearer() *anlo.Bearer {
	return &anlo.Bearer{Travellers: p.Travellers, Commune: p.Commune, Purpose: p.Purpose, Plate: p.Plate,
		Party: len(p.Travellers), IssuedAt: p.IssuedAt, ExpiresAt: p.ExpiresAt}
}

// IDTag returns 20 bits of SHA-256(CWT ID ‖ document key). A longer tag would
// give the number away to a search that takes ten seconds; of 20 bits a hundred
// people of the same age fit each one, and yet a stranger's card fits by a
// chance of one in a million.
func IDTag(cti [8]byte, d anlo.Document) uint32 {
	sum := sha256.Sum256(append(cti[:], d.Key()...))
	return binary.BigEndian.Uint32(sum[:]) >> 12
}

// Sign returns the text of a pass. Long names are shortened until the text is
// at most MaxPersonal characters for one traveller, MaxText for several: see
// shorten. Times are cut to the second.
func (s *Signer) Sign(p Pass) (string, error) {
	if err := p.check(); err != nil {
		return "", err
	}
	room := MaxText
	if len(p.Travellers) == 1 {
		room = MaxPersonal
	}
	room = (room-len(Prefix))/3*2 - envelopeLen(len(p.Travellers))
	limit := maxName
	claims := p.appendClaims(make([]byte, 0, 256), limit)
	for ; len(claims) > room && limit > 0; limit-- {
		claims = p.appendClaims(claims[:0], limit)
	}
	signed, err := s.message("", nil, claims)
	if err != nil {
		return "", err
	}
	text := make([]byte, 0, len(Prefix)+base45Len(len(signed)))
	return string(AppendBase45(append(text, Prefix...), signed)), nil
}

// envelopeLen is the length of a message around the claims.
func envelopeLen(travellers int) int {
	n := len(coseOpen) + 1 + 1 + len(headAlg) + kidLen + 1 + 2 + 2 + signatureLen
	if travellers > 1 {
		n++ // claims of 256 bytes and more have a longer head
	}
	return n
}

// check refuses to sign what no reader would accept.
func (p *Pass) check() error {
	life := p.ExpiresAt.Unix() - p.IssuedAt.Unix()
	switch {
	case len(p.Travellers) == 0 || len(p.Travellers) > anlo.MaxTravellers:
		return errors.New("pass: number of travellers out of range")
	case p.IssuedAt.Unix() < 0 || life <= 0 || life > int64(anlo.PassLifetime/time.Second):
		return errors.New("pass: validity out of range")
	case p.Commune == "" || len(p.Commune) > maxCommune || !utf8.ValidString(p.Commune):
		return errors.New("pass: commune code empty, too long or not UTF-8")
	case len(p.Plate) > maxPlate || !utf8.ValidString(p.Plate):
		return errors.New("pass: plate too long or not UTF-8")
	case !slices.Contains(anlo.TripPurposes, p.Purpose):
		return errors.New("pass: unknown purpose")
	}
	for _, t := range p.Travellers {
		if t.Name == "" || !utf8.ValidString(t.Name) || t.BirthYear < 0 || t.BirthYear > maxYear || t.Tag > maxTag {
			return errors.New("pass: traveller without name or out of range")
		}
	}
	return nil
}

// appendClaims appends the claims with names of at most limit bytes.
func (p *Pass) appendClaims(b []byte, limit int) []byte {
	b = appendHead(append(b, 0xa4, 4), cborUint, uint64(p.ExpiresAt.Unix()))
	b = appendHead(append(b, 6), cborUint, uint64(p.IssuedAt.Unix()))
	b = appendBytes(append(b, 7), p.CTI[:])
	b = append(append(b, privateID...), 0x86)
	b = appendHead(b, cborArray, uint64(2*len(p.Travellers)))
	for _, t := range p.Travellers {
		b = appendText(b, shorten(t.Name, limit))
		b = appendHead(b, cborUint, uint64(t.BirthYear)<<20|uint64(t.Tag))
	}
	b = appendText(b, p.Commune)
	b = appendHead(b, cborUint, uint64(slices.Index(anlo.TripPurposes, p.Purpose)+1))
	b = appendText(b, p.Plate)
	b = appendHead(b, cborUint, uint64(p.StatusIndex))
	if p.IdentityConfirmed {
		return append(b, 0)
	}
	return append(b, notSure)
}

// parseClaims reads what appendClaims writes, and nothing else.
func parseClaims(b []byte) (*Pass, bool) {
	p := new(Pass)
	c := cursor{rest: b}
	c.literal("\xa4\x04")
	expires := c.uint(1 << 40)
	c.literal("\x06")
	issued := c.uint(1 << 40)
	c.literal("\x07\x48")
	copy(p.CTI[:], c.take(8))
	c.literal(privateID + "\x86")
	n := c.head(cborArray, 2*anlo.MaxTravellers)
	if c.bad || n == 0 || n%2 != 0 {
		return nil, false
	}
	p.Travellers = make([]anlo.Named, n/2)
	for i := range p.Travellers {
		t := &p.Travellers[i]
		t.Name = c.text(maxName)
		born := c.uint(maxYear<<20 | maxTag)
		t.BirthYear, t.Tag = int(born>>20), uint32(born&maxTag)
		c.bad = c.bad || t.Name == ""
	}
	p.Commune = c.text(maxCommune)
	purpose := c.uint(uint64(len(anlo.TripPurposes)))
	p.Plate = c.text(maxPlate)
	p.StatusIndex = uint32(c.uint(1<<32 - 1))
	p.IdentityConfirmed = c.uint(notSure) == 0
	if !c.done() || purpose == 0 || p.Commune == "" || expires <= issued || expires-issued > uint64(anlo.PassLifetime/time.Second) {
		return nil, false
	}
	p.Purpose = anlo.TripPurposes[purpose-1]
	p.IssuedAt, p.ExpiresAt = time.Unix(int64(issued), 0).UTC(), time.Unix(int64(expires), 0).UTC()
	return p, true
}

// openPass takes the text of a pass apart without believing it.
func openPass(text string) (m message, p *Pass, ok bool) {
	text = strings.TrimSpace(text)
	code, ok := strings.CutPrefix(text, Prefix)
	if !ok || len(text) > MaxText {
		return m, nil, false
	}
	data, err := DecodeBase45(code)
	if err != nil {
		return m, nil, false
	}
	if m, ok = parseMessage(data, ""); !ok {
		return m, nil, false
	}
	p, ok = parseClaims(m.payload)
	return m, p, ok
}

// ReadPass returns what a pass says without checking who signed it: for passes
// that come out of our own storage. Everybody else uses Verify or Judge.
func ReadPass(text string) (*Pass, error) {
	_, p, ok := openPass(text)
	if !ok {
		return nil, ErrUnreadable
	}
	return p, nil
}
