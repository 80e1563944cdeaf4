package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestTicket(t *testing.T) {
	v := &mapVault{m: map[string][]byte{}}
	k := open(t, filepath.Join(t.TempDir(), "master.key"), v)
	ctx, now := t.Context(), time.Unix(1_795_000_000, 0)
	ticket, err := k.Ticket(ctx, "sign-in", now, []byte("who"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := k.OpenTicket(ctx, "sign-in", ticket, now.Add(time.Minute), time.Minute); err != nil || !bytes.Equal(plain, []byte("who")) {
		t.Errorf("%q %v", plain, err)
	}
	keys := len(v.m)
	otherDay := base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, 1)) + ticket[6:]
	letter := "A"
	if ticket[20] == 'A' {
		letter = "B"
	}
	altered := ticket[:20] + letter + ticket[21:]
	for name, open := range map[string]func() ([]byte, error){
		"too old": func() ([]byte, error) {
			return k.OpenTicket(ctx, "sign-in", ticket, now.Add(time.Minute+time.Millisecond), time.Minute)
		},
		"for something else": func() ([]byte, error) { return k.OpenTicket(ctx, "draft", ticket, now, time.Minute) },
		"altered": func() ([]byte, error) {
			return k.OpenTicket(ctx, "sign-in", altered, now, time.Minute)
		},
		"cut":            func() ([]byte, error) { return k.OpenTicket(ctx, "sign-in", ticket[:8], now, time.Minute) },
		"of another day": func() ([]byte, error) { return k.OpenTicket(ctx, "sign-in", otherDay, now, time.Minute) },
		"none":           func() ([]byte, error) { return k.OpenTicket(ctx, "sign-in", "", now, time.Minute) },
	} {
		if plain, err := open(); !errors.Is(err, ErrTicket) {
			t.Errorf("%s: %q %v", name, plain, err)
		}
	}
	if len(v.m) != keys {
		t.Error("a ticket that is not ours made a key")
	}
}
