package credential

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"anlo"
)

const (
	hcertPrefix = "HC1:"
	maxHCERT    = 8 << 10  // characters; a QR code holds 4,296
	maxInflated = 64 << 10 // bytes of CBOR
)

// Errors of VerifyHCERT.
var (
	ErrHCERTMalformed = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.malformed"}
	ErrHCERTKey       = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.key-unknown"}
	ErrHCERTSignature = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.forged"}
	ErrHCERTContent   = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.content"}   // not exactly one vaccination, test or recovery
	ErrHCERTUsage     = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.key-usage"} // a key for tests signed a vaccination
	ErrHCERTEarly     = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.not-yet-valid"}
	ErrHCERTExpired   = &anlo.Error{Kind: anlo.Invalid, Code: "hcert.expired"}
)

// The two algorithms of HCERT, by their COSE numbers (RFC 9053 and RFC 8230).
const (
	algES256 = -7
	algPS256 = -37
)

// HCERT is an EU Digital COVID Certificate (hcert-spec 1.0.8): a CWT that says
// who was vaccinated, tested or has recovered.
type HCERT struct {
	Issuer              string // ISO 3166-1 alpha-2 of the issuing state; may be empty
	IssuedAt, ExpiresAt time.Time
	KID                 []byte // names the signing certificate: 8 bytes of its SHA-256
	Alg                 int    // -7 is ES256, -37 PS256
	Kind                string // "vaccination", "test", "recovery"; empty when none or several
	// Content is the certificate as JSON would have it: nam, dob, and one of v,
	// t and r (eu_dcc_v1 schema). It is what the code says, believed or not.
	Content map[string]any
	// Authentic reports whether the signature is that of a trusted key.
	Authentic bool

	entries                       int
	protected, payload, signature []byte
}

// String keeps a person's health out of logs.
func (h HCERT) String() string { return "certificate ***" }

// VerifyHCERT reads a certificate and says whether it holds at the time. The
// checks come in the order of the errors above, from ErrHCERTMalformed on. The
// certificate is returned whenever it could be read, also beside an error, so
// look at the error first. White space around the text is ignored.
//
// A nil Trust knows no key.
func (t *Trust) VerifyHCERT(text string, at time.Time) (*HCERT, error) {
	h, err := decodeHCERT(text)
	if err != nil {
		return nil, err
	}
	return h, t.verify(h, at)
}

// verify checks a certificate that could be read.
func (t *Trust) verify(h *HCERT, at time.Time) error {
	by, err := t.authenticate(h)
	if err != nil {
		return err
	}
	switch {
	case h.entries != 1:
		return ErrHCERTContent
	case !by.maySign(h.Kind):
		return ErrHCERTUsage
	}
	return h.inForce(at)
}

// inForce checks the dates. The moment of expiry itself still counts: the test
// data of three states has it so.
func (h *HCERT) inForce(at time.Time) error {
	switch {
	case h.IssuedAt.After(at):
		return ErrHCERTEarly
	case at.After(h.ExpiresAt):
		return ErrHCERTExpired
	}
	return nil
}

// authenticate finds the certificate that signed h. Only those that the kid
// names are tried, all of them, since eight bytes may collide. Of several that
// fit, one that may sign this kind is preferred.
func (t *Trust) authenticate(h *HCERT) (by signer, err error) {
	if t == nil || len(h.KID) != 8 || len(t.signers[[8]byte(h.KID)]) == 0 {
		return by, ErrHCERTKey
	}
	for _, s := range t.signers[[8]byte(h.KID)] {
		if !h.signedBy(s.key) {
			continue
		}
		if !h.Authentic || s.maySign(h.Kind) {
			by = s
		}
		h.Authentic = true
	}
	if !h.Authentic {
		return by, ErrHCERTSignature
	}
	return by, nil
}

// signedBy checks the signature under the algorithm that the message names and
// the key allows: an ECDSA key verifies ES256 only, whatever its curve (Spain
// signs with P-384 under it), an RSA key PS256 only.
func (h *HCERT) signedBy(key crypto.PublicKey) bool {
	sum := digest(h.protected, h.payload)
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		size := (k.Curve.Params().BitSize + 7) / 8
		return h.Alg == algES256 && len(h.signature) == 2*size && ecdsa.VerifyASN1(k, sum[:], appendDER(nil, h.signature))
	case *rsa.PublicKey:
		return h.Alg == algPS256 && rsa.VerifyPSS(k, crypto.SHA256, sum[:], h.signature, &rsa.PSSOptions{SaltLength: sha256.Size}) == nil
	}
	return false
}

// Name returns the holder's name as the certificate writes it, family name
// first as in Viet Nam.
func (h *HCERT) Name() string {
	n, _ := h.Content["nam"].(map[string]any)
	family, _ := n["fn"].(string)
	given, _ := n["gn"].(string)
	if family == "" && given == "" { // only the transliteration of ICAO 9303 is obligatory
		family, _ = n["fnt"].(string)
		given, _ = n["gnt"].(string)
		family, given = strings.ReplaceAll(family, "<", " "), strings.ReplaceAll(given, "<", " ")
	}
	return strings.TrimSpace(family + " " + given)
}

// bearer returns what an officer may see of a certificate: whose it is.
func (h *HCERT) bearer() *anlo.Bearer {
	dob, _ := h.Content["dob"].(string)
	year, _ := strconv.Atoi(dob[:min(4, len(dob))])
	return &anlo.Bearer{Travellers: []anlo.Named{{Name: h.Name(), BirthYear: year}}, Party: 1,
		IssuedAt: h.IssuedAt, ExpiresAt: h.ExpiresAt}
}
