package credential

import (
	"bytes"
	"encoding/json"
	"testing"

	"anlo"
)

// Seeds are computed, so they follow the format; testdata/fuzz keeps what once
// went wrong or took a new path.

// FuzzPass judges any text, and what is accepted as a pass must be written as
// it was read.
func FuzzPass(f *testing.F) {
	b := opened(f, contents())
	party := sample()
	party.Travellers = append(party.Travellers, anlo.Named{Name: "An", BirthYear: 2020, Tag: 1})
	for _, code := range []string{text(f, passKey, sample()), text(f, passKey, party), text(f, stranger, sample()), impostor(f), "", "AL1:", "HC1:NCF"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		b.Judge(code, noon)
		checkCanonical(t, code)
		// The mutator rarely finds base45, so let it work on the bytes too.
		checkCanonical(t, Prefix+string(AppendBase45(nil, []byte(code))))
	})
}

// checkCanonical writes the claims and the envelope of a pass again.
func checkCanonical(t *testing.T, code string) {
	t.Helper()
	m, p, ok := openPass(code)
	if !ok {
		return
	}
	if err := p.check(); err != nil {
		t.Fatalf("read what would not be signed: %v", err)
	}
	claims := p.appendClaims(nil, maxName)
	if !bytes.Equal(claims, m.payload) {
		t.Fatalf("claims %x are written as %x", m.payload, claims)
	}
	again := append([]byte(coseOpen), 0x40|13)
	again = append(append(again, header(m.kid, "", nil)...), 0xa0)
	again = appendBytes(appendBytes(again, claims), m.signature)
	data, _ := DecodeBase45(code[bytes.IndexByte([]byte(code), ':')+1:])
	if data != nil && !bytes.Equal(data, again) {
		t.Fatalf("message %x is written as %x", data, again)
	}
}

// FuzzBundle opens any bytes as a bundle and, because no mutation survives the
// signature, decodes them as the signed content of a bundle and of a key list.
func FuzzBundle(f *testing.F) {
	good := signBundle(f, contents(), keys(), bundleKey)
	m, _ := parseMessage(good, typeBundle)
	list, _ := parseMessage(m.list, typeKeyList)
	for _, seed := range [][]byte{good, m.payload, m.list, list.payload, {}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := OpenBundle(data, &rootKey.PublicKey, noon); err == nil && b.Version != 42 {
			t.Fatal("a bundle that was never signed")
		}
		var w wireBundle
		if decoding.Unmarshal(data, &w) == nil {
			if b, err := w.bundle(); err == nil {
				b.Judge("AL1:", noon)
				for _, s := range b.Status {
					s.Get(1 << 31)
				}
			}
		}
		var l wireKeyList
		if decoding.Unmarshal(data, &l) == nil {
			l.list()
		}
	})
}

// FuzzHCERT reads any text as a certificate, and any bytes as the message within
// one; whatever is read must be writable as JSON.
func FuzzHCERT(f *testing.F) {
	d := dsc(f, "ec", ecKey, "")
	trust := trusting(d)
	for _, c := range []certificate{{}, {kind: "t", untagged: true}, {kind: "r", tags: []byte{0xd8, 61, 0xd2}}, {issued: 1.5}, {protected: map[int]any{}, unprotected: map[int]any{1: -7, 4: d.kid}}} {
		code := c.text(f, d)
		packed, _ := DecodeBase45(code[len(hcertPrefix):])
		message, _ := inflate(packed, maxInflated)
		f.Add(code, message)
	}
	f.Fuzz(func(t *testing.T, code string, message []byte) {
		check := func(h *HCERT, err error) {
			if h == nil {
				return
			}
			if _, err := json.Marshal(h.Content); err != nil {
				t.Fatalf("content %v: %v", h.Content, err)
			}
			h.bearer()
		}
		check(trust.VerifyHCERT(code, noon))
		if h, err := parseHCERT(message); err == nil {
			check(h, trust.verify(h, noon))
		}
	})
}

func FuzzTrust(f *testing.F) {
	d := dsc(f, "ec", ecKey, "1.3.6.1.4.1.1847.2021.1.1")
	f.Add(d.der)
	f.Add(pemOf(d))
	f.Add(must(json.Marshal([]any{map[string]any{"certificateType": "DSC", "rawData": d.der}})))
	f.Fuzz(func(t *testing.T, data []byte) {
		trust, err := ParseTrust(data)
		if (err == nil) != (trust != nil && trust.Len() > 0) {
			t.Fatal(trust, err)
		}
	})
}

func FuzzPicture(f *testing.F) {
	f.Add(must(PNG("AL1:", 1)))
	f.Add(must(PNG("https://example.org", 2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return // large pictures only take long
		}
		ReadPicture(bytes.NewReader(data))
	})
}
