package notify

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"anlo"
)

var now = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

// The example of the specification.
func TestVector(t *testing.T) {
	s, err := ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := s.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; b64(got) != want {
		t.Errorf("%s, want %s", b64(got), want)
	}
}

func b64(b []byte) string { return strings.TrimPrefix(Secret(b).Text(), secretPrefix) }

func TestSignAndVerify(t *testing.T) {
	old, fresh := NewSecret(), NewSecret()
	m := Message{anlo.NewID(now), now, []byte(`{"type":"notice.created"}`)}
	both := Sign(m, fresh, old)
	for _, s := range []Secret{old, fresh} { // while one replaces the other, a receiver may have either
		if err := Verify(both, m.Body, now.Add(4*time.Minute), s); err != nil {
			t.Error(err)
		}
	}
	for name, err := range map[string]error{
		"another secret": Verify(both, m.Body, now, NewSecret()),
		"no secret":      Verify(both, m.Body, now),
		"another body":   Verify(both, []byte("{}"), now, fresh),
		"too late":       Verify(both, m.Body, now.Add(6*time.Minute), fresh),
		"too early":      Verify(both, m.Body, now.Add(-6*time.Minute), fresh),
		"another id": func() error {
			h := both.Clone()
			h.Set("webhook-id", anlo.NewID(now).String())
			return Verify(h, m.Body, now, fresh)
		}(),
		"no headers": Verify(nil, m.Body, now, fresh),
	} {
		if anlo.KindOf(err) != anlo.Unsigned {
			t.Errorf("%s: %v", name, err)
		}
	}
	if fmt.Sprintf("%v %#v", fresh, fresh) != "*** ***" {
		t.Error("a secret can be printed")
	}
}

func TestParseSecret(t *testing.T) {
	s := NewSecret()
	if back, err := ParseSecret(s.Text()); err != nil || string(back) != string(s) {
		t.Errorf("%v", err)
	}
	for _, wrong := range []string{"", "whsec_", s.Text()[1:], "whsec_AAAA", s.Text() + "A", "whsec_" + strings.Repeat("A", 200)} {
		if _, err := ParseSecret(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// The library that the authors of the standard give to receivers accepts what
// we sign, and refuses what somebody changed.
func TestTheirLibraryVerifies(t *testing.T) {
	if _, err := os.Stat("../node_modules/standardwebhooks"); err != nil {
		t.Fatal("the tests need standardwebhooks; `npm ci` gets it: ", err)
	}
	old, fresh := NewSecret(), NewSecret()
	m := Message{anlo.NewID(now), time.Now(), []byte(`{"type":"notice.created","data":{"place":"Hàng Bài"}}`)}
	h := Sign(m, fresh, old)
	const script = `import { Webhook } from "standardwebhooks"
const [secret, body, id, timestamp, signature] = process.argv.slice(1)
console.log(JSON.stringify(new Webhook(secret).verify(body, { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature })))`
	verify := func(s Secret, body string) (string, error) {
		cmd := exec.Command("node", "--input-type=module", "-e", script, "--", s.Text(), body, h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature"))
		cmd.Dir = ".."
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	for _, s := range []Secret{old, fresh} {
		if got, err := verify(s, string(m.Body)); err != nil || got != string(m.Body) {
			t.Errorf("%q %v", got, err)
		}
	}
	if _, err := verify(fresh, strings.Replace(string(m.Body), "created", "changed", 1)); err == nil {
		t.Error("a changed body was accepted")
	}
}

// Whatever headers somebody sends, they prove nothing without the secret.
func FuzzVerify(f *testing.F) {
	s := NewSecret()
	m := Message{anlo.NewID(now), now, []byte("{}")}
	h := Sign(m, s)
	f.Add(h.Get("webhook-id"), h.Get("webhook-timestamp"), h.Get("webhook-signature"), "{}")
	f.Add("x", "9223372036854775807", "v1,AAAA v1, v1a,AA== ,", "")
	other := NewSecret()
	f.Fuzz(func(t *testing.T, id, timestamp, signature, body string) {
		h := map[string][]string{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {signature}}
		if Verify(h, []byte(body), now, other) == nil {
			t.Error("verified without the secret")
		}
	})
}
