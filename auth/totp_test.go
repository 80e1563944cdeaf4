package auth

import (
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, cut to six digits.
func TestTOTPVectors(t *testing.T) {
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpCode([]byte("12345678901234567890"), at/totpStep); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestTOTPWindow(t *testing.T) {
	secret := newTOTP()
	key, _ := base32NoPad.DecodeString(secret)
	now := time.Unix(1_795_000_010, 0)
	for late, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		step := now.Unix()/totpStep + late
		if got, ok := totpMatch(secret, totpCode(key, step), now); ok != want || ok && got != step {
			t.Errorf("%d steps away: %v %d", late, ok, got)
		}
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef", "１２３４５６"} {
		if _, ok := totpMatch(secret, code, now); ok {
			t.Errorf("%q is taken", code)
		}
	}
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0": "Edge, Windows",
		"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":              "Chrome, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1":               "Safari, iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                "Firefox, Linux",
		"curl/8": "",
		"":       "",
	} {
		if got := device(agent); got != want {
			t.Errorf("%q is %q", agent, got)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0")
	f.Fuzz(func(t *testing.T, agent string) {
		if len(device(agent)) > 40 {
			t.Error("a label that repeats what was sent")
		}
	})
}
