package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"anlo"
)

// What somebody is told who signs in elsewhere. Why it failed is in the log.
var (
	ErrProviderDown = &anlo.Error{Kind: anlo.Unavailable, Code: "oidc.down"}
	ErrProvider     = &anlo.Error{Kind: anlo.Invalid, Code: "oidc.failed"}
)

// refused says why an answer of the provider is not believed. why is for the
// log and holds nothing about a person.
func refused(why string) error { return fmt.Errorf("%w: %s", ErrProvider, why) }

const (
	oidcTicket = "oidc"
	oidcLife   = 15 * time.Minute // to sign in at the provider
	clockSkew  = 2 * time.Minute  // between the provider and us
)

// OIDC lets officers in who sign in at a provider of OpenID Connect: with the
// authorization code flow, PKCE, state and nonce. The provider is asked about
// itself when somebody first needs it, so that one that is down keeps nobody
// from starting the server or signing in with a password.
type OIDC struct {
	*Auth
	config   OIDCConfig
	callback string
	units    string // the list that the codes of areas belong to
	client   *http.Client

	mu    sync.Mutex
	found *oidc.Provider
	again time.Time // when to ask it about itself again
}

// NewOIDC returns the door to a provider. base is where browsers reach us,
// units the list that codes of areas belong to.
func NewOIDC(a *Auth, c OIDCConfig, base *url.URL, units string) *OIDC {
	return &OIDC{Auth: a, config: c, callback: base.JoinPath("signin/oidc/callback").String(), units: units,
		client: &http.Client{Timeout: 5 * time.Second}}
}

// Label is what the button says in a language, "" for the usual words.
func (o *OIDC) Label(lang string) string { return o.config.Label[lang] }

// provider returns what the provider says about itself, at most an hour old.
// An old answer is better than none.
func (o *OIDC) provider(ctx context.Context) (*oidc.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.now()
	if now.Before(o.again) {
		if o.found == nil {
			return nil, ErrProviderDown
		}
		return o.found, nil
	}
	// Others wait for the answer: whoever asked first may not take it away.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.client), o.config.Issuer)
	if err != nil {
		o.again = now.Add(5 * time.Second)
		o.log.Warn("sign-in provider does not answer", "issuer", o.config.Issuer, "error", err)
		if o.found == nil {
			return nil, ErrProviderDown
		}
		return o.found, nil
	}
	o.found, o.again = p, now.Add(time.Hour)
	return p, nil
}

// oauth is the client that we are at the provider.
func (o *OIDC) oauth(p *oidc.Provider) (*oauth2.Config, error) {
	secret, err := o.config.secret()
	if err != nil {
		return nil, err
	}
	endpoint := p.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"` // absent: client_secret_basic
	}
	if err := p.Claims(&says); err != nil {
		return nil, err
	}
	if secret == "" || says.Methods != nil && !slices.Contains(says.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: o.config.ClientID, ClientSecret: secret, Endpoint: endpoint, RedirectURL: o.callback,
		Scopes: append([]string{oidc.ScopeOpenID}, o.config.Scopes...)}, nil
}

// begun is what the browser keeps, sealed, while its user is at the provider.
type begun struct {
	State, Nonce, Verifier string
	At                     time.Time
	To                     string // where to go afterwards
}

// Begin returns the address where to sign in, and the ticket that the browser
// brings back with the answer. to comes back with it.
func (o *OIDC) Begin(ctx context.Context, to string) (address, ticket string, err error) {
	p, err := o.provider(ctx)
	if err != nil {
		return "", "", err
	}
	client, err := o.oauth(p)
	if err != nil {
		return "", "", err
	}
	b := begun{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), At: o.now(), To: to}
	plain, err := json.Marshal(b)
	if err != nil {
		return "", "", err
	}
	if ticket, err = o.seal.Ticket(ctx, oidcTicket, b.At, plain); err != nil {
		return "", "", err
	}
	return client.AuthCodeURL(b.State, oidc.Nonce(b.Nonce), oauth2.S256ChallengeOption(b.Verifier)), ticket, nil
}

// open checks that the answer belongs to the ticket.
func (o *OIDC) open(ctx context.Context, ticket string, answer url.Values) (b begun, err error) {
	plain, err := o.seal.OpenTicket(ctx, oidcTicket, ticket, o.now(), oidcLife)
	if err != nil || json.Unmarshal(plain, &b) != nil {
		return b, refused("no sign-in under way in this browser")
	}
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(b.State)) != 1 {
		return b, refused("state")
	}
	if iss := answer.Get("iss"); iss != "" && iss != o.config.Issuer { // RFC 9207
		return b, refused("the answer is another provider's")
	}
	if e := answer.Get("error"); e != "" {
		return b, refused("the provider says " + errorCode(e))
	}
	first, err := o.once(ctx, "oidc-state", b.State, oidcLife)
	if err == nil && !first {
		err = refused("the answer was used before")
	}
	return b, err
}

var codes = regexp.MustCompile(`^[a-z_]{1,40}$`)

// errorCode keeps free text out of the log.
func errorCode(code string) string {
	if codes.MatchString(code) {
		return code
	}
	return "something that is no error code"
}

// said is what the provider said about somebody, believed.
type said struct {
	Subject, Session string
	To               string
	claims           claims
	strong           bool // asked for more than one factor there
}

// redeem turns the answer of the provider into what it says about whom.
func (o *OIDC) redeem(ctx context.Context, ticket string, answer url.Values) (said, error) {
	b, err := o.open(ctx, ticket, answer)
	if err != nil {
		return said{}, err
	}
	p, err := o.provider(ctx)
	if err != nil {
		return said{}, err
	}
	client, err := o.oauth(p)
	if err != nil {
		return said{}, err
	}
	ctx = oidc.ClientContext(ctx, o.client)
	token, err := client.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(b.Verifier))
	if refusal := new(oauth2.RetrieveError); errors.As(err, &refusal) {
		return said{}, refused("the code is not accepted: " + errorCode(refusal.ErrorCode))
	}
	if err != nil {
		return said{}, fmt.Errorf("%w: %w", ErrProviderDown, err)
	}
	s, err := o.believe(ctx, p, token, b)
	if err == nil {
		err = o.complete(ctx, p, token, s)
	}
	return s, err
}

// believe checks the ID token (OpenID Connect Core, section 3.1.3.7).
func (o *OIDC) believe(ctx context.Context, p *oidc.Provider, token *oauth2.Token, b begun) (said, error) {
	raw, _ := token.Extra("id_token").(string)
	id, err := p.Verifier(&oidc.Config{ClientID: o.config.ClientID, Now: o.now}).Verify(ctx, raw)
	if err != nil {
		return said{}, unproven(err)
	}
	var text json.RawMessage
	if err := id.Claims(&text); err != nil {
		return said{}, err
	}
	c, err := readClaims(text)
	if err != nil {
		return said{}, refused("claims")
	}
	azp, named := c["azp"]
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(b.Nonce)) != 1:
		err = refused("nonce")
	case named && azp != o.config.ClientID, !named && len(id.Audience) > 1:
		err = refused("the token was made for another client")
	case id.IssuedAt.Before(b.At.Add(-clockSkew)), id.IssuedAt.After(o.now().Add(clockSkew)):
		err = refused("the token was issued at another time")
	case id.Subject == "" || len(id.Subject) > 255:
		err = refused("subject")
	case id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil:
		err = refused("the access token belongs to another ID token")
	}
	return said{Subject: id.Subject, Session: c.text("sid"), To: b.To, claims: c, strong: o.config.TrustMFA && c.multiFactor()}, err
}

// unproven says why a token is not believed; the provider may just not have
// given its keys. The library has no error for that.
func unproven(err error) error {
	if strings.Contains(err.Error(), "fetching keys") {
		return fmt.Errorf("%w: no keys", ErrProviderDown)
	}
	return refused(err.Error())
}

// complete asks for the claims that rules need and the ID token left out.
func (o *OIDC) complete(ctx context.Context, p *oidc.Provider, token *oauth2.Token, s said) error {
	missing := func(name string) bool { return s.claims[name] == nil }
	if p.UserInfoEndpoint() == "" || !slices.ContainsFunc(named(o.config.Rules), missing) {
		return nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("%w: user info", ErrProviderDown)
	}
	if info.Subject != s.Subject {
		return refused("user info is about somebody else")
	}
	var text json.RawMessage
	if err := info.Claims(&text); err != nil {
		return err
	}
	more, err := readClaims(text)
	if err != nil {
		return refused("user info")
	}
	for name, value := range more {
		if missing(name) {
			s.claims[name] = value
		}
	}
	return nil
}
