package credential

import "errors"

// base45Letters is the alphabet of RFC 9285, section 4.2: the characters of a
// QR code's alphanumeric mode.
const base45Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// errBase45 says that a text is not base45.
var errBase45 = errors.New("base45: malformed text")

// base45Values holds the value of each byte, 0xff for those outside the
// alphabet.
var base45Values = func() (v [256]byte) {
	for i := range v {
		v[i] = 0xff
	}
	for i := range len(base45Letters) {
		v[base45Letters[i]] = byte(i)
	}
	return v
}()

// base45Len is the length of n bytes in base45.
func base45Len(n int) int { return n/2*3 + n%2*2 }

// AppendBase45 appends src in base45 (RFC 9285) to dst. The last character is
// never a space: the highest digit of a pair of bytes is at most "W", of a
// single byte "5". So a text that lost its surrounding white space lost nothing.
func AppendBase45(dst, src []byte) []byte {
	for ; len(src) >= 2; src = src[2:] {
		n := uint(src[0])<<8 | uint(src[1])
		dst = append(dst, base45Letters[n%45], base45Letters[n/45%45], base45Letters[n/2025])
	}
	if len(src) == 1 {
		n := uint(src[0])
		dst = append(dst, base45Letters[n%45], base45Letters[n/45])
	}
	return dst
}

// DecodeBase45 returns the bytes of a base45 text. It refuses everything that
// AppendBase45 does not write: other characters, lower case, an impossible
// length, and groups that stand for more than their bytes hold.
func DecodeBase45(s string) ([]byte, error) {
	if len(s)%3 == 1 {
		return nil, errBase45
	}
	out := make([]byte, 0, len(s)/3*2+1)
	for ; len(s) >= 3; s = s[3:] {
		c, d, e := base45Values[s[0]], base45Values[s[1]], base45Values[s[2]]
		n := uint(c) + 45*uint(d) + 2025*uint(e)
		if c|d|e >= 0x80 || n > 0xffff {
			return nil, errBase45
		}
		out = append(out, byte(n>>8), byte(n))
	}
	if len(s) == 2 {
		c, d := base45Values[s[0]], base45Values[s[1]]
		n := uint(c) + 45*uint(d)
		if c|d >= 0x80 || n > 0xff {
			return nil, errBase45
		}
		out = append(out, byte(n))
	}
	return out, nil
}
