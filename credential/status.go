package credential

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"sync"
)

// Bounds of the status lists in a bundle. Eight million passes a day is more
// than Viet Nam has ever moved; a scanner unpacks at most 8 MiB.
const (
	MaxStatusSize  = 1 << 23 // places on one day's list
	maxStatusLists = 8       // 72 hours touch four days of UTC; clocks differ
)

// StatusList says which of the passes issued on one day are revoked: a bit for
// each place, the least significant bit of a byte first, as in the IETF Token
// Status List. In a bundle it is deflated (RFC 1950).
type StatusList struct {
	Day  int64 // days since 1970, UTC, of the passes' time of issue
	size int
	bits []byte
}

// NewStatusList returns a list of size places, none of them revoked.
func NewStatusList(day int64, size int) *StatusList {
	size = max(0, min(size, MaxStatusSize))
	return &StatusList{day, size, make([]byte, (size+7)/8)}
}

// Size returns the number of places.
func (l *StatusList) Size() int { return l.size }

// Covers reports whether the list says anything about place i.
func (l *StatusList) Covers(i uint32) bool { return int64(i) < int64(l.size) }

// Set marks place i as revoked; a place beyond the list is ignored.
func (l *StatusList) Set(i uint32) {
	if l.Covers(i) {
		l.bits[i/8] |= 1 << (i % 8)
	}
}

// Get reports whether place i is revoked; beyond the list none is.
func (l *StatusList) Get(i uint32) bool {
	return l.Covers(i) && l.bits[i/8]&(1<<(i%8)) != 0
}

// packLevel, for a million places of which one in a thousand is revoked, takes
// 5 ms and leaves 2.4 kB; level 9 takes 50 ms and leaves 2.1 kB, level 6 takes
// 1 ms and leaves 2.9 kB.
const packLevel = 8

// wireStatus is a status list as the bundle carries it.
type wireStatus struct {
	Day  int64  `cbor:"1,keyasint"`
	Size int    `cbor:"2,keyasint"`
	Bits []byte `cbor:"3,keyasint"` // zlib
}

func (l *StatusList) pack() wireStatus {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, packLevel) // the level is valid
	z.Write(l.bits)                            // a Buffer never fails
	z.Close()
	return wireStatus{l.Day, l.size, b.Bytes()}
}

func (w wireStatus) unpack() (*StatusList, error) {
	if w.Size < 0 || w.Size > MaxStatusSize {
		return nil, fmt.Errorf("status list of %d places", w.Size)
	}
	l := NewStatusList(w.Day, w.Size)
	bits, err := inflate(w.Bits, len(l.bits))
	if err != nil {
		return nil, fmt.Errorf("status list: %w", err)
	}
	if len(bits) != len(l.bits) {
		return nil, fmt.Errorf("status list of %d places in %d bytes", w.Size, len(bits))
	}
	l.bits = bits
	return l, nil
}

// inflaters keeps zlib readers, whose windows of 40 kB are most of what reading
// a certificate would allocate.
var inflaters sync.Pool

// inflate unpacks zlib data to at most max bytes. Nothing may follow the data, as
// browsers have it.
func inflate(data []byte, max int) ([]byte, error) {
	packed := bytes.NewReader(data)
	z, ok := inflaters.Get().(io.ReadCloser)
	var err error
	if ok {
		err = z.(zlib.Resetter).Reset(packed, nil)
	} else {
		z, err = zlib.NewReader(packed)
	}
	if err != nil {
		return nil, err
	}
	defer inflaters.Put(z)
	out, err := io.ReadAll(io.LimitReader(z, int64(max)+1))
	if err != nil {
		return nil, err
	}
	if len(out) > max {
		return nil, fmt.Errorf("unpacks to more than %d bytes", max)
	}
	if packed.Len() > 0 {
		return nil, fmt.Errorf("%d bytes follow the data", packed.Len())
	}
	return out, nil
}
