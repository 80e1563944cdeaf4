package app

import (
	"context"
	"encoding/binary"
	"sync"
)

// Places on a day's status list are handed out by a counter in the database,
// reserved a thousand at a time, and then shuffled inside blocks of 65,536 by a
// keyed permutation: the list stays short, and a place does not tell how many
// passes were issued before it.
const (
	reservation = 1 << 10
	blockBits   = 16
)

type statusPlaces struct {
	mu        sync.Mutex
	day       int64
	next, end int64
	key       [32]byte // of the day and block that next lies in
}

// take returns a free place on the status list of the day.
func (s *statusPlaces) take(ctx context.Context, a *App, day int64) (uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.day != day || s.next == s.end {
		first, err := a.Store.ReserveStatus(ctx, day, reservation)
		if err != nil {
			return 0, err
		}
		s.day, s.next, s.end = day, first, first+reservation // a reservation never crosses a block
		in := binary.BigEndian.AppendUint64(nil, uint64(day))
		s.key = a.Seal.Authenticate("status-place", binary.BigEndian.AppendUint64(in, uint64(first>>blockBits)))
	}
	n := s.next
	s.next++
	return uint32(n>>blockBits<<blockBits) | uint32(shuffle(s.key, uint16(n))), nil
}

// shuffle is a four-round Feistel network over 16 bits.
func shuffle(key [32]byte, n uint16) uint16 {
	left, right := uint8(n>>8), uint8(n)
	for round := range 4 {
		x := uint32(right)*0x9e3779b1 + binary.BigEndian.Uint32(key[4*round:])
		x ^= x >> 15
		x *= 0x85ebca6b
		x ^= x >> 13
		left, right = right, left^uint8(x)
	}
	return uint16(left)<<8 | uint16(right)
}

// statusSize is the length in bits of a day's list when its counter is at next.
func statusSize(next int64) int64 {
	return (next + 1<<blockBits - 1) >> blockBits << blockBits
}
