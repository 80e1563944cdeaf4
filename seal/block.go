package seal

import (
	"crypto/aes"
	"crypto/cipher"
)

// Block returns a cipher of single blocks for one purpose. It hides
// identifiers: each is 16 bytes and there is no other like it, so that one
// block needs no nonce, and what comes out tells nothing, not even the time
// that a UUIDv7 holds.
func (k *Keyring) Block(purpose string) cipher.Block {
	key := k.Authenticate("block/"+purpose, nil)
	b, err := aes.NewCipher(key[:])
	if err != nil {
		panic("seal: " + err.Error()) // 32 bytes is a key of AES-256: it cannot fail
	}
	return b
}
