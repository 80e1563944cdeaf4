package anlo

import (
	"crypto/rand"
	"strings"
)

// codeLetters are the digits of Crockford's base32 (crockford.com/base32.html):
// no I, L, O or U, so that nobody reads one for another aloud or off a screen.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength makes 40 bits: short enough to type with gloves, too long to guess
// where tries are limited.
const codeLength = 8

// NewCode makes a random code that people type: "K7QM3XPD".
func NewCode() string {
	var b [codeLength]byte
	rand.Read(b[:])
	return CodeOf(b)
}

// CodeOf is the code that as many bytes stand for, five bits of each.
func CodeOf(b [codeLength]byte) string {
	for i := range b {
		b[i] = codeLetters[b[i]%32]
	}
	return string(b[:])
}

// ParseCode reads a code as somebody types it: small letters, hyphens and
// blanks anywhere, I and L for 1, O for 0.
func ParseCode(typed string) (code string, ok bool) {
	if len(typed) > 4*codeLength {
		return "", false
	}
	code = codeTyped.Replace(strings.ToUpper(typed))
	if len(code) != codeLength || strings.Trim(code, codeLetters) != "" {
		return "", false
	}
	return code, true
}

var codeTyped = strings.NewReplacer("-", "", " ", "", "\u00a0", "", "I", "1", "L", "1", "O", "0")

// ShowCode writes a code in two groups: "K7QM-3XPD".
func ShowCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:]
}
