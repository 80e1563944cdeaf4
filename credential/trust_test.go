package credential

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"testing"
)

func pemOf(d ...document) (b []byte) {
	for _, d := range d {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.der})...)
	}
	return b
}

func TestParseTrust(t *testing.T) {
	ec, rs := dsc(t, "ec", ecKey, ""), dsc(t, "rs", rsaKey, "")
	entry := func(kind string, raw []byte) map[string]any {
		return map[string]any{"kid": "AAAAAAAAAAA=", "country": "VN", "certificateType": kind, "rawData": raw, "timestamp": "2026-11-23T12:00:00Z"}
	}
	gateway := must(json.Marshal([]any{entry("CSCA", rs.der), entry("DSC", ec.der), entry("DSC", []byte("junk")), entry("DSC", rs.der)}))
	for _, c := range []struct {
		name         string
		data         []byte
		want, skiped int
	}{
		{"PEM", append([]byte("Subject: somebody\n"), pemOf(ec, rs)...), 2, 0},
		{"PEM with another block", append(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), pemOf(ec)...), 1, 0},
		{"DER", ec.der, 1, 0},
		{"gateway", append([]byte("\n"), gateway...), 2, 1},
	} {
		trust, err := ParseTrust(c.data)
		if err != nil || trust.Len() != c.want || trust.Skipped != c.skiped {
			t.Errorf("%s: %+v, %v", c.name, trust, err)
			continue
		}
		if _, err := trust.VerifyHCERT(certificate{}.text(t, ec), noon); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if again := newTrust(trust.DER()); again.Len() != c.want {
			t.Errorf("%s: %d certificates in a bundle", c.name, again.Len())
		}
	}
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("hello"), "no entries": []byte("[]"), "not a list": []byte("[1]"), "cut": gateway[:len(gateway)-1],
		"object": []byte("{}"), "no certificate": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: ec.der}),
		"trailing": append(bytes.Clone(ec.der), 0), "authority only": must(json.Marshal([]any{entry("CSCA", ec.der)})),
		"too large": bytes.Repeat([]byte(" "), MaxTrust+1),
	} {
		if trust, err := ParseTrust(data); !errors.Is(err, ErrTrust) || trust != nil {
			t.Errorf("%s: %+v, %v", name, trust, err)
		}
	}
}
