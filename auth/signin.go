package auth

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// Errors of signing in. Wrong and a login that does not exist are one.
var (
	ErrWrong  = &anlo.Error{Kind: anlo.Invalid, Code: "signin.wrong"}
	ErrCode   = &anlo.Error{Kind: anlo.Invalid, Code: "signin.code"}
	ErrNoRole = &anlo.Error{Kind: anlo.Forbidden, Code: "signin.no-role"}
)

// Caller is where somebody signs in from.
type Caller struct {
	RemoteAddr string
	UserAgent  string
	Known      string // the cookie under KnownName; "" without

	provider *atProvider // where they signed in elsewhere before
}

// Step is what a sign-in under way asks for next.
type Step string

const (
	StepPassword Step = "password" // an own password in place of the first one
	StepEnrol    Step = "enrol"    // a second factor
	StepCode     Step = "code"     // the second factor
)

// Pending is a sign-in under way, as its pages show it.
type Pending struct {
	Login  string
	Step   Step
	Code   bool   // there is an authenticator that shows codes, and not only passkeys
	Secret string // of the authenticator to enrol
	URL    string // the same for its camera
}

// ticketLife is how long somebody may take from the password to the end.
const ticketLife = 10 * time.Minute

// ticket is what the browser carries, sealed, once the first factor was right.
type ticket struct {
	Staff  anlo.ID `json:"s"`
	Sum    []byte  `json:"c"` // of the password: another one ends the ticket
	Secret string  `json:"t"` // of the authenticator, if one is enrolled

	Provider *atProvider `json:"p,omitempty"` // where the first factor was shown, if not here
}

func (a *Auth) newTicket(ctx context.Context, r store.StaffRow) (string, error) {
	return a.newTicketAt(ctx, r, nil)
}

// newTicketAt is for somebody who showed their first factor at a provider.
func (a *Auth) newTicketAt(ctx context.Context, r store.StaffRow, at *atProvider) (string, error) {
	plain, err := json.Marshal(ticket{r.ID, a.sum(r), newTOTP(), at})
	if err != nil {
		return "", err
	}
	return a.seal.Ticket(ctx, "sign-in", a.now(), plain)
}

func (a *Auth) sum(r store.StaffRow) []byte {
	s := a.seal.Authenticate("ticket", []byte(r.Password))
	return s[:8]
}

// openTicket returns what a ticket says and the account as it is now;
// anlo.ErrUnsigned when the sign-in has to begin anew.
func (a *Auth) openTicket(ctx context.Context, text string) (t ticket, r store.StaffRow, err error) {
	plain, err := a.seal.OpenTicket(ctx, "sign-in", text, a.now(), ticketLife)
	if err != nil || json.Unmarshal(plain, &t) != nil {
		return t, r, anlo.ErrUnsigned
	}
	r, err = a.store.Staff(ctx, t.Staff)
	switch {
	case anlo.KindOf(err) == anlo.NotFound && err != nil:
		return t, r, anlo.ErrUnsigned
	case err != nil:
		return t, r, err
	case !a.open(r) || !seal.Equal(t.Sum, a.sum(r)):
		return t, r, anlo.ErrUnsigned
	}
	return t, r, nil
}

// open reports whether somebody may sign in to an account.
func (a *Auth) open(r store.StaffRow) bool {
	return r.DisabledAt.IsZero() && (r.PasswordUntil.IsZero() || a.now().Before(r.PasswordUntil))
}

func step(r store.StaffRow) Step {
	switch {
	case !r.PasswordUntil.IsZero():
		return StepPassword
	case r.TOTP == nil && r.Passkeys == 0:
		return StepEnrol
	}
	return StepCode
}

// Password is the first step: the ticket for the next, or ErrWrong.
func (a *Auth) Password(ctx context.Context, c Caller, login, password string) (string, error) {
	login = anlo.NormalLogin(login)
	r, err := a.store.StaffByLogin(ctx, login)
	if err != nil && anlo.KindOf(err) != anlo.NotFound {
		return "", err
	}
	forgive, err := a.countPassword(c, login, a.knownDevice(r.ID, c.Known))
	if err != nil {
		return "", err
	}
	right, err := a.matches(ctx, password, r.Password)
	if err != nil {
		forgive()
		return "", err
	}
	if !right || !a.open(r) {
		return "", a.failed(ctx, r.ID, ErrWrong)
	}
	forgive()
	return a.newTicket(ctx, r)
}

// failed records an attempt to sign in, with the account when there is one and
// never with what was typed, and returns why.
func (a *Auth) failed(ctx context.Context, staff anlo.ID, why error) error {
	if err := a.store.Audit(ctx, a.entry(anlo.Actor{Role: anlo.Citizen}, anlo.ActSignInFailed, staff)); err != nil {
		return err
	}
	return why
}

// Pending says what a sign-in under way asks for.
func (a *Auth) Pending(ctx context.Context, text string) (Pending, error) {
	t, r, err := a.openTicket(ctx, text)
	if err != nil {
		return Pending{}, err
	}
	p := Pending{Login: r.Login, Step: step(r), Code: r.TOTP != nil}
	if p.Step == StepEnrol {
		p.Secret, p.URL = t.Secret, totpURL(r.Login, t.Secret)
	}
	return p, nil
}

// NewPassword replaces the first password by one that only its owner knows, and
// returns the ticket for the next step.
func (a *Auth) NewPassword(ctx context.Context, text, password string) (string, error) {
	t, r, err := a.openTicket(ctx, text)
	if err != nil {
		return "", err
	}
	if step(r) != StepPassword {
		return "", anlo.ErrUnsigned
	}
	if err := a.setPassword(ctx, anlo.Actor{Staff: r.ID}, &r, password, anlo.ID{}); err != nil {
		return "", err
	}
	return a.newTicketAt(ctx, r, t.Provider)
}

// Enrol gives an account without a second factor the authenticator of the
// ticket, when it shows the right code, and signs in. The recovery codes are
// shown this once.
func (a *Auth) Enrol(ctx context.Context, c Caller, text, code string) (e Entered, recovery []string, err error) {
	t, r, err := a.openTicket(ctx, text)
	if err != nil {
		return e, nil, err
	}
	if step(r) != StepEnrol {
		return e, nil, anlo.ErrUnsigned
	}
	c.provider = t.Provider
	recovery, err = a.setTOTP(ctx, anlo.Actor{Staff: r.ID}, t.Secret, code, func(tx *store.Tx) error {
		e, err = a.enter(ctx, tx, c, r, FactorTOTP)
		return err
	})
	return e, recovery, err
}

// Code is the second step: a code of the authenticator, or a recovery code.
func (a *Auth) Code(ctx context.Context, c Caller, text, code string) (e Entered, err error) {
	t, r, err := a.openTicket(ctx, text)
	if err != nil {
		return e, err
	}
	c.provider = t.Provider
	if step(r) != StepCode {
		return e, anlo.ErrUnsigned
	}
	forgive, err := a.countCode(r.ID, a.knownDevice(r.ID, c.Known))
	if err != nil {
		return e, err
	}
	err = a.store.Update(ctx, func(tx *store.Tx) error {
		factor, err := a.useCode(ctx, tx, r, normalCode(code))
		if err != nil {
			return err
		}
		e, err = a.enter(ctx, tx, c, r, factor)
		return err
	})
	switch {
	case errors.Is(err, ErrCode):
		return e, a.failed(ctx, r.ID, ErrCode)
	case errors.Is(err, ErrNoRole):
		err = a.failed(ctx, r.ID, ErrNoRole)
	}
	forgive()
	return e, err
}

// useCode takes a code, which then works no more.
func (a *Auth) useCode(ctx context.Context, tx *store.Tx, r store.StaffRow, code string) (Factor, error) {
	if r.TOTP == nil { // passkeys only
		return "", ErrCode
	}
	secret, err := a.seal.Open(ctx, seal.AD("staff", "totp", r.ID[:]), r.TOTP)
	if err != nil {
		return "", err
	}
	if s, ok := totpMatch(string(secret), code, a.now()); ok {
		if fresh, err := tx.UseTOTP(ctx, r.ID, s); err != nil || fresh {
			return FactorTOTP, err
		}
		return "", ErrCode
	}
	if len(code) > 20 {
		return "", ErrCode
	}
	if found, err := tx.UseRecovery(ctx, r.ID, a.recoveryKey(r.ID, code)); err != nil || found {
		return FactorRecovery, err
	}
	return "", ErrCode
}

// normalCode forgives the space that authenticators show in the middle.
func normalCode(code string) string { return strings.ReplaceAll(strings.TrimSpace(code), " ", "") }
