package credential

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anlo"
)

func TestPassRoundTrip(t *testing.T) {
	l := keys()
	s := signerOf(t, passKey)
	rapid.Check(t, func(t *rapid.T) {
		p := drawPass(t)
		code, err := s.Sign(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.Verify("\n " + code + " \t")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(p, *got); d != "" {
			t.Fatal(d)
		}
		if again, err := s.Sign(*got); err != nil || again != code {
			t.Fatalf("signed again: %s, %v", again, err)
		}
	})
}

func drawPass(t *rapid.T) Pass {
	issued := noon.Add(-time.Duration(rapid.IntRange(0, 86400).Draw(t, "age")) * time.Second)
	p := Pass{IssuedAt: issued, ExpiresAt: issued.Add(time.Duration(rapid.IntRange(1, 72*3600).Draw(t, "life")) * time.Second),
		Commune:           rapid.StringMatching(`[0-9A-Z]{1,8}`).Draw(t, "commune"),
		Purpose:           rapid.SampledFrom(anlo.TripPurposes).Draw(t, "purpose"),
		Plate:             rapid.StringMatching(`|[0-9A-ZĐ]{3,8}`).Draw(t, "plate"),
		StatusIndex:       rapid.Uint32().Draw(t, "status"),
		IdentityConfirmed: rapid.Bool().Draw(t, "confirmed")}
	copy(p.CTI[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "cti"))
	for range rapid.IntRange(1, 5).Draw(t, "travellers") {
		p.Travellers = append(p.Travellers, anlo.Named{Name: rapid.StringMatching(`[A-ZĐ][a-zễịươ]{0,5}( [A-ZĐ][a-zễịươ]{0,5}){0,2}`).Draw(t, "name"),
			BirthYear: rapid.IntRange(0, maxYear).Draw(t, "born"), Tag: rapid.Uint32Range(0, maxTag).Draw(t, "tag")})
	}
	return p
}

// The exact bytes, for whoever writes another reader. Signatures are left out.
func TestPassBytes(t *testing.T) {
	code := text(t, passKey, sample())
	m, _, ok := openPass(code)
	if !ok {
		t.Fatal(code)
	}
	kid := KeyID(&passKey.PublicKey)
	if got, want := hex.EncodeToString(m.protected), "a2012604"+"48"+hex.EncodeToString(kid[:]); got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	tag := IDTag(sample().CTI, anlo.Document{Number: "001190012345"})
	want := "a4" + "041a" + fmt.Sprintf("%08x", sample().ExpiresAt.Unix()) + "061a" + fmt.Sprintf("%08x", sample().IssuedAt.Unix()) +
		"07480102030405060708" + "3a00010000" + "86" + "82" + "781e" + hex.EncodeToString([]byte("Nguyễn Thị Phương Thảo")) +
		"1a" + fmt.Sprintf("%08x", 1990<<20|tag) + "65" + hex.EncodeToString([]byte("00004")) + "01" +
		"68" + hex.EncodeToString([]byte("29A12345")) + "1a000111eb" + "00"
	if got := hex.EncodeToString(m.payload); got != want {
		t.Errorf("claims\n%s, want\n%s", got, want)
	}
}

func TestPassLength(t *testing.T) {
	long := sample()
	long.Travellers[0].Name = strings.Repeat("Ễ", 20) // maxName bytes
	longest := long
	longest.StatusIndex, longest.IdentityConfirmed = 1<<32-1, false
	foot := sample()
	foot.Plate, foot.Travellers = "", []anlo.Named{{Name: "Lê An", BirthYear: 2001, Tag: 9}}
	for _, c := range []struct {
		name string
		p    Pass
		want int
	}{{"short", foot, 216}, {"usual", sample(), 265}, {"long", long, 310}, {"longest", longest, 310}} {
		code := text(t, passKey, c.p)
		if len(code) != c.want || len(code) > MaxPersonal {
			t.Errorf("%s: %d characters, want %d", c.name, len(code), c.want)
		}
		if p, err := ReadPass(code); err != nil || p.Travellers[0].Name != c.p.Travellers[0].Name {
			t.Errorf("%s: the name did not survive: %+v %v", c.name, p, err)
		}
	}
}

// Everybody fits, with the longest names, plates and codes that can be declared.
func TestPartyFits(t *testing.T) {
	for _, name := range []string{"Nguyễn Thị Phương Thảo", strings.Repeat("Ễ", 100), strings.Repeat("Nguyễn ", 15) + "Thảo", strings.Repeat("Ễ ", 50)} {
		for _, n := range []int{1, 2, 12, anlo.MaxTravellers - 1, anlo.MaxTravellers} {
			p := sample()
			p.Commune, p.Plate, p.StatusIndex = strings.Repeat("9", maxCommune), strings.Repeat("Đ", 12), 1<<32-1
			p.Travellers = nil
			for range n {
				p.Travellers = append(p.Travellers, anlo.Named{Name: name, BirthYear: 1990, Tag: maxTag})
			}
			code := text(t, passKey, p)
			if limit := map[bool]int{true: MaxPersonal, false: MaxText}[n == 1]; len(code) > limit {
				t.Fatalf("%d × %q: %d characters", n, name, len(code))
			}
			got, err := ReadPass(code)
			if err != nil || len(got.Travellers) != n || len(got.Travellers[0].Name) < 20 {
				t.Fatalf("%d × %q: %+v, %v", n, name, got, err)
			}
		}
	}
	coach := sample()
	coach.Travellers = slices.Repeat(coach.Travellers, anlo.MaxTravellers)
	for i := range coach.Travellers { // 22 bytes, more than the average full name
		coach.Travellers[i].Name = "Trần Văn Khánh Duy"
	}
	if p, err := ReadPass(text(t, passKey, coach)); err != nil || p.Travellers[59].Name != "Trần Văn Khánh Duy" {
		t.Errorf("a coach of usual names: %+v, %v", p, err)
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit int
		want  string
	}{
		{"Nguyễn Thị Phương Thảo", 60, "Nguyễn Thị Phương Thảo"},
		{"Nguyễn Thị Phương Thảo", 30, "Nguyễn Thị Phương Thảo"},
		{"Nguyễn Thị Phương Thảo", 28, "Nguyễn T. Phương Thảo"},
		{"Nguyễn Thị Phương Thảo", 22, "Nguyễn T. P. Thảo"},
		{"Nguyễn Thị Phương Thảo", 18, "N. T. P. Thảo"},
		{"Nguyễn Thị Phương Thảo", 14, "N. T. P. Thả"},
		{"Nguyễn Thị Phương Thảo", 13, "N. T. P. Th"},
		{"Nguyễn Thị Phương Thảo", 6, "N. T."},
		{"Đỗ  Ý  An", 11, "Đỗ Ý An"},
		{"Wolfeschlegelsteinhausen", 10, "Wolfeschle"},
		{"Ễễễ", 7, "Ễễ"},
		{"Ễ", 2, ""},
		{"", 0, ""},
	} {
		if got := shorten(c.name, c.limit); got != c.want || len(got) > c.limit {
			t.Errorf("%q in %d bytes: %q, want %q", c.name, c.limit, got, c.want)
		}
	}
}

// No character of the text can be changed, none of the bits beneath it, and
// nothing be added or taken away.
func TestMutants(t *testing.T) {
	l := keys()
	code := text(t, passKey, sample())
	want, _, _ := openPass(code)
	refused := func(mutant string) {
		t.Helper()
		if _, err := l.Verify(mutant); err == nil {
			if m, _, _ := openPass(mutant); !bytes.Equal(m.payload, want.payload) || !bytes.Equal(m.signature, want.signature) || m.kid != want.kid {
				t.Errorf("believed %q", mutant)
			}
		}
	}
	for i := range len(code) {
		for _, c := range []byte(base45Letters + "az\x00\n\xff") {
			if c != code[i] {
				refused(code[:i] + string([]byte{c}) + code[i+1:])
			}
		}
		refused(code[:i])
		refused(code[:i] + code[i+1:])
	}
	data, err := DecodeBase45(code[len(Prefix):])
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(data) {
		mutant := bytes.Clone(data)
		mutant[i/8] ^= 1 << (i % 8)
		if _, err := l.Verify(Prefix + string(AppendBase45(nil, mutant))); err == nil {
			t.Errorf("believed with bit %d flipped", i)
		}
	}
	for _, tail := range []string{"0", "00", "000", "BB8", ":"} {
		if _, err := l.Verify(code + tail); err == nil {
			t.Errorf("believed with %q behind", tail)
		}
	}
}

// Well signed, and yet not what a pass looks like: a key of ours that somebody
// else programs must not widen the format.
func TestStrictClaims(t *testing.T) {
	l := keys()
	s := signerOf(t, passKey)
	good := sample()
	claims := string(good.appendClaims(nil, maxName))
	swap := func(old, new string) string {
		t.Helper()
		if strings.Count(claims, old) != 1 {
			t.Fatalf("%x is there %d times", old, strings.Count(claims, old))
		}
		return strings.Replace(claims, old, new, 1)
	}
	iat := fmt.Sprintf("%c\x1a%s", 6, be32(good.IssuedAt.Unix()))
	exp := fmt.Sprintf("%c\x1a%s", 4, be32(good.ExpiresAt.Unix()))
	for name, c := range map[string]string{
		"trailing byte":       claims + "\x00",
		"cut":                 claims[:len(claims)-1],
		"empty":               "",
		"wide integer":        swap(iat, "\x06\x1b\x00\x00\x00\x00"+be32(good.IssuedAt.Unix())),
		"float":               swap(iat, "\x06\xfa"+be32(good.IssuedAt.Unix())),
		"negative":            swap(iat, "\x06\x3a"+be32(good.IssuedAt.Unix())),
		"73 hours":            swap(exp, "\x04\x1a"+be32(good.IssuedAt.Add(anlo.PassLifetime+time.Second).Unix())),
		"no time at all":      swap(exp, "\x04\x1a"+be32(good.IssuedAt.Unix())),
		"backwards":           swap(exp, "\x04\x1a"+be32(good.IssuedAt.Unix()-1)),
		"order":               swap(exp+iat, iat+exp),
		"indefinite map":      "\xbf" + claims[1:] + "\xff",
		"wide map":            "\xb8\x04" + claims[1:],
		"another claim":       "\xa5\x01\x61x" + claims[1:],
		"short CTI":           swap("\x07\x48\x01", "\x07\x47"),
		"no traveller":        swap("\x86\x82\x78\x1e"+good.Travellers[0].Name, "\x86\x80"),
		"half a traveller":    swap("\x86\x82", "\x86\x81"),
		"nameless":            swap("\x78\x1e"+good.Travellers[0].Name, "\x60"),
		"wide length":         swap("\x65"+"00004", "\x78\x0500004"),
		"not UTF-8":           swap("Thảo", "Th\xff\xfe\xfdo"),
		"bytes for text":      swap("\x65"+"00004", "\x4500004"),
		"no commune":          swap("\x65"+"00004", "\x60"),
		"purpose 0":           swap("00004\x01", "00004\x00"),
		"purpose 9":           swap("00004\x01", "00004\x09"),
		"unknown flag":        claims[:len(claims)-1] + "\x02",
		"true for a flag":     claims[:len(claims)-1] + "\xf5",
		"wide status":         swap("\x1a\x00\x01\x11\xeb", "\x1b\x00\x00\x00\x00\x00\x01\x11\xeb"),
		"status beyond":       swap("\x1a\x00\x01\x11\xeb", "\x1b\x00\x00\x00\x01\x00\x01\x11\xeb"),
		"length beyond":       swap("\x65"+"00004", "\x7b\xff\xff\xff\xff\xff\xff\xff\xff00004"),
		"reserved head":       swap("\x65"+"00004", "\x7c00004"),
		"name beyond":         swap("\x78\x1e"+good.Travellers[0].Name, "\x78\x3d"+strings.Repeat("x", 61)),
		"another private key": swap(privateID, "\x3a\x00\x01\x00\x01"),
	} {
		data, err := s.message("", nil, []byte(c))
		if err != nil {
			t.Fatal(err)
		}
		if p, err := l.Verify(Prefix + string(AppendBase45(nil, data))); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func be32(n int64) string { return string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) }

// Nor is there a second way to write the envelope.
func TestStrictEnvelope(t *testing.T) {
	code := text(t, passKey, sample())
	data, _ := DecodeBase45(code[len(Prefix):])
	s := string(data)
	for name, mutant := range map[string]string{
		"untagged":         s[1:],
		"CWT tag":          "\xd8\x3d" + s,
		"wide tag":         "\xd8\x12" + s[1:],
		"unprotected":      strings.Replace(s, "\xa0\x58", "\xa1\x01\x26\x58", 1),
		"wide header":      strings.Replace(s, "\x84\x4d", "\x84\x58\x0d", 1),
		"wide payload":     strings.Replace(s, "\xa0\x58", "\xa0\x59\x00", 1),
		"wide signature":   strings.Replace(s, "\x58\x40", "\x59\x00\x40", 1),
		"trailing":         s + "\x00",
		"bundle as a pass": string(signBundle(t, contents(), keys(), bundleKey)),
	} {
		if mutant == s {
			t.Errorf("%s: not a mutant", name)
		}
		if _, err := ReadPass(Prefix + string(AppendBase45(nil, []byte(mutant)))); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []string{"", "AL1:", "AL2:" + code[4:], "al1:" + code[4:], strings.ToLower(code), code[4:], "HC1:" + code[4:], Prefix + strings.Repeat("0", MaxText)} {
		if _, err := ReadPass(c); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%.20q: %v", c, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	s := signerOf(t, passKey)
	for name, spoil := range map[string]func(*Pass){
		"nobody":      func(p *Pass) { p.Travellers = nil },
		"61":          func(p *Pass) { p.Travellers = slices.Repeat(p.Travellers, anlo.MaxTravellers+1) },
		"nameless":    func(p *Pass) { p.Travellers[0].Name = "" },
		"not UTF-8":   func(p *Pass) { p.Travellers[0].Name = "\xff" },
		"year":        func(p *Pass) { p.Travellers[0].BirthYear = 4096 },
		"year below":  func(p *Pass) { p.Travellers[0].BirthYear = -1 },
		"tag":         func(p *Pass) { p.Travellers[0].Tag = 1 << 20 },
		"too long":    func(p *Pass) { p.ExpiresAt = p.IssuedAt.Add(anlo.PassLifetime + time.Second) },
		"no time":     func(p *Pass) { p.ExpiresAt = p.IssuedAt },
		"before 1970": func(p *Pass) { p.IssuedAt, p.ExpiresAt = time.Unix(-60, 0), time.Unix(60, 0) },
		"no commune":  func(p *Pass) { p.Commune = "" },
		"commune":     func(p *Pass) { p.Commune = strings.Repeat("0", maxCommune+1) },
		"plate":       func(p *Pass) { p.Plate = strings.Repeat("0", maxPlate+1) },
		"purpose":     func(p *Pass) { p.Purpose = "fun" },
	} {
		p := sample()
		spoil(&p)
		if _, err := s.Sign(p); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestVerifyAsksForTheRightKey(t *testing.T) {
	l := keys()
	old := sample()
	old.IssuedAt, old.ExpiresAt = noon.AddDate(0, 0, -2), noon.AddDate(0, 0, 1)
	for _, c := range []struct {
		name string
		code string
		want error
	}{
		{"pass key", text(t, passKey, sample()), nil},
		{"bundle key", text(t, bundleKey, sample()), ErrKeyUnknown},
		{"stranger", text(t, stranger, sample()), ErrKeyUnknown},
		{"retired key, new pass", text(t, retired, sample()), ErrKeyUnknown},
		{"retired key, old pass", text(t, retired, old), nil},
		{"stranger under our name", impostor(t), ErrForged},
	} {
		if _, err := l.Verify(c.code); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// An identifier is short on purpose; see IDTag.
func TestIDTag(t *testing.T) {
	a := anlo.Document{Kind: anlo.CCCD, Number: "001190012345"}
	b := anlo.Document{Kind: anlo.CCCD, Number: "001190012346"}
	cti := [8]byte{1}
	if IDTag(cti, a) == IDTag(cti, b) || IDTag(cti, a) == IDTag([8]byte{2}, a) || IDTag(cti, a) > maxTag {
		t.Error("tags do not tell people or passes apart")
	}
	// SHA-256 of 0x0100000000000000 and the number, by sha256sum, begins with this.
	if got := fmt.Sprintf("%05x", IDTag(cti, a)); got != "d3a80" {
		t.Errorf("tag %s", got)
	}
}

// impostor is a pass that names our key and is signed by another.
func impostor(t testing.TB) string {
	t.Helper()
	s := &Signer{KeyID(&passKey.PublicKey), stranger}
	code, err := s.Sign(sample())
	if err != nil {
		t.Fatal(err)
	}
	return code
}
