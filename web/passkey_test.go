package web

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
	"anlo/locale"
)

// authenticator puts one into the browser, as a phone has it.
func (b *browser) authenticator() webauthn.AuthenticatorID {
	b.t.Helper()
	call(b, webauthn.Enable, webauthn.EnableParams{})
	return call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}).AuthenticatorID
}

func (b *browser) shows(want string) {
	b.t.Helper()
	if all := b.do(`document.body.innerText`); !strings.Contains(all, want) {
		b.t.Fatalf("%s does not show %q: %.600s", b.do(`location.pathname`), want, all)
	}
}

// see looks at a page as people with other eyes and small phones do.
func (b *browser) see(name string) {
	b.t.Helper()
	b.accessible(name, 360)
	b.run(chromedp.EmulateViewport(320, 800))
	b.fits(name, 320)
	b.run(chromedp.EmulateViewport(360, 800))
}

// A passkey in Chromium: made on the account page, then the whole sign-in, then
// the second factor, then removed.
func TestPasskeyInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t, Options{})
	s.url = strings.Replace(s.url, "127.0.0.1", "localhost", 1) // passkeys belong to names
	first := s.account("lan", anlo.Grant{Role: anlo.CommuneOfficer, Area: commune})
	in, ctx, from := anlotest.Auth(t, s.app), t.Context(), auth.Caller{RemoteAddr: "192.0.2.1:1000"}
	ticket, err := in.Password(ctx, from, "lan", first)
	if err != nil {
		t.Fatal(err)
	}
	if ticket, err = in.NewPassword(ctx, ticket, ownPassword); err != nil {
		t.Fatal(err)
	}
	pending, err := in.Pending(ctx, ticket)
	if err != nil {
		t.Fatal(err)
	}
	e, _, err := in.Enrol(ctx, from, ticket, anlotest.TOTP(pending.Secret, s.clock.Now()))
	if err != nil {
		t.Fatal(err)
	}

	vi := locale.For("vi").T
	b := newBrowser(t, s)
	b.size(360, true)
	b.language("vi")
	call(b, network.SetCookie, network.SetCookieParams{Name: sessionCookie, Value: e.Token, URL: s.url})
	key := b.authenticator()

	b.get("/account")
	b.shows(vi("passkey.none"))
	b.see("account")
	b.press("[href='/account/passkey']")
	b.see("passkey-new")
	b.fill("passkey_name", "Điện thoại", "password", "sai")
	b.press(next)
	b.shows(vi("password.wrong"))
	b.fill("passkey_name", "Điện thoại", "password", ownPassword)
	b.press(next)
	b.see("passkey-ask")
	b.press("#passkey button")
	b.shows(vi("account.done-passkey"))
	b.shows("Điện thoại")
	b.see("account-passkey")

	out := func() {
		t.Helper()
		call(b, network.DeleteCookies, network.DeleteCookiesParams{Name: sessionCookie, URL: s.url})
		s.clock.Add(time.Minute)
		b.get("/signin?to=/account")
	}
	out()
	b.see("signin")
	b.press("#passkey button")
	if at := b.do(`location.pathname`); at != "/account" {
		t.Fatalf("signed in with a passkey, and is at %s", at)
	}
	b.shows(vi("factor.passkey"))

	// Somebody else at the phone: it does not open, and nothing is sent.
	call(b, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: key, IsUserVerified: false})
	out()
	b.do(`document.querySelector("#passkey button").click()`)
	b.do(`new Promise((done) => { const wait = () => document.querySelector("#passkey .status").textContent === %s ? done() : setTimeout(wait, 50); wait() })`, vi("passkey.cancelled"))
	call(b, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: key, IsUserVerified: true})

	b.fill("login", "lan", "password", ownPassword)
	b.press(next)
	b.shows(vi("signin.code-text"))
	b.see("signin-code")
	b.press("#passkey button")
	b.shows("Lê Thị Lan")

	b.press(".danger[aria-label*='Điện thoại']")
	b.shows(vi("account.done-passkey-removed"))
	b.shows(vi("passkey.none"))
	out()
	b.press("#passkey button")
	b.shows(vi("passkey.failed"))
	b.see("signin-wrong")

	// Without scripts nothing is offered that would not work.
	b.size(360, false)
	b.get("/signin")
	if b.do(`getComputedStyle(document.getElementById("passkey")).display`) != "none" {
		t.Error("a button without scripts that can do nothing")
	}
	b.see("signin-plain")
}
