// Package notify sends messages to the systems of others, signed as Standard
// Webhooks says (standardwebhooks.com): a JSON body, and three headers that name
// the message, the moment and the signature.
//
//	webhook-id: 019ab8f2-…              the same on every try
//	webhook-timestamp: 1764032400       seconds; a receiver refuses what is five minutes off
//	webhook-signature: v1,…  v1,…       HMAC-SHA256 of "id.timestamp.body", one for each secret
//
// An administrator may type any address, and a name may change what it points
// at after it was typed. So [Sender] looks at each address at the moment of
// dialling and refuses what is not public: loopback, private networks, the
// metadata service of a cloud. It follows no redirect, uses no proxy, waits ten
// seconds and reads 64 kB.
//
// It hands texts for plain phones to a [Gateway] too.
package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"anlo"
)

// Message is what is sent. Its ID stays the same on every try, so that a
// receiver recognises what it already has.
type Message struct {
	ID   anlo.ID
	At   time.Time // of this try
	Body []byte
}

// Secret is the key that sender and receiver share.
type Secret []byte

const secretPrefix = "whsec_"

// NewSecret makes one.
func NewSecret() Secret {
	s := make(Secret, 32)
	rand.Read(s)
	return s
}

// errSecret says no more: what was typed is a secret.
var errSecret = &anlo.Error{Kind: anlo.Invalid, Code: "webhook.secret"}

// ParseSecret reads what Text writes: whsec_ and 24 to 64 bytes in base64.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	s, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(s) < 24 || len(s) > 64 {
		return nil, errSecret
	}
	return s, nil
}

// Text is the secret in the form in which a receiver is given it.
func (s Secret) Text() string { return secretPrefix + base64.StdEncoding.EncodeToString(s) }

// String keeps secrets out of logs.
func (s Secret) String() string { return "***" }

// GoString does the same for %#v.
func (s Secret) GoString() string { return "***" }

func (s Secret) sign(id, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, s)
	h.Write([]byte(id + "." + timestamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

// Sign returns the headers of a message. While a secret is being replaced, the
// old and the new one sign alike.
func Sign(m Message, secrets ...Secret) http.Header {
	id, timestamp := m.ID.String(), strconv.FormatInt(m.At.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(s.sign(id, timestamp, m.Body))
	}
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", timestamp)
	h.Set("webhook-signature", strings.Join(signatures, " "))
	return h
}

// tolerance is how far the clocks of sender and receiver may be apart.
const tolerance = 5 * time.Minute

var errSignature = &anlo.Error{Kind: anlo.Unsigned, Code: "webhook.signature"}

// Verify checks, for a receiver that is written in Go, that a request was
// signed with one of the secrets, and just now.
func Verify(h http.Header, body []byte, now time.Time, secrets ...Secret) error {
	id, timestamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return errSignature
	}
	for part := range strings.FieldsSeq(h.Get("webhook-signature")) {
		encoded, ok := strings.CutPrefix(part, "v1,")
		if !ok {
			continue // of another scheme
		}
		given, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			continue
		}
		for _, s := range secrets {
			if hmac.Equal(given, s.sign(id, timestamp, body)) {
				return nil
			}
		}
	}
	return errSignature
}
