package app

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// auditEntry is what the tamper-evident log keeps of an audit row: its
// identifier, hidden, and a salted digest of all its columns. Nothing of the
// row can be read or guessed from it; whoever is given a row and its salt can
// check that one row and no other.
type auditEntry [16 + sha256.Size]byte

// auditSeal makes entries, and tells which row an entry is of.
type auditSeal struct {
	keys  *seal.Keyring
	block cipher.Block
}

func newAuditSeal(keys *seal.Keyring) auditSeal { return auditSeal{keys, keys.Block("audit")} }

func (s auditSeal) entry(r store.AuditRow) (e auditEntry) {
	s.block.Encrypt(e[:16], r.ID[:])
	salt := s.keys.Authenticate("audit", r.ID[:])
	digest := sha256.Sum256(append(salt[:], encodeAudit(r)...))
	copy(e[16:], digest[:])
	return e
}

// id returns the identifier of the row that an entry is of.
func (s auditSeal) id(e auditEntry) (id anlo.ID) {
	s.block.Decrypt(id[:], e[:16])
	return id
}

// encodeAudit writes every column, each with its length, so that no two rows
// are written alike.
func encodeAudit(r store.AuditRow) []byte {
	b := make([]byte, 0, 160)
	b = append(b, 1) // the version of this encoding
	b = append(b, r.ID[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Person))
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMilli()))
	b = append(b, r.Actor[:]...)
	b = append(b, r.Object[:]...)
	for _, s := range []string{string(r.Role), r.Area, string(r.Action), string(r.Purpose)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	if r.Malformed {
		b = append(b, 0xff)
	}
	return b
}

var errBundle = errors.New("audit log: a bundle of entries cannot be read")

// bundled is the size of an entry in a bundle of tlog-tiles, where two bytes of
// length go before each.
const bundled = 2 + len(auditEntry{})

// readBundle reads the entries of a bundle.
func readBundle(raw []byte) ([]auditEntry, error) {
	if len(raw)%bundled != 0 {
		return nil, errBundle
	}
	entries := make([]auditEntry, 0, len(raw)/bundled)
	for len(raw) > 0 {
		if int(binary.BigEndian.Uint16(raw)) != len(auditEntry{}) {
			return nil, errBundle
		}
		entries = append(entries, auditEntry(raw[2:bundled]))
		raw = raw[bundled:]
	}
	return entries, nil
}
