package auth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// What somebody is told whose passkey is not taken.
var (
	ErrPasskey      = &anlo.Error{Kind: anlo.Invalid, Code: "passkey.failed"}
	ErrPasskeyTwice = &anlo.Error{Kind: anlo.Conflict, Code: "passkey.twice"}
	ErrPasskeyLast  = &anlo.Error{Kind: anlo.Conflict, Code: "passkey.last"}
	ErrPasskeyMany  = &anlo.Error{Kind: anlo.Conflict, Code: "passkey.many"}
)

const (
	passkeyAdd  = "passkey-add/" // and the session
	passkeyUse  = "passkey-use"
	passkeyLife = 10 * time.Minute // a page with a challenge may lie open
	passkeyMost = 10               // of one account
)

// Passkey is a passkey as its owner sees it.
type Passkey struct {
	ID        anlo.ID
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time
}

// Question is what a page asks an authenticator, and the ticket that comes back
// with the answer. Each ticket works once.
type Question struct {
	Options string // JSON for navigator.credentials
	Ticket  string
}

// keptPasskey is what is sealed: the credential is kept whole, because which
// of its flags matter has changed before.
type keptPasskey struct {
	Name       string              `json:"name"`
	Credential webauthn.Credential `json:"credential"`
	row        store.PasskeyRow
}

// holder is somebody with their passkeys, as the library wants to see them.
type holder struct {
	id    anlo.ID
	login string
	keys  []keptPasskey
}

func (h holder) WebAuthnID() []byte          { return h.id[:] }
func (h holder) WebAuthnName() string        { return h.login }
func (h holder) WebAuthnDisplayName() string { return h.login }
func (h holder) WebAuthnCredentials() (all []webauthn.Credential) {
	for _, k := range h.keys {
		all = append(all, k.Credential)
	}
	return all
}

func (a *Auth) holder(ctx context.Context, staff anlo.ID) (holder, error) {
	row, err := a.store.Staff(ctx, staff)
	if err != nil {
		return holder{}, err
	}
	h := holder{id: staff, login: row.Login}
	if !row.DisabledAt.IsZero() {
		return h, ErrPasskey
	}
	rows, err := a.store.Passkeys(ctx, staff)
	for _, r := range rows {
		plain, err := a.seal.Open(ctx, seal.AD("passkey", "sealed", r.ID[:]), r.Sealed)
		if err != nil {
			return h, err
		}
		k := keptPasskey{row: r}
		if err := json.Unmarshal(plain, &k); err != nil {
			return h, err
		}
		h.keys = append(h.keys, k)
	}
	return h, err
}

// relyingParty is the site that passkeys belong to: its host is bound into
// them, so it must stay the same for ever.
func relyingParty(site *url.URL) (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{
		RPID: site.Hostname(), RPDisplayName: "An Lộ", RPOrigins: []string{site.Scheme + "://" + site.Host},
		AttestationPreference: protocol.PreferNoAttestation,
	})
}

// asked is what a ticket remembers of a question.
type asked struct {
	Session webauthn.SessionData `json:"s"`
	Name    string               `json:"n,omitempty"` // of the passkey to add
}

// ask makes a question of what the library has begun.
func (a *Auth) ask(ctx context.Context, purpose string, options any, q asked) (Question, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return Question{}, err
	}
	plain, err := json.Marshal(q)
	if err != nil {
		return Question{}, err
	}
	ticket, err := a.seal.Ticket(ctx, purpose, a.now(), plain)
	return Question{string(text), ticket}, err
}

// answered opens the ticket of an answer. It works once.
func (a *Auth) answered(ctx context.Context, purpose, ticket string) (q asked, err error) {
	plain, err := a.seal.OpenTicket(ctx, purpose, ticket, a.now(), passkeyLife)
	if err != nil || json.Unmarshal(plain, &q) != nil {
		return q, ErrPasskey
	}
	first, err := a.once(ctx, "passkey", q.Session.Challenge, passkeyLife)
	if err == nil && !first {
		err = ErrPasskey
	}
	return q, err
}

// Passkeys lists those of the owner of a session.
func (a *Auth) Passkeys(ctx context.Context, s Session) ([]Passkey, error) {
	if !s.By.May(anlo.ActAccount) {
		return nil, anlo.ErrForbidden
	}
	h, err := a.holder(ctx, s.By.Staff)
	var out []Passkey
	for _, k := range h.keys {
		out = append(out, Passkey{k.row.ID, k.Name, k.row.CreatedAt, k.row.UsedAt})
	}
	return out, err
}

// NewPasskey begins to add a passkey of a name, for who knows the password.
// Authenticators that cannot tell who touches them are welcome too: they are a
// second factor after the password.
func (a *Auth) NewPasskey(ctx context.Context, s Session, site *url.URL, name, password string) (Question, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return Question{}, invalid("passkey_name", "required")
	case len([]rune(name)) > 60:
		return Question{}, invalid("passkey_name", "text.long")
	}
	if _, err := a.sure(ctx, s, password); err != nil {
		return Question{}, err
	}
	h, err := a.holder(ctx, s.By.Staff)
	if err != nil {
		return Question{}, err
	}
	if len(h.keys) >= passkeyMost {
		return Question{}, ErrPasskeyMany
	}
	rp, err := relyingParty(site)
	if err != nil {
		return Question{}, err
	}
	options, session, err := rp.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		}))
	if err != nil {
		return Question{}, err
	}
	return a.ask(ctx, passkeyAdd+s.ID.String(), options.Response, asked{*session, name})
}

// AddPasskey keeps the passkey that an authenticator made.
func (a *Auth) AddPasskey(ctx context.Context, s Session, site *url.URL, ticket, answer string) error {
	if !s.By.May(anlo.ActAccount) {
		return anlo.ErrForbidden
	}
	q, err := a.answered(ctx, passkeyAdd+s.ID.String(), ticket)
	if err != nil {
		return err
	}
	rp, err := relyingParty(site)
	if err != nil {
		return err
	}
	h, err := a.holder(ctx, s.By.Staff)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return notTaken(err)
	}
	made, err := rp.CreateCredential(h, q.Session, parsed)
	if err != nil {
		return notTaken(err)
	}
	return a.keepPasskey(ctx, s, keptPasskey{Name: q.Name, Credential: *made})
}

func (a *Auth) keepPasskey(ctx context.Context, s Session, k keptPasskey) error {
	now := a.now()
	digest := sha256.Sum256(k.Credential.ID)
	row := store.PasskeyRow{ID: anlo.NewID(now), Staff: s.By.Staff, Credential: digest[:], CreatedAt: now}
	var err error
	if row.Sealed, err = a.sealPasskey(ctx, row.ID, k); err != nil {
		return err
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		kept, err := tx.KeepPasskey(ctx, row)
		if err != nil {
			return err
		}
		if !kept {
			return ErrPasskeyTwice
		}
		return tx.Audit(ctx, a.entry(s.By, anlo.ActAccount, row.ID))
	})
}

func (a *Auth) sealPasskey(ctx context.Context, id anlo.ID, k keptPasskey) ([]byte, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	return a.seal.Seal(ctx, seal.Permanent, seal.AD("passkey", "sealed", id[:]), plain)
}

// RemovePasskey takes a passkey from its owner, who may have lost it: their
// other sessions end. The only second factor stays.
func (a *Auth) RemovePasskey(ctx context.Context, s Session, id anlo.ID) error {
	if !s.By.May(anlo.ActAccount) {
		return anlo.ErrForbidden
	}
	r, err := a.store.Staff(ctx, s.By.Staff)
	if err != nil {
		return err
	}
	return a.store.Update(ctx, func(tx *store.Tx) error {
		left, err := tx.Passkeys(ctx, r.ID)
		if err != nil {
			return err
		}
		if r.TOTP == nil && len(left) == 1 && left[0].ID == id {
			return ErrPasskeyLast
		}
		if err := tx.Audit(ctx, a.entry(s.By, anlo.ActAccount, id)); err != nil {
			return err
		}
		if err := found(tx.RemovePasskey(ctx, r.ID, id)); err != nil {
			return err
		}
		return tx.EndSessions(ctx, r.ID, s.ID)
	})
}

// notTaken keeps what the library found for the log. It speaks of bytes and
// flags, not of people.
func notTaken(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%w: %s: %s", ErrPasskey, e.Type, e.Details)
	}
	return fmt.Errorf("%w: the answer cannot be read", ErrPasskey)
}
