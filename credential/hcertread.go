package credential

import (
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// lenient reads the CBOR of a few hundred issuers. Tags within the content are
// dropped (some states tag their dates), as are the differences between
// integers and floats; numbers that JSON cannot write are refused.
var lenient = must(cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 16, MaxArrayElements: 1024, MaxMapPairs: 1024,
	DefaultMapType: reflect.TypeFor[map[string]any](), NaN: cbor.NaNDecodeForbidden, Inf: cbor.InfDecodeForbidden,
	UnrecognizedTagToAny: cbor.UnrecognizedTagContentToAny, TimeTagToAny: cbor.TimeTagToRFC3339Nano}.DecMode())

// decodeHCERT takes the text of a certificate apart.
func decodeHCERT(text string) (*HCERT, error) {
	code, ok := strings.CutPrefix(strings.TrimSpace(text), hcertPrefix)
	if !ok || len(code) > maxHCERT {
		return nil, ErrHCERTMalformed
	}
	packed, err := DecodeBase45(code)
	if err != nil {
		return nil, ErrHCERTMalformed
	}
	data, err := inflate(packed, maxInflated)
	if err != nil {
		return nil, ErrHCERTMalformed
	}
	return parseHCERT(data)
}

// sign1 is a COSE_Sign1 as other people write it.
type sign1 struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected cbor.RawMessage
	Payload     []byte
	Signature   []byte
}

// coseHeader holds what HCERT uses of a header. The specification wants both
// protected; some states put one or the other beside.
type coseHeader struct {
	Alg *int   `cbor:"1,keyasint"`
	KID []byte `cbor:"4,keyasint"`
}

// parseSign1 reads a COSE_Sign1, tagged 18 or not, and before that as a CWT (61)
// or not.
func parseSign1(data []byte) (m sign1, ok bool) {
	for len(data) > 2 && data[0]&0xe0 == cborTag {
		switch {
		case data[0] == cborTag|18:
			data = data[1:]
		case data[0] == cborTag|24 && data[1] == 61:
			data = data[2:]
		default:
			return m, false
		}
	}
	err := lenient.Unmarshal(data, &m)
	return m, err == nil
}

// parseHCERT reads the message. What is protected in it wins over what is not.
func parseHCERT(data []byte) (*HCERT, error) {
	m, ok := parseSign1(data)
	if !ok {
		return nil, ErrHCERTMalformed
	}
	var protected, header coseHeader
	if len(m.Protected) > 0 && lenient.Unmarshal(m.Protected, &protected) != nil {
		return nil, ErrHCERTMalformed
	}
	if lenient.Unmarshal(m.Unprotected, &header) != nil {
		return nil, ErrHCERTMalformed
	}
	if protected.Alg != nil {
		header.Alg = protected.Alg
	}
	if protected.KID != nil {
		header.KID = protected.KID
	}
	if header.Alg == nil {
		return nil, ErrHCERTMalformed
	}
	h := &HCERT{KID: header.KID, Alg: *header.Alg, protected: m.Protected, payload: m.Payload, signature: m.Signature}
	if err := h.parseClaims(); err != nil {
		return nil, err
	}
	return h, nil
}

// parseClaims reads the CWT.
func (h *HCERT) parseClaims() error {
	var c struct {
		Issuer  string          `cbor:"1,keyasint"`
		Expires cbor.RawMessage `cbor:"4,keyasint"`
		Issued  cbor.RawMessage `cbor:"6,keyasint"`
		HCERT   struct {
			V1 map[string]any `cbor:"1,keyasint"`
		} `cbor:"-260,keyasint"`
	}
	if lenient.Unmarshal(h.payload, &c) != nil || c.HCERT.V1 == nil {
		return ErrHCERTMalformed
	}
	var issued, expires bool
	h.IssuedAt, issued = numericDate(c.Issued)
	h.ExpiresAt, expires = numericDate(c.Expires)
	if !issued || !expires {
		return ErrHCERTMalformed
	}
	h.Issuer, h.Content = c.Issuer, c.HCERT.V1
	h.Kind, h.entries = kind(h.Content)
	return nil
}

// numericDate reads seconds since 1970: an integer as the specification wants,
// a float, or either under tag 1.
func numericDate(raw cbor.RawMessage) (time.Time, bool) {
	if len(raw) > 1 && raw[0] == cborTag|1 {
		raw = raw[1:]
	}
	var seconds float64
	if len(raw) == 0 || raw[0]&0xe0 == cborText || lenient.Unmarshal(raw, &seconds) != nil || math.Abs(seconds) > 1<<40 {
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}

// kind says what a certificate is about and how many entries it has: one, unless
// it breaks the schema. The lists of the other kinds are absent, null or empty.
func kind(content map[string]any) (found string, entries int) {
	for _, k := range [...][2]string{{"v", "vaccination"}, {"t", "test"}, {"r", "recovery"}} {
		list, _ := content[k[0]].([]any)
		if len(list) == 0 {
			continue
		}
		if found != "" {
			return "", 0
		}
		found, entries = k[1], len(list)
	}
	return found, entries
}
