package anlotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/app"
	"anlo/auth"
)

// Auth returns the officers' way in to an application.
func Auth(_ testing.TB, a *app.App) *auth.Auth {
	return auth.New(a.Store, a.Seal, a.Now, a.Log, a.Units.Contains, a.Units.Known)
}

var officers atomic.Int64

// Officer opens an account with one role and returns who acts in it. area is
// zero for the whole country.
func Officer(t testing.TB, a *app.App, role anlo.Role, area anlo.UnitRef) anlo.Actor {
	t.Helper()
	login := fmt.Sprintf("%s-%d", role, officers.Add(1))
	id, _, err := Auth(t, a).AddStaff(t.Context(), anlo.Actor{Role: anlo.Operator}, anlo.Officer{Login: login, Name: "Lê Thị Cán Bộ"}, anlo.Grant{Role: role, Area: area})
	if err != nil {
		t.Fatal(err)
	}
	return anlo.Actor{Role: role, Area: area, Staff: id, Lang: "vi"}
}

// SignIn begins a session for somebody whom Officer returned, and returns the
// cookie that the pages know it by.
func SignIn(t testing.TB, a *app.App, by anlo.Actor) *http.Cookie {
	t.Helper()
	e, err := Auth(t, a).Enter(t.Context(), auth.Caller{RemoteAddr: "192.0.2.1:1000"}, by.Staff, auth.FactorTOTP)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Cookie{Name: "anlo_session", Value: e.Token, Path: "/"}
}

// TOTP is the code that an authenticator with a secret shows.
func TOTP(secret string, now time.Time) string {
	key, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	mac := hmac.New(sha1.New, key)
	binary.Write(mac, binary.BigEndian, now.Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[sum[19]&15:])&(1<<31-1))%1e6)
}
