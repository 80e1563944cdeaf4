package auth_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

// fields are the fields at fault with their codes.
func fields(err error) string {
	var e *anlo.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Field+":"+f.Code)
	}
	return strings.Join(out, " ")
}

func TestAddStaff(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		boss := anlotest.Officer(t, a, anlo.Administrator, anlo.UnitRef{})
		province := anlo.UnitRef{List: "vn-2026", Code: "01"}
		for _, c := range []struct {
			o    anlo.Officer
			g    anlo.Grant
			want string
		}{
			{anlo.Officer{}, inCommune, "login:required name:required"},
			{anlo.Officer{Login: "Lan Nguyễn", Name: "Lan"}, inCommune, "login:login.malformed"},
			{anlo.Officer{Login: "lan", Name: "Lan", Phone: "12", Email: "lan", IDNumber: "1"}, inCommune, "phone:phone.malformed email:email.malformed id_number:id-number.malformed"},
			{anlo.Officer{Login: "lan", Name: "Lan"}, anlo.Grant{Role: anlo.CommuneOfficer, Area: province}, "area:grant.area-commune"},
			{anlo.Officer{Login: "lan", Name: "Lan"}, anlo.Grant{Role: anlo.Operator}, "role:choice.unknown"},
		} {
			if _, _, err := in.AddStaff(ctx, boss, c.o, c.g); fields(err) != c.want {
				t.Errorf("%+v: %s, want %s", c.o, fields(err), c.want)
			}
		}
		id, first, err := in.AddStaff(ctx, boss, anlo.Officer{Login: " LAN ", Name: " Lê   Lan", Phone: "+84 912 345 678", Email: "lan@example.org"}, inCommune)
		if err != nil || len(first) < 16 {
			t.Fatal(first, err)
		}
		if _, _, err := in.AddStaff(ctx, boss, anlo.Officer{Login: "lan", Name: "Another"}); fields(err) != "login:login.taken" {
			t.Error(err)
		}
		s, open, err := in.Staff(ctx, boss, id)
		if err != nil || len(open) != 0 || s.Login != "lan" || s.Name != "Lê Lan" || s.Phone != "0912345678" || !s.First || s.Authenticator || len(s.Roles) != 1 || s.Roles[0].Role != anlo.CommuneOfficer {
			t.Errorf("%+v %v", s, err)
		}
		if err := in.ChangeStaff(ctx, boss, id, anlo.Officer{Name: "Lê Thị Lan", Phone: "0987654321"}); err != nil {
			t.Fatal(err)
		}
		if s, err := in.StaffByLogin(ctx, boss, "Lan"); err != nil || s.Name != "Lê Thị Lan" || s.Login != "lan" || s.Email != "" {
			t.Errorf("%+v %v", s, err)
		}
		_, err = in.StaffByLogin(ctx, boss, "nobody")
		want(t, err, anlo.ErrNotFound)
		want(t, in.ChangeStaff(ctx, boss, anlo.NewID(clock.Now()), anlo.Officer{Name: "x"}), anlo.ErrNotFound)
	})
}

// Only administrators and the machine's operator change accounts.
func TestWhoChangesAccounts(t *testing.T) {
	in, a, _ := single(t)
	ctx := t.Context()
	somebody := anlotest.Officer(t, a, anlo.CommuneOfficer, commune)
	for _, role := range append(slices.Clone(anlo.StaffRoles), anlo.Citizen, anlo.System, "") {
		if role == anlo.Administrator {
			continue
		}
		by := anlo.Actor{Role: role}
		_, _, err := in.AddStaff(ctx, by, anlo.Officer{Login: "x1", Name: "x"})
		_, _, err2 := in.Staff(ctx, by, somebody.Staff)
		_, err3 := in.List(ctx, by, "", "")
		_, err4 := in.Grant(ctx, by, somebody.Staff, anlo.Grant{Role: anlo.Auditor})
		_, err5 := in.ResetSecondFactor(ctx, by, somebody.Staff)
		_, _, err6 := in.AddKey(ctx, by, auth.Key{})
		_, err7 := in.Keys(ctx, by)
		_, err8 := in.StaffByLogin(ctx, by, "x")
		for i, err := range []error{err, err2, err3, err4, err5, err6, err7, err8, in.ChangeStaff(ctx, by, somebody.Staff, anlo.Officer{Name: "x"}), in.DisableStaff(ctx, by, somebody.Staff),
			in.EnableStaff(ctx, by, somebody.Staff), in.EndSessions(ctx, by, somebody.Staff), in.RevokeGrant(ctx, by, somebody.Staff), in.RevokeKey(ctx, by, somebody.Staff)} {
			if !errors.Is(err, anlo.ErrForbidden) {
				t.Errorf("%s, %d: %v", role, i, err)
			}
		}
	}
}

func TestNobodyChangesTheirOwnRoles(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		one := newOfficer(t, in, clock, "one", anlo.Grant{Role: anlo.Administrator})
		by := one.session(one.Token).By
		_, err := in.Grant(ctx, by, one.id, anlo.Grant{Role: anlo.CommuneOfficer, Area: commune})
		want(t, err, auth.ErrOwn)
		roles, _ := in.Roles(ctx, one.session(one.Token))
		want(t, in.RevokeGrant(ctx, by, roles[0].ID), auth.ErrOwn)
		want(t, in.DisableStaff(ctx, by, one.id), auth.ErrOwn)
		_, err = in.ResetSecondFactor(ctx, by, one.id)
		want(t, err, auth.ErrOwn)

		// Nor does the last one go, whoever asks.
		want(t, in.DisableStaff(ctx, operator, one.id), auth.ErrLastAdministrator)
		want(t, in.RevokeGrant(ctx, operator, roles[0].ID), auth.ErrLastAdministrator)
		one.session(one.Token)
		two := newOfficer(t, in, clock, "two", anlo.Grant{Role: anlo.Administrator})
		if err := in.DisableStaff(ctx, two.session(two.Token).By, one.id); err != nil {
			t.Fatal(err)
		}
		refused(t, in, one.Token)
		want(t, in.DisableStaff(ctx, operator, two.id), auth.ErrLastAdministrator)

		// Two who leave at once do not both go.
		if err := in.EnableStaff(ctx, operator, one.id); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 2)
		for _, id := range []anlo.ID{one.id, two.id} {
			go func() { done <- in.DisableStaff(ctx, operator, id) }()
		}
		if e, f := <-done, <-done; (e == nil) == (f == nil) {
			t.Errorf("both asked to leave: %v, %v", e, f)
		}
	})
}

func TestDisabledAndReset(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		boss := anlotest.Officer(t, a, anlo.Administrator, anlo.UnitRef{})
		o := newOfficer(t, in, clock, "lan", inCommune)
		ticket := o.ticket(office)
		if err := in.DisableStaff(ctx, boss, o.id); err != nil {
			t.Fatal(err)
		}
		refused(t, in, o.Token)
		_, err := in.Password(ctx, office, "lan", password)
		want(t, err, auth.ErrWrong)
		_, err = in.Code(ctx, office, ticket, o.code())
		want(t, err, anlo.ErrUnsigned)
		_, err = in.Enter(ctx, office, o.id, "passkey")
		want(t, err, auth.ErrWrong)
		want(t, in.DisableStaff(ctx, boss, o.id), anlo.ErrNotFound)
		if err := in.EnableStaff(ctx, boss, o.id); err != nil {
			t.Fatal(err)
		}
		refused(t, in, o.Token)
		e := o.signIn(office)

		first, err := in.ResetSecondFactor(ctx, boss, o.id)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, in, e.Token)
		_, err = in.Password(ctx, office, "lan", password)
		want(t, err, auth.ErrWrong)
		old := o.secret
		o.first(first)
		if o.secret == old {
			t.Error("the lost authenticator is enrolled again")
		}
		o.session(o.Token)
	})
}

func TestList(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		for i := range 60 {
			if _, _, err := in.AddStaff(ctx, operator, anlo.Officer{Login: fmt.Sprintf("p%02d_x", i), Name: "Somebody"}, inCommune); err != nil {
				t.Fatal(err)
			}
		}
		seen := 0
		for after := ""; ; {
			p, err := in.List(ctx, operator, "", after)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range p.Items {
				if len(s.Roles) != 1 || s.Name != "Somebody" {
					t.Errorf("%+v", s)
				}
			}
			seen += len(p.Items)
			if after = p.Next; after == "" {
				break
			}
		}
		if seen != 60 {
			t.Errorf("%d of 60", seen)
		}
		for text, n := range map[string]int{"P07": 1, "0_": 6, "%": 0, "!": 0, strings.Repeat("p", 1000): 0, "": 50} {
			if p, err := in.List(ctx, operator, text, ""); err != nil || len(p.Items) != n {
				t.Errorf("%.10q: %d accounts, %v", text, len(p.Items), err)
			}
		}
	})
}

func TestKeys(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		boss := anlotest.Officer(t, a, anlo.Administrator, anlo.UnitRef{})
		good := auth.Key{Name: "Bệnh viện C", Role: anlo.CommuneOfficer, Area: commune, Only: []anlo.Action{anlo.ActReadDesk, anlo.ActFollowUp}, ExpiresAt: clock.Now().Add(24 * time.Hour)}
		for want, change := range map[string]func(*auth.Key){
			"name:required":                      func(k *auth.Key) { k.Name = " " },
			"name:text.long":                     func(k *auth.Key) { k.Name = strings.Repeat("x", 61) },
			"only:required":                      func(k *auth.Key) { k.Only = nil },
			"only:key.scope":                     func(k *auth.Key) { k.Only = []anlo.Action{anlo.ActAudit} },
			"area:required":                      func(k *auth.Key) { k.Area = anlo.UnitRef{} },
			"until:key.until":                    func(k *auth.Key) { k.ExpiresAt = clock.Now().Add(auth.KeyLife + time.Minute) },
			"role:choice.unknown only:key.scope": func(k *auth.Key) { k.Role = anlo.Operator; k.Only = []anlo.Action{anlo.ActStaff} },
		} {
			k := good
			change(&k)
			if _, _, err := in.AddKey(ctx, boss, k); fields(err) != want {
				t.Errorf("%s, want %s", fields(err), want)
			}
		}
		id, token, err := in.AddKey(ctx, boss, good)
		if err != nil {
			t.Fatal(err)
		}
		by, err := in.OpenKey(ctx, token)
		if err != nil || by.Key != id || by.Area != commune || !by.May(anlo.ActReadDesk) || by.May(anlo.ActReveal) || by.MayIn(anlo.ActReadDesk, anlo.UnitRef{List: "vn-2026", Code: "00008"}) {
			t.Errorf("%+v %v", by, err)
		}
		if keys, err := in.Keys(ctx, boss); err != nil || len(keys) != 1 || !keys[0].UsedAt.Equal(clock.Now()) || keys[0].Name != good.Name {
			t.Errorf("%+v %v", keys, err)
		}
		for _, bad := range []string{"", "anlo_key_", "anlo_key_" + strings.Repeat("A", 32), token[:len(token)-1], token + "A", strings.TrimPrefix(token, "anlo_key_"), "anlo_key_" + strings.Repeat("A", 10_000)} {
			_, err := in.OpenKey(ctx, bad)
			want(t, err, anlo.ErrUnsigned)
		}
		clock.Add(24 * time.Hour)
		_, err = in.OpenKey(ctx, token)
		want(t, err, anlo.ErrUnsigned)

		good.ExpiresAt = clock.Now().Add(time.Hour)
		id, token, err = in.AddKey(ctx, boss, good)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.RevokeKey(ctx, boss, id); err != nil {
			t.Fatal(err)
		}
		_, err = in.OpenKey(ctx, token)
		want(t, err, anlo.ErrUnsigned)
		want(t, in.RevokeKey(ctx, boss, id), anlo.ErrNotFound)
		audited(t, a, anlo.ActAPIKeys, 3)
	})
}

// A stolen key cannot make other keys or accounts.
func TestKeysMakeNoKeys(t *testing.T) {
	for _, role := range anlo.StaffRoles {
		for _, s := range auth.Scopes(role) {
			if s == anlo.ActStaff || s == anlo.ActGrant || s == anlo.ActAPIKeys || s == anlo.ActAccount {
				t.Errorf("a key of %s may be allowed %s", role, s)
			}
		}
	}
	if len(auth.Scopes(anlo.CommuneOfficer)) < 5 {
		t.Error("hardly anything may be allowed at all")
	}
}

// Every change leaves an entry of who made it.
func TestEveryChangeIsAudited(t *testing.T) {
	with(t, func(t *testing.T, in *auth.Auth, a *app.App, clock *anlotest.Clock) {
		ctx := t.Context()
		boss := anlotest.Officer(t, a, anlo.Administrator, anlo.UnitRef{})
		o := newOfficer(t, in, clock, "lan", inCommune)
		s := o.session(o.Token)
		var grant anlo.ID
		secret, _, ticket, err := in.NewAuthenticator(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range []struct {
			action anlo.Action
			change func() error
		}{
			{anlo.ActAccount, func() error { return in.ChangePassword(ctx, s, password, "một câu dài khác hẳn") }},
			{anlo.ActAccount, func() error { _, err := in.NewRecoveryCodes(ctx, s, "một câu dài khác hẳn"); return err }},
			{anlo.ActAccount, func() error {
				_, err := in.ReplaceAuthenticator(ctx, s, ticket, "một câu dài khác hẳn", anlotest.TOTP(secret, clock.Now()))
				return err
			}},
			{anlo.ActSignOut, func() error { return in.EndOtherSessions(ctx, s) }},
			{anlo.ActStaff, func() error { _, err := in.List(ctx, boss, "", ""); return err }},
			{anlo.ActStaff, func() error { _, _, err := in.Staff(ctx, boss, o.id); return err }},
			{anlo.ActStaff, func() error { return in.ChangeStaff(ctx, boss, o.id, anlo.Officer{Name: "Lan Anh"}) }},
			{anlo.ActGrant, func() (err error) {
				grant, err = in.Grant(ctx, boss, o.id, anlo.Grant{Role: anlo.Approver})
				return err
			}},
			{anlo.ActGrant, func() error { return in.RevokeGrant(ctx, boss, grant) }},
			{anlo.ActStaff, func() error { return in.EndSessions(ctx, boss, o.id) }},
			{anlo.ActStaff, func() error { return in.DisableStaff(ctx, boss, o.id) }},
			{anlo.ActStaff, func() error { return in.EnableStaff(ctx, boss, o.id) }},
			{anlo.ActStaff, func() error { _, err := in.ResetSecondFactor(ctx, boss, o.id); return err }},
		} {
			before, err := a.Store.AuditCount(ctx, c.action)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.change(); err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			if after, err := a.Store.AuditCount(ctx, c.action); err != nil || after != before+1 {
				t.Errorf("%d: %d entries of %s more, %v", i, after-before, c.action, err)
			}
		}
	})
}
