package anlo

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bound reports whether a role cannot be given for the whole country.
func bound(role Role) bool {
	everything := func(UnitRef) bool { return true }
	return slices.Contains(StaffRoles, role) && (Grant{Role: role}).Check(everything, everything) != nil
}

// The table of permissions as people read it. Whoever changes it sees what
// changed: ANLO_UPDATE=1 go test -run TestPermissions . writes it anew.
func TestPermissions(t *testing.T) {
	columns := slices.Concat([]Role{Citizen}, StaffRoles, []Role{System, Operator})
	var b strings.Builder
	b.WriteString("# Who may do what. yes: anywhere, or in the area of the grant where one is named; area: only in the role's own area.\n")
	fmt.Fprintf(&b, "%-24s", "")
	for _, r := range columns {
		fmt.Fprintf(&b, " %s", r)
	}
	b.WriteByte('\n')
	for _, action := range Actions {
		fmt.Fprintf(&b, "%-24s", action)
		for _, r := range columns {
			cell := "-"
			if (Actor{Role: r}).May(action) {
				cell = "yes"
				if bound(r) {
					cell = "area"
				}
			}
			fmt.Fprintf(&b, " %-*s", len(r), cell)
		}
		b.WriteByte('\n')
	}
	text := regexp.MustCompile(` +\n`).ReplaceAllString(b.String(), "\n")
	const file = "testdata/permissions.golden.txt"
	if os.Getenv("ANLO_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(golden) {
		t.Errorf("the permissions are not those of %s; now they are\n%s", file, text)
	}
}

// Every permission is of a known action, so that the table above shows all.
func TestEveryPermissionIsListed(t *testing.T) {
	for role, actions := range permissions {
		for i, action := range actions {
			if !slices.Contains(Actions, action) || slices.Contains(actions[:i], action) {
				t.Errorf("%s: %s is not in Actions, or twice in the role", role, action)
			}
		}
	}
	for _, role := range StaffRoles {
		if !(Actor{Role: role}).May(ActAccount) {
			t.Errorf("%s has no account page", role)
		}
	}
	for _, action := range Actions {
		for _, nobody := range []Role{"", "root", "Administrator"} {
			if (Actor{Role: nobody}).May(action) {
				t.Errorf("%q may %s", nobody, action)
			}
		}
	}
}

func TestMayIn(t *testing.T) {
	here, there, province := UnitRef{"vn-2026", "00004"}, UnitRef{"vn-2026", "00008"}, UnitRef{"vn-2026", "01"}
	for _, c := range []struct {
		by   Actor
		path []UnitRef
		want bool
	}{
		{Actor{Role: CommuneOfficer, Area: here}, []UnitRef{province, here}, true},
		{Actor{Role: CommuneOfficer, Area: here}, []UnitRef{province, there}, false},
		{Actor{Role: ProvinceSupervisor, Area: province}, []UnitRef{province, there}, true},
		{Actor{Role: ProvinceSupervisor, Area: UnitRef{"vn-63", "01"}}, []UnitRef{province, there}, false},
		{Actor{Role: NationalSupervisor}, []UnitRef{province, there}, true},
		{Actor{Role: NationalSupervisor}, nil, true},
		{Actor{Role: CommuneOfficer, Area: here}, nil, false},
		{Actor{Role: Auditor}, []UnitRef{province, here}, false},
		{Actor{Role: CommuneOfficer, Area: here, Only: []Action{ActFigures}}, []UnitRef{here}, false},
		{Actor{Role: CommuneOfficer, Area: here, Only: []Action{}}, []UnitRef{here}, false},
	} {
		if got := c.by.MayIn(ActReadDesk, c.path...); got != c.want {
			t.Errorf("%s of %s at %v: %v", c.by.Role, c.by.Area, c.path, got)
		}
	}
}
