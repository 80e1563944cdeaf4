package auth_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

func TestMain(m *testing.M) { anlotest.Main(m) }

var (
	operator = anlo.Actor{Role: anlo.Operator}
	commune  = anlotest.An.Permanent.Commune
	office   = auth.Caller{RemoteAddr: "192.0.2.1:1000", UserAgent: "Chrome/140 Windows"}
)

const password = "một câu dài dễ nhớ"

// officer is somebody with an authenticator in their pocket.
type officer struct {
	t      *testing.T
	in     *auth.Auth
	clock  *anlotest.Clock
	id     anlo.ID
	login  string
	secret string
	codes  []string // for recovery
	auth.Entered
}

// with runs f on either database.
func with(t *testing.T, f func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock)) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) { f(t, anlotest.Auth(t, a), a, clock) })
}

// newOfficer opens an account and takes its owner through the first sign-in.
func newOfficer(t *testing.T, in *auth.Auth, clock *anlotest.Clock, login string, grants ...anlo.Grant) *officer {
	t.Helper()
	id, first, err := in.AddStaff(t.Context(), operator, anlo.Officer{Login: login, Name: "Lê Thị Lan", Phone: "0912 345 678"}, grants...)
	if err != nil {
		t.Fatal(err)
	}
	o := &officer{t: t, in: in, clock: clock, id: id, login: login}
	o.first(first)
	return o
}

// first is the first sign-in with a password that was handed over.
func (o *officer) first(first string) {
	o.t.Helper()
	ctx := o.t.Context()
	ticket, err := o.in.Password(ctx, office, o.login, first)
	if err != nil {
		o.t.Fatal(err)
	}
	o.step(ticket, auth.StepPassword)
	if ticket, err = o.in.NewPassword(ctx, ticket, password); err != nil {
		o.t.Fatal(err)
	}
	p := o.step(ticket, auth.StepEnrol)
	o.secret = p.Secret
	if u, err := url.Parse(p.URL); err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/An Lo:"+o.login || u.Query().Get("secret") != p.Secret {
		o.t.Errorf("the authenticator is shown %s", p.URL)
	}
	if o.Entered, o.codes, err = o.in.Enrol(ctx, office, ticket, o.code()); err != nil {
		o.t.Fatal(err)
	}
	o.clock.Add(time.Minute) // so that the next code is another
}

func (o *officer) step(ticket string, want auth.Step) auth.Pending {
	o.t.Helper()
	p, err := o.in.Pending(o.t.Context(), ticket)
	if err != nil || p.Step != want {
		o.t.Fatalf("%+v %v, want %s", p, err, want)
	}
	return p
}

func (o *officer) code() string { return anlotest.TOTP(o.secret, o.clock.Now()) }

// ticket is what the right password gives.
func (o *officer) ticket(c auth.Caller) string {
	o.t.Helper()
	ticket, err := o.in.Password(o.t.Context(), c, o.login, password)
	if err != nil {
		o.t.Fatal(err)
	}
	return ticket
}

// signIn is a whole sign-in from a place.
func (o *officer) signIn(c auth.Caller) auth.Entered {
	o.t.Helper()
	e, err := o.in.Code(o.t.Context(), c, o.ticket(c), o.code())
	if err != nil {
		o.t.Fatal(err)
	}
	o.clock.Add(time.Minute)
	return e
}

func (o *officer) session(token string) auth.Session {
	o.t.Helper()
	s, err := o.in.Session(o.t.Context(), token)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// refused fails unless the token opens nothing.
func refused(t *testing.T, in *auth.Auth, token string) {
	t.Helper()
	if s, err := in.Session(t.Context(), token); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("a session that should be over: %+v %v", s, err)
	}
}

func want(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func audited(t *testing.T, a *app.App, action anlo.Action, want int64) {
	t.Helper()
	if n, err := a.Store.AuditCount(t.Context(), action); n != want || err != nil {
		t.Errorf("%s: %d entries, %v; want %d", action, n, err, want)
	}
}

var inCommune = anlo.Grant{Role: anlo.CommuneOfficer, Area: commune}

func TestSignIn(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		o := newOfficer(t, in, clock, "lan.nguyen", inCommune)
		s := o.session(o.Token)
		if by := s.By; by.Role != anlo.CommuneOfficer || by.Area != commune || by.Staff != o.id || s.Login != o.login || s.Device != "Chrome, Windows" || s.Factor != auth.FactorTOTP {
			t.Errorf("%+v", s)
		}
		if len(o.codes) != auth.RecoveryCodes {
			t.Errorf("%d recovery codes", len(o.codes))
		}
		audited(t, a, anlo.ActSignIn, 1)
		audited(t, a, anlo.ActSignInFailed, 0)

		ctx := t.Context()
		_, wrong := in.Password(ctx, office, o.login, "không phải mật khẩu")
		want(t, wrong, auth.ErrWrong)
		for _, login := range []string{"nobody", "", "LAN NGUYEN", strings.Repeat("a", 10_000), "lan.nguyen\x00", "'; DROP TABLE staff; --"} {
			if _, err := in.Password(ctx, office, login, password); !errors.Is(err, auth.ErrWrong) || err.Error() != wrong.Error() {
				t.Errorf("%.20q: %v, and a wrong password: %v", login, err, wrong)
			}
		}
		_, err := in.Password(ctx, office, o.login, strings.Repeat("a", 200_000))
		want(t, err, auth.ErrWrong)
		audited(t, a, anlo.ActSignInFailed, 8)
		if _, err := in.Password(ctx, office, " LAN.nguyen ", password); err != nil {
			t.Error("how a login is written matters:", err)
		}
	})
}

func TestCodeWorksOnce(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		o := newOfficer(t, in, clock, "lan", inCommune)
		ticket, code := o.ticket(office), o.code()
		_, err := in.Code(ctx, office, ticket, "000000")
		want(t, err, auth.ErrCode)
		if _, err := in.Code(ctx, office, ticket, code[:3]+" "+code[3:]); err != nil {
			t.Fatal(err)
		}
		_, err = in.Code(ctx, office, ticket, code)
		want(t, err, auth.ErrCode)
		clock.Add(time.Minute)
		_, err = in.Code(ctx, office, o.ticket(office), code) // the step before last
		want(t, err, auth.ErrCode)

		typed := strings.ToLower(strings.ReplaceAll(o.codes[3], "-", " "))
		e, err := in.Code(ctx, office, o.ticket(office), typed)
		if err != nil || o.session(e.Token).Factor != auth.FactorRecovery {
			t.Fatal("a recovery code:", err)
		}
		_, err = in.Code(ctx, office, o.ticket(office), o.codes[3])
		want(t, err, auth.ErrCode)
		if acc, err := in.Account(ctx, o.session(e.Token)); err != nil || acc.RecoveryLeft != auth.RecoveryCodes-1 {
			t.Errorf("%d codes left, %v", acc.RecoveryLeft, err)
		}
		audited(t, a, anlo.ActSignInFailed, 4)
	})
}

func TestTickets(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		o := newOfficer(t, in, clock, "lan", inCommune)
		ticket := o.ticket(office)
		for _, bad := range []string{"", "x", ticket[:len(ticket)-2], ticket + "AA", strings.Repeat("A", 100)} {
			_, err := in.Code(ctx, office, bad, o.code())
			want(t, err, anlo.ErrUnsigned)
		}
		_, err := in.NewPassword(ctx, ticket, "không cần mật khẩu cũ") // not asked for
		want(t, err, anlo.ErrUnsigned)
		_, _, err = in.Enrol(ctx, office, ticket, o.code())
		want(t, err, anlo.ErrUnsigned)
		if err := in.ChangePassword(ctx, o.session(o.Token), password, "một câu dài khác hẳn"); err != nil {
			t.Fatal(err)
		}
		_, err = in.Code(ctx, office, ticket, o.code()) // from before the password was changed
		want(t, err, anlo.ErrUnsigned)
		late, err := in.Password(ctx, office, o.login, "một câu dài khác hẳn")
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(11 * time.Minute)
		_, err = in.Code(ctx, office, late, o.code())
		want(t, err, anlo.ErrUnsigned)
	})
}

func TestFirstPassword(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		_, first, err := in.AddStaff(ctx, operator, anlo.Officer{Login: "lan", Name: "Lan"}, inCommune)
		if err != nil {
			t.Fatal(err)
		}
		ticket, err := in.Password(ctx, office, "lan", first)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = in.Enrol(ctx, office, ticket, "000000") // first things first
		want(t, err, anlo.ErrUnsigned)
		for bad, code := range map[string]string{"ngắn": "password.short", strings.Repeat("dài ", 100): "password.long", "lan lan lan lan x": "password.login",
			"password1234": "password.simple", "xyxyxyxyxyxyxyxy": "password.simple", "Qwertyuiop123456": "password.simple", first: "password.same"} {
			_, err := in.NewPassword(ctx, ticket, bad)
			var e *anlo.Error
			if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Code != code {
				t.Errorf("%q: %v, want %s", bad, err, code)
			}
		}
		clock.Add(8 * 24 * time.Hour)
		_, err = in.Password(ctx, office, "lan", first)
		want(t, err, auth.ErrWrong)
	})
}

// Whoever hammers on somebody's login locks out their own network, and not the
// officer on a device that has been signed in on.
func TestHammeringLocksOutTheStranger(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		o := newOfficer(t, in, clock, "lan", inCommune)
		colleague := newOfficer(t, in, clock, "minh", inCommune)
		stranger := auth.Caller{RemoteAddr: office.RemoteAddr} // worst of all, in the same building
		var err error
		for range 40 {
			_, err = in.Password(ctx, stranger, o.login, "guess")
		}
		want(t, err, anlo.ErrTooMany)
		_, err = in.Password(ctx, stranger, o.login, password) // the right one, too late
		want(t, err, anlo.ErrTooMany)

		known := office
		known.Known = o.Known
		o.signIn(known)
		colleague.signIn(stranger) // another login from there is not touched
		elsewhere := auth.Caller{RemoteAddr: "198.51.100.7:99"}
		if _, err := in.Password(ctx, elsewhere, o.login, password); err != nil {
			t.Error("from another network:", err)
		}

		// The cookie of another account, or an altered one, is no known device.
		for _, cookie := range []string{colleague.Known, o.Known[:len(o.Known)-1] + "A", strings.Repeat("A", 64), "x"} {
			forged := office
			forged.Known = cookie
			if _, err := in.Password(ctx, forged, o.login, password); cookie != o.Known && !errors.Is(err, anlo.ErrTooMany) {
				t.Errorf("with a cookie that is not theirs: %v", err)
			}
		}
		// A known device that fell into wrong hands has a bounded allowance too.
		for range 40 {
			_, err = in.Password(ctx, known, o.login, "guess")
		}
		want(t, err, anlo.ErrTooMany)
		clock.Add(time.Hour)
		o.signIn(stranger)
	})
}

// Trying many logins from one network is slowed down as a whole.
func TestSprayingIsSlowedDown(t *testing.T) {
	in, _, _ := single(t)
	var err error
	for i := range 120 {
		_, err = in.Password(t.Context(), office, "login"+strings.Repeat("x", i%40)+string(rune('a'+i%26)), "Hà Nội mùa thu 2026")
		if err != nil && errors.Is(err, anlo.ErrTooMany) {
			break
		}
	}
	want(t, err, anlo.ErrTooMany)
}

func single(t *testing.T) (*auth.Auth, *app.App, *anlotest.Clock) {
	a, clock := anlotest.App(t)
	return anlotest.Auth(t, a), a, clock
}

// Who knows the password does not get to try codes for ever, and does not lock
// out the officer on their own device.
func TestGuessingCodes(t *testing.T) {
	in, _, clock := single(t)
	o := newOfficer(t, in, clock, "lan", inCommune)
	var err error
	for i := range 15 {
		thief := auth.Caller{RemoteAddr: "203.0.113." + string(rune('0'+i%10)) + ":1"}
		_, err = in.Code(t.Context(), thief, o.ticket(thief), "000000")
	}
	want(t, err, anlo.ErrTooMany)
	known := office
	known.Known = o.Known
	o.signIn(known)
}
