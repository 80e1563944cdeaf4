package auth

import (
	"bytes"
	"context"
	"errors"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"anlo"
	"anlo/store"
)

// AskPasskey begins the whole sign-in with a passkey: it says itself which
// account it is for, and the authenticator makes sure that its owner is there.
func (a *Auth) AskPasskey(ctx context.Context, site *url.URL) (Question, error) {
	rp, err := relyingParty(site)
	if err != nil {
		return Question{}, err
	}
	options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Question{}, err
	}
	return a.ask(ctx, passkeyUse, options.Response, asked{Session: *session})
}

// SignInPasskey is the whole sign-in with a passkey.
func (a *Auth) SignInPasskey(ctx context.Context, c Caller, site *url.URL, ticket, answer string) (Entered, error) {
	staff, err := a.usePasskey(ctx, site, anlo.ID{}, ticket, answer)
	if err != nil {
		return Entered{}, a.passkeyFailed(ctx, staff, err)
	}
	return a.Enter(ctx, c, staff, FactorPasskey)
}

// AskSecond asks for a passkey as the second factor of a sign-in under way;
// the zero Question when the account has none.
func (a *Auth) AskSecond(ctx context.Context, site *url.URL, signIn string) (Question, error) {
	_, r, err := a.openTicket(ctx, signIn)
	if err != nil || step(r) != StepCode {
		return Question{}, err
	}
	h, err := a.holder(ctx, r.ID)
	if err != nil || len(h.keys) == 0 {
		return Question{}, err
	}
	rp, err := relyingParty(site)
	if err != nil {
		return Question{}, err
	}
	options, session, err := rp.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return Question{}, err
	}
	return a.ask(ctx, passkeyUse, options.Response, asked{Session: *session})
}

// Second is the second step with a passkey in place of a code.
func (a *Auth) Second(ctx context.Context, c Caller, site *url.URL, signIn, ticket, answer string) (Entered, error) {
	t, r, err := a.openTicket(ctx, signIn)
	if err != nil {
		return Entered{}, err
	}
	if step(r) != StepCode {
		return Entered{}, anlo.ErrUnsigned
	}
	if _, err := a.usePasskey(ctx, site, r.ID, ticket, answer); err != nil {
		return Entered{}, a.passkeyFailed(ctx, r.ID, err)
	}
	c.provider = t.Provider
	return a.enterAs(ctx, c, r, FactorPasskey)
}

// passkeyFailed records an attempt that was refused, and says why in the log.
func (a *Auth) passkeyFailed(ctx context.Context, staff anlo.ID, why error) error {
	if !errors.Is(why, ErrPasskey) {
		return why
	}
	a.log.Warn("passkey refused", "reason", why)
	return a.failed(ctx, staff, why)
}

// usePasskey checks the answer of an authenticator and returns whose it is.
// staff is whose it must be; zero when the passkey says so itself, which it
// may only where the authenticator has made sure of its owner.
func (a *Auth) usePasskey(ctx context.Context, site *url.URL, staff anlo.ID, ticket, answer string) (anlo.ID, error) {
	q, err := a.answered(ctx, passkeyUse, ticket)
	if err != nil {
		return staff, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return staff, notTaken(err)
	}
	rp, err := relyingParty(site)
	if err != nil {
		return staff, err
	}
	named := staff.IsZero()
	if handle := parsed.Response.UserHandle; named && len(handle) == len(staff) {
		staff = anlo.ID(handle)
	}
	h, err := a.holder(ctx, staff)
	if errors.Is(err, anlo.ErrNotFound) {
		return anlo.ID{}, ErrPasskey
	}
	if err != nil {
		return staff, err
	}
	var used *webauthn.Credential
	if named {
		_, used, err = rp.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, q.Session, parsed)
	} else {
		used, err = rp.ValidateLogin(h, q.Session, parsed)
	}
	if err != nil {
		return staff, notTaken(err)
	}
	return staff, a.keepUse(ctx, h, used)
}

// keepUse writes the new sign count. One that does not grow says that there is
// a copy of the passkey somewhere: it is not taken.
func (a *Auth) keepUse(ctx context.Context, h holder, used *webauthn.Credential) error {
	for _, k := range h.keys {
		if !bytes.Equal(k.Credential.ID, used.ID) {
			continue
		}
		if used.Authenticator.CloneWarning {
			a.log.Warn("the sign count of a passkey does not grow: there may be a copy", "passkey", k.row.ID)
			return ErrPasskey
		}
		k.Credential = *used
		sealed, err := a.sealPasskey(ctx, k.row.ID, k)
		if err != nil {
			return err
		}
		return a.store.Update(ctx, func(tx *store.Tx) error {
			found, err := tx.UsePasskey(ctx, k.row.ID, sealed, a.now())
			if err == nil && !found {
				err = ErrPasskey
			}
			return err
		})
	}
	return ErrPasskey
}
