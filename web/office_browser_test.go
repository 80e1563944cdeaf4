package web

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
)

// officerStates are the officers' pages of signing in, of the account and of
// administrators, in an order in which one leads to the next.
func (b *browser) officerStates(see func(name string)) {
	b.t.Helper()
	visit := func(path, name string) { b.t.Helper(); b.get(path); see(name) }
	press := func(selector, name string) { b.t.Helper(); b.press(selector); see(name) }
	send := func(action string) string { return "form[action='" + action + "'] button" }
	first := b.site.account("lan.nguyen", anlo.Grant{Role: anlo.CommuneOfficer, Area: commune}, anlo.Grant{Role: anlo.Administrator, Until: b.site.clock.Now().Add(1000 * time.Hour)})

	visit("/signin", "signin")
	b.fill("login", "lan.nguyen", "password", "wrong")
	press(next, "signin-wrong")
	b.fill("password", first)
	press(next, "signin-password")
	press(next, "signin-password-wrong")
	b.fill("new_password", ownPassword)
	press(next, "signin-enrol")
	secret := b.do(`document.querySelector(".secret").textContent`)
	press(next, "signin-enrol-wrong")
	b.fill("first_code", anlotest.TOTP(strings.ReplaceAll(secret, " ", ""), b.site.clock.Now()))
	press(next, "recovery")
	press("main a.primary", "signin-role")
	press(".role-list form:last-child button", "staff")
	visit("/account", "account")
	for _, page := range []string{"password", "authenticator", "recovery"} {
		visit("/account/"+page, "account-"+page)
		press(next, "account-"+page+"-wrong")
	}
	visit("/staff?login=zzz", "staff-nobody")
	visit("/staff/new", "staff-new")
	b.fill("login", "Minh Trần", "area", "ba dinh")
	press(next, "staff-new-wrong")
	b.fill("login", "minh", "name", "Trần Minh")
	b.do(`document.querySelector("#role").value = "commune-officer"`)
	b.do(`document.querySelector("[name=area_pick]").click()`)
	press(next, "staff-password")
	press("main a.primary", "staff-one")
	b.do(`document.querySelectorAll("details").forEach((d) => { d.open = true })`)
	see("staff-one-open")
	press("form[action$='/grant'] button", "staff-one-wrong")
	visit("/staff/keys", "keys")
	press(send("/staff/keys"), "keys-wrong")
	b.fill("key_name", "Bệnh viện C", "key_until", "2026-12-24", "scopes-figures.read", "✓")
	b.do(`document.querySelector("#role").value = "health-officer"`)
	press(send("/staff/keys"), "key-once")
	press("main a.primary", "keys-one")
	anlotest.Post(b.t, b.site.app)
	visit("/staff/devices", "devices")
	b.get("/account")
	press(".office-bar button", "signed-out")
	b.fill("login", "lan.nguyen", "password", ownPassword)
	press(next, "signin-code")
	press(next, "signin-code-wrong")
}

// Every page of signing in, account and administrators, without JavaScript:
// axe finds nothing, nothing is wider than the smallest phone, nothing to touch
// is smaller than a fingertip.
func TestOfficerAccessibility(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, newSite(t, Options{}))
	b.size(360, false)
	b.language("vi")
	b.officerStates(func(name string) {
		b.accessible(name, 360)
		b.run(chromedp.EmulateViewport(320, 800))
		b.fits(name, 320)
		b.run(chromedp.EmulateViewport(1280, 800))
		b.fits(name, 1280)
		b.run(chromedp.EmulateViewport(360, 800))
	})
}
