package credential

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"slices"
	"testing"

	"anlo"
)

// Allocations of text → claims are bounded, since they are most of what we add
// to the verification of the signature.
func TestVerifyAllocations(t *testing.T) {
	l, code := keys(), text(t, passKey, sample())
	raw := rawVerification(t)
	ours := testing.AllocsPerRun(100, func() {
		if _, err := l.Verify(code); err != nil {
			t.Fatal(err)
		}
	})
	bare := testing.AllocsPerRun(100, func() { raw() })
	t.Logf("Verify %v allocations, the raw verification %v", ours, bare)
	if ours > 30 || ours-bare > 12 {
		t.Errorf("Verify makes %v allocations, of which the raw verification %v", ours, bare)
	}
}

// rawVerification is what the signature check of a pass costs by itself.
func rawVerification(t testing.TB) func() bool {
	key := newKey(t)
	sum := sha256.Sum256(make([]byte, 200))
	sig, err := ecdsa.SignASN1(nil, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return func() bool { return ecdsa.VerifyASN1(&key.PublicKey, sum[:], sig) }
}

func BenchmarkRawVerify(b *testing.B) {
	verify := rawVerification(b)
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
}

func BenchmarkVerify(b *testing.B) {
	l, code := keys(), text(b, passKey, sample())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Verify(code); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadPass(b *testing.B) {
	code := text(b, passKey, sample())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadPass(code); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	bundle, code := opened(b, contents()), text(b, passKey, sample())
	b.ReportAllocs()
	for b.Loop() {
		if v, _ := bundle.Judge(code, noon); v.Outcome != anlo.Go {
			b.Fatal(v)
		}
	}
}

func BenchmarkJudgeParty60(b *testing.B) {
	p := sample()
	p.Travellers = slices.Repeat(p.Travellers, anlo.MaxTravellers)
	bundle, code := opened(b, contents()), text(b, passKey, p)
	b.ReportAllocs()
	for b.Loop() {
		if v, _ := bundle.Judge(code, noon); v.Outcome != anlo.Go {
			b.Fatal(v)
		}
	}
}

func BenchmarkRawSign(b *testing.B) {
	key := newKey(b)
	sum := sha256.Sum256(make([]byte, 200))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecdsa.SignASN1(nil, key, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	s := signerOf(b, newKey(b))
	p := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Sign(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHCERT(b *testing.B) {
	for name, key := range map[string]document{"ES256": dsc(b, "ec", ecKey, ""), "PS256": dsc(b, "rs", rsaKey, "")} {
		b.Run(name, func(b *testing.B) {
			trust, code := trusting(key), certificate{}.text(b, key)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trust.VerifyHCERT(code, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenBundle(b *testing.B) {
	data := signBundle(b, contents(), keys(), bundleKey)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := OpenBundle(data, &rootKey.PublicKey, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	code := text(b, passKey, sample())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := SVG(code); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBase45Decode(b *testing.B) {
	s := string(AppendBase45(nil, make([]byte, 200)))
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeBase45(s); err != nil {
			b.Fatal(err)
		}
	}
}
