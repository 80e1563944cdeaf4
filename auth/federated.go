package auth

import (
	"context"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"

	"anlo"
	"anlo/store"
)

// Arrived is somebody back from the provider: signed in, or with the ticket
// for our own second factor.
type Arrived struct {
	Entered
	Ticket string
	To     string // what Begin was given
}

// atProvider is the provider's side of a sign-in, keyed. The session keeps it,
// so that the provider can end it.
type atProvider struct {
	Subject []byte `json:"u"`
	Session []byte `json:"s,omitempty"`
}

// subject is how whom the provider knows is kept here.
func (o *OIDC) subject(sub string) []byte { return o.keyed("oidc-subject", sub) }

func (o *OIDC) keyed(kind, value string) []byte {
	k := o.seal.Authenticate(kind, []byte(o.config.Issuer+"\x00"+value))
	return k[:]
}

func (o *OIDC) at(sub, sid string) *atProvider {
	p := &atProvider{Subject: o.subject(sub)}
	if sid != "" {
		p.Session = o.keyed("oidc-session", sid)
	}
	return p
}

// Finish takes the answer that the browser brings from the provider. The
// account is made at the first sign-in; at each, its roles that came from
// there are brought in line with what the provider says now.
func (o *OIDC) Finish(ctx context.Context, c Caller, ticket string, answer url.Values) (in Arrived, err error) {
	s, err := o.redeem(ctx, ticket, answer)
	if err != nil {
		o.log.Warn("sign-in at provider refused", "reason", err)
		return in, err
	}
	in.To, c.provider = s.To, o.at(s.Subject, s.Session)
	r, err := o.account(ctx, s, c.provider.Subject)
	if errors.Is(err, ErrNoRole) {
		o.log.Warn("sign-in at provider refused", "reason", "no rule gives a role that is possible")
	}
	if err != nil {
		return in, err
	}
	if !r.DisabledAt.IsZero() {
		return in, o.failed(ctx, r.ID, ErrProvider)
	}
	if s.strong {
		in.Entered, err = o.enterAs(ctx, c, r, FactorProvider)
		return in, err
	}
	in.Ticket, err = o.newTicketAt(ctx, r, c.provider)
	return in, err
}

// system is who changes accounts as the provider says.
var system = anlo.Actor{Role: anlo.System}

// account finds or makes the account of a subject and aligns its roles. That
// is kept even when none is left, and nobody gets in.
func (o *OIDC) account(ctx context.Context, s said, subject []byte) (r store.StaffRow, err error) {
	grants := s.claims.grants(o.config.Rules, o.units)
	possible := slices.DeleteFunc(slices.Clone(grants), func(g anlo.Grant) bool { return g.Check(o.known, o.lowest) != nil })
	if n := len(grants) - len(possible); n > 0 {
		o.log.Warn("a provider names roles that cannot be: no such area, or one that does not fit the role", "roles", n)
	}
	err = o.store.Update(ctx, func(tx *store.Tx) error {
		r, err = tx.StaffByIdentity(ctx, o.config.Issuer, subject)
		if errors.Is(err, anlo.ErrNotFound) {
			if len(possible) == 0 {
				return ErrNoRole
			}
			r, err = o.join(ctx, tx, s, subject)
		}
		if err != nil {
			return err
		}
		return o.align(ctx, tx, r.ID, possible)
	})
	return r, err
}

// join makes the account of somebody who comes for the first time. It is
// never one that exists: a name at the provider proves nothing here.
func (o *OIDC) join(ctx context.Context, tx *store.Tx, s said, subject []byte) (store.StaffRow, error) {
	now := o.now()
	r := store.StaffRow{ID: anlo.NewID(now), CreatedAt: now}
	if err := tx.Audit(ctx, o.entry(system, anlo.ActStaff, r.ID)); err != nil {
		return r, err
	}
	unique := "-" + hex.EncodeToString(subject[:4])
	login := anlo.NormalLogin(s.claims.text("preferred_username"))
	logins := []string{login, login[:min(len(login), anlo.MaxLogin-len(unique))] + unique}
	if login == "" {
		logins = []string{"oidc" + unique}
	}
	for _, r.Login = range logins {
		officer := anlo.Officer{Login: r.Login, Name: s.claims.text("name"), Email: s.claims.text("email")}
		if officer.Check() != nil { // what the provider says of a name is not worth a refusal
			officer = anlo.Officer{Login: r.Login, Name: r.Login}
		}
		var err error
		if r.Sealed, r.Person, err = o.sealOfficer(ctx, r.ID, officer); err != nil {
			return r, err
		}
		kept, err := tx.KeepStaff(ctx, r)
		if err == nil && kept {
			err = tx.KeepIdentity(ctx, o.config.Issuer, subject, r.ID, now)
		}
		if err != nil || kept {
			return r, err
		}
	}
	return r, errors.New("two subjects of a provider have the same code")
}

// align takes the roles away that came from the provider and are not wanted
// any more, and gives those that are missing. What was given here stays.
func (o *OIDC) align(ctx context.Context, tx *store.Tx, staff anlo.ID, wanted []anlo.Grant) error {
	all, err := tx.Grants(ctx, staff)
	if err != nil {
		return err
	}
	now := o.now()
	for _, g := range all {
		if g.Issuer != o.config.Issuer || !g.Holds(now) {
			continue
		}
		if i := slices.Index(wanted, g.Grant); i >= 0 {
			wanted = slices.Delete(slices.Clone(wanted), i, i+1)
			continue
		}
		if err := tx.Audit(ctx, o.entry(system, anlo.ActGrant, staff)); err != nil {
			return err
		}
		if _, err := tx.RevokeGrant(ctx, g.ID, now); err != nil {
			return err
		}
	}
	for _, g := range wanted {
		if err := tx.Audit(ctx, o.entry(system, anlo.ActGrant, staff)); err != nil {
			return err
		}
		if err := tx.KeepGrant(ctx, store.GrantRow{Grant: g, ID: anlo.NewID(now), Staff: staff, GivenAt: now, Issuer: o.config.Issuer}); err != nil {
			return err
		}
	}
	return nil
}

// Logout ends the sessions that a logout token of the provider names
// (OpenID Connect Back-Channel Logout 1.0); ErrProvider for one that is not to
// be believed, or comes again.
func (o *OIDC) Logout(ctx context.Context, token string) error {
	t, err := o.believeLogout(ctx, token)
	if err == nil {
		err = o.endAt(ctx, t)
	}
	if errors.Is(err, ErrProvider) {
		o.log.Warn("logout token refused", "reason", err)
	}
	return err
}

func (o *OIDC) endAt(ctx context.Context, t loggedOut) error {
	at := o.at(t.Subject, t.Session)
	return o.store.Update(ctx, func(tx *store.Tx) error {
		first, err := o.onceIn(ctx, tx, "oidc-logout", o.config.Issuer+"\x00"+t.ID, o.now().Add(logoutLife+clockSkew))
		if err != nil {
			return err
		}
		if !first {
			return refused("the logout token was used before")
		}
		ended, err := tx.EndProviderSessions(ctx, at.Subject, at.Session)
		if err != nil {
			return err
		}
		for _, staff := range ended {
			if err := tx.Audit(ctx, o.entry(system, anlo.ActSignOut, staff)); err != nil {
				return err
			}
		}
		return nil
	})
}
