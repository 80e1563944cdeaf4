package auth

import (
	"context"
	"strings"

	"anlo"
	"anlo/store"
)

// List returns accounts whose login contains a text, in the order of logins,
// those after a login only.
func (a *Auth) List(ctx context.Context, by anlo.Actor, containing, after string) (StaffPage, error) {
	if !by.May(anlo.ActStaff) {
		return StaffPage{}, anlo.ErrForbidden
	}
	containing = strings.ToLower(strings.TrimSpace(containing))
	if len(containing) > anlo.MaxLogin {
		return StaffPage{}, nil
	}
	rows, err := a.store.StaffPage(ctx, containing, after, staffPage+1)
	if err != nil || len(rows) == 0 {
		return StaffPage{}, err
	}
	var p StaffPage
	if len(rows) > staffPage {
		rows = rows[:staffPage]
		p.Next = rows[staffPage-1].Login
	}
	given, err := a.store.GrantsBetween(ctx, rows[0].Login, rows[len(rows)-1].Login)
	if err != nil {
		return StaffPage{}, err
	}
	if err := a.store.Audit(ctx, a.entry(by, anlo.ActStaff, anlo.ID{})); err != nil {
		return StaffPage{}, err
	}
	for _, r := range rows {
		s, err := a.staff(ctx, r, given)
		if err != nil {
			return StaffPage{}, err
		}
		p.Items = append(p.Items, s)
	}
	return p, nil
}

// Staff returns one account with its sessions.
func (a *Auth) Staff(ctx context.Context, by anlo.Actor, id anlo.ID) (s Staff, open []Session, err error) {
	if !by.May(anlo.ActStaff) {
		return s, nil, anlo.ErrForbidden
	}
	r, err := a.store.Staff(ctx, id)
	if err != nil {
		return s, nil, err
	}
	given, err := a.store.Grants(ctx, id)
	if err != nil {
		return s, nil, err
	}
	if open, err = a.sessions(ctx, id); err != nil {
		return s, nil, err
	}
	if err := a.store.Audit(ctx, a.entry(by, anlo.ActStaff, id)); err != nil {
		return s, nil, err
	}
	s, err = a.staff(ctx, r, given)
	return s, open, err
}

// StaffByLogin returns one account by its login.
func (a *Auth) StaffByLogin(ctx context.Context, by anlo.Actor, login string) (Staff, error) {
	if !by.May(anlo.ActStaff) {
		return Staff{}, anlo.ErrForbidden
	}
	r, err := a.store.StaffByLogin(ctx, anlo.NormalLogin(login))
	if err != nil {
		return Staff{}, err
	}
	s, _, err := a.Staff(ctx, by, r.ID)
	return s, err
}

// staff is an account with those of the given roles that are its own and not
// over.
func (a *Auth) staff(ctx context.Context, r store.StaffRow, given []store.GrantRow) (Staff, error) {
	o, err := a.openOfficer(ctx, r)
	if err != nil {
		return Staff{}, err
	}
	s := Staff{ID: r.ID, Officer: o, First: !r.PasswordUntil.IsZero(), FirstUntil: r.PasswordUntil, Authenticator: r.TOTP != nil,
		CreatedAt: r.CreatedAt, DisabledAt: r.DisabledAt}
	for _, g := range given {
		if g.Staff == r.ID && g.RevokedAt.IsZero() && (g.Until.IsZero() || a.now().Before(g.Until)) {
			s.Roles = append(s.Roles, Role{g.ID, g.Grant})
		}
	}
	return s, nil
}
