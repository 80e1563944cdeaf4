package credential

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// vector is one file of the EU's dgc-testdata.
type vector struct {
	JSON       any
	CBOR       string
	COSE       string
	Compressed string
	Base45     string
	Prefix     string
	Picture    string `json:"2DCODE"`
	Context    struct {
		Certificate string
		Clock       string `json:"VALIDATIONCLOCK"`
	} `json:"TESTCTX"`
	Expected map[string]any `json:"EXPECTEDRESULTS"`
}

// defective names the vectors that contradict themselves or the specification.
var defective = map[string]string{
	"FR/2DCode/raw/test_pcr_ok.json": "DECODE VALIDJSON: times differ by two hours",
	"PL/1.3.0/2DCode/raw/1.json":     "DECODE VALIDJSON: names and dates are of two people",
	"PL/1.3.0/2DCode/raw/5.json":     "DECODE VALIDJSON: names are of two people",
	"PT/1.3.0/2DCode/raw/4.json":     "DECODE VALIDJSON: a time ends in Z in the one and in +00:00 in the other",
	"IS/2DCode/raw/3.json":           "KEYUSAGE: expected to fail although the certificate restricts nothing",
}

// The member states' own certificates: every expectation that is about reading
// (schema validation is not). The whole collection, from
// github.com/eu-digital-green-certificates/dgc-testdata, is tested when
// DGC_TESTDATA names its folder, otherwise the part of it beside the project.
func TestMemberStates(t *testing.T) {
	t.Parallel()
	root := os.Getenv("DGC_TESTDATA")
	if root == "" {
		root = shared(t, "dgc")
	}
	files, agreed := 0, map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v vector
		if json.Unmarshal(data, &v) != nil || v.Expected == nil {
			return nil // a schema
		}
		files++
		name, _ := filepath.Rel(root, path)
		for _, flag := range v.disagreements(agreed) {
			if !strings.Contains(defective[name], flag) {
				t.Errorf("%s: %s", name, flag)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 150 {
		t.Errorf("only %d files", files)
	}
	t.Logf("%d files; expectations met: %v", files, agreed)
}

// disagreements returns the expectations that are not met.
func (v vector) disagreements(agreed map[string]int) (out []string) {
	for flag, check := range map[string]func() bool{
		"UNPREFIX":        v.unprefixes,
		"B45DECODE":       v.decodesBase45,
		"COMPRESSION":     v.inflates,
		"DECODE":          v.decodes,
		"VALIDJSON":       v.readsWhole,
		"VERIFY":          v.verifies,
		"EXPIRATIONCHECK": v.inForce,
		"KEYUSAGE":        v.rightKeyUsage,
		"PICTUREDECODE":   v.seen,
	} {
		want, given := v.Expected["EXPECTED"+flag].(bool)
		if !given || flag == "PICTUREDECODE" && v.Picture == "" {
			continue
		}
		if check() == want {
			agreed[flag]++
		} else {
			out = append(out, flag)
		}
	}
	return out
}

func (v vector) unprefixes() bool {
	code, ok := strings.CutPrefix(v.Prefix, hcertPrefix)
	return ok && code == v.Base45
}

func (v vector) decodesBase45() bool {
	b, err := DecodeBase45(v.Base45)
	return err == nil && (v.Compressed == "" || strings.EqualFold(hex.EncodeToString(b), v.Compressed))
}

func (v vector) inflates() bool {
	packed, err := hex.DecodeString(v.Compressed)
	if v.Compressed == "" {
		packed, err = DecodeBase45(v.Base45)
	}
	if err != nil {
		return false
	}
	b, err := inflate(packed, maxInflated)
	return err == nil && (v.COSE == "" || strings.EqualFold(hex.EncodeToString(b), v.COSE))
}

// message returns the certificate of the COSE field or, in the few files that
// have none, of the PREFIX.
func (v vector) message() (*HCERT, error) {
	if v.COSE == "" {
		return decodeHCERT(v.Prefix)
	}
	data, err := hex.DecodeString(v.COSE)
	if err != nil {
		return nil, err
	}
	return parseHCERT(data)
}

// decodes compares the CBOR field, which holds the content or the whole CWT,
// with the JSON; without the field, what the message holds.
func (v vector) decodes() bool {
	if v.CBOR == "" {
		h, err := v.message()
		return err == nil && sameJSON(h.Content, v.JSON)
	}
	data, err := hex.DecodeString(v.CBOR)
	if err != nil {
		return false
	}
	h := &HCERT{payload: data}
	if h.parseClaims() == nil {
		return sameJSON(h.Content, v.JSON)
	}
	var content map[string]any
	return lenient.Unmarshal(data, &content) == nil && sameJSON(content, v.JSON)
}

func (v vector) readsWhole() bool {
	h, err := decodeHCERT(v.Prefix)
	return err == nil && sameJSON(h.Content, v.JSON)
}

func sameJSON(got, want any) bool {
	b, err := json.Marshal(got)
	if err != nil {
		return false
	}
	var plain any
	return json.Unmarshal(b, &plain) == nil && reflect.DeepEqual(plain, want)
}

func (v vector) trust() *Trust {
	der, err := base64.StdEncoding.DecodeString(v.Context.Certificate)
	if err != nil {
		return nil
	}
	return newTrust([][]byte{der})
}

func (v vector) verifies() bool {
	h, err := v.message()
	if err != nil {
		return false
	}
	_, err = v.trust().authenticate(h)
	return err == nil
}

func (v vector) inForce() bool {
	at, ok := clock(v.Context.Clock)
	h, err := v.message()
	if err != nil || !ok {
		return false
	}
	return h.inForce(at) == nil
}

// rightKeyUsage asks the certificate that is given, which in some vectors is
// not the one that signed.
func (v vector) rightKeyUsage() bool {
	h, err := v.message()
	if err != nil {
		return false
	}
	for _, signers := range v.trust().signers {
		return signers[0].maySign(h.Kind)
	}
	return false
}

func (v vector) seen() bool {
	picture, err := base64.StdEncoding.DecodeString(v.Picture)
	if err != nil {
		return false
	}
	texts, err := ReadPicture(bytes.NewReader(picture))
	return err == nil && len(texts) == 1 && texts[0] == v.Prefix
}

// clock reads the states' ideas of ISO 8601.
func clock(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
