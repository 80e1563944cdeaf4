package credential

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// certificates are those of TestHCERT and their moments.
func (m *maker) certificates(d map[string]document) {
	ec, other := d["ec"], dsc(m.t, "other", ecKey, "")
	issued, expires := noon.Add(-time.Hour), noon.Add(time.Hour)
	for _, c := range []struct {
		name, by string
		c        certificate
	}{
		{"ES256", "ec", certificate{}}, {"PS256", "rs", certificate{}}, {"P-384", "p384", certificate{}}, {"test", "ec", certificate{kind: "t"}},
		{"recovery", "ec", certificate{kind: "r"}}, {"untagged", "ec", certificate{untagged: true}}, {"CWT tag", "ec", certificate{tags: []byte{0xd8, 61, 0xd2}}},
		{"another tag", "ec", certificate{tags: []byte{0xd8, 98}}}, {"kid beside", "ec", certificate{protected: map[int]any{1: -7}, unprotected: map[int]any{4: ec.kid}}},
		{"alg beside", "ec", certificate{protected: map[int]any{4: ec.kid}, unprotected: map[int]any{1: -7}}},
		{"all beside", "ec", certificate{protected: map[int]any{}, unprotected: map[int]any{1: -7, 4: ec.kid}}},
		{"wrong kid beside", "ec", certificate{unprotected: map[int]any{4: other.kid}}},
		{"right kid beside a wrong one", "ec", certificate{protected: map[int]any{1: -7, 4: other.kid}, unprotected: map[int]any{4: ec.kid}}},
		{"kid of another", "ec", certificate{protected: map[int]any{1: -7, 4: d["rs"].kid}}}, {"no kid", "ec", certificate{protected: map[int]any{1: -7}}},
		{"no alg", "ec", certificate{protected: map[int]any{4: ec.kid}}}, {"alg of the other key", "ec", certificate{protected: map[int]any{1: -37, 4: ec.kid}}},
		{"EdDSA", "ec", certificate{protected: map[int]any{1: -8, 4: ec.kid}}}, {"alg as text", "ec", certificate{protected: map[int]any{1: "ES256", 4: ec.kid}}},
		{"alg null", "ec", certificate{protected: map[int]any{1: nil, 4: ec.kid}}}, {"kid as numbers", "ec", certificate{protected: map[int]any{1: -7, 4: numbers(ec.kid)}}},
		{"forged", "ec", certificate{forge: true}}, {"forged PS256", "rs", certificate{forge: true}}, {"forged P-384", "p384", certificate{forge: true}},
		{"float dates", "ec", certificate{issued: float64(issued.Unix()) + 0.5, expires: float32(expires.Unix())}},
		{"tagged dates", "ec", certificate{issued: cbor.Tag{Number: 1, Content: issued.Unix()}, expires: cbor.Tag{Number: 1, Content: expires.Unix()}}},
		{"text date", "ec", certificate{issued: "2026-01-01"}}, {"date beyond", "ec", certificate{expires: uint64(1 << 63)}}, {"date before all", "ec", certificate{issued: -1 << 40}},
		{"bytes for a date", "ec", certificate{issued: []byte{1}}},
		{"expired", "ec", certificate{expires: noon.Unix() - 1}}, {"last second", "ec", certificate{expires: noon.Unix()}},
		{"first second", "ec", certificate{issued: noon.Unix()}}, {"early", "ec", certificate{issued: noon.Unix() + 1}},
		{"key for tests, a test", "tests", certificate{kind: "t"}}, {"key for tests, a vaccination", "tests", certificate{}},
		{"misprinted usage, a vaccination", "legacy", certificate{}}, {"misprinted usage, a test", "legacy", certificate{kind: "t"}},
		{"usages that say nothing", "unrelated", certificate{}}, {"null lists", "ec", certificate{extra: map[string]any{"t": nil, "r": []any{}}}},
		{"two kinds", "ec", certificate{extra: map[string]any{"t": []any{1}}}}, {"two doses", "ec", certificate{extra: map[string]any{"v": []any{1, 2}}}},
		{"no dose", "ec", certificate{extra: map[string]any{"v": []any{}}}}, {"doses are a text", "ec", certificate{extra: map[string]any{"v": "2"}}},
		{"float doses", "ec", certificate{extra: map[string]any{"v": []any{map[string]any{"dn": 2.5}}}}},
		{"tagged date within", "ec", certificate{extra: map[string]any{"dob": cbor.Tag{Number: 0, Content: "1990-01-31T00:00:00Z"}}}},
		{"wrong date within", "ec", certificate{extra: map[string]any{"dob": cbor.Tag{Number: 0, Content: "1990-02-31T00:00:00Z"}}}},
		{"birth as a number", "ec", certificate{extra: map[string]any{"dob": 1990}}}, {"birth unknown", "ec", certificate{extra: map[string]any{"dob": ""}}},
		{"born in a year", "ec", certificate{extra: map[string]any{"dob": "1990"}}}, {"born -199", "ec", certificate{extra: map[string]any{"dob": "-199"}}},
		{"name in capitals only", "ec", certificate{extra: map[string]any{"nam": map[string]any{"fnt": "TRAN<THI", "gnt": "BINH"}}}},
		{"no name", "ec", certificate{extra: map[string]any{"nam": nil}}}, {"name is a number", "ec", certificate{extra: map[string]any{"nam": map[string]any{"fn": 5, "gn": "An"}}}},
		{"white space in the name", "ec", certificate{extra: map[string]any{"nam": map[string]any{"fn": " \u0085", "gn": "An\u3000"}}}},
		{"not compressed", "ec", certificate{uncompressed: true}},
	} {
		m.add("certificate: "+c.name, " "+c.c.text(m.t, d[c.by])+"\n", noon)
	}
	good := certificate{}.text(m.t, ec)
	m.add("certificate: not trusted", certificate{}.text(m.t, other), noon)
	m.add("certificate: no certificates in the bundle", good, noon, 1)
	m.add("certificate: stale", good, noon.Add(24*time.Hour))
	m.add("certificate: not yet stale", good, noon.Add(24*time.Hour-time.Millisecond))
	m.add("certificate: HC2", "HC2:"+good[4:], noon)
	m.add("certificate: lower case", strings.ToLower(good), noon)
	m.add("certificate: too long", "HC1:"+strings.Repeat("0", maxHCERT+2), noon)
	packed := must(DecodeBase45(good[4:]))
	m.add("certificate: bytes after", "HC1:"+string(AppendBase45(nil, append(bytes.Clone(packed), 0))), noon)
	m.add("certificate: bomb", pack(make([]byte, 1<<20)), noon)
	m.add("certificate: deep", pack(bytes.Repeat([]byte{0x81}, 5000)), noon)
	m.add("certificate: tags for ever", pack(bytes.Repeat([]byte{0xd2}, 5000)), noon)
	m.add("certificate: long array", pack([]byte{0xd2, 0x9a, 0xff, 0xff, 0xff, 0xff}), noon)
	for i := 0; i < len(packed); i += 5 {
		b := bytes.Clone(packed)
		b[i] ^= 1
		m.add(fmt.Sprint("certificate: packed byte ", i), "HC1:"+string(AppendBase45(nil, b)), noon)
	}
	message := must(inflate(packed, maxInflated))
	for i := 0; i < len(message); i += 3 {
		b := bytes.Clone(message)
		b[i] ^= 1
		m.add(fmt.Sprint("certificate: byte ", i), pack(b), noon)
	}
}

func numbers(b []byte) (out []int) {
	for _, n := range b {
		out = append(out, int(n))
	}
	return out
}
