package credential

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// shared opens a file beside the project that comes with it but is not part of
// it: test vectors of others.
func shared(t testing.TB, path string) string {
	t.Helper()
	full := filepath.Join("../../shared/vectors", path)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("NOT TESTED against the vectors of others: %s is missing", full)
	}
	return full
}

func TestBase45Vectors(t *testing.T) {
	data, err := os.ReadFile(shared(t, "base45/rfc9285.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Encode     []struct{ Text, Base45 string }
		DecodeFail []string          `json:"decode_fail"`
		DecodeMax  map[string]string `json:"decode_ok_max"`
	}
	if err := json.Unmarshal(data, &v); err != nil || len(v.Encode) == 0 || len(v.DecodeFail) == 0 || len(v.DecodeMax) == 0 {
		t.Fatal("no vectors", err)
	}
	for _, e := range v.Encode {
		if got := string(AppendBase45(nil, []byte(e.Text))); got != e.Base45 {
			t.Errorf("%q in base45 is %q, want %q", e.Text, got, e.Base45)
		}
		if got, err := DecodeBase45(e.Base45); err != nil || string(got) != e.Text {
			t.Errorf("%q decodes to %q, %v", e.Base45, got, err)
		}
	}
	for _, s := range v.DecodeFail {
		if got, err := DecodeBase45(s); err == nil {
			t.Errorf("%q decodes to %x", s, got)
		}
	}
	for s, want := range v.DecodeMax {
		if got, err := DecodeBase45(s); err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%q decodes to %x, %v", s, got, err)
		}
	}
}

// The few that RFC 9285 prints, for when the vectors are not at hand.
func TestBase45(t *testing.T) {
	for plain, want := range map[string]string{"": "", "AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0"} {
		if got := string(AppendBase45([]byte("x"), []byte(plain))); got != "x"+want {
			t.Errorf("%q: %q", plain, got)
		}
		if got, err := DecodeBase45(want); err != nil || string(got) != plain {
			t.Errorf("%q: %q, %v", want, got, err)
		}
	}
	for _, s := range []string{"A", "AAAA", "GGW", "::", ":::", "bb8", "BB8\n", "BB\xff", "Ä0", "U5", "U6"} {
		got, err := DecodeBase45(s)
		if valid := s == "U5"; (err == nil) != valid {
			t.Errorf("%q: %x, %v", s, got, err)
		}
	}
}

// A pass that loses the white space around it, as scanners and typing do, must
// still be whole. So no base45 may end in a space.
func TestBase45NeverEndsInSpace(t *testing.T) {
	for n := range 1 << 16 {
		if s := AppendBase45(nil, []byte{byte(n >> 8), byte(n)}); s[2] == ' ' {
			t.Fatalf("%04x ends in a space", n)
		}
	}
	for n := range 1 << 8 {
		if s := AppendBase45(nil, []byte{byte(n)}); s[1] == ' ' {
			t.Fatalf("%02x ends in a space", n)
		}
	}
}

func TestBase45RoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "bytes")
		s := string(AppendBase45(nil, b))
		if len(s) != base45Len(len(b)) || strings.Trim(s, base45Letters) != "" {
			t.Fatalf("%x: %q", b, s)
		}
		if got, err := DecodeBase45(s); err != nil || !bytes.Equal(got, b) {
			t.Fatalf("%x: %x, %v", b, got, err)
		}
	})
}

func FuzzBase45(f *testing.F) {
	for _, s := range []string{"", "BB8", "%69 VD92EX0", "GGW", "FGW", "U5", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if b, err := DecodeBase45(s); err == nil && string(AppendBase45(nil, b)) != s {
			t.Errorf("%q is read as %x, which is written otherwise", s, b)
		}
	})
}
