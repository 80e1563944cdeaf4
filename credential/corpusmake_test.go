package credential

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

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
