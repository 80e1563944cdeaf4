package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// How long a session lasts: unused, and at all.
const (
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
)

// Factor is what somebody showed besides the password.
type Factor string

const (
	FactorTOTP     Factor = "totp"
	FactorRecovery Factor = "recovery"
	FactorPasskey  Factor = "passkey"
	FactorProvider Factor = "provider" // more than one, asked there
)

// Session is somebody who is signed in on one device.
type Session struct {
	ID        anlo.ID
	Login     string
	By        anlo.Actor // its Role is empty while none is chosen
	Acting    anlo.ID    // the grant that By acts under
	CreatedAt time.Time
	SeenAt    time.Time
	Device    string // "Chrome, Windows"
	Factor    Factor
	Password  bool // they have one, to confirm changes with
}

// Entered is what a browser keeps of a sign-in that is done.
type Entered struct {
	Token string // of the session
	Login string
	Known string // of the device, under KnownName(Login); for KnownDevice
}

// Enter signs somebody in whose factors were shown elsewhere: with a passkey,
// or at an identity provider.
func (a *Auth) Enter(ctx context.Context, c Caller, staff anlo.ID, factor Factor) (e Entered, err error) {
	r, err := a.store.Staff(ctx, staff)
	if err != nil {
		return e, err
	}
	if !a.open(r) {
		return e, a.failed(ctx, r.ID, ErrWrong)
	}
	return a.enterAs(ctx, c, r, factor)
}

func (a *Auth) enterAs(ctx context.Context, c Caller, r store.StaffRow, factor Factor) (e Entered, err error) {
	err = a.store.Update(ctx, func(tx *store.Tx) error {
		e, err = a.enter(ctx, tx, c, r, factor)
		return err
	})
	if errors.Is(err, ErrNoRole) {
		err = a.failed(ctx, r.ID, ErrNoRole)
	}
	return e, err
}

// enter begins a session. With one role it acts in that, with several none is
// chosen yet.
func (a *Auth) enter(ctx context.Context, tx *store.Tx, c Caller, r store.StaffRow, factor Factor) (Entered, error) {
	all, err := tx.Grants(ctx, r.ID)
	if err != nil {
		return Entered{}, err
	}
	now := a.now()
	s := store.SessionRow{ID: anlo.NewID(now), Staff: r.ID, CreatedAt: now, SeenAt: now, Device: device(c.UserAgent), Factor: string(factor)}
	if c.provider != nil {
		s.Subject, s.ProviderSession = c.provider.Subject, c.provider.Session
	}
	if held := a.inForce(all); len(held) == 1 {
		s.Acting = held[0]
	} else if len(held) == 0 {
		return Entered{}, ErrNoRole
	}
	by := anlo.Actor{Staff: r.ID, Role: s.Acting.Role, Area: s.Acting.Area}
	if err := tx.Audit(ctx, a.entry(by, anlo.ActSignIn, s.ID)); err != nil {
		return Entered{}, err
	}
	token := newToken("")
	err = tx.KeepSession(ctx, s, seal.Digest(token), now.Add(-SessionIdle), now.Add(-SessionLife))
	return Entered{token, r.Login, a.newKnown(r.ID)}, err
}

func newToken(prefix string) string { return prefix + rand.Text() + rand.Text()[:6] }

// Session returns who a token stands for, and counts as use of the session;
// anlo.ErrUnsigned when it is unknown, unused for too long or ended. Roles are
// those of this moment: without one, By may do nothing until [Auth.Choose].
func (a *Auth) Session(ctx context.Context, token string) (Session, error) {
	s, err := a.Peek(ctx, token)
	if now := a.now(); err == nil && now.Sub(s.SeenAt) >= time.Minute {
		err = a.store.SeeSession(ctx, s.ID, now)
	}
	return s, err
}

// Peek is Session without the use: a page that asks by itself does not keep a
// session alive that somebody left open.
func (a *Auth) Peek(ctx context.Context, token string) (Session, error) {
	if len(token) < 20 || len(token) > 100 {
		return Session{}, anlo.ErrUnsigned
	}
	r, err := a.store.Session(ctx, seal.Digest(token))
	now := a.now()
	switch {
	case err != nil && anlo.KindOf(err) == anlo.NotFound:
		return Session{}, anlo.ErrUnsigned
	case err != nil:
		return Session{}, err
	case r.Disabled || !alive(r, now):
		return Session{}, anlo.ErrUnsigned
	}
	return session(r, now), nil
}

func alive(r store.SessionRow, now time.Time) bool {
	return now.Sub(r.SeenAt) < SessionIdle && now.Sub(r.CreatedAt) < SessionLife
}

func session(r store.SessionRow, now time.Time) Session {
	s := Session{ID: r.ID, Login: r.Login, By: anlo.Actor{Staff: r.Staff}, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt, Device: r.Device, Factor: Factor(r.Factor), Password: r.Password}
	if !r.Acting.ID.IsZero() && r.Acting.Holds(now) {
		s.Acting, s.By.Role, s.By.Area = r.Acting.ID, r.Acting.Role, r.Acting.Area
	}
	return s
}

// Role is one that somebody may act in.
type Role struct {
	ID anlo.ID
	anlo.Grant
}

// Roles lists those that the owner of a session may act in now.
func (a *Auth) Roles(ctx context.Context, s Session) ([]Role, error) {
	all, err := a.store.Grants(ctx, s.By.Staff)
	var roles []Role
	for _, g := range a.inForce(all) {
		roles = append(roles, Role{g.ID, g.Grant})
	}
	return roles, err
}

// inForce keeps those that hold now, in the order of anlo.StaffRoles.
func (a *Auth) inForce(all []store.GrantRow) []store.GrantRow {
	now := a.now()
	held := slices.DeleteFunc(all, func(g store.GrantRow) bool { return !g.Holds(now) })
	slices.SortStableFunc(held, func(x, y store.GrantRow) int {
		return slices.Index(anlo.StaffRoles, x.Role) - slices.Index(anlo.StaffRoles, y.Role)
	})
	return held
}

// Choose makes a session act in another role. Its token changes with it.
func (a *Auth) Choose(ctx context.Context, s Session, grant anlo.ID) (token string, err error) {
	token = newToken("")
	return token, a.store.Update(ctx, func(tx *store.Tx) error {
		all, err := tx.Grants(ctx, s.By.Staff)
		if err != nil {
			return err
		}
		held := a.inForce(all)
		i := slices.IndexFunc(held, func(g store.GrantRow) bool { return g.ID == grant })
		if i < 0 {
			return anlo.ErrNotFound
		}
		by := anlo.Actor{Staff: s.By.Staff, Role: held[i].Role, Area: held[i].Area}
		if err := tx.Audit(ctx, a.entry(by, anlo.ActSwitchRole, s.ID)); err != nil {
			return err
		}
		return found(tx.ActIn(ctx, s.ID, grant, seal.Digest(token)))
	})
}

// SignOut ends the session.
func (a *Auth) SignOut(ctx context.Context, s Session) error {
	return a.endSession(ctx, s.By, s.By.Staff, s.ID, anlo.ActSignOut)
}

func (a *Auth) endSession(ctx context.Context, by anlo.Actor, staff, session anlo.ID, action anlo.Action) error {
	return a.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, action, session)); err != nil {
			return err
		}
		return found(tx.EndSession(ctx, staff, session))
	})
}

// sessions lists those of an account that can still be used.
func (a *Auth) sessions(ctx context.Context, staff anlo.ID) ([]Session, error) {
	rows, err := a.store.Sessions(ctx, staff)
	var out []Session
	for _, r := range rows {
		if now := a.now(); alive(r, now) {
			out = append(out, session(r, now))
		}
	}
	return out, err
}

// found makes an error of a change that found nothing.
func found(ok bool, err error) error {
	if err == nil && !ok {
		return anlo.ErrNotFound
	}
	return err
}

// device says coarsely what somebody uses, so that they know their sessions
// apart: "Chrome, Windows".
func device(userAgent string) string {
	first := func(names ...string) string {
		for _, n := range names {
			if key, name, _ := strings.Cut(n, "="); strings.Contains(userAgent, key) {
				return name
			}
		}
		return ""
	}
	browser := first("Edg=Edge", "coc_coc=Cốc Cốc", "OPR=Opera", "SamsungBrowser=Samsung Internet", "Firefox=Firefox", "FxiOS=Firefox",
		"CriOS=Chrome", "Chrome=Chrome", "Safari=Safari")
	system := first("Android=Android", "iPhone=iPhone", "iPad=iPad", "Windows=Windows", "Mac OS X=macOS", "CrOS=ChromeOS", "Linux=Linux")
	if browser != "" && system != "" {
		return browser + ", " + system
	}
	return browser + system
}
