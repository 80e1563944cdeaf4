package anlo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// NoticeRole is a set of the parts that a commune has in one traveller's
// declaration.
type NoticeRole uint8

const (
	RolePermanent   NoticeRole = 1 << iota // permanent residence, as declared
	RoleTemporary                          // temporary residence, as declared
	RoleOrigin                             // the trip starts here
	RoleDestination                        // and ends here
	RoleRegistered                         // the register knows this residence, and the declaration names another
	RoleSent                               // another commune found that the traveller belongs here
)

// NoticeRoles lists the roles in the order in which they are shown, with the
// name of each in API and messages.
var NoticeRoles = []struct {
	Role NoticeRole
	Name string
}{{RoleDestination, "destination"}, {RoleTemporary, "temporary"}, {RoleOrigin, "origin"}, {RolePermanent, "permanent"}, {RoleRegistered, "registered"}, {RoleSent, "sent"}}

// Names returns the names of the roles in the set.
func (r NoticeRole) Names() []string {
	var names []string
	for _, n := range NoticeRoles {
		if r&n.Role != 0 {
			names = append(names, n.Name)
		}
	}
	return names
}

// Asks reports whether a commune in this role must see the traveller at an
// address: somebody arrives, or lives elsewhere than declared.
func (r NoticeRole) Asks() bool {
	return r&(RoleDestination|RoleTemporary|RoleRegistered|RoleSent) != 0
}

// NoticeID names a notice: one traveller of a declaration, in one commune.
type NoticeID struct {
	Commune     UnitRef
	Declaration ID
	Traveller   int
}

// String returns "vn-2026.00004.<declaration>.0", which fits into a URL and
// says nothing about the person.
func (id NoticeID) String() string {
	return fmt.Sprintf("%s.%s.%s.%d", id.Commune.List, id.Commune.Code, id.Declaration, id.Traveller)
}

// ParseNoticeID reads what String writes; ErrBadID for everything else.
func ParseNoticeID(s string) (NoticeID, error) {
	p := strings.Split(s, ".")
	if len(p) != 4 || p[0] == "" || p[1] == "" || len(p[0])+len(p[1]) > 40 {
		return NoticeID{}, ErrBadID
	}
	declaration, err := ParseID(p[2])
	if err != nil {
		return NoticeID{}, err
	}
	n, err := strconv.Atoi(p[3])
	if err != nil || n < 0 || n >= MaxTravellers || strconv.Itoa(n) != p[3] {
		return NoticeID{}, ErrBadID
	}
	return NoticeID{UnitRef{p[0], p[1]}, declaration, n}, nil
}

// MarshalText makes a NoticeID a JSON string.
func (id NoticeID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads a JSON string.
func (id *NoticeID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseNoticeID(string(b))
	return err
}

// NoticeState is where the work on a notice stands.
type NoticeState string

const (
	NoticeNew          NoticeState = "new"           // nobody has acted yet
	NoticeInformed     NoticeState = "informed"      // for the commune's information: nothing is asked
	NoticeVerified     NoticeState = "verified"      // met at the address; done unless quarantine follows
	NoticeNotFound     NoticeState = "not-found"     // nobody there: to be tried again
	NoticeWrongAddress NoticeState = "wrong-address" // no such address, or another's: to be re-routed
	NoticeMonitoring   NoticeState = "monitoring"    // under home quarantine, asked every day
	NoticeReleased     NoticeState = "released"      // monitoring is over
	NoticeMoved        NoticeState = "moved"         // sent to another commune
	NoticeCancelled    NoticeState = "cancelled"     // the traveller cancelled before anybody acted
)

// NoticeStates lists them in the order of filters.
var NoticeStates = []NoticeState{NoticeNew, NoticeNotFound, NoticeWrongAddress, NoticeMonitoring, NoticeVerified, NoticeReleased,
	NoticeInformed, NoticeMoved, NoticeCancelled}

// Open reports whether work is left, so that the notice has a due time.
func (s NoticeState) Open() bool {
	switch s {
	case NoticeNew, NoticeNotFound, NoticeWrongAddress, NoticeMonitoring:
		return true
	}
	return false
}

// Level is whose desk an open notice lies on. What is overdue climbs.
type Level int

const (
	LevelCommune  Level = 0
	LevelProvince Level = 1
	LevelMinistry Level = 2
)

// How long each kind of work may take, after the practice of August 2021 (new
// arrivals listed by the evening of the next day). No open notice is without a
// due time.
const (
	DueVerify    = 24 * time.Hour // after the arrival
	DueRetry     = 24 * time.Hour // after nobody was found
	DueReroute   = 4 * time.Hour  // after a wrong address
	ClimbAfter   = 12 * time.Hour // an overdue notice goes a level up, and is due there after as long
	CheckInHour  = 18             // of each day under monitoring, local time
	ReleaseGrace = 24 * time.Hour // after the last day of quarantine, to release
)

// Hanoi is the time that officers work by. Another country builds with its own.
var Hanoi = time.FixedZone("ICT", 7*3600)

// FirstDue is when a fresh notice must have been worked off; zero when nothing
// is asked.
func FirstDue(roles NoticeRole, declared, departs time.Time) time.Time {
	if !roles.Asks() {
		return time.Time{}
	}
	if departs.Before(declared) {
		departs = declared
	}
	return departs.Add(DueVerify)
}

// Notice is a traveller's declaration as one commune has it on its desk.
type Notice struct {
	NoticeID
	Roles     NoticeRole
	State     NoticeState
	Level     Level
	DueAt     time.Time // zero when nothing is left to do
	DepartsAt time.Time
	CreatedAt time.Time
	ChangedAt time.Time
	Version   int   // counts changes: who acts names the one they saw
	Seq       int64 // place in the order of all changes
	Until     Date  // last day of quarantine; zero without
	Grade     Grade
	Changed   bool // the traveller corrected the declaration since somebody acted
}

// Overdue reports whether the work should have been done by t.
func (n Notice) Overdue(t time.Time) bool { return !n.DueAt.IsZero() && n.DueAt.Before(t) }
