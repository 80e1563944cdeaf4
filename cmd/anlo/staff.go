package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"anlo"
	"anlo/app"
	"anlo/auth"
)

type staffCmd struct {
	Add     staffAddCmd     `cmd:"" help:"Open an account for an officer; prints the first password, once."`
	List    staffListCmd    `cmd:"" help:"List accounts and their roles."`
	Grant   staffGrantCmd   `cmd:"" help:"Give an account a role."`
	Revoke  staffRevokeCmd  `cmd:"" help:"Take a role away, at once."`
	Disable staffDisableCmd `cmd:"" help:"Close an account and end its sessions."`
	Enable  staffEnableCmd  `cmd:"" help:"Open an account again."`
	Reset   staffResetCmd   `cmd:"" help:"Forget password and second factor; prints another first password, once."`
}

// with runs a command on the accounts.
func (p place) with(ctx context.Context, f func(*app.App, *auth.Auth) error) error {
	a, err := p.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return f(a, officers(a))
}

// on runs a command on one account.
func (p place) on(ctx context.Context, login string, f func(*app.App, *auth.Auth, auth.Staff) error) error {
	return p.with(ctx, func(a *app.App, in *auth.Auth) error {
		s, err := in.StaffByLogin(ctx, operator, login)
		if err != nil {
			return err
		}
		return f(a, in, s)
	})
}

// roleFlags say which role, and where it holds.
type roleFlags struct {
	Role string `help:"commune-officer, health-officer, province-supervisor, national-supervisor, checkpoint-officer, vaccinator, approver, administrator or auditor." required:"" placeholder:"ROLE"`
	Area string `help:"Code of the commune or province where the role holds; without it the whole country." placeholder:"CODE"`
}

func (f roleFlags) area(a *app.App) (u anlo.UnitRef) {
	if f.Area != "" {
		u = anlo.UnitRef{List: a.UnitList, Code: f.Area}
	}
	return u
}

type grantFlags struct {
	roleFlags
	Until string `help:"Last day of the role (2026-12-31)." placeholder:"DATE"`
}

func (f grantFlags) grant(a *app.App) (anlo.Grant, error) {
	g := anlo.Grant{Role: anlo.Role(f.Role), Area: f.area(a)}
	if f.Until != "" {
		last, err := anlo.ParseDateTyped(f.Until)
		if err != nil {
			return g, err
		}
		if g.Until = last.AddDays(1).At(0, anlo.Hanoi); !g.Until.After(a.Now()) {
			return g, &anlo.Error{Kind: anlo.Invalid, Code: "grant.until"}
		}
	}
	return g, nil
}

type staffAddCmd struct {
	place
	Login string `arg:"" help:"What they sign in with: lan.nguyen"`
	Name  string `help:"Their name." required:""`
	Phone string `help:"Their phone at work."`
	Email string `help:"Their e-mail address."`
	grantFlags
}

// Run opens an account.
func (c *staffAddCmd) Run(ctx context.Context, s std) error {
	return c.with(ctx, func(a *app.App, in *auth.Auth) error {
		g, err := c.grant(a)
		if err != nil {
			return err
		}
		_, password, err := in.AddStaff(ctx, operator, anlo.Officer{Login: c.Login, Name: c.Name, Phone: c.Phone, Email: c.Email}, g)
		if err != nil {
			return err
		}
		return printFirst(s, "Opened the account "+anlo.NormalLogin(c.Login)+".", password)
	})
}

func printFirst(s std, done, password string) error {
	fmt.Fprintln(s.err, done, "The first password is shown this once. It works for 7 days and must be changed at the first sign-in:")
	_, err := fmt.Fprintln(s.out, password)
	return err
}

type staffListCmd struct {
	place
	Search string `help:"Only logins that contain this." placeholder:"TEXT"`
	JSON   bool   `help:"Print JSON, one account a line."`
}

type staffJSON struct {
	Login    string     `json:"login"`
	Name     string     `json:"name"`
	Roles    []roleJSON `json:"roles"`
	State    string     `json:"state"`
	OpenedAt time.Time  `json:"opened_at"`
}

type roleJSON struct {
	Role  anlo.Role `json:"role"`
	Area  string    `json:"area,omitempty"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Run lists accounts.
func (c *staffListCmd) Run(ctx context.Context, s std) error {
	return c.with(ctx, func(a *app.App, in *auth.Auth) error {
		t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		if !c.JSON {
			fmt.Fprintln(t, "login\tname\troles\tstate")
		}
		for after := ""; ; {
			p, err := in.List(ctx, operator, c.Search, after)
			if err != nil {
				return err
			}
			for _, one := range p.Items {
				if err := c.print(t, s.out, staffOf(one)); err != nil {
					return err
				}
			}
			if after = p.Next; after == "" {
				return t.Flush()
			}
		}
	})
}

func (c *staffListCmd) print(table, out io.Writer, j staffJSON) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(j)
	}
	var roles []string
	for _, r := range j.Roles {
		text := string(r.Role)
		if r.Area != "" {
			text += " " + r.Area
		}
		if !r.Until.IsZero() {
			text += " until " + r.Until.Add(-time.Second).In(anlo.Hanoi).Format(time.DateOnly)
		}
		roles = append(roles, text)
	}
	_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", j.Login, j.Name, strings.Join(roles, ", "), j.State)
	return err
}

func staffOf(s auth.Staff) staffJSON {
	j := staffJSON{Login: s.Login, Name: s.Name, Roles: []roleJSON{}, State: "open", OpenedAt: s.CreatedAt}
	switch {
	case !s.DisabledAt.IsZero():
		j.State = "disabled"
	case s.First:
		j.State = "first password"
	}
	for _, r := range s.Roles {
		out := roleJSON{Role: r.Role, From: r.From, Until: r.Until}
		if !r.Area.IsZero() {
			out.Area = r.Area.String()
		}
		j.Roles = append(j.Roles, out)
	}
	return j
}

type staffGrantCmd struct {
	place
	Login string `arg:"" help:"Whose account."`
	grantFlags
}

// Run gives a role.
func (c *staffGrantCmd) Run(ctx context.Context) error {
	return c.on(ctx, c.Login, func(a *app.App, in *auth.Auth, s auth.Staff) error {
		g, err := c.grant(a)
		if err != nil {
			return err
		}
		_, err = in.Grant(ctx, operator, s.ID, g)
		return err
	})
}

type staffRevokeCmd struct {
	place
	Login string `arg:"" help:"Whose account."`
	roleFlags
}

// Run takes a role away.
func (c *staffRevokeCmd) Run(ctx context.Context) error {
	return c.on(ctx, c.Login, func(a *app.App, in *auth.Auth, s auth.Staff) error {
		revoked := false
		for _, r := range s.Roles {
			if r.Role != anlo.Role(c.Role) || r.Area != c.area(a) {
				continue
			}
			if err := in.RevokeGrant(ctx, operator, r.ID); err != nil {
				return err
			}
			revoked = true
		}
		if !revoked {
			return anlo.ErrNotFound
		}
		return nil
	})
}

type staffDisableCmd struct {
	place
	Login string `arg:"" help:"Whose account."`
}

// Run closes an account.
func (c *staffDisableCmd) Run(ctx context.Context) error {
	return c.on(ctx, c.Login, func(_ *app.App, in *auth.Auth, s auth.Staff) error { return in.DisableStaff(ctx, operator, s.ID) })
}

type staffEnableCmd struct {
	place
	Login string `arg:"" help:"Whose account."`
}

// Run opens an account again.
func (c *staffEnableCmd) Run(ctx context.Context) error {
	return c.on(ctx, c.Login, func(_ *app.App, in *auth.Auth, s auth.Staff) error { return in.EnableStaff(ctx, operator, s.ID) })
}

type staffResetCmd struct {
	place
	Login string `arg:"" help:"Whose account."`
}

// Run gives another first password.
func (c *staffResetCmd) Run(ctx context.Context, out std) error {
	return c.on(ctx, c.Login, func(_ *app.App, in *auth.Auth, s auth.Staff) error {
		password, err := in.ResetSecondFactor(ctx, operator, s.ID)
		if err != nil {
			return err
		}
		if password == "" {
			fmt.Fprintln(out.err, "Forgot the second factor of "+s.Login+", who signs in at a provider and has no password.")
			return nil
		}
		return printFirst(out, "Forgot the password and the second factor of "+s.Login+".", password)
	})
}
