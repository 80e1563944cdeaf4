package anlo

import (
	"log/slog"
	"strings"
)

// ShortCode stands for a declaration in a text message: eight characters of
// Crockford's base 32, 40 bits. Whoever has it can have it judged at a post and
// learns nothing by it themselves.
type ShortCode string

// crockford has no I, L, O and U: they are read as 1 and 0, or spell words.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewShortCode writes 40 bits as a code.
func NewShortCode(bits [5]byte) ShortCode {
	var n uint64
	for _, b := range bits {
		n = n<<8 | uint64(b)
	}
	var c [8]byte
	for i := range c {
		c[7-i] = crockford[n&31]
		n >>= 5
	}
	return ShortCode(c[:])
}

// ParseShortCode reads what somebody typed: small letters, spaces and hyphens
// are forgiven, and so are I, L and O for the digits they look like.
func ParseShortCode(s string) (ShortCode, error) {
	bad := &Error{Kind: Invalid, Code: "short-code.malformed"}
	if len(s) > 40 {
		return "", bad
	}
	s = strings.ToUpper(strings.Map(dropSeparators, strings.TrimSpace(s)))
	s = strings.NewReplacer("I", "1", "L", "1", "O", "0").Replace(s)
	if len(s) != 8 || strings.Trim(s, crockford) != "" {
		return "", bad
	}
	return ShortCode(s), nil
}

// Shown is the code as people read it: "7K3M-9QXP".
func (c ShortCode) Shown() string { return string(c[:4]) + "-" + string(c[4:]) }

// String and LogValue keep codes out of logs: who has one has a pass.
func (c ShortCode) String() string { return "code ***" }

// LogValue implements slog.LogValuer.
func (c ShortCode) LogValue() slog.Value { return slog.StringValue(c.String()) }
