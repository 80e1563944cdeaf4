package auth

import (
	"encoding/base64"
	"encoding/hex"
	"time"

	"anlo"
	"anlo/seal"
)

// KnownDevice is how long a browser is remembered on which somebody signed in.
const KnownDevice = 180 * 24 * time.Hour

// KnownName is the name of the cookie by which the device of a login is known.
// Officers who share a computer have one each.
func (a *Auth) KnownName(login string) string {
	code := a.seal.Authenticate("known/name", []byte(anlo.NormalLogin(login)))
	return "anlo_known_" + hex.EncodeToString(code[:4])
}

// newKnown makes the cookie: account, device and time under a keyed code.
func (a *Auth) newKnown(staff anlo.ID) string {
	device := anlo.NewID(a.now())
	b := append(staff[:], device[:]...)
	code := a.seal.Authenticate("known", b)
	return base64.RawURLEncoding.EncodeToString(append(b, code[:16]...))
}

// knownDevice returns the device that a cookie names; zero when it is not one
// on which this account was signed in.
func (a *Auth) knownDevice(staff anlo.ID, cookie string) anlo.ID {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || len(raw) != 48 || staff.IsZero() || anlo.ID(raw[:16]) != staff {
		return anlo.ID{}
	}
	code := a.seal.Authenticate("known", raw[:32])
	device := anlo.ID(raw[16:32])
	if !seal.Equal(raw[32:], code[:16]) || a.now().Sub(device.Time()) > KnownDevice {
		return anlo.ID{}
	}
	return device
}
