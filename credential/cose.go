package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
)

// A message of ours is a COSE_Sign1 (RFC 9052, section 4.2) under ES256, tagged
// 18, with an empty unprotected header. Its protected header is one of two:
//
//	{1: -7, 4: kid}                               a pass
//	{1: -7, 4: kid, 16: type, -65537: key list}   what scanners load
//
// Header 16 is the explicit type of RFC 9596. It keeps a key list from being
// taken for a bundle, and its absence a pass for either.
const (
	typeKeyList = "application/vnd.anlo.keys+cbor"
	typeBundle  = "application/vnd.anlo.bundle+cbor"
)

// The parts of a message that never vary.
const (
	coseOpen  = "\xd2\x84"             // tag 18, array of four
	headAlg   = "\x01\x26\x04\x48"     // alg: ES256, kid: 8 bytes
	headType  = "\x10"                 // typ
	privateID = "\x3a\x00\x01\x00\x00" // -65537, the shortest integer for private use
)

const (
	kidLen       = 8
	signatureLen = 64
)

// message is a COSE_Sign1 taken apart; its slices share memory with the input.
type message struct {
	kid       [kidLen]byte
	protected []byte
	list      []byte // the key list in a bundle's header
	payload   []byte
	signature []byte
}

// parseMessage takes a message of the type apart ("" is a pass) and reports
// whether it has exactly the expected shape.
func parseMessage(data []byte, typ string) (m message, ok bool) {
	c := cursor{rest: data}
	c.literal(coseOpen)
	m.protected = c.bytes(MaxBundle)
	c.literal("\xa0")
	m.payload = c.bytes(MaxBundle)
	m.signature = c.bytes(signatureLen)
	h := cursor{rest: m.protected}
	switch typ {
	case "":
		h.literal("\xa2" + headAlg)
	case typeKeyList:
		h.literal("\xa3" + headAlg)
	default:
		h.literal("\xa4" + headAlg)
	}
	copy(m.kid[:], h.take(kidLen))
	if typ != "" {
		h.literal(headType)
		h.bad = h.bad || h.text(64) != typ
	}
	if typ == typeBundle {
		h.literal(privateID)
		m.list = h.bytes(MaxKeyList)
	}
	return m, c.done() && h.done() && len(m.signature) == signatureLen
}

// header returns the protected header of a message.
func header(kid [kidLen]byte, typ string, list []byte) []byte {
	pairs := uint64(2)
	if typ != "" {
		pairs++
	}
	if list != nil {
		pairs++
	}
	h := append(appendHead(make([]byte, 0, 64+len(list)), cborMap, pairs), headAlg...)
	h = append(h, kid[:]...)
	if typ != "" {
		h = appendText(append(h, headType...), typ)
	}
	if list != nil {
		h = appendBytes(append(h, privateID...), list)
	}
	return h
}

// digest returns the SHA-256 of the Sig_structure of RFC 9052, section 4.4,
// with no external data.
func digest(protected, payload []byte) [sha256.Size]byte {
	b := append(make([]byte, 0, 24+len(protected)+len(payload)), "\x84\x6aSignature1"...)
	b = appendBytes(b, protected)
	b = append(b, 0x40)
	b = appendBytes(b, payload)
	return sha256.Sum256(b)
}

// signedBy reports whether the signature is that of the key.
func (m *message) signedBy(key *ecdsa.PublicKey) bool {
	sum := digest(m.protected, m.payload)
	var der [2*(signatureLen/2+3) + 3]byte
	return ecdsa.VerifyASN1(key, sum[:], appendDER(der[:0], m.signature))
}

// Signer signs passes and bundles with one key.
type Signer struct {
	kid [kidLen]byte
	key crypto.Signer
}

// NewSigner returns a signer for a P-256 key, which may be an
// *ecdsa.PrivateKey or live in a hardware token.
func NewSigner(key crypto.Signer) (*Signer, error) {
	public, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, errors.New("signing key: ECDSA on P-256 is needed")
	}
	return &Signer{KeyID(public), key}, nil
}

// ID returns the key's identifier.
func (s *Signer) ID() [8]byte { return s.kid }

// KeyID returns the first 8 bytes of the SHA-256 of the key's
// SubjectPublicKeyInfo, by which messages name the key that signed them.
func KeyID(key *ecdsa.PublicKey) (id [8]byte) {
	spki, err := x509.MarshalPKIXPublicKey(key)
	if err != nil { // not a point on a curve that has a name
		return id
	}
	sum := sha256.Sum256(spki)
	return [8]byte(sum[:8])
}

// message signs a payload.
func (s *Signer) message(typ string, list, payload []byte) ([]byte, error) {
	protected := header(s.kid, typ, list)
	sum := digest(protected, payload)
	der, err := s.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	out := make([]byte, 0, len(coseOpen)+len(protected)+len(payload)+signatureLen+16)
	out = append(out, coseOpen...)
	out = appendBytes(out, protected)
	out = append(out, 0xa0)
	out = appendBytes(out, payload)
	out = appendHead(out, cborBytes, signatureLen)
	return appendRaw(out, der)
}

// appendDER appends raw r‖s as the ASN.1 that the standard library verifies.
func appendDER(dst, raw []byte) []byte {
	half := len(raw) / 2
	r, s := trimZeros(raw[:half]), trimZeros(raw[half:])
	content := 4 + len(r) + int(r[0]>>7) + len(s) + int(s[0]>>7)
	dst = append(dst, 0x30, byte(content)) // below 128 up to P-384
	for _, n := range [2][]byte{r, s} {
		dst = append(dst, 0x02, byte(len(n)+int(n[0]>>7)))
		if n[0] >= 0x80 {
			dst = append(dst, 0)
		}
		dst = append(dst, n...)
	}
	return dst
}

// trimZeros drops leading zeros, all but the last byte.
func trimZeros(b []byte) []byte {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return b
}

// appendRaw appends the r‖s of an ASN.1 signature on P-256, as COSE wants it.
func appendRaw(dst, der []byte) ([]byte, error) {
	bad := errors.New("sign: the key returned something that is not an ECDSA signature on P-256")
	if len(der) < 2 || der[0] != 0x30 || int(der[1]) != len(der)-2 {
		return nil, bad
	}
	rest := der[2:]
	for range 2 {
		if len(rest) < 3 || rest[0] != 0x02 || int(rest[1]) > len(rest)-2 || rest[1] == 0 {
			return nil, bad
		}
		n := trimZeros(rest[2 : 2+rest[1]])
		if len(n) > signatureLen/2 {
			return nil, bad
		}
		rest = rest[2+rest[1]:]
		dst = append(dst, make([]byte, signatureLen/2-len(n))...)
		dst = append(dst, n...)
	}
	if len(rest) != 0 {
		return nil, bad
	}
	return dst, nil
}
