// Package anlo holds the words of the system and their rules: people and the
// documents that identify them, declarations, passes, verdicts, administrative
// units, and who may do what. It imports only the standard library and does no
// I/O, so a rule can be read, tested and argued about without a database.
//
// The other packages follow the way of a declaration through the house:
//
//	web, api → app → identity (is this the person?)
//	               → credential (sign the 72-hour pass, draw it, judge it)
//	               → seal (encrypt what is personal) → store (SQLite, PostgreSQL)
package anlo

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// PassLifetime is how long a pass is valid, counted from the moment of
// declaring. A correction re-issues the pass but never extends it.
const PassLifetime = 72 * time.Hour

// ID is a UUID version 7 (RFC 9562): unique everywhere, sorted by time, so that
// database indexes grow at their right edge.
type ID [16]byte

// NewID returns a fresh identifier for something that happened at t.
func NewID(t time.Time) ID {
	var id ID
	rand.Read(id[6:])
	id.stamp(t.UnixMilli())
	return id
}

// PassID derives the identifier of a pass from two of its signed claims, the
// issue time (seconds) and the 8 random bytes of its CWT ID. Whoever reads a
// pass therefore holds its primary key, and no index on the CWT ID is needed.
func PassID(issuedAt time.Time, cti [8]byte) ID {
	var id ID
	c := binary.BigEndian.Uint64(cti[:])
	binary.BigEndian.PutUint16(id[6:], uint16(c>>62))
	binary.BigEndian.PutUint64(id[8:], c)
	id.stamp(issuedAt.Unix() * 1000)
	return id
}

// stamp writes the time, the version and the variant of RFC 9562, section 5.7.
func (id *ID) stamp(milliseconds int64) {
	for i := range 6 {
		id[i] = byte(milliseconds >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
}

// Time returns the moment written into the identifier, to the millisecond.
func (id ID) Time() time.Time {
	var ms int64
	for i := range 6 {
		ms = ms<<8 | int64(id[i])
	}
	return time.UnixMilli(ms)
}

// IsZero reports whether the identifier was never set.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the canonical form, 36 characters.
func (id ID) String() string {
	var b [36]byte
	hex.Encode(b[0:], id[0:4])
	hex.Encode(b[9:], id[4:6])
	hex.Encode(b[14:], id[6:8])
	hex.Encode(b[19:], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// ParseID reads the canonical form and refuses every other.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, ErrBadID
	}
	var digits [32]byte
	n := 0
	for _, part := range []string{s[0:8], s[9:13], s[14:18], s[19:23], s[24:]} {
		n += copy(digits[n:], part)
	}
	for _, c := range digits { // capitals are another form
		if c >= 'A' && c <= 'F' {
			return ID{}, ErrBadID
		}
	}
	if _, err := hex.Decode(id[:], digits[:]); err != nil {
		return ID{}, ErrBadID
	}
	return id, nil
}

// MarshalText makes an ID a JSON string.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a JSON string.
func (id *ID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseID(string(b))
	return err
}
