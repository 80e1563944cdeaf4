package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

var site = &url.URL{Scheme: "https", Host: "anlo.example"}

// key is a security key in software.
type key struct {
	t      *testing.T
	secret *ecdsa.PrivateKey
	id     []byte
	user   []byte
	count  uint32
	origin string
	verify bool // makes sure of its owner
}

func newSecurityKey(t *testing.T) *key {
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &key{t: t, secret: secret, id: []byte(rand.Text()), origin: "https://anlo.example", verify: true}
}

var base64url = base64.RawURLEncoding.EncodeToString

// data are the authenticator's words about itself.
func (k *key) data(rp string, more byte) []byte {
	hash := sha256.Sum256([]byte(rp))
	flags := 1 | more
	if k.verify {
		flags |= 4
	}
	k.count++
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.count)
}

func (k *key) client(kind, challenge string) []byte {
	text, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	return text
}

// make answers a question that begins with a passkey.
func (k *key) make(q auth.Question) string {
	k.t.Helper()
	var o struct {
		Challenge string
		RP        struct{ ID string }
		User      struct{ ID string }
	}
	if err := json.Unmarshal([]byte(q.Options), &o); err != nil {
		k.t.Fatal(err)
	}
	k.user, _ = base64.RawURLEncoding.DecodeString(o.User.ID)
	point, err := k.secret.PublicKey.Bytes()
	if err != nil {
		k.t.Fatal(err)
	}
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		k.t.Fatal(err)
	}
	data := append(k.data(o.RP.ID, 0x40), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(k.id))), k.id...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(data, public...)})
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]string{"clientDataJSON": base64url(k.client("webauthn.create", o.Challenge)), "attestationObject": base64url(object)})
}

// sign answers a question for the use of a passkey.
func (k *key) sign(q auth.Question) string {
	k.t.Helper()
	var o struct{ Challenge, RPID string }
	if err := json.Unmarshal([]byte(q.Options), &o); err != nil {
		k.t.Fatal(err)
	}
	client, data := k.client("webauthn.get", o.Challenge), k.data(o.RPID, 0)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.secret, digest[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]string{"clientDataJSON": base64url(client), "authenticatorData": base64url(data),
		"signature": base64url(signature), "userHandle": base64url(k.user)})
}

func (k *key) answer(response map[string]string) string {
	text, _ := json.Marshal(map[string]any{"id": base64url(k.id), "rawId": base64url(k.id), "type": "public-key",
		"clientExtensionResults": map[string]any{}, "response": response})
	return string(text)
}

// addKey gives an officer a passkey.
func addKey(t *testing.T, in *auth.Auth, s auth.Session, k *key) error {
	t.Helper()
	q, err := in.NewPasskey(t.Context(), s, site, "Khóa USB", password)
	if err != nil {
		t.Fatal(err)
	}
	return in.AddPasskey(t.Context(), s, site, q.Ticket, k.make(q))
}

func ask(t *testing.T, in *auth.Auth) auth.Question {
	t.Helper()
	q, err := in.AskPasskey(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// whole is a sign-in with nothing but the key.
func (k *key) whole(in *auth.Auth) (auth.Entered, error) {
	k.t.Helper()
	q := ask(k.t, in)
	return in.SignInPasskey(k.t.Context(), office, site, q.Ticket, k.sign(q))
}

func TestPasskeyIsASecondFactorOrBoth(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		o := newOfficer(t, in, clock, "lan", anlo.Grant{Role: anlo.CommuneOfficer, Area: commune})
		s, k := o.session(o.Token), newSecurityKey(t)
		if err := addKey(t, in, s, k); err != nil {
			t.Fatal(err)
		}
		if err := addKey(t, in, s, k); !errors.Is(err, auth.ErrPasskeyTwice) {
			t.Errorf("the same passkey again: %v", err)
		}
		list, err := in.Passkeys(t.Context(), s)
		if err != nil || len(list) != 1 || list[0].Name != "Khóa USB" || !list[0].UsedAt.IsZero() {
			t.Fatalf("%+v %v", list, err)
		}

		e, err := k.whole(in)
		if err != nil {
			t.Fatal(err)
		}
		if s := o.session(e.Token); s.By.Staff != o.id || s.By.Role != anlo.CommuneOfficer || s.Factor != auth.FactorPasskey {
			t.Errorf("signed in as %+v", s)
		}
		if list, _ := in.Passkeys(t.Context(), s); list[0].UsedAt.IsZero() {
			t.Error("the passkey was never used")
		}

		// A key that cannot tell who touches it is one factor.
		k.verify = false
		if _, err := k.whole(in); !errors.Is(err, auth.ErrPasskey) {
			t.Errorf("a touch is the whole sign-in: %v", err)
		}
		ticket := o.ticket(office)
		q, err := in.AskSecond(t.Context(), site, ticket)
		if err != nil {
			t.Fatal(err)
		}
		if e, err = in.Second(t.Context(), office, site, ticket, q.Ticket, k.sign(q)); err != nil {
			t.Fatal(err)
		}
		o.session(e.Token)

		// What was lost is removed, and whoever uses it is out.
		now := o.session(e.Token)
		if err := in.RemovePasskey(t.Context(), now, list[0].ID); err != nil {
			t.Fatal(err)
		}
		refused(t, in, o.Token)
		k.verify = true
		if _, err := k.whole(in); !errors.Is(err, auth.ErrPasskey) {
			t.Errorf("a removed passkey: %v", err)
		}
		if q, err := in.AskSecond(t.Context(), site, o.ticket(office)); err != nil || q != (auth.Question{}) {
			t.Errorf("asked for a passkey that is gone: %v", err)
		}
		if err := in.RemovePasskey(t.Context(), now, list[0].ID); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

func TestPasskeyIsTakenOnlyAsAsked(t *testing.T) {
	a, clock := anlotest.App(t)
	in := anlotest.Auth(t, a)
	lan := newOfficer(t, in, clock, "lan", anlo.Grant{Role: anlo.Auditor})
	mai := newOfficer(t, in, clock, "mai", anlo.Grant{Role: anlo.Auditor})
	k, other := newSecurityKey(t), newSecurityKey(t)
	for o, k := range map[*officer]*key{lan: k, mai: other} {
		if err := addKey(t, in, o.session(o.Token), k); err != nil {
			t.Fatal(err)
		}
	}
	late := ask(t, in)
	clock.Add(time.Hour)
	q := ask(t, in)
	fails := func(name string, q auth.Question, answer string) {
		t.Helper()
		if _, err := in.SignInPasskey(t.Context(), office, site, q.Ticket, answer); !errors.Is(err, auth.ErrPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	fails("too late", late, k.sign(late))
	fails("another question", auth.Question{Ticket: ask(t, in).Ticket}, k.sign(q))
	fails("no ticket", auth.Question{}, k.sign(q))
	fails("no answer", ask(t, in), "")
	fails("no JSON", ask(t, in), "{")
	fails("a long answer", ask(t, in), strings.Repeat("[", 100_000))
	again := ask(t, in)
	if _, err := in.SignInPasskey(t.Context(), office, site, again.Ticket, k.sign(again)); err != nil {
		t.Fatal(err)
	}
	fails("a question answered before", again, k.sign(again))

	k.origin = "https://anlo.evil.example"
	q = ask(t, in)
	fails("another site", q, k.sign(q))
	k.origin = "https://anlo.example"
	count := k.count
	k.count = 0
	q = ask(t, in)
	fails("a copy of the passkey", q, k.sign(q))
	k.count = count
	owner := k.user
	k.user = other.user
	q = ask(t, in)
	fails("somebody else's name", q, k.sign(q))
	k.user = make([]byte, 16)
	q = ask(t, in)
	fails("nobody's name", q, k.sign(q))
	k.user = owner

	// The second factor is asked of the one who knew the password.
	clock.Add(time.Minute)
	ticket := lan.ticket(office)
	second, err := in.AskSecond(t.Context(), site, ticket)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Second(t.Context(), office, site, ticket, second.Ticket, other.sign(second)); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("a colleague's passkey: %v", err)
	}
	q = ask(t, in)
	if _, err := in.Second(t.Context(), office, site, ticket, q.Ticket, k.sign(q)); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("the question of another sign-in: %v", err)
	}

	// New passkeys belong to the session that asked for them.
	s, theirs := lan.session(lan.signIn(office).Token), mai.session(mai.signIn(office).Token)
	if _, err := in.NewPasskey(t.Context(), s, site, "x", "wrong"); !errors.Is(err, auth.ErrPassword) {
		t.Errorf("a new passkey for who does not know the password: %v", err)
	}
	for _, name := range []string{"", "  ", strings.Repeat("x", 61)} {
		if _, err := in.NewPasskey(t.Context(), s, site, name, password); !errors.Is(err, anlo.ErrInvalid) {
			t.Errorf("a passkey named %q: %v", name, err)
		}
	}
	fresh := newSecurityKey(t)
	if q, err = in.NewPasskey(t.Context(), s, site, "x", password); err != nil {
		t.Fatal(err)
	}
	if err := in.AddPasskey(t.Context(), theirs, site, q.Ticket, fresh.make(q)); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("the question of somebody else: %v", err)
	}

	if _, err := in.ResetSecondFactor(t.Context(), operator, lan.id); err != nil {
		t.Fatal(err)
	}
	if _, err := k.whole(in); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("after a reset: %v", err)
	}
	if err := in.DisableStaff(t.Context(), operator, mai.id); err != nil {
		t.Fatal(err)
	}
	if _, err := other.whole(in); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("a disabled account: %v", err)
	}
}

// Whoever signs in at a provider has no password, and may have nothing but a
// passkey as the second factor.
func TestPasskeyOfWhoHasNoPassword(t *testing.T) {
	a, clock := anlotest.App(t)
	in := anlotest.Auth(t, a)
	i := newIssuer(t, clock)
	door := i.door(in, true)
	arrive := mustArrive(t)
	s, k := session(t, in, arrive(i.signIn(door, mfa)).Token), newSecurityKey(t)
	if err := addKey(t, in, s, k); err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Minute)
	ticket := arrive(i.signIn(door, nil)).Ticket // the provider asked for one factor only
	p, err := in.Pending(t.Context(), ticket)
	if err != nil || p.Step != auth.StepCode || p.Code {
		t.Fatalf("%+v %v", p, err)
	}
	if _, _, err := in.Enrol(t.Context(), office, ticket, anlotest.TOTP("", clock.Now())); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("another second factor without the first: %v", err)
	}
	if _, err := in.Code(t.Context(), office, ticket, "000000"); !errors.Is(err, auth.ErrCode) {
		t.Errorf("a code without an authenticator: %v", err)
	}
	q, err := in.AskSecond(t.Context(), site, ticket)
	if err != nil {
		t.Fatal(err)
	}
	e, err := in.Second(t.Context(), office, site, ticket, q.Ticket, k.sign(q))
	if err != nil {
		t.Fatal(err)
	}
	s = session(t, in, e.Token)
	list, err := in.Passkeys(t.Context(), s)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	if err := in.RemovePasskey(t.Context(), s, list[0].ID); !errors.Is(err, auth.ErrPasskeyLast) {
		t.Errorf("the only second factor removed: %v", err)
	}
	clock.Add(20 * time.Minute)
	if _, err := in.NewPasskey(t.Context(), s, site, "x", ""); !errors.Is(err, auth.ErrStale) {
		t.Errorf("a new passkey long after signing in: %v", err)
	}
	if password, err := in.ResetSecondFactor(t.Context(), operator, s.By.Staff); err != nil || password != "" {
		t.Errorf("a password for who signs in elsewhere: %v", err)
	}
	if p, err := in.Pending(t.Context(), arrive(i.signIn(door, nil)).Ticket); err != nil || p.Step != auth.StepEnrol {
		t.Errorf("after a reset: %+v %v", p, err)
	}
}
