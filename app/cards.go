package app

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"anlo/credential"
)

// The list of cards is what lets a scanner without a network find the pass of
// somebody who shows an identity card and nothing else. It is a list of passes,
// each encrypted under the number of each card that travels by it, so that a
// file tells nothing to whoever has no card in hand. Decision 15 says what that
// is worth.
//
//	"ALC1"  issued, until (8 bytes each, seconds)  iterations (4)  salt (16)  nonce (16)  n (4)
//	n entries, in the order of their tags:   tag (8)  AES-128-GCM(place (4) ‖ key of the pass (16))
//	the passes, each once:                   length (2)  AES-128-GCM(the bytes of the pass)
//
//	slow = PBKDF2-HMAC-SHA-256(number, salt, iterations)
//	tag (8) ‖ key of the entry (16) = HKDF-SHA-256(slow, nonce, "anlo cards 1")
//
// Numbers are big endian, a place is counted from the first pass. Each key
// encrypts one thing, so that the nonce of GCM is zero. What is inside is signed:
// a scanner judges it as if its QR code had been read, by the bundle that it has.
const (
	cardsMagic      = "ALC1"
	cardsInfo       = "anlo cards 1"
	cardsIterations = 20_000
	cardsHeader     = 4 + 8 + 8 + 4 + 16 + 16 + 4
	cardsEntry      = 8 + 4 + 16 + 16

	maxCards     = 20_000  // declarations looked at
	maxCardsSize = 2 << 20 // bytes
)

// cardWriter gathers a list of cards.
type cardWriter struct {
	issued, until time.Time
	salt, nonce   [16]byte
	entries       [][]byte
	passes        []byte
}

func newCardWriter(issued, until time.Time, salt [16]byte) *cardWriter {
	w := &cardWriter{issued: issued, until: until, salt: salt}
	rand.Read(w.nonce[:])
	return w
}

// slowKey makes guessing at numbers cost something.
func slowKey(number string, salt [16]byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, number, salt[:], cardsIterations, 32)
}

// fits reports whether a pass of so many characters and so many cards has room.
func (w *cardWriter) fits(text string, cards int) bool {
	return cardsHeader+(len(w.entries)+cards)*cardsEntry+len(w.passes)+len(text) <= maxCardsSize
}

// add writes a pass and the cards, by their slow keys, that travel by it.
func (w *cardWriter) add(text string, slow [][]byte) error {
	message, err := credential.DecodeBase45(strings.TrimPrefix(text, credential.Prefix))
	if err != nil {
		return err
	}
	place := make([]byte, 4, 20)
	binary.BigEndian.PutUint32(place, uint32(len(w.passes)))
	key := make([]byte, 16)
	rand.Read(key)
	sealed, err := sealOnce(key, message)
	if err != nil {
		return err
	}
	w.passes = binary.BigEndian.AppendUint16(w.passes, uint16(len(sealed)))
	w.passes = append(w.passes, sealed...)
	for _, s := range slow {
		derived, err := hkdf.Key(sha256.New, s, w.nonce[:], cardsInfo, 24)
		if err != nil {
			return err
		}
		entry, err := sealOnce(derived[8:], append(place, key...))
		if err != nil {
			return err
		}
		w.entries = append(w.entries, append(derived[:8:8], entry...))
	}
	return nil
}

// bytes is the whole list.
func (w *cardWriter) bytes() []byte {
	slices.SortFunc(w.entries, func(a, b []byte) int { return slices.Compare(a, b) })
	out := append(make([]byte, 0, cardsHeader+len(w.entries)*cardsEntry+len(w.passes)), cardsMagic...)
	out = binary.BigEndian.AppendUint64(out, uint64(w.issued.Unix()))
	out = binary.BigEndian.AppendUint64(out, uint64(w.until.Unix()))
	out = binary.BigEndian.AppendUint32(out, cardsIterations)
	out = append(append(out, w.salt[:]...), w.nonce[:]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(w.entries)))
	for _, e := range w.entries {
		out = append(out, e...)
	}
	return append(out, w.passes...)
}

// sealOnce encrypts the only thing that a key ever does.
func sealOnce(key, plain []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, make([]byte, gcm.NonceSize()), plain, nil), nil
}
