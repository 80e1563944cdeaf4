package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"

	"anlo"
)

// Trust is a set of document signer certificates: those whose vaccination
// certificates are believed. Being on the list is what counts. Their own dates
// and issuers are not looked at, as in the applications of the European states,
// whose lists drop a certificate to withdraw it.
type Trust struct {
	Skipped int // entries that hold no certificate with a usable key

	signers map[[8]byte][]signer // several may share a kid
	der     [][]byte
}

// signer is one certificate: its key, and the kinds of certificate it may sign.
type signer struct {
	key  crypto.PublicKey
	uses map[string]bool // nil: any
}

func (s signer) maySign(kind string) bool { return s.uses == nil || s.uses[kind] }

// ErrTrust says that a file holds no trusted certificate.
var ErrTrust = &anlo.Error{Kind: anlo.Invalid, Code: "trust.malformed"}

// MaxTrust is the size of the largest trust list read, in bytes.
const MaxTrust = 16 << 20

// hcertOIDs names the extended key usages by which a certificate is bound to
// kinds of content (hcert-spec, annex "Key usage"): the arcs
// 1.3.6.1.4.1.1847.2021.1.x and, from a misprint that many states followed,
// 1.3.6.1.4.1.0.1847.2021.1.x.
var hcertOIDs = map[string]string{
	"1.3.6.1.4.1.1847.2021.1.1":   "test",
	"1.3.6.1.4.1.1847.2021.1.2":   "vaccination",
	"1.3.6.1.4.1.1847.2021.1.3":   "recovery",
	"1.3.6.1.4.1.0.1847.2021.1.1": "test",
	"1.3.6.1.4.1.0.1847.2021.1.2": "vaccination",
	"1.3.6.1.4.1.0.1847.2021.1.3": "recovery",
}

// ParseTrust reads a trust list: certificates in PEM, one certificate in DER, or
// the JSON of the EU gateway ([{kid, country, certificateType, rawData}], of
// which entries of type DSC are taken). Entries that cannot be used are skipped
// and counted; a list of which nothing remains is ErrTrust.
func ParseTrust(data []byte) (*Trust, error) {
	if len(data) > MaxTrust {
		return nil, ErrTrust
	}
	var certificates [][]byte
	trimmed := bytes.TrimSpace(data)
	switch {
	case bytes.HasPrefix(trimmed, []byte("[")):
		var list []struct {
			Type string `json:"certificateType"`
			Raw  []byte `json:"rawData"`
		}
		if err := json.Unmarshal(trimmed, &list); err != nil {
			return nil, ErrTrust
		}
		for _, e := range list {
			if e.Type == "DSC" {
				certificates = append(certificates, e.Raw)
			}
		}
	case bytes.Contains(data, []byte("-----BEGIN ")):
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				certificates = append(certificates, block.Bytes)
			}
		}
	default:
		certificates = [][]byte{data}
	}
	t := newTrust(certificates)
	if len(t.der) == 0 {
		return nil, ErrTrust
	}
	return t, nil
}

// newTrust takes the certificates that can be used.
func newTrust(certificates [][]byte) *Trust {
	t := &Trust{signers: map[[8]byte][]signer{}}
	for _, der := range certificates {
		c, err := x509.ParseCertificate(der)
		if err != nil || !usable(c.PublicKey) {
			t.Skipped++
			continue
		}
		s := signer{key: c.PublicKey}
		for _, oid := range c.UnknownExtKeyUsage {
			if kind, ok := hcertOIDs[oid.String()]; ok {
				if s.uses == nil {
					s.uses = map[string]bool{}
				}
				s.uses[kind] = true
			}
		}
		sum := sha256.Sum256(der)
		kid := [8]byte(sum[:8])
		t.signers[kid] = append(t.signers[kid], s)
		t.der = append(t.der, der)
	}
	return t
}

// usable says which keys both a server and a browser can verify with.
func usable(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256() || k.Curve == elliptic.P384()
	case *rsa.PublicKey:
		return k.N.BitLen() >= 2048 && k.N.BitLen() <= 8192
	}
	return false
}

// Len returns the number of certificates.
func (t *Trust) Len() int { return len(t.der) }

// DER returns the certificates, as Bundle.DCC takes them.
func (t *Trust) DER() [][]byte { return t.der }
