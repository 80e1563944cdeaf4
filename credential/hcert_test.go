package credential

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// document is a document signer: a certificate made for the test, and its key.
type document struct {
	der []byte
	kid []byte
	key crypto.Signer
}

func ecKey(seed string) crypto.Signer { return keyOf(seed) }

var rsaKeys sync.Map

func rsaKey(seed string) crypto.Signer {
	k, ok := rsaKeys.Load(seed)
	if !ok {
		k, _ = rsaKeys.LoadOrStore(seed, must(rsa.GenerateKey(rand.Reader, 2048)))
	}
	return k.(crypto.Signer)
}

func p384Key(string) crypto.Signer { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) }

// dsc makes a document signer; usages are object identifiers, by spaces.
func dsc(t testing.TB, name string, key func(string) crypto.Signer, usages string) document {
	t.Helper()
	d := document{key: key(name)}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0)}
	for _, u := range strings.Fields(usages) {
		var oid asn1.ObjectIdentifier
		for _, n := range strings.Split(u, ".") {
			oid = append(oid, must(strconv.Atoi(n)))
		}
		c.UnknownExtKeyUsage = append(c.UnknownExtKeyUsage, oid)
	}
	var err error
	d.der, err = x509.CreateCertificate(rand.Reader, c, c, d.key.Public(), d.key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(d.der)
	d.kid = sum[:8]
	return d
}

// certificate says how the test writes a certificate: its zero value is one of
// the usual kind, each field departs from it.
type certificate struct {
	kind         string // "v", "t", "r"
	protected    map[int]any
	unprotected  map[int]any
	issued       any // default an integer
	expires      any
	tags         []byte // before the array; default 18
	untagged     bool
	forge        bool
	extra        map[string]any // of the content
	uncompressed bool
}

func (c certificate) text(t testing.TB, d document) string {
	t.Helper()
	if c.kind == "" {
		c.kind = "v"
	}
	if c.issued == nil {
		c.issued = noon.AddDate(0, -6, 0).Unix()
	}
	if c.expires == nil {
		c.expires = noon.AddDate(0, 6, 0).Unix()
	}
	content := map[string]any{"ver": "1.3.0", "dob": "1990-01-31", "nam": map[string]any{"fn": "Nguyễn", "gn": "An", "fnt": "NGUYEN", "gnt": "AN"},
		c.kind: []any{map[string]any{"tg": "840539006", "dn": 2, "sd": 2, "co": "VN", "ci": "URN:UVCI:01:VN:0"}}}
	for k, v := range c.extra {
		content[k] = v
	}
	payload := must(encoding.Marshal(map[int]any{1: "VN", 4: c.expires, 6: c.issued, -260: map[int]any{1: content}}))
	alg := algES256
	if _, ok := d.key.(*rsa.PrivateKey); ok {
		alg = algPS256
	}
	if c.protected == nil {
		c.protected = map[int]any{1: alg, 4: d.kid}
	}
	if c.unprotected == nil {
		c.unprotected = map[int]any{}
	}
	protected := []byte{}
	if len(c.protected) > 0 {
		protected = must(encoding.Marshal(c.protected))
	}
	m := must(encoding.Marshal([]any{protected, c.unprotected, payload, signHCERT(t, d.key, protected, payload, c.forge)}))
	if c.tags == nil && !c.untagged {
		c.tags = []byte{0xd2}
	}
	m = append(c.tags, m...)
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(m)
	z.Close()
	if c.uncompressed {
		return hcertPrefix + string(AppendBase45(nil, m))
	}
	return hcertPrefix + string(AppendBase45(nil, packed.Bytes()))
}

func signHCERT(t testing.TB, key crypto.Signer, protected, payload []byte, forge bool) []byte {
	t.Helper()
	sum := digest(protected, payload)
	if forge {
		sum[0]++
	}
	if k, ok := key.(*rsa.PrivateKey); ok {
		return must(rsa.SignPSS(rand.Reader, k, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: 32}))
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(must(key.Sign(rand.Reader, sum[:], crypto.SHA256)), &sig); err != nil {
		t.Fatal(err)
	}
	size := (key.Public().(*ecdsa.PublicKey).Curve.Params().BitSize + 7) / 8
	return append(sig.R.FillBytes(make([]byte, size)), sig.S.FillBytes(make([]byte, size))...)
}

func trusting(documents ...document) *Trust {
	var der [][]byte
	for _, d := range documents {
		der = append(der, d.der)
	}
	return newTrust(der)
}

func TestHCERT(t *testing.T) {
	ec, rs, big := dsc(t, "ec", ecKey, ""), dsc(t, "rs", rsaKey, ""), dsc(t, "p384", p384Key, "")
	other := dsc(t, "other", ecKey, "")
	onlyTests := dsc(t, "tests", ecKey, "1.3.6.1.4.1.1847.2021.1.1 1.3.6.1.5.5.7.3.1")
	legacy := dsc(t, "legacy", ecKey, "1.3.6.1.4.1.0.1847.2021.1.3 1.3.6.1.4.1.0.1847.2021.1.2")
	unrelated := dsc(t, "unrelated", ecKey, "1.2.3.4")
	trust := trusting(ec, rs, big, onlyTests, legacy, unrelated)
	issued, expires := noon.Add(-time.Hour), noon.Add(time.Hour)
	for _, c := range []struct {
		name string
		by   document
		c    certificate
		want error
	}{
		{"ES256", ec, certificate{}, nil},
		{"PS256", rs, certificate{}, nil},
		{"P-384 under ES256", big, certificate{}, nil},
		{"test", ec, certificate{kind: "t"}, nil},
		{"recovery", ec, certificate{kind: "r"}, nil},
		{"untagged", ec, certificate{untagged: true}, nil},
		{"CWT tag", ec, certificate{tags: []byte{0xd8, 61, 0xd2}}, nil},
		{"another tag", ec, certificate{tags: []byte{0xd8, 98}}, ErrHCERTMalformed},
		{"kid beside", ec, certificate{protected: map[int]any{1: -7}, unprotected: map[int]any{4: ec.kid}}, nil},
		{"alg beside", ec, certificate{protected: map[int]any{4: ec.kid}, unprotected: map[int]any{1: -7}}, nil},
		{"all beside", ec, certificate{protected: map[int]any{}, unprotected: map[int]any{1: -7, 4: ec.kid}}, nil},
		{"wrong kid beside", ec, certificate{unprotected: map[int]any{4: other.kid}}, nil},
		{"right kid beside a wrong one", ec, certificate{protected: map[int]any{1: -7, 4: other.kid}, unprotected: map[int]any{4: ec.kid}}, ErrHCERTKey},
		{"kid of another", ec, certificate{protected: map[int]any{1: -7, 4: rs.kid}}, ErrHCERTSignature},
		{"no kid", ec, certificate{protected: map[int]any{1: -7}}, ErrHCERTKey},
		{"no alg", ec, certificate{protected: map[int]any{4: ec.kid}}, ErrHCERTMalformed},
		{"alg of the other key", ec, certificate{protected: map[int]any{1: -37, 4: ec.kid}}, ErrHCERTSignature},
		{"EdDSA", ec, certificate{protected: map[int]any{1: -8, 4: ec.kid}}, ErrHCERTSignature},
		{"not trusted", other, certificate{}, ErrHCERTKey},
		{"forged", ec, certificate{forge: true}, ErrHCERTSignature},
		{"forged PS256", rs, certificate{forge: true}, ErrHCERTSignature},
		{"float dates", ec, certificate{issued: float64(issued.Unix()) + 0.5, expires: float32(expires.Unix())}, nil},
		{"tagged dates", ec, certificate{issued: cbor.Tag{Number: 1, Content: issued.Unix()}, expires: cbor.Tag{Number: 1, Content: expires.Unix()}}, nil},
		{"text date", ec, certificate{issued: "2026-01-01"}, ErrHCERTMalformed},
		{"date beyond", ec, certificate{expires: uint64(1 << 63)}, ErrHCERTMalformed},
		{"expired", ec, certificate{expires: noon.Unix() - 1}, ErrHCERTExpired},
		{"last second", ec, certificate{expires: noon.Unix()}, nil},
		{"first second", ec, certificate{issued: noon.Unix()}, nil},
		{"early", ec, certificate{issued: noon.Unix() + 1}, ErrHCERTEarly},
		{"key for tests, a test", onlyTests, certificate{kind: "t"}, nil},
		{"key for tests, a vaccination", onlyTests, certificate{}, ErrHCERTUsage},
		{"misprinted usage, a vaccination", legacy, certificate{}, nil},
		{"misprinted usage, a test", legacy, certificate{kind: "t"}, ErrHCERTUsage},
		{"usages that say nothing", unrelated, certificate{}, nil},
		{"null lists", ec, certificate{extra: map[string]any{"t": nil, "r": []any{}}}, nil},
		{"two kinds", ec, certificate{extra: map[string]any{"t": []any{1}}}, ErrHCERTContent},
		{"two doses", ec, certificate{extra: map[string]any{"v": []any{1, 2}}}, ErrHCERTContent},
		{"no dose", ec, certificate{extra: map[string]any{"v": []any{}}}, ErrHCERTContent},
		{"float doses", ec, certificate{extra: map[string]any{"v": []any{map[string]any{"dn": 2.0}}}}, nil},
		{"tagged date within", ec, certificate{extra: map[string]any{"dob": cbor.Tag{Number: 0, Content: "1990-01-31T00:00:00Z"}}}, nil},
		{"not compressed", ec, certificate{uncompressed: true}, ErrHCERTMalformed},
	} {
		h, err := trust.VerifyHCERT(" "+c.c.text(t, c.by)+"\n", noon)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
			continue
		}
		if unread := errors.Is(err, ErrHCERTMalformed); unread != (h == nil) {
			t.Errorf("%s: certificate %v beside %v", c.name, h, err)
			continue
		}
		if h == nil {
			continue
		}
		if distrusted := errors.Is(err, ErrHCERTKey) || errors.Is(err, ErrHCERTSignature); h.Authentic == distrusted {
			t.Errorf("%s: authentic %v beside %v", c.name, h.Authentic, err)
		}
		if _, err := json.Marshal(h.Content); err != nil || h.Name() != "Nguyễn An" || h.Issuer != "VN" {
			t.Errorf("%s: %+v, %v", c.name, h.Content, err)
		}
	}
	if _, err := (*Trust)(nil).VerifyHCERT(certificate{}.text(t, ec), noon); !errors.Is(err, ErrHCERTKey) {
		t.Errorf("without a trust list: %v", err)
	}
	h, err := trust.VerifyHCERT(certificate{kind: "r"}.text(t, ec), noon)
	if err != nil || h.Kind != "recovery" || h.Alg != -7 || !bytes.Equal(h.KID, ec.kid) || !h.ExpiresAt.Equal(noon.AddDate(0, 6, 0)) {
		t.Errorf("%+v, %v", h, err)
	}
}

// Two certificates may share the first bytes of their hash: both are tried.
func TestKIDCollision(t *testing.T) {
	a, b := dsc(t, "a", ecKey, "1.3.6.1.4.1.1847.2021.1.1"), dsc(t, "b", ecKey, "")
	trust := trusting(a, b)
	kid := [8]byte(b.kid)
	trust.signers[kid] = append(trust.signers[[8]byte(a.kid)], trust.signers[kid]...)
	if _, err := trust.VerifyHCERT(certificate{}.text(t, b), noon); err != nil {
		t.Errorf("the second of two: %v", err)
	}
	// One key in two certificates, the first for tests only.
	twice := dsc(t, "b", ecKey, "1.3.6.1.4.1.1847.2021.1.1")
	trust.signers[kid] = append(trusting(twice).signers[[8]byte(twice.kid)], trusting(b).signers[kid]...)
	if _, err := trust.VerifyHCERT(certificate{}.text(t, b), noon); err != nil {
		t.Errorf("one key in two certificates: %v", err)
	}
}

func TestHCERTBounds(t *testing.T) {
	var bomb bytes.Buffer
	z := must(zlib.NewWriterLevel(&bomb, zlib.BestCompression))
	io.CopyN(z, zeros{}, 1<<22)
	z.Close()
	for name, code := range map[string]string{
		"empty":            "",
		"prefix":           "HC1:",
		"HC2":              "HC2:" + certificate{}.text(t, dsc(t, "ec", ecKey, ""))[4:],
		"lower case":       strings.ToLower(certificate{}.text(t, dsc(t, "ec", ecKey, ""))),
		"too long":         "HC1:" + strings.Repeat("0", maxHCERT+2),
		"bomb":             "HC1:" + string(AppendBase45(nil, bomb.Bytes())),
		"deep":             pack(bytes.Repeat([]byte{0x81}, 5000)),
		"long array":       pack([]byte{0xd2, 0x9a, 0xff, 0xff, 0xff, 0xff}),
		"tags forever":     pack(bytes.Repeat([]byte{0xd2}, 5000)),
		"bytes for a date": certificate{issued: []byte{1}}.text(t, dsc(t, "ec", ecKey, "")),
		"NaN":              certificate{expires: math.NaN()}.text(t, dsc(t, "ec", ecKey, "")),
	} {
		if h, err := trusting().VerifyHCERT(code, noon); !errors.Is(err, ErrHCERTMalformed) || h != nil {
			t.Errorf("%s: %v, %v", name, h, err)
		}
	}
}

func pack(b []byte) string {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(b)
	z.Close()
	return hcertPrefix + string(AppendBase45(nil, packed.Bytes()))
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
