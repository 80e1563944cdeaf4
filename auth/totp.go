package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// Codes of authenticators are those of RFC 6238 with what every application
// understands: SHA-1, 30 seconds, six digits. The algorithm is shorter than a
// call of a library that would also tell us which step a code belongs to.
const (
	totpStep   = 30
	totpWindow = 1 // steps that a clock may be wrong
)

var base32NoPad = base32.StdEncoding.WithPadding(base32.NoPadding)

// newTOTP makes a secret of 160 bits, as authenticators show and take it.
func newTOTP() string {
	key := make([]byte, 20)
	rand.Read(key)
	return base32NoPad.EncodeToString(key)
}

// TOTP is the code that an authenticator with a secret shows; "" for what is
// none.
func TOTP(secret string, now time.Time) string {
	key, err := base32NoPad.DecodeString(secret)
	if err != nil {
		return ""
	}
	return totpCode(key, now.Unix()/totpStep)
}

// totpCode is the code of one step.
func totpCode(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// totpMatch returns the step that a code belongs to, of those around now; false
// when it is wrong.
func totpMatch(secret, code string, now time.Time) (step int64, ok bool) {
	key, err := base32NoPad.DecodeString(secret)
	if err != nil || len(code) != 6 {
		return 0, false
	}
	current := now.Unix() / totpStep
	for s := current - totpWindow; s <= current+totpWindow; s++ {
		if hmac.Equal([]byte(totpCode(key, s)), []byte(code)) {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpURL is what the QR code says that an authenticator reads.
func totpURL(login, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"An Lo"}}
	return "otpauth://totp/" + url.PathEscape("An Lo:"+login) + "?" + q.Encode()
}
