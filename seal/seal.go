// Package seal encrypts personal data before it reaches a database, and makes
// the keyed blind indexes by which it is found again.
//
// A Keyring holds one data key a day, each wrapped by the master key. Every
// sealed value names its day, so destroying a day's key erases everything of
// that day wherever a copy lies, backups included. What has no day of its own
// (the register, the issuing keys) is sealed under the day Permanent.
//
// A value is bound to its place: the associated data names table, column and
// row, so that a value moved to another row does not open there.
package seal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Permanent is the day of values that no retention period erases.
const Permanent Day = 0

// Day counts days since 1 January 1970, UTC.
type Day int32

// DayOf returns the day of t.
func DayOf(t time.Time) Day { return Day(t.Unix() / 86400) }

// ErrDestroyed means that the key of that day is gone, and the data with it.
var ErrDestroyed = errors.New("seal: the key was destroyed")

// Vault keeps wrapped keys by name. The store implements it.
type Vault interface {
	// WrappedKey returns nil when there is no such key, ErrDestroyed when there was.
	WrappedKey(ctx context.Context, name string) ([]byte, error)
	// KeepKey stores a wrapped key unless one of that name exists.
	KeepKey(ctx context.Context, name string, wrapped []byte) error
}

// Keyring seals, opens and indexes.
type Keyring struct {
	master tink.AEAD
	vault  Vault
	index  *prf.Set
	days   sync.Map // Day → tink.AEAD
}

// Open returns the keyring whose keys lie in the vault, wrapped by the master.
// The first Open on an empty vault makes the index key.
func Open(ctx context.Context, master tink.AEAD, vault Vault) (*Keyring, error) {
	k := &Keyring{master: master, vault: vault}
	handle, err := k.handle(ctx, "index", prf.HMACSHA256PRFKeyTemplate)
	if err != nil {
		return nil, err
	}
	if k.index, err = prf.NewPRFSet(handle); err != nil {
		return nil, fmt.Errorf("index key: %w", err)
	}
	return k, nil
}

// Seal encrypts plain under the key of the day.
func (k *Keyring) Seal(ctx context.Context, day Day, ad, plain []byte) ([]byte, error) {
	a, err := k.dayKey(ctx, day)
	if err != nil {
		return nil, err
	}
	ct, err := a.Encrypt(plain, ad)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(ct)), uint32(day)), ct...), nil
}

// Open decrypts what Seal made with the same associated data.
func (k *Keyring) Open(ctx context.Context, ad, sealed []byte) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, errors.New("seal: not a sealed value")
	}
	a, err := k.dayKey(ctx, Day(binary.BigEndian.Uint32(sealed)))
	if err != nil {
		return nil, err
	}
	plain, err := a.Decrypt(sealed[4:], ad)
	if err != nil {
		return nil, errors.New("seal: the value does not open here")
	}
	return plain, nil
}

// AD names the place of a sealed value.
func AD(table, column string, row []byte) []byte {
	ad := make([]byte, 0, len(table)+len(column)+len(row)+2)
	ad = append(append(ad, table...), 0)
	ad = append(append(ad, column...), 0)
	return append(ad, row...)
}

// Index returns the blind index of a value: 63 keyed bits, the same for the
// same kind and value, telling nothing without the key. Two of a hundred
// million values collide with a chance of 1 in 2,000, so whoever finds a row by
// its index compares the value after opening it.
func (k *Keyring) Index(kind, value string) int64 {
	b := k.Authenticate("index/"+kind, []byte(value))
	return int64(binary.BigEndian.Uint64(b[:8]) >> 1)
}

// Authenticate returns a keyed code of 32 bytes over data for one purpose, for
// tokens that need not be stored.
func (k *Keyring) Authenticate(purpose string, data []byte) [32]byte {
	in := make([]byte, 0, len(purpose)+1+len(data))
	in = append(append(append(in, purpose...), 0), data...)
	out, err := k.index.ComputePrimaryPRF(in, 32)
	if err != nil {
		panic("seal: " + err.Error()) // 32 bytes is what HMAC-SHA-256 gives: it cannot fail
	}
	return [32]byte(out)
}

// Equal compares two codes in constant time.
func Equal(a, b []byte) bool { return hmac.Equal(a, b) }

// Digest is the plain SHA-256 of a high-entropy secret, such as a device token.
func Digest(secret string) []byte {
	d := sha256.Sum256([]byte(secret))
	return d[:]
}

// Forget drops the keys held in memory, so that a destroyed one no longer opens.
func (k *Keyring) Forget() { k.days.Clear() }

// DayKeyName is the name under which a day's key lies in the vault.
func DayKeyName(day Day) string { return fmt.Sprintf("day/%d", day) }

func (k *Keyring) dayKey(ctx context.Context, day Day) (tink.AEAD, error) {
	if a, ok := k.days.Load(day); ok {
		return a.(tink.AEAD), nil
	}
	handle, err := k.handle(ctx, DayKeyName(day), aead.AES256GCMNoPrefixKeyTemplate)
	if err != nil {
		return nil, err
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	k.days.Store(day, a)
	return a, nil
}

// handle loads a key, making it first where there is none. Two may make one at
// the same time: the vault keeps the first, and both load that. A key that is
// there is loaded without waiting for whoever makes another: that may be waiting
// for the very transaction which asks.
func (k *Keyring) handle(ctx context.Context, name string, template keyTemplate) (*keyset.Handle, error) {
	wrapped, err := k.vault.WrappedKey(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	if wrapped == nil {
		if err := k.make(ctx, name, template); err != nil {
			return nil, fmt.Errorf("make key %s: %w", name, err)
		}
		if wrapped, err = k.vault.WrappedKey(ctx, name); err != nil {
			return nil, fmt.Errorf("key %s: %w", name, err)
		}
	}
	h, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), k.master, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("key %s does not open with this master key", name)
	}
	return h, nil
}

func (k *Keyring) make(ctx context.Context, name string, template keyTemplate) error {
	h, err := keyset.NewHandle(template())
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := h.WriteWithAssociatedData(keyset.NewBinaryWriter(&buf), k.master, []byte(name)); err != nil {
		return err
	}
	return k.vault.KeepKey(ctx, name, buf.Bytes())
}
