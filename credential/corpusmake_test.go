package credential

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"iter"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
)

// maker writes the corpus: go test ./credential -run Corpus -update
type maker struct {
	t      *testing.T
	c      corpus
	opened []*Bundle
}

func makeCorpus(t *testing.T) corpus {
	t.Helper()
	m := &maker{t: t, c: corpus{Root: must(x509.MarshalPKIXPublicKey(&rootKey.PublicKey))}}
	documents := map[string]document{
		"ec": dsc(t, "ec", ecKey, ""), "rs": dsc(t, "rs", rsaKey, ""), "p384": dsc(t, "p384", p384Key, ""),
		"tests":     dsc(t, "tests", ecKey, "1.3.6.1.4.1.1847.2021.1.1 1.3.6.1.5.5.7.3.1"),
		"legacy":    dsc(t, "legacy", ecKey, "1.3.6.1.4.1.0.1847.2021.1.3 1.3.6.1.4.1.0.1847.2021.1.2"),
		"unrelated": dsc(t, "unrelated", ecKey, "1.2.3.4"),
	}
	m.bundles(documents)
	m.passes()
	m.boundaries()
	m.damaged()
	m.shapes()
	m.signatures()
	m.certificates(documents)
	return m.c
}

// open adds a bundle.
func (m *maker) open(name string, data []byte, at time.Time) int {
	b, err := OpenBundle(data, &rootKey.PublicKey, at)
	m.c.Bundles = append(m.c.Bundles, corpusBundle{name, data, at.UnixMilli(), codeOf(err)})
	m.opened = append(m.opened, b)
	return len(m.opened) - 1
}

// add judges a code by the first bundle, or another.
func (m *maker) add(name, code string, at time.Time, bundle ...int) {
	i := 0
	if len(bundle) > 0 {
		i = bundle[0]
	}
	m.c.Cases = append(m.c.Cases, corpusCase{name, i, code, at.UnixMilli(), m.opened[i].read(code, at)})
}

func (m *maker) with(change func(*Pass)) string {
	p := sample()
	change(&p)
	return text(m.t, passKey, p)
}

// passes are well made, of every kind.
func (m *maker) passes() {
	good := text(m.t, passKey, sample())
	m.add("good", good, noon)
	m.add("good, by a bundle with nothing in it", good, noon, 1)
	for _, n := range []int{2, 3, 7, 59, 60} {
		m.add(fmt.Sprint("party of ", n), m.with(func(p *Pass) {
			for i := len(p.Travellers); i < n; i++ {
				p.Travellers = append(p.Travellers, anlo.Named{Name: fmt.Sprint("Nguyễn Thị Số ", i), BirthYear: 1930 + i, Tag: uint32(i) * 17_000})
			}
		}), noon)
	}
	m.add("sixty long names", m.with(func(p *Pass) {
		for len(p.Travellers) < 60 {
			p.Travellers = append(p.Travellers, anlo.Named{Name: "Công Tằng Tôn Nữ Thị Ngọc Phương Thảo Nguyên Đoan", BirthYear: 1999, Tag: maxTag})
		}
	}), noon)
	for name, change := range inOrder(map[string]func(*Pass){
		"no plate":                 func(p *Pass) { p.Plate = "" },
		"longest plate":            func(p *Pass) { p.Plate = strings.Repeat("Đ", 12) },
		"a name that is shortened": func(p *Pass) { p.Travellers[0].Name = strings.Repeat("Ngưỡng ", 12) + "An" },
		"name of 60 bytes":         func(p *Pass) { p.Travellers[0].Name, p.Plate = strings.Repeat("Ă", 30), "" },
		"one letter":               func(p *Pass) { p.Travellers[0].Name = "Y" },
		"born in year 0":           func(p *Pass) { p.Travellers[0].BirthYear = 0 },
		"born in 4095, all tags":   func(p *Pass) { p.Travellers[0].BirthYear, p.Travellers[0].Tag = maxYear, maxTag },
		"longest commune":          func(p *Pass) { p.Commune = strings.Repeat("7", maxCommune) },
		"not confirmed":            func(p *Pass) { p.IdentityConfirmed = false },
		"into a zone":              func(p *Pass) { p.Commune = "00007" },
		"into a zone of old":       func(p *Pass) { p.Commune = "00009" },
		"not confirmed into zone":  func(p *Pass) { p.IdentityConfirmed, p.Commune = false, "00007" },
		"revoked":                  func(p *Pass) { p.StatusIndex = 666 },
		"beside a revoked one":     func(p *Pass) { p.StatusIndex = 667 },
		"revoked, the last place":  func(p *Pass) { p.StatusIndex = 2<<16 - 1 },
		"revoked and all else":     func(p *Pass) { p.StatusIndex, p.IdentityConfirmed, p.Commune = 666, false, "00007" },
		"first place":              func(p *Pass) { p.StatusIndex = 0 },
		"beyond the list":          func(p *Pass) { p.StatusIndex = 2 << 16 },
		"beyond every list":        func(p *Pass) { p.StatusIndex = 1<<32 - 1 },
		"CTI of ones":              func(p *Pass) { p.CTI = [8]byte{255, 255, 255, 255, 255, 255, 255, 255} },
		"issued in 1970":           func(p *Pass) { p.IssuedAt, p.ExpiresAt = time.Unix(0, 0), time.Unix(1, 0) },
	}) {
		m.add(name, m.with(change), noon)
	}
	for _, purpose := range anlo.TripPurposes {
		m.add("for "+string(purpose), m.with(func(p *Pass) { p.Purpose = purpose }), noon)
	}
}

// boundaries are moments on both sides of everything that depends on one.
func (m *maker) boundaries() {
	s := sample()
	skew, ms := 5*time.Minute, time.Millisecond
	around := func(name, code string, at time.Time) {
		for _, d := range []time.Duration{-time.Second, -ms, 0, ms, time.Second} {
			m.add(fmt.Sprintf("%s %+v", name, d), code, at.Add(d))
		}
	}
	good := text(m.t, passKey, s)
	around("expiry", good, s.ExpiresAt)
	around("expiry and skew", good, s.ExpiresAt.Add(skew))
	around("issue", good, s.IssuedAt)
	around("issue less skew", good, s.IssuedAt.Add(-skew))
	around("bundle gets stale", good, noon.Add(24*time.Hour))
	around("bundle to be rejected", good, noon.Add(72*time.Hour))
	around("zone begins", m.with(func(p *Pass) { p.Commune = "00007" }), noon.Add(-time.Hour))
	around("zone ends", m.with(func(p *Pass) { p.Commune = "00007" }), noon.Add(time.Hour))
	at := func(t time.Time) func(*Pass) {
		return func(p *Pass) { p.IssuedAt, p.ExpiresAt = t, t.Add(72*time.Hour) }
	}
	for _, d := range []time.Duration{-time.Second, 0, time.Second} {
		from, to := noon.AddDate(0, 0, -10), noon.AddDate(0, 0, 10)
		m.add(fmt.Sprintf("issued when the key begins %+v", d), m.with(at(from.Add(d))), from.Add(time.Hour))
		m.add(fmt.Sprintf("issued when the key ends %+v", d), m.with(at(to.Add(d))), to.Add(d))
		m.add(fmt.Sprintf("issued when the list must cover it %+v", d), m.with(func(p *Pass) { at(noon.Add(-skew + d))(p); p.StatusIndex = 1 << 30 }), noon)
		m.add(fmt.Sprintf("issued on a day without a list %+v", d), m.with(at(noon.Truncate(24*time.Hour).AddDate(0, 0, -1).Add(d))), noon)
		m.add(fmt.Sprintf("tomorrow's pass %+v", d), m.with(at(noon.Truncate(24*time.Hour).AddDate(0, 0, 1).Add(d))), noon.Add(12*time.Hour))
	}
	p := sample()
	at(noon.AddDate(0, 0, -2))(&p)
	old := text(m.t, retired, p)
	around("key is no longer believed", old, noon.AddDate(0, 0, -1))
	around("key is no longer believed, expired", old, p.ExpiresAt.Add(skew))
	at(noon.Add(-time.Hour))(&p)
	m.add("signed by a key that had retired", text(m.t, retired, p), noon)
	for name, key := range inOrder(map[string]steady{"stranger": stranger, "bundle key": bundleKey, "root": rootKey}) {
		m.add("signed by the "+name, text(m.t, key, sample()), noon)
	}
}

// damaged are texts that went wrong on the way.
func (m *maker) damaged() {
	good := text(m.t, passKey, sample())
	data := must(DecodeBase45(good[len(Prefix):]))
	for i := range data {
		for _, bit := range []byte{1, 0x80} {
			if bit == 1 || i%4 == 0 {
				b := bytes.Clone(data)
				b[i] ^= bit
				m.add(fmt.Sprintf("byte %d, bit %#x", i, bit), Prefix+string(AppendBase45(nil, b)), noon)
			}
		}
	}
	for n := 0; n < len(good); n += 1 + n/12 {
		m.add(fmt.Sprintf("cut to %d", n), good[:n], noon)
	}
	for name, code := range inOrder(map[string]string{
		"empty": "", "prefix": "AL1:", "spaces": "   ", "lower case prefix": "al1:" + good[4:], "lower case": strings.ToLower(good),
		"AL2": "AL2:" + good[4:], "twice": good + good, "prefix twice": Prefix + good, "a space within": good[:40] + " " + good[40:],
		"a line break within": good[:40] + "\n" + good[40:], "no prefix": good[4:], "space before the colon": "AL1 :" + good[4:],
		"space after the prefix": Prefix + " " + good[4:], "foreign letter": good[:50] + "Đ" + good[51:], "small letter": good[:50] + "a" + good[51:],
		"NUL at the end": good + "\x00", "letters after": good + "AB", "group too large": Prefix + ":::" + good[7:], "pair too large": Prefix + "::",
		"a web address": "https://example.org/", "shouted web address": "HTTPS://EXAMPLE.ORG/", "digits": "0123456789012345678901234567890123456789",
		"too long": Prefix + strings.Repeat("0", MaxText), "HC1 alone": "HC1:", "half a pair of surrogates": good + "\ufffd",
	}) {
		m.add(name, code, noon)
	}
	for _, space := range "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\u200b\u180e" {
		m.add(fmt.Sprintf("white space %U", space), string(space)+good+string(space)+string(space), noon)
	}
}

// message signs a header and claims, whatever they are.
func forge(key steady, open string, protected, beside, claims []byte) []byte {
	out := appendBytes([]byte(open), protected)
	out = append(out, beside...)
	out = appendBytes(out, claims)
	sum := digest(protected, claims)
	return must(appendRaw(appendHead(out, cborBytes, 64), must(key.Sign(nil, sum[:], crypto.SHA256))))
}

func coded(data []byte) string { return Prefix + string(AppendBase45(nil, data)) }

// longer returns the item at the beginning of b with its head in a longer form.
func longer(b []byte, size int) []byte {
	c := cursor{rest: b}
	n := c.head(b[0]&0xe0, 1<<63)
	out := []byte{b[0]&0xe0 | byte(24+size)}
	for i := 1<<size - 1; i >= 0; i-- {
		out = append(out, byte(n>>(8*i)))
	}
	return append(out, c.rest...)
}

// heads lists where items begin.
func heads(b []byte) (at []int) {
	for i := 0; i < len(b); {
		at = append(at, i)
		c := cursor{rest: b[i:]}
		major := b[i] & 0xe0
		n := c.head(major, 1<<63)
		if major == cborBytes || major == cborText {
			c.take(n)
		}
		i = len(b) - len(c.rest)
	}
	return at
}

// shapes are passes signed by the right key that are not written as we write.
func (m *maker) shapes() {
	p := sample()
	claims := p.appendClaims(nil, maxName)
	kid := KeyID(&passKey.PublicKey)
	protected := header(kid, "", nil)
	add := func(name, open string, protected, beside, claims []byte) {
		m.add(name, coded(forge(passKey, open, protected, beside, claims)), noon)
	}
	plain := []byte{0xa0}
	add("assembled by hand", coseOpen, protected, plain, claims)
	for _, i := range heads(claims) {
		for size := range 4 {
			if 24+size > int(claims[i]&0x1f) {
				add(fmt.Sprintf("claims, head at %d in %d bytes", i, 1<<size), coseOpen, protected, plain, append(bytes.Clone(claims[:i]), longer(claims[i:], size)...))
			}
		}
	}
	for _, i := range heads(protected) {
		add(fmt.Sprintf("protected header, longer head at %d", i), coseOpen, append(bytes.Clone(protected[:i]), longer(protected[i:], 2)...), plain, claims)
	}
	whole := forge(passKey, coseOpen, protected, plain, claims)
	for _, i := range heads(whole) {
		m.add(fmt.Sprintf("message, longer head at %d", i), coded(append(bytes.Clone(whole[:i]), longer(whole[i:], 2)...)), noon)
	}
	for name, open := range inOrder(map[string]string{"no tag": "\x84", "tag 17": "\xd1\x84", "CWT tag": "\xd8\x3d\xd2\x84", "tag twice": "\xd2\xd2\x84", "array of five": "\xd2\x85", "open array": "\xd2\x9f"}) {
		add(name, open, protected, plain, claims)
	}
	for name, beside := range inOrder(map[string]string{"kid beside": "\xa1\x04\x48" + string(kid[:]), "null beside": "\xf6", "array beside": "\x80", "open map beside": "\xbf\xff"}) {
		add(name, coseOpen, protected, []byte(beside), claims)
	}
	for name, h := range inOrder(map[string][]byte{
		"header of a key list": header(kid, typeKeyList, nil), "header of a bundle": header(kid, typeBundle, []byte{1}), "empty header": {}, "empty map": {0xa0},
		"ES384": bytes.Replace(protected, []byte{0x26}, []byte{0x38, 0x22}, 1), "kid first": append(append([]byte{0xa2, 4, 0x48}, kid[:]...), 1, 0x26),
		"short kid": append([]byte{0xa2, 1, 0x26, 4, 0x47}, kid[:7]...), "kid as text": append([]byte{0xa2, 1, 0x26, 4, 0x68}, kid[:]...),
		"more in the header": append(append([]byte{0xa3, 1, 0x26, 4, 0x48}, kid[:]...), 5, 0), "bytes after the header": append(bytes.Clone(protected), 0),
	}) {
		add(name, coseOpen, h, plain, claims)
	}
	m.add("bytes after the message", coded(append(bytes.Clone(whole), 0)), noon)
	m.claims(func(name string, claims []byte) { add(name, coseOpen, protected, plain, claims) })
}

// claims are out of bounds, one after the other.
func (m *maker) claims(add func(name string, claims []byte)) {
	for name, change := range inOrder(map[string]func(*Pass){
		"nobody":           func(p *Pass) { p.Travellers = nil },
		"sixty-one":        func(p *Pass) { p.Travellers = make61() },
		"no name":          func(p *Pass) { p.Travellers[0].Name = "" },
		"not UTF-8":        func(p *Pass) { p.Travellers[0].Name = "\xff\xfe" },
		"surrogate":        func(p *Pass) { p.Travellers[0].Name = "\xed\xa0\x80" },
		"overlong":         func(p *Pass) { p.Travellers[0].Name = "\xc0\x80" },
		"BOM in a name":    func(p *Pass) { p.Travellers[0].Name = "\ufeffAn" },
		"NUL in a name":    func(p *Pass) { p.Travellers[0].Name = "A\x00n" },
		"emoji":            func(p *Pass) { p.Travellers[0].Name = "An 🚗" },
		"no commune":       func(p *Pass) { p.Commune = "" },
		"commune too long": func(p *Pass) { p.Commune = strings.Repeat("7", maxCommune+1) },
		"plate too long":   func(p *Pass) { p.Plate = strings.Repeat("7", maxPlate+1) },
		"plate not UTF-8":  func(p *Pass) { p.Plate = "\x80" },
		"no purpose":       func(p *Pass) { p.Purpose = "" },
		"no time at all":   func(p *Pass) { p.ExpiresAt = p.IssuedAt },
		"72 h":             func(p *Pass) { p.ExpiresAt = p.IssuedAt.Add(72 * time.Hour) },
		"72 h and 1 s":     func(p *Pass) { p.ExpiresAt = p.IssuedAt.Add(72*time.Hour + time.Second) },
		"ends before":      func(p *Pass) { p.ExpiresAt = p.IssuedAt.Add(-time.Second) },
		"last moment":      func(p *Pass) { p.ExpiresAt = time.Unix(1<<40, 0); p.IssuedAt = time.Unix(1<<40-1, 0) },
		"beyond it":        func(p *Pass) { p.ExpiresAt = time.Unix(1<<40+1, 0); p.IssuedAt = time.Unix(1<<40, 0) },
		"far beyond it":    func(p *Pass) { p.ExpiresAt = time.Unix(1<<62+1, 0); p.IssuedAt = time.Unix(1<<62, 0) },
	}) {
		p := sample()
		change(&p)
		add(name, p.appendClaims(nil, 100))
	}
	p := sample()
	b := p.appendClaims(nil, maxName)
	long := sample()
	long.Travellers[0].Name = strings.Repeat("x", 61)
	add("name of 61 bytes", long.appendClaims(nil, 61))
	last := func(c byte) []byte { return append(bytes.Clone(b[:len(b)-1]), c) }
	add("flag 2", last(2))
	add("flag -1", last(0x20))
	add("flag true", last(0xf5))
	add("flag missing", b[:len(b)-1])
	add("something after", append(bytes.Clone(b), 0))
	add("not a map", append([]byte{0x84}, b[1:]...))
	add("a claim more", append(append([]byte{0xa5}, b[1:]...), 8, 0))
	add("empty", nil)
	add("year too large", bytes.Replace(b, []byte{0x1a, 0x7c}, []byte{0x1b, 1, 0, 0, 0, 0x7c}, 1))
	purpose := bytes.LastIndex(b, []byte("00004")) + 5
	for _, c := range []byte{0, 8, 9, 23} {
		add(fmt.Sprint("purpose ", c), append(append(bytes.Clone(b[:purpose]), c), b[purpose+1:]...))
	}
	odd := bytes.Replace(b, []byte{0x86, 0x82}, []byte{0x86, 0x81}, 1)
	add("odd array", odd)
}

// inOrder goes through a map by its keys, so that the file changes little.
func inOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

func make61() (out []anlo.Named) {
	for range 61 {
		out = append(out, anlo.Named{Name: "A"})
	}
	return out
}

// signatures are other forms of the right one, and some that prove too little.
func (m *maker) signatures() {
	good := must(DecodeBase45(text(m.t, passKey, sample())[len(Prefix):]))
	body, sig := good[:len(good)-64], good[len(good)-64:]
	n := passKey.Curve.Params().N
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])
	pair := func(r, s *big.Int) []byte {
		return append(new(big.Int).Mod(r, new(big.Int).Lsh(big.NewInt(1), 256)).FillBytes(make([]byte, 32)), new(big.Int).Mod(s, new(big.Int).Lsh(big.NewInt(1), 256)).FillBytes(make([]byte, 32))...)
	}
	zero := new(big.Int)
	for name, sig := range inOrder(map[string][]byte{
		"the other s": pair(r, new(big.Int).Sub(n, s)), "r is 0": pair(zero, s), "s is 0": pair(r, zero), "all 0": make([]byte, 64), "all ones": bytes.Repeat([]byte{0xff}, 64),
		"s is n": pair(r, n), "r is n": pair(n, s), "s and n": pair(r, new(big.Int).Add(s, n)), "swapped": pair(s, r), "little-endian": pair(flip(r), flip(s)),
	}) {
		m.add("signature: "+name, coded(append(bytes.Clone(body), sig...)), noon)
	}
	for _, length := range []int{0, 63, 65, 96} {
		b := append(appendHead(bytes.Clone(body[:len(body)-2]), cborBytes, uint64(length)), make([]byte, length)...)
		m.add(fmt.Sprintf("signature of %d bytes", length), coded(b), noon)
	}
	der := appendDER(nil, sig)
	m.add("signature in DER", coded(append(appendHead(bytes.Clone(body[:len(body)-2]), cborBytes, uint64(len(der))), der...)), noon)
	kid := KeyID(&passKey.PublicKey)
	p := sample()
	m.add("signed by another in our name", coded(forge(stranger, coseOpen, header(kid, "", nil), []byte{0xa0}, p.appendClaims(nil, maxName))), noon)
	other := KeyID(&bundleKey.PublicKey)
	m.add("signed by ours in the bundle key's name", coded(forge(passKey, coseOpen, header(other, "", nil), []byte{0xa0}, p.appendClaims(nil, maxName))), noon)
	for i := range 60 { // some r and s have leading zeros
		p.StatusIndex = uint32(i)
		p.CTI = [8]byte(sha256.New().Sum([]byte{byte(i)})[:8])
		m.add(fmt.Sprint("one of sixty, ", i), text(m.t, passKey, p), noon)
	}
}

func flip(n *big.Int) *big.Int {
	b := n.FillBytes(make([]byte, 32))
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	return new(big.Int).SetBytes(b)
}

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
