package anlo

import (
	"slices"
	"time"
)

// Role is what an actor may be. Roles of people in office are bound to an area.
type Role string

const (
	Citizen            Role = "citizen"             // anybody, without an account
	CheckpointOfficer  Role = "checkpoint-officer"  // judges passes at a post
	CommuneOfficer     Role = "commune-officer"     // follows up at the addresses of one commune
	ProvinceSupervisor Role = "province-supervisor" // sees the work of a province, and what climbed there
	NationalSupervisor Role = "national-supervisor" // the same for the country
	HealthOfficer      Role = "health-officer"      // orders quarantine, records tests; in an area
	Approver           Role = "approver"            // grants what another has asked for
	Vaccinator         Role = "vaccinator"          // records doses
	Administrator      Role = "administrator"       // configures; reads nobody
	Auditor            Role = "auditor"             // reads the audit only
	System             Role = "system"              // background work
	Operator           Role = "operator"            // whoever runs the binary on the machine itself
)

// StaffRoles are those that an account may be given, in the order of lists.
var StaffRoles = []Role{CommuneOfficer, HealthOfficer, ProvinceSupervisor, NationalSupervisor, CheckpointOfficer,
	Vaccinator, Approver, Administrator, Auditor}

// Actor is who acts, and in which capacity. Use-cases take it as an explicit
// argument. Somebody with several roles acts in one at a time.
type Actor struct {
	Role       Role
	Area       UnitRef  // where the role holds: a commune, a province; zero for the whole country
	Staff      ID       // the account of somebody in office; zero for citizens and machines
	Key        ID       // the API key, when another system acts
	Only       []Action // what an API key is limited to; nil for no limit
	Device     *Device  // for a checkpoint officer
	ManageOf   ID       // the declaration whose secret link the citizen holds
	RemoteAddr string   // for rate limits only; never stored, never logged
	Lang       string   // "vi" or "en"
}

// May reports whether the actor's role includes the action, somewhere.
func (a Actor) May(action Action) bool {
	if a.Only != nil && !slices.Contains(a.Only, action) {
		return false
	}
	return slices.Contains(permissions[a.Role], action)
}

// MayIn reports whether the actor may do it at a place. path is the place and
// all units that it lies in, in any order.
func (a Actor) MayIn(action Action, path ...UnitRef) bool {
	return a.May(action) && (a.Area.IsZero() || slices.Contains(path, a.Area))
}

// ID is the account, API key or device that acts; zero for the public, for
// background work and for the operator.
func (a Actor) ID() ID {
	switch {
	case !a.Staff.IsZero():
		return a.Staff
	case !a.Key.IsZero():
		return a.Key
	case a.Device != nil:
		return a.Device.ID
	}
	return ID{}
}

// Grant gives an account a role in an area for a time.
type Grant struct {
	Role  Role
	Area  UnitRef   // zero for the whole country
	From  time.Time // zero: since ever
	Until time.Time // zero: without end
}

// Holds reports whether the grant is in force at t.
func (g Grant) Holds(t time.Time) bool {
	return !t.Before(g.From) && (g.Until.IsZero() || t.Before(g.Until))
}

// Check says what is wrong with a grant. lowest reports whether a unit is one
// of those that declarations name (a commune), known whether it exists at all.
func (g Grant) Check(known, lowest func(UnitRef) bool) error {
	var f faults
	if !slices.Contains(StaffRoles, g.Role) {
		f.add("role", oneOf(string(g.Role)))
	}
	switch {
	case g.Area.IsZero():
		if g.Role == CommuneOfficer || g.Role == ProvinceSupervisor || g.Role == CheckpointOfficer {
			f.add("area", "required")
		}
	case !known(g.Area):
		f.add("area", "commune.unknown")
	case g.Role == NationalSupervisor:
		f.add("area", "grant.area-country")
	case g.Role == CommuneOfficer && !lowest(g.Area):
		f.add("area", "grant.area-commune")
	case g.Role == ProvinceSupervisor && lowest(g.Area):
		f.add("area", "grant.area-province")
	}
	if !g.Until.IsZero() && !g.Until.After(g.From) {
		f.add("until", "grant.until")
	}
	return f.err()
}
