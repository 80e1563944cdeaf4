package credential

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"time"

	"anlo"
)

// forge signs a header and claims, whatever they are.
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
