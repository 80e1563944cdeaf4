package app_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/binary"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/credential"
)

// findCard reads a list as its description says: the text of the pass of a card,
// "" when the list has none.
func findCard(t *testing.T, list []byte, number string) string {
	t.Helper()
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	unseal := func(key, sealed []byte) []byte {
		block, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		return must(gcm.Open(nil, make([]byte, 12), sealed, nil))
	}
	if string(list[:4]) != "ALC1" {
		t.Fatalf("this begins with %q", list[:4])
	}
	iterations, salt, nonce := int(binary.BigEndian.Uint32(list[20:])), list[24:40], list[40:56]
	entries := list[60:][:44*binary.BigEndian.Uint32(list[56:])]
	passes := list[60+len(entries):]
	derived := must(hkdf.Key(sha256.New, must(pbkdf2.Key(sha256.New, number, salt, iterations, 32)), nonce, "anlo cards 1", 24))
	for ; len(entries) > 0; entries = entries[44:] {
		if bytes.Equal(entries[:8], derived[:8]) {
			place := unseal(derived[8:], entries[8:44])
			at := passes[binary.BigEndian.Uint32(place):]
			message := unseal(place[4:], at[2:2+binary.BigEndian.Uint16(at)])
			return credential.Prefix + string(credential.AppendBase45(nil, message))
		}
	}
	return ""
}

var operator = anlo.Actor{Role: anlo.Operator}

func TestCardsWithoutANetwork(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		cards := func() []byte {
			t.Helper()
			list, err := a.Cards(t.Context(), officer)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		refresh := func() []byte {
			t.Helper()
			clock.Add(10 * time.Minute)
			if _, err := a.Route(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := a.RefreshCards(t.Context()); err != nil {
				t.Fatal(err)
			}
			return cards()
		}
		if list := cards(); list != nil {
			t.Errorf("a list of %d bytes where the post allows none", len(list))
		}
		if err := a.SetCardHours(t.Context(), operator, officer.Device.Checkpoint.ID, 4); err != nil {
			t.Fatal(err)
		}
		if n := binary.BigEndian.Uint32(cards()[56:]); n != 0 {
			t.Errorf("%d cards before anybody has declared", n)
		}
		old := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh))
		clock.Add(time.Second)
		both := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
		later := anlotest.Declaration(clock.Now(), stranger("001090000001"))
		later.Trip.DepartsAt = clock.Now().Add(6 * time.Hour)
		declare(t, a, later)
		elsewhere := anlotest.Declaration(clock.Now(), stranger("001090000002"))
		elsewhere.Trip.Origin.Commune, elsewhere.Trip.Destination.Commune = haiChau, haiChau
		declare(t, a, elsewhere)
		withOld := anlotest.Declaration(clock.Now(), stranger("001090000003"))
		withOld.Travellers[0].Document = anlo.Document{Kind: anlo.CMND, Number: "123456789", Country: "VN"}
		oldCard := declare(t, a, withOld)
		if n := binary.BigEndian.Uint32(cards()[56:]); n != 0 {
			t.Errorf("the list was made anew within ten minutes")
		}
		list := refresh()
		for number, want := range map[string]string{anlotest.An.Number: both.PartyPass.QR, anlotest.Binh.Number: both.PartyPass.QR, "123456789": oldCard.Passes[0].QR,
			"001090000001": "", "001090000002": "", "001090000003": "", "001090123457": ""} {
			if got := findCard(t, list, number); got != want {
				t.Errorf("%s: %q, want %q", number, got, want)
			}
		}
		if until := time.Unix(int64(binary.BigEndian.Uint64(list[12:])), 0); !until.Equal(clock.Now().Add(4 * time.Hour)) {
			t.Errorf("good until %v", until)
		}
		if len(list) > 2000 {
			t.Errorf("%d bytes for two passes: that of a party is there more than once", len(list))
		}
		owner, err := a.OpenLink(both.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		list = refresh()
		if got := findCard(t, list, anlotest.Binh.Number); got != old.Passes[0].QR {
			t.Errorf("the newer one cancelled: %q", got)
		}
		if got := findCard(t, list, anlotest.An.Number); got != "" {
			t.Errorf("cancelled: %q", got)
		}
		clock.Add(12 * time.Hour) // past midnight: another salt
		if again := refresh(); bytes.Equal(again[24:40], list[24:40]) || findCard(t, again, anlotest.Binh.Number) != old.Passes[0].QR {
			t.Error("on the next day the salt is the same, or the cards are not found")
		}
		if _, err := a.Cards(t.Context(), anlotest.Citizen); anlo.KindOf(err) != anlo.Forbidden {
			t.Errorf("a citizen: %v", err)
		}
	})
}

// stranger is somebody whom the register does not know.
func stranger(number string) anlo.Registered {
	p := anlotest.An
	p.Number, p.OldNumber, p.FullName = number, "", "Lê Văn Lạ"
	return p
}

// Whoever has the file and no card learns how many passes it holds, and how
// long each is.
func TestCardsTellNothingWithoutACard(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	officer, _ := anlotest.Post(t, a)
	if err := a.SetCardHours(t.Context(), operator, officer.Device.Checkpoint.ID, 4); err != nil {
		t.Fatal(err)
	}
	r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	if _, err := a.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := a.Cards(t.Context(), officer)
	if err != nil {
		t.Fatal(err)
	}
	message, err := credential.DecodeBase45(r.Passes[0].QR[4:])
	if err != nil {
		t.Fatal(err)
	}
	id := r.Passes[0].ID
	for name, part := range map[string][]byte{"the pass": message[:16], "the name": []byte("Nguyễn"), "the number": []byte(anlotest.An.Number), "the plate": []byte("29A12345"), "its id": id[8:]} {
		if bytes.Contains(list, part) {
			t.Errorf("%s stands in the file", name)
		}
	}
	if findCard(t, list, anlotest.An.Number) != r.Passes[0].QR {
		t.Error("with the card the pass is not found either")
	}
}
