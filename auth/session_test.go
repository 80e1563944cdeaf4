package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

func TestSessionEnds(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		o := newOfficer(t, in, clock, "lan", inCommune)
		e := o.signIn(office)
		for range 4 { // used now and then, it goes on
			clock.Add(28 * time.Minute)
			o.session(e.Token)
		}
		clock.Add(auth.SessionIdle)
		refused(t, in, e.Token)

		e = o.signIn(office)
		for range 2 { // a page that asks by itself is no use
			clock.Add(14 * time.Minute)
			if _, err := in.Peek(t.Context(), e.Token); err != nil {
				t.Fatal(err)
			}
		}
		clock.Add(2 * time.Minute)
		refused(t, in, e.Token)

		e = o.signIn(office)
		begun := clock.Now().Add(-time.Minute)
		for clock.Now().Sub(begun) < auth.SessionLife-20*time.Minute {
			o.session(e.Token)
			clock.Add(15 * time.Minute)
		}
		clock.Add(20 * time.Minute)
		refused(t, in, e.Token)

		e = o.signIn(office)
		if err := in.SignOut(t.Context(), o.session(e.Token)); err != nil {
			t.Fatal(err)
		}
		refused(t, in, e.Token)
		audited(t, a, anlo.ActSignOut, 1)
		for _, forged := range []string{"", "x", strings.Repeat("A", 32), e.Token[:len(e.Token)-1] + "a", strings.Repeat("A", 10_000)} {
			refused(t, in, forged)
		}
	})
}

// Another process on the same database knows the session.
func TestSessionSurvivesARestart(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		o := newOfficer(t, in, clock, "lan", inCommune)
		again := anlotest.Auth(t, a)
		if s, err := again.Session(t.Context(), o.Token); err != nil || s.By.Staff != o.id {
			t.Errorf("%+v %v", s, err)
		}
		o.in = again
		known := office
		known.Known = o.Known
		o.signIn(known)
	})
}

func TestOneRoleAtATime(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		o := newOfficer(t, in, clock, "lan", inCommune, anlo.Grant{Role: anlo.Auditor})
		s := o.session(o.Token)
		if s.By.Role != "" || s.By.May(anlo.ActAudit) || s.By.May(anlo.ActReadDesk) || s.By.May(anlo.ActAccount) {
			t.Fatalf("with two roles and none chosen: %+v", s)
		}
		roles, err := in.Roles(ctx, s)
		if err != nil || len(roles) != 2 {
			t.Fatal(roles, err)
		}
		token, err := in.Choose(ctx, s, roles[1].ID)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, in, o.Token) // it changed with the role
		s = o.session(token)
		if s.By.Role != anlo.Auditor || s.By.May(anlo.ActReadDesk) || s.By.Staff != o.id {
			t.Errorf("%+v", s)
		}
		audited(t, a, anlo.ActSwitchRole, 1)
		other := newOfficer(t, in, clock, "minh", anlo.Grant{Role: anlo.Approver})
		theirs, err := in.Roles(ctx, other.session(other.Token))
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.Choose(ctx, s, theirs[0].ID)
		want(t, err, anlo.ErrNotFound)

		// Taken away while the session is open.
		if err := in.RevokeGrant(ctx, operator, roles[1].ID); err != nil {
			t.Fatal(err)
		}
		if s = o.session(token); s.By.Role != "" || s.By.May(anlo.ActAudit) {
			t.Errorf("a revoked role still acts: %+v", s)
		}
		_, err = in.Choose(ctx, s, roles[1].ID)
		want(t, err, anlo.ErrNotFound)
		if token, err = in.Choose(ctx, s, roles[0].ID); err != nil || o.session(token).By.Area != commune {
			t.Error(err)
		}
		if err := in.RevokeGrant(ctx, operator, roles[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = in.Code(ctx, office, o.ticket(office), o.code())
		want(t, err, auth.ErrNoRole)
	})
}

func TestRolesHaveTheirTime(t *testing.T) {
	in, _, clock := single(t)
	now := clock.Now()
	o := newOfficer(t, in, clock, "lan", anlo.Grant{Role: anlo.Auditor, Until: now.Add(time.Hour)}, anlo.Grant{Role: anlo.Approver, From: now.Add(24 * time.Hour)})
	if s := o.session(o.Token); s.By.Role != anlo.Auditor {
		t.Errorf("%+v", s)
	}
	clock.Add(25 * time.Minute)
	o.session(o.Token)
	clock.Add(25 * time.Minute)
	o.session(o.Token)
	clock.Add(15 * time.Minute)
	if s := o.session(o.Token); s.By.Role != "" {
		t.Errorf("after its last day: %+v", s)
	}
	clock.Add(24 * time.Hour)
	if e := o.signIn(office); o.session(e.Token).By.Role != anlo.Approver {
		t.Error("on its first day the role is not there")
	}
}

// What somebody changes about the way in ends their other sessions, and only
// who shows the password may.
func TestAccount(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		o := newOfficer(t, in, clock, "lan", inCommune)
		here, there := o.signIn(office).Token, o.signIn(office).Token
		s := o.session(here)
		acc, err := in.Account(ctx, s)
		if err != nil || len(acc.Sessions) != 3 || acc.Name != "Lê Thị Lan" || acc.Phone != "0912345678" || !acc.HasPassword || len(acc.Roles) != 1 {
			t.Fatalf("%+v %v", acc, err)
		}
		want(t, in.ChangePassword(ctx, s, "wrong", "một câu dài khác hẳn"), auth.ErrPassword)
		if err := in.ChangePassword(ctx, s, password, "ngắn"); !errors.Is(err, anlo.ErrInvalid) {
			t.Error(err)
		}
		o.session(there)
		if err := in.ChangePassword(ctx, s, password, "một câu dài khác hẳn"); err != nil {
			t.Fatal(err)
		}
		refused(t, in, there)
		o.session(here)
		_, err = in.Password(ctx, office, o.login, password)
		want(t, err, auth.ErrWrong)
		ticket, err := in.Password(ctx, office, o.login, "một câu dài khác hẳn")
		if err != nil {
			t.Fatal(err)
		}
		e, err := in.Code(ctx, office, ticket, o.code())
		if err != nil {
			t.Fatal(err)
		}

		secret, _, change, err := in.NewAuthenticator(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.ReplaceAuthenticator(ctx, o.session(e.Token), change, "một câu dài khác hẳn", anlotest.TOTP(secret, clock.Now()))
		want(t, err, anlo.ErrUnsigned) // another session's ticket
		_, err = in.ReplaceAuthenticator(ctx, s, change, "một câu dài khác hẳn", o.code())
		want(t, err, auth.ErrCode)
		codes, err := in.ReplaceAuthenticator(ctx, s, change, "một câu dài khác hẳn", anlotest.TOTP(secret, clock.Now()))
		if err != nil || len(codes) != auth.RecoveryCodes {
			t.Fatal(codes, err)
		}
		refused(t, in, e.Token)
		if ticket, err = in.Password(ctx, office, o.login, "một câu dài khác hẳn"); err != nil {
			t.Fatal(err)
		}
		for _, old := range []string{o.code(), o.codes[0], anlotest.TOTP(secret, clock.Now())} {
			_, err = in.Code(ctx, office, ticket, old)
			want(t, err, auth.ErrCode)
		}
		if _, err = in.Code(ctx, office, ticket, codes[0]); err != nil {
			t.Error(err)
		}
		fresh, err := in.NewRecoveryCodes(ctx, s, "một câu dài khác hẳn")
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.Code(ctx, office, ticket, codes[1])
		want(t, err, auth.ErrCode)
		if _, err = in.Code(ctx, office, ticket, fresh[0]); err != nil {
			t.Error(err)
		}
		for range 20 {
			err = in.ChangePassword(ctx, s, "guess", "một câu dài khác hẳn nữa")
		}
		want(t, err, anlo.ErrTooMany)
	})
}

func TestEndingSessions(t *testing.T) {
	in, a, clock := single(t)
	ctx := t.Context()
	o, other := newOfficer(t, in, clock, "lan", inCommune), newOfficer(t, in, clock, "minh", inCommune)
	first, second, third := o.Token, o.signIn(office).Token, o.signIn(office).Token
	s := o.session(third)
	want(t, in.EndSession(ctx, s, other.session(other.Token).ID), anlo.ErrNotFound)
	other.session(other.Token)
	if err := in.EndSession(ctx, s, o.session(first).ID); err != nil {
		t.Fatal(err)
	}
	refused(t, in, first)
	if err := in.EndOtherSessions(ctx, s); err != nil {
		t.Fatal(err)
	}
	refused(t, in, second)
	o.session(third)
	administrator := anlotest.Officer(t, a, anlo.Administrator, anlo.UnitRef{})
	if err := in.EndSessions(ctx, administrator, o.id); err != nil {
		t.Fatal(err)
	}
	refused(t, in, third)
}
