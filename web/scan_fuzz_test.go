package web

import (
	"bytes"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	random "math/rand/v2"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/credential"
)

// A few thousand passes, certificates and bundles that went wrong in every way,
// most of them signed again by the right key, mean the same to both.
func TestScannerAndServerDifferNowhere(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	m := &mutator{Rand: random.New(random.NewPCG(20261123, 4))}
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/declare")
	for round := range 3 {
		r := readings{Root: f.spki}
		document := f.document()
		good := r.open("good", f.sign(&credential.Bundle{DCC: [][]byte{document}}), &f.root.PublicKey, forgedAt)
		add := func(name, code string) {
			at := forgedAt.Add(time.Duration(m.IntN(40)-10) * time.Hour)
			r.Cases = append(r.Cases, readingCase{fmt.Sprint(name, " ", round, " ", len(r.Cases)), 0, code, at.UnixMilli(), judgeHere(good, code, at)})
		}
		for range 500 {
			add("pass", m.text(f.random(m)))
			add("signed pass", f.mutatedPass(m))
			add("certificate", f.mutatedCertificate(m, document))
		}
		for i := range 400 {
			r.open(fmt.Sprint("bundle ", round, " ", i), f.mutatedBundle(m), &f.root.PublicKey, forgedAt)
		}
		opened, outcomes := 0, map[anlo.Outcome]int{}
		for _, b := range r.Bundles {
			if b.Error == "" {
				opened++
			}
		}
		for _, c := range r.Cases {
			outcomes[c.Want.Outcome]++
		}
		if opened < 20 || opened > 300 || outcomes[anlo.Stop] < 300 || outcomes[anlo.Stop] > 1450 {
			t.Errorf("%d bundles open; outcomes %v: not the mixture that tests something", opened, outcomes)
		}
		t.Logf("%d bundles open of %d; outcomes %v", opened, len(r.Bundles), outcomes)
		b.readsAlike(r)
	}
}

// mutator changes bytes by chance, the same each time.
type mutator struct{ *random.Rand }

// interesting begins items of CBOR: integers at their bounds, lengths, nothing,
// floats, tags, open lengths.
var interesting = [][]byte{{0x00}, {0x17}, {0x18, 0x18}, {0x18, 0x01}, {0x19, 1, 0}, {0x1a, 0, 1, 0, 0}, {0x1b, 0, 0, 1, 0, 0, 0, 0, 0}, {0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0},
	{0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x20}, {0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	{0x40}, {0x41, 0x80}, {0x60}, {0x61, 0xff}, {0x61, 'v'}, {0x80}, {0x81}, {0x82}, {0xa0}, {0xa1}, {0xc0}, {0xc1}, {0xc2}, {0xc3}, {0xd8, 21}, {0xd9, 0xd9, 0xf7},
	{0xe0}, {0xf0}, {0xf4}, {0xf5}, {0xf6}, {0xf7}, {0xf8, 32}, {0xf8, 31}, {0xf9, 0x3c, 0}, {0xf9, 0x7e, 0}, {0xfa, 0x4f, 0, 0, 0}, {0xfb, 0x41, 0xd0, 0, 0, 0, 0, 0, 0}, {0xff}, {0x5f}, {0x7f}, {0x9f}, {0xbf},
	{0xc0, 0x74, '2', '0', '2', '1', '-', '0', '1', '-', '0', '1', 'T', '0', '0', ':', '0', '0', ':', '0', '0', 'Z'}, {0x69, 0xe2, 0x80, 0xa8, 0xf0, 0x9f, 0x9a, 0x97, 'A', 'n'}}

func (m *mutator) bytes(b []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + m.IntN(3) {
		i := 0
		if len(b) > 0 {
			i = m.IntN(len(b))
		}
		item := interesting[m.IntN(len(interesting))]
		switch m.IntN(7) {
		case 0:
			if len(b) > 0 {
				b[i] ^= 1 << m.IntN(8)
			}
		case 1:
			if len(b) > 0 {
				b[i] = byte(m.Uint32())
			}
		case 2: // put something in
			b = append(b[:i:i], append(bytes.Clone(item), b[i:]...)...)
		case 3: // in place of a byte
			if len(b) > 0 {
				b = append(b[:i:i], append(bytes.Clone(item), b[i+1:]...)...)
			}
		case 4: // leave something out
			b = append(b[:i:i], b[min(len(b), i+1+m.IntN(4)):]...)
		case 5: // twice
			end := min(len(b), i+1+m.IntN(12))
			b = append(b[:end:end], b[i:]...)
		case 6: // nothing, for a control
		}
	}
	return b
}

func (m *mutator) text(s string) string {
	letters := []rune(s)
	for range m.IntN(3) {
		i := m.IntN(len(letters))
		switch m.IntN(4) {
		case 0:
			letters[i] = []rune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:ađ\n\u00a0")[m.IntN(48)]
		case 1:
			letters = append(letters[:i:i], letters[min(len(letters), i+1+m.IntN(3)):]...)
		case 2:
			letters = append(letters[:i:i], append([]rune("0"), letters[i:]...)...)
		case 3:
			letters = append([]rune(" \t"), letters...)
		}
		if len(letters) == 0 {
			return ""
		}
	}
	return string(letters)
}

// random is a pass of any kind.
func (f *forge) random(m *mutator) string {
	f.t.Helper()
	p := f.pass()
	p.IssuedAt = forgedAt.Add(-time.Duration(m.IntN(90*3600)) * time.Second)
	p.ExpiresAt = p.IssuedAt.Add(72 * time.Hour)
	p.StatusIndex, p.IdentityConfirmed = uint32(m.IntN(1<<13)), m.IntN(3) > 0
	p.Purpose = anlo.TripPurposes[m.IntN(len(anlo.TripPurposes))]
	p.Commune = []string{"00004", "00007"}[m.IntN(2)]
	for i := range p.CTI {
		p.CTI[i] = byte(m.Uint32())
	}
	for range m.IntN(5) {
		p.Travellers = append(p.Travellers, anlo.Named{Name: []string{"An", "Đặng Ước", "Trần Thị Bình"}[m.IntN(3)], BirthYear: m.IntN(4096), Tag: m.Uint32() >> 12})
	}
	code, err := f.signer.Sign(p)
	if err != nil {
		f.t.Fatal(err)
	}
	return code
}

// sign1 is a COSE_Sign1 taken apart.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

var canonical, _ = cbor.CoreDetEncOptions().EncMode()

func (f *forge) apart(data []byte) (s sign1) {
	f.t.Helper()
	if err := cbor.Unmarshal(data, &cbor.RawTag{}); err != nil {
		f.t.Fatal(err)
	}
	if err := cbor.Unmarshal(data[1:], &s); err != nil {
		f.t.Fatal(err)
	}
	return s
}

// together signs anew and writes the message.
func (f *forge) together(s sign1, key *ecdsa.PrivateKey) []byte {
	f.t.Helper()
	structure := f.marshal([]any{"Signature1", s.Protected, []byte{}, s.Payload})
	sum := sha256.Sum256(structure)
	r, v, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		f.t.Fatal(err)
	}
	s.Signature = append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
	return append([]byte{0xd2}, f.marshal(s)...)
}

func (f *forge) marshal(v any) []byte {
	f.t.Helper()
	data, err := canonical.Marshal(v)
	if err != nil {
		f.t.Fatal(err)
	}
	return data
}

// mutatedPass changes what is signed, and then signs it.
func (f *forge) mutatedPass(m *mutator) string {
	f.t.Helper()
	data, err := credential.DecodeBase45(f.random(m)[len(credential.Prefix):])
	if err != nil {
		f.t.Fatal(err)
	}
	s := f.apart(data)
	switch m.IntN(4) {
	case 0:
		s.Protected = m.bytes(s.Protected)
	case 1, 2:
		s.Payload = m.bytes(s.Payload)
	}
	data = f.together(s, f.passKey)
	if m.IntN(4) == 0 {
		data = m.bytes(data)
	}
	return credential.Prefix + string(credential.AppendBase45(nil, data))
}

// mutatedBundle changes the key list, the bundle, or what is around them.
func (f *forge) mutatedBundle(m *mutator) []byte {
	f.t.Helper()
	s := f.apart(f.bundle)
	if m.IntN(3) == 0 {
		var header map[int]any
		if err := cbor.Unmarshal(s.Protected, &header); err != nil {
			f.t.Fatal(err)
		}
		list := f.apart(header[-65537].([]byte))
		list.Payload = m.bytes(list.Payload)
		header[-65537] = f.together(list, f.root)
		s.Protected = f.marshal(header)
	} else {
		s.Payload = m.bytes(s.Payload)
	}
	data := f.together(s, f.listKey)
	if m.IntN(5) == 0 {
		data = m.bytes(data)
	}
	return data
}

// document is a certificate that signs vaccination certificates, with the key of
// bundles: this is no place to be proper.
func (f *forge) document() []byte {
	f.t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: forgedAt, NotAfter: forgedAt.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &f.listKey.PublicKey, f.listKey)
	if err != nil {
		f.t.Fatal(err)
	}
	return der
}

// mutatedCertificate changes a vaccination certificate before it is signed, and
// seldom after.
func (f *forge) mutatedCertificate(m *mutator, document []byte) string {
	f.t.Helper()
	kid := sha256.Sum256(document)
	header := map[int]any{1: -7, 4: kid[:8]}
	content := map[string]any{"ver": "1.3.0", "dob": "1990-01-31", "nam": map[string]any{"fn": "Nguyễn", "gn": "An", "fnt": "NGUYEN", "gnt": "AN"}, "v": []any{map[string]any{"dn": 2}}}
	s := sign1{Protected: f.marshal(header), Unprotected: []byte{0xa0},
		Payload: f.marshal(map[int]any{1: "VN", 4: forgedAt.Unix() + 3600*int64(m.IntN(100)), 6: forgedAt.Unix() - 3600*int64(m.IntN(100)), -260: map[int]any{1: content}})}
	switch m.IntN(5) {
	case 0:
		s.Protected = m.bytes(s.Protected)
	case 1:
		s.Protected, s.Unprotected = []byte{}, f.marshal(header)
	case 2, 3:
		s.Payload = m.bytes(s.Payload)
	}
	data := f.together(s, f.listKey)
	if m.IntN(5) == 0 {
		data = m.bytes(data)
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(data)
	z.Close()
	if m.IntN(10) == 0 {
		return "HC1:" + string(credential.AppendBase45(nil, m.bytes(packed.Bytes())))
	}
	return "HC1:" + string(credential.AppendBase45(nil, packed.Bytes()))
}
