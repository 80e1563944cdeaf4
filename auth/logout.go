package auth

import (
	"context"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// logoutLife is how old a logout token may be.
const logoutLife = 10 * time.Minute

// loggedOut is a logout token that is believed.
type loggedOut struct {
	Subject, Session string // at least one of them
	ID               string // jti
}

// believeLogout checks a logout token (OpenID Connect Back-Channel Logout 1.0,
// section 2.6), apart from having been used before.
func (o *OIDC) believeLogout(ctx context.Context, token string) (loggedOut, error) {
	p, err := o.provider(ctx)
	if err != nil {
		return loggedOut{}, err
	}
	t, err := p.Verifier(&oidc.Config{ClientID: o.config.ClientID, Now: o.now}).VerifyLogout(ctx, token)
	if err != nil {
		return loggedOut{}, unproven(err)
	}
	var says struct {
		Events map[string]map[string]any `json:"events"`
	}
	now := o.now()
	switch {
	case t.Claims(&says) != nil || says.Events["http://schemas.openid.net/event/backchannel-logout"] == nil:
		err = refused("events")
	case t.IssuedAt.Before(now.Add(-logoutLife)), t.IssuedAt.After(now.Add(clockSkew)):
		err = refused("the logout token was issued at another time")
	}
	return loggedOut{Subject: t.Subject, Session: t.SessionID, ID: t.TokenID}, err
}
