package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/veraison/go-cose"
	"pgregory.net/rapid"
)

// What we sign, an independent implementation verifies, for each of the three
// types of message.
func TestAnotherVerifies(t *testing.T) {
	key := newKey(t)
	verifier, err := cose.NewVerifier(cose.AlgorithmES256, &key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	s := signerOf(t, key)
	for _, m := range []struct {
		typ  string
		list []byte
	}{{"", nil}, {typeKeyList, nil}, {typeBundle, []byte("list")}} {
		data, err := s.message(m.typ, m.list, []byte("payload"))
		if err != nil {
			t.Fatal(err)
		}
		var their cose.Sign1Message
		if err := their.UnmarshalCBOR(data); err != nil {
			t.Fatal(err)
		}
		if err := their.Verify(nil, verifier); err != nil {
			t.Errorf("%q: %v", m.typ, err)
		}
		kid, _ := their.Headers.Protected[cose.HeaderLabelKeyID].([]byte)
		if id := s.ID(); !bytes.Equal(kid, id[:]) || string(their.Payload) != "payload" {
			t.Errorf("%q: kid %x, payload %q", m.typ, kid, their.Payload)
		}
		if typ, _ := their.Headers.Protected[int64(16)].(string); typ != m.typ {
			t.Errorf("type %q, want %q", typ, m.typ)
		}
	}
}

// What another implementation signs with our header, we verify.
func TestWeVerifyAnother(t *testing.T) {
	key := newKey(t)
	signer, err := cose.NewSigner(cose.AlgorithmES256, key)
	if err != nil {
		t.Fatal(err)
	}
	kid := KeyID(&key.PublicKey)
	for range 50 { // some have an r or s with leading zeros or a high bit
		m := cose.NewSign1Message()
		m.Headers.Protected = cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmES256, cose.HeaderLabelKeyID: kid[:]}
		p := sample()
		m.Payload = p.appendClaims(nil, maxName)
		if err := m.Sign(rand.Reader, nil, signer); err != nil {
			t.Fatal(err)
		}
		data, err := m.MarshalCBOR()
		if err != nil {
			t.Fatal(err)
		}
		l := KeyList{Keys: []Key{{kid, &key.PublicKey, UsePass, p.IssuedAt, p.ExpiresAt}}}
		if _, err := l.Verify(Prefix + string(AppendBase45(nil, data))); err != nil {
			t.Fatalf("%x: %v", data, err)
		}
	}
}

// The COSE working group's ECDSA vectors: the part of them that is ours is the
// Sig_structure and the conversion of signatures.
func TestWorkingGroupVectors(t *testing.T) {
	dir := shared(t, "cose-wg/sign1-tests")
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	files = append(files, filepath.Join(dir, "../ecdsa-examples/ecdsa-sig-01.json"))
	tried := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Fail  bool
			Input struct {
				Sign0 struct {
					Key      struct{ X, Y string }
					External string
				}
			}
			Intermediates struct {
				ToBeSign string `json:"ToBeSign_hex"`
			}
			Output struct{ CBOR string }
		}
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if v.Input.Sign0.External != "" {
			continue // we never have external data
		}
		x, _ := base64.RawURLEncoding.DecodeString(v.Input.Sign0.Key.X)
		y, _ := base64.RawURLEncoding.DecodeString(v.Input.Sign0.Key.Y)
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := hex.DecodeString(v.Output.CBOR)
		m, ok := parseSign1(raw)
		tried++
		ours := message{protected: m.Protected, payload: m.Payload, signature: m.Signature}
		if bytes.Equal(m.Protected, []byte{0xa0}) {
			ours.protected = nil // RFC 9052, section 4.4: an empty map counts as an empty string
		}
		good := ok && headerAlg(m) == algES256 && len(m.Signature) == 64 && ours.signedBy(key)
		if good == v.Fail {
			t.Errorf("%s: verifies %v", filepath.Base(f), good)
		}
	}
	if tried < 5 {
		t.Errorf("only %d vectors", tried)
	}
}

func headerAlg(m sign1) int {
	for _, raw := range [][]byte{m.Protected, m.Unprotected} {
		var h struct {
			Alg any `cbor:"1,keyasint"`
		}
		if len(raw) > 0 && lenient.Unmarshal(raw, &h) == nil {
			if alg, ok := h.Alg.(int64); ok {
				return int(alg)
			}
		}
	}
	return 0
}

// DER and raw signatures turn into one another whatever zeros they begin with.
func TestSignatureForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), signatureLen, signatureLen).Draw(t, "raw")
		for _, half := range [][]byte{raw[:32], raw[32:]} {
			clear(half[:rapid.IntRange(0, 31).Draw(t, "zeros")])
		}
		der := appendDER(nil, raw)
		back, err := appendRaw(nil, der)
		if err != nil || !bytes.Equal(back, raw) {
			t.Fatalf("%x → %x → %x, %v", raw, der, back, err)
		}
	})
}

func TestBadTokens(t *testing.T) {
	for name, der := range map[string][]byte{
		"nothing": {}, "raw": make([]byte, 64), "short": {0x30, 2, 2, 0}, "empty integer": {0x30, 5, 2, 0, 2, 1, 1},
		"trailing": {0x30, 7, 2, 1, 1, 2, 1, 1, 0}, "one integer": {0x30, 3, 2, 1, 1}, "long": append([]byte{0x30, 38, 2, 33}, bytes.Repeat([]byte{1}, 36)...),
	} {
		if _, err := (&Signer{key: token{passKey, der}}).message("", nil, nil); err == nil {
			t.Errorf("%s was taken for a signature", name)
		}
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []crypto.Signer{p384, rsaKey} {
		if _, err := NewSigner(k); err == nil {
			t.Errorf("%T was taken for a P-256 key", k)
		}
	}
}

// token is a key that answers with fixed bytes.
type token struct {
	steady
	answer []byte
}

func (t token) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return t.answer, nil }
