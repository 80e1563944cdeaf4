package app

import (
	"crypto/sha256"
	"testing"
)

// Every place of a block is given exactly once, and not in order.
func TestShuffleIsAPermutation(t *testing.T) {
	for _, seed := range []string{"", "a", "b"} {
		key := sha256.Sum256([]byte(seed))
		seen := make([]bool, 1<<blockBits)
		follow := 0
		for i := range 1 << blockBits {
			p := shuffle(key, uint16(i))
			if seen[p] {
				t.Fatalf("place %d is given twice", p)
			}
			seen[p] = true
			if i > 0 && p == shuffle(key, uint16(i-1))+1 {
				follow++
			}
		}
		if follow > 20 {
			t.Errorf("%d places follow their predecessor", follow)
		}
	}
}
