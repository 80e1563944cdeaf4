package seal

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// ErrTicket means that a ticket is not ours, was made for something else, or is
// too old.
var ErrTicket = errors.New("seal: not a ticket of ours")

// Ticket encrypts what a browser carries for us between two requests, so that
// nothing unfinished is kept on the server. purpose separates uses.
func (k *Keyring) Ticket(ctx context.Context, purpose string, now time.Time, plain []byte) (string, error) {
	stamped := append(binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli())), plain...)
	sealed, err := k.Seal(ctx, DayOf(now), AD("form", purpose, nil), stamped)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// OpenTicket reads what Ticket made for the same purpose, unless it is older
// than maxAge.
func (k *Keyring) OpenTicket(ctx context.Context, purpose, ticket string, now time.Time, maxAge time.Duration) ([]byte, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil || len(raw) < 4 || !recent(Day(binary.BigEndian.Uint32(raw)), now, maxAge) {
		return nil, ErrTicket
	}
	plain, err := k.Open(ctx, AD("form", purpose, nil), raw)
	if err != nil || len(plain) < 8 {
		return nil, ErrTicket
	}
	made := time.UnixMilli(int64(binary.BigEndian.Uint64(plain)))
	if now.Sub(made) > maxAge {
		return nil, ErrTicket
	}
	return plain[8:], nil
}

// recent keeps a stranger's made-up day from creating a key for that day.
func recent(d Day, now time.Time, maxAge time.Duration) bool {
	today := DayOf(now)
	return d <= today && d >= today-Day(maxAge/(24*time.Hour))-1 && d != Permanent
}
