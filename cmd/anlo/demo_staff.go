package main

import (
	"context"
	"fmt"

	"anlo"
	"anlo/app"
	"anlo/auth"
	"anlo/web"
)

// demoStaff is an officer's account of the demonstration.
type demoStaff struct {
	Login      string    `json:"login"`
	Password   string    `json:"password"`
	TOTPSecret string    `json:"totp_secret"`
	Role       anlo.Role `json:"role"`
	Area       string    `json:"area"` // code; empty for the whole country
	AreaName   string    `json:"area_name"`

	id anlo.ID
}

// actor is the officer at work.
func (d demoStaff) actor(a *app.App) anlo.Actor {
	by := anlo.Actor{Role: d.Role, Staff: d.id, Lang: "vi"}
	if d.Area != "" {
		by.Area = anlo.UnitRef{List: a.UnitList, Code: d.Area}
	}
	return by
}

const demoPassword = "đi đường bình an 2026"

// openStaff opens an account for each role: around the commune with most
// notices, at the first of the posts, for the country.
func openStaff(ctx context.Context, a *app.App, focus anlo.UnitRef, post anlo.UnitRef) (out []demoStaff, err error) {
	province := provinceOf(a, anlo.NoticeID{Commune: focus})
	in := officers(a)
	for i, o := range []struct {
		login, name string
		role        anlo.Role
		area        anlo.UnitRef
	}{
		{"commune", "Lê Thị Hòa", anlo.CommuneOfficer, focus},
		{"province", "Phạm Quốc Việt", anlo.ProvinceSupervisor, province},
		{"national", "Nguyễn Minh Châu", anlo.NationalSupervisor, anlo.UnitRef{}},
		{"health", "Bác sĩ Trần Thu Hà", anlo.HealthOfficer, province},
		{"checkpoint", "Đỗ Văn Cường", anlo.CheckpointOfficer, post},
		{"approver", "Vũ Thanh Sơn", anlo.Approver, anlo.UnitRef{}},
		{"vaccinator", "Hoàng Thị Lan", anlo.Vaccinator, focus},
		{"administrator", "Bùi Anh Tuấn", anlo.Administrator, anlo.UnitRef{}},
		{"auditor", "Đặng Thùy Dương", anlo.Auditor, anlo.UnitRef{}},
	} {
		d := demoStaff{Login: o.login, Password: demoPassword, Role: o.role, Area: o.area.Code}
		if d.Area != "" {
			d.AreaName = a.Units.FullName(o.area)
		}
		var first string
		if d.id, first, err = in.AddStaff(ctx, operator, anlo.Officer{Login: o.login, Name: o.name}, anlo.Grant{Role: o.role, Area: o.area}); err != nil {
			return nil, fmt.Errorf("account %s: %w", o.login, err)
		}
		if d.TOTPSecret, err = firstSignIn(ctx, a, in, fmt.Sprintf("192.0.2.%d:1000", i+1), o.login, first); err != nil {
			return nil, fmt.Errorf("account %s: %w", o.login, err)
		}
		out = append(out, d)
	}
	return out, nil
}

// firstSignIn does what an officer does on the first day: an own password and an
// authenticator, whose secret it returns.
func firstSignIn(ctx context.Context, a *app.App, in *auth.Auth, from, login, first string) (secret string, err error) {
	caller := auth.Caller{RemoteAddr: from}
	ticket, err := in.Password(ctx, caller, login, first)
	if err != nil {
		return "", err
	}
	if ticket, err = in.NewPassword(ctx, ticket, demoPassword); err != nil {
		return "", err
	}
	pending, err := in.Pending(ctx, ticket)
	if err != nil {
		return "", err
	}
	_, _, err = in.Enrol(ctx, caller, ticket, auth.TOTP(pending.Secret, a.Now()))
	return pending.Secret, err
}

// shown is what the start page of the demonstration tells of the officers.
func (f demoFile) shown() *web.Demo {
	d := &web.Demo{}
	for _, s := range f.Staff {
		d.Officers = append(d.Officers, web.DemoOfficer{Login: s.Login, Password: s.Password, TOTPSecret: s.TOTPSecret, Role: s.Role, Area: s.AreaName})
	}
	return d
}
