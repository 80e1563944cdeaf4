package credential

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// Major types of CBOR (RFC 8949, section 3.1) that passes and envelopes use.
const (
	cborUint  = 0 << 5
	cborNint  = 1 << 5
	cborBytes = 2 << 5
	cborText  = 3 << 5
	cborArray = 4 << 5
	cborMap   = 5 << 5
	cborTag   = 6 << 5
)

// appendHead appends the head of a CBOR item in its shortest form.
func appendHead(dst []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(dst, major|byte(n))
	case n < 1<<8:
		return append(dst, major|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, major|25), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(dst, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), n)
}

func appendBytes(dst, b []byte) []byte {
	return append(appendHead(dst, cborBytes, uint64(len(b))), b...)
}

func appendText(dst []byte, s string) []byte {
	return append(appendHead(dst, cborText, uint64(len(s))), s...)
}

// cursor reads CBOR of a known shape from the left. Every head must have its
// shortest form. After the first surprise bad is set and everything reads as
// zero, so callers ask once, at the end.
type cursor struct {
	rest []byte
	bad  bool
}

// head reads the head of an item of the given major type whose argument is at
// most max.
func (c *cursor) head(major byte, max uint64) uint64 {
	if len(c.rest) == 0 || c.rest[0]&0xe0 != major {
		c.bad = true
		return 0
	}
	n, size := uint64(c.rest[0]&0x1f), 1
	if n >= 24 {
		if n > 27 || len(c.rest) < 1+1<<(n-24) {
			c.bad = true
			return 0
		}
		size += 1 << (n - 24)
		n = 0
		for _, b := range c.rest[1:size] {
			n = n<<8 | uint64(b)
		}
		// The shortest form: the next smaller one could not hold the number.
		if size == 2 && n < 24 || size > 2 && n>>(4*(size-1)) == 0 {
			c.bad = true
			return 0
		}
	}
	if c.bad || n > max {
		c.bad = true
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

// take returns the next n bytes.
func (c *cursor) take(n uint64) []byte {
	if c.bad || n > uint64(len(c.rest)) {
		c.bad = true
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

// literal reads bytes that can only be these.
func (c *cursor) literal(want string) {
	if !bytes.Equal(c.take(uint64(len(want))), []byte(want)) {
		c.bad = true
	}
}

func (c *cursor) uint(max uint64) uint64  { return c.head(cborUint, max) }
func (c *cursor) bytes(max uint64) []byte { return c.take(c.head(cborBytes, max)) }

// text reads valid UTF-8 of at most max bytes.
func (c *cursor) text(max uint64) string {
	b := c.take(c.head(cborText, max))
	if !utf8.Valid(b) {
		c.bad = true
		return ""
	}
	return string(b)
}

// done reports whether everything was as expected and nothing is left.
func (c *cursor) done() bool { return !c.bad && len(c.rest) == 0 }
