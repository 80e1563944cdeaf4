package credential

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"anlo"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is testdata/verdicts.json: a root key, a bundle, codes, and what is to
// be said of each. The scanner in the browser and any other reader are tested
// against the same file, so that they cannot drift apart.
type golden struct {
	Root   []byte       `json:"root"` // uncompressed point
	Bundle []byte       `json:"bundle"`
	Cases  []goldenCase `json:"cases"`
}

type goldenCase struct {
	Name    string        `json:"name"`
	Code    string        `json:"code"`
	At      time.Time     `json:"at"`
	Outcome anlo.Outcome  `json:"outcome"`
	Reasons []anlo.Reason `json:"reasons"`
	Bearer  *goldenBearer `json:"bearer"` // null when nothing may be shown
}

type goldenBearer struct {
	Travellers []goldenNamed    `json:"travellers"`
	Commune    string           `json:"commune"`
	Purpose    anlo.TripPurpose `json:"purpose"`
	Plate      string           `json:"plate"`
	IssuedAt   time.Time        `json:"issued_at"`
	ExpiresAt  time.Time        `json:"expires_at"`
}

type goldenNamed struct {
	Name      string `json:"name"`
	BirthYear int    `json:"birth_year"`
	Tag       uint32 `json:"tag"`
}

func (c *goldenCase) judge(b *Bundle) {
	v, _ := b.Judge(c.Code, c.At)
	c.Outcome, c.Reasons = v.Outcome, append([]anlo.Reason{}, v.Reasons...)
	if v.Bearer == nil {
		return
	}
	c.Bearer = &goldenBearer{nil, v.Bearer.Commune, v.Bearer.Purpose, v.Bearer.Plate, v.Bearer.IssuedAt, v.Bearer.ExpiresAt}
	for _, n := range v.Bearer.Travellers {
		c.Bearer.Travellers = append(c.Bearer.Travellers, goldenNamed(n))
	}
}

func TestGoldenVerdicts(t *testing.T) {
	file := filepath.Join("testdata", "verdicts.json")
	if *update {
		if err := os.WriteFile(file, goldenFile(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, goldenFile(t)) {
		t.Errorf("%s is not what the code writes; if the format was meant to change, so must Prefix; then go test -update", file)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	root, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), g.Root)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenBundle(g.Bundle, root, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range g.Cases {
		got := goldenCase{Name: want.Name, Code: want.Code, At: want.At}
		got.judge(b)
		w, _ := json.Marshal(want)
		if g, _ := json.Marshal(got); !bytes.Equal(g, w) {
			t.Errorf("%s\n%s, want\n%s", want.Name, g, w)
		}
	}
}

func goldenFile(t *testing.T) []byte {
	t.Helper()
	contents := contents()
	d := dsc(t, "golden", ecKey, "1.3.6.1.4.1.1847.2021.1.2")
	contents.DCC = [][]byte{d.der}
	g := golden{Root: must(rootKey.PublicKey.Bytes()), Bundle: signBundle(t, contents, keys(), bundleKey)}
	b := opened(t, contents)
	add := func(name, code string, at time.Time) {
		c := goldenCase{Name: name, Code: code, At: at}
		c.judge(b)
		g.Cases = append(g.Cases, c)
	}
	with := func(change func(*Pass)) string {
		p := sample()
		change(&p)
		return text(t, passKey, p)
	}
	good := text(t, passKey, sample())
	add("good", good, noon)
	add("white space around it", "  "+good+"\n", noon)
	add("party", with(func(p *Pass) {
		p.Travellers = append(p.Travellers, anlo.Named{Name: "Lê An", BirthYear: 2020, Tag: 0}, anlo.Named{Name: "Đặng Ước", BirthYear: 1950, Tag: maxTag})
	}), noon)
	add("no plate, a name that is shortened", with(func(p *Pass) {
		p.Plate, p.Travellers[0].Name = "", "Công Tằng Tôn Nữ Thị Ngọc Phương Thảo Nguyên Đoan Trang Nhã Uyên"
	}), noon)
	add("expired", good, sample().ExpiresAt.Add(5*time.Minute))
	add("not yet valid", good, sample().IssuedAt.Add(-5*time.Minute-time.Second))
	add("revoked", with(func(p *Pass) { p.StatusIndex = 666 }), noon)
	add("not confirmed, into a zone", with(func(p *Pass) { p.IdentityConfirmed, p.Commune = false, "00007" }), noon)
	add("old bundle", good, noon.Add(25*time.Hour))
	add("beyond its status list", with(func(p *Pass) { p.StatusIndex = 1<<32 - 1 }), noon)
	add("unknown key", text(t, stranger, sample()), noon)
	add("forged", text(t, passKey, sample())[:len(good)-3]+"000", noon)
	add("retired key", text(t, retired, sample()), noon)
	add("bundle key", text(t, bundleKey, sample()), noon)
	add("lower case", "al1:"+good[4:], noon)
	add("cut short", good[:len(good)-3], noon)
	add("something else", "https://example.org/", noon)
	add("vaccination", certificate{}.text(t, d), noon)
	add("test, by a key for vaccinations", certificate{kind: "t"}.text(t, d), noon)
	data, err := json.MarshalIndent(g, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}
