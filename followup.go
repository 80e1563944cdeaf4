package anlo

import (
	"slices"
	"time"
)

// FollowUpKind is one sort of entry in the history of a notice.
type FollowUpKind string

// What officers do.
const (
	DoVerify       FollowUpKind = "verify"        // met at the address
	DoNotFound     FollowUpKind = "not-found"     // nobody there
	DoWrongAddress FollowUpKind = "wrong-address" // no such address, or not theirs
	DoReroute      FollowUpKind = "reroute"       // belongs to another commune: To
	DoQuarantine   FollowUpKind = "quarantine"    // home quarantine From–Until by Protocol
	DoCheckIn      FollowUpKind = "check-in"      // how they are today, and how we know: Way
	DoTest         FollowUpKind = "test"          // Test
	DoEscalate     FollowUpKind = "escalate"      // for the level above
	DoReturn       FollowUpKind = "return"        // the level above sends it back
	DoRelease      FollowUpKind = "release"       // monitoring is over
	DoNote         FollowUpKind = "note"          // Note only
)

// What happens by itself.
const (
	DidRoute  FollowUpKind = "routed"    // the notice came in
	DidChange FollowUpKind = "changed"   // the declaration was corrected
	DidCancel FollowUpKind = "cancelled" // the declaration was cancelled
	DidClimb  FollowUpKind = "climbed"   // overdue: to the level above
	DidMerge  FollowUpKind = "merged"    // the commune became part of another
)

// FollowUpKinds lists what officers may do, in the order of the page.
var FollowUpKinds = []FollowUpKind{DoVerify, DoNotFound, DoWrongAddress, DoCheckIn, DoTest, DoQuarantine, DoRelease, DoReroute, DoEscalate, DoReturn, DoNote}

// BulkKinds are those that make sense for many notices at once.
var BulkKinds = []FollowUpKind{DoVerify, DoNotFound, DoReroute, DoQuarantine, DoRelease, DoEscalate, DoReturn}

// Action is the permission that a kind of follow-up asks for.
func (k FollowUpKind) Action() Action {
	switch k {
	case DoQuarantine, DoTest:
		return ActQuarantine
	case DoReroute:
		return ActReroute
	}
	return ActFollowUp
}

// CheckInWay is how a daily check-in was made.
type CheckInWay string

const (
	ByVisit CheckInWay = "visit"
	ByPhone CheckInWay = "phone"
	ByLink  CheckInWay = "link" // by the person, through their secret link
)

// CheckInWays lists those that an officer may name.
var CheckInWays = []CheckInWay{ByVisit, ByPhone}

// FollowUp is one entry in the history of a notice. Only the fields of its
// kind are set.
type FollowUp struct {
	ID   ID
	At   time.Time
	Kind FollowUpKind
	Role Role // of who acted
	By   ID   // the account; zero for the person themselves and for background work

	Note        string
	To          UnitRef // reroute
	From, Until Date    // quarantine
	Protocol    string  // quarantine
	Way         CheckInWay
	Symptoms    []Symptom
	Temperature int // tenths of a degree Celsius; 0 when not taken
	Test        *Test
	Level       Level // climbed, escalate, return: where it lies now
}

// ErrNoticeChanged says that somebody else acted first.
var ErrNoticeChanged = &Error{Kind: Conflict, Code: "notice.changed"}

// errFollowUp says that the kind does not fit where the work stands.
var errFollowUp = &Error{Kind: Conflict, Code: "notice.state"}

// Check says what is wrong with an entry that an officer brings. known reports
// whether a unit may be named as a commune.
func (f *FollowUp) Check(now time.Time, known func(UnitRef) bool) error {
	var w faults
	if !slices.Contains(FollowUpKinds, f.Kind) {
		w.add("kind", oneOf(string(f.Kind)))
	}
	w.text("note", f.Note, 500)
	switch f.Kind {
	case DoReroute:
		if f.To.Code == "" {
			w.add("to", "required")
		} else if !known(f.To) {
			w.add("to", "commune.unknown")
		}
	case DoQuarantine:
		f.checkQuarantine(&w, now)
	case DoCheckIn:
		if f.Way != ByVisit && f.Way != ByPhone && f.Way != ByLink {
			w.add("way", oneOf(string(f.Way)))
		}
		if f.Temperature != 0 && (f.Temperature < 300 || f.Temperature > 450) {
			w.add("temperature", "temperature.range")
		}
		h := Health{Symptoms: f.Symptoms}
		h.check(&w, "", now)
	case DoTest:
		if f.Test == nil {
			w.add("test.kind", "required")
			break
		}
		h := Health{Test: f.Test}
		h.check(&w, "", now)
	case DoNote, DoEscalate:
		w.require("note", f.Note, 500)
	}
	return w.err()
}

// maxQuarantine is the longest order believed, in days.
const maxQuarantine = 60

func (f *FollowUp) checkQuarantine(w *faults, now time.Time) {
	if _, ok := ProtocolByID(f.Protocol); !ok {
		w.add("protocol", oneOf(f.Protocol))
	}
	today := DateOf(now.In(Hanoi))
	switch {
	case f.From.IsZero() || f.From.Month == 0:
		w.add("from", "required")
	case today.After(f.From.AddDays(maxQuarantine)):
		w.add("from", "date.long-ago")
	}
	switch {
	case f.Until.IsZero() || f.Until.Month == 0:
		w.add("until", "required")
	case f.From.After(f.Until):
		w.add("until", "quarantine.until")
	case !f.From.IsZero() && f.Until.After(f.From.AddDays(maxQuarantine)):
		w.add("until", "quarantine.long")
	}
}

// Apply returns the notice after the entry: its state, level and due time. It
// is the whole life of a notice in one place; a kind that does not fit where
// the work stands is a Conflict.
func (n Notice) Apply(f FollowUp) (Notice, error) {
	if !n.State.Open() && n.State != NoticeVerified && n.State != NoticeInformed && f.Kind != DoNote && f.Kind != DidChange && f.Kind != DidMerge {
		return n, errFollowUp
	}
	monitoring := n.State == NoticeMonitoring
	switch f.Kind {
	case DoVerify:
		if !monitoring {
			n.State, n.DueAt = NoticeVerified, time.Time{}
		}
		n.Level, n.Changed = LevelCommune, false
	case DoNotFound:
		if !monitoring {
			n.State, n.DueAt = NoticeNotFound, f.At.Add(DueRetry)
		}
		n.Changed = false
	case DoWrongAddress:
		n.State, n.DueAt, n.Changed = NoticeWrongAddress, f.At.Add(DueReroute), false
	case DoReroute:
		n.State, n.DueAt, n.Level, n.Changed = NoticeMoved, time.Time{}, LevelCommune, false
	case DoQuarantine:
		n.State, n.Until, n.Level, n.Changed = NoticeMonitoring, f.Until, LevelCommune, false
		n.DueAt = n.nextCheckIn(f.At, f.From)
	case DoCheckIn:
		if monitoring {
			n.DueAt = n.nextCheckIn(f.At, DateOf(f.At.In(Hanoi)).AddDays(1))
			n.Level = LevelCommune
		}
		if f.Way == ByLink && alarming(f) && n.State.Open() { // somebody should call them today
			n.DueAt = f.At
		}
	case DoTest, DoNote:
		if f.Test != nil && f.Test.Result == Positive && n.State.Open() {
			n.DueAt = f.At
		}
	case DoEscalate, DidClimb:
		if n.Level == LevelMinistry || !n.State.Open() {
			return n, errFollowUp
		}
		n.Level++
		n.DueAt = f.At.Add(ClimbAfter)
	case DoReturn:
		if n.Level == LevelCommune {
			return n, errFollowUp
		}
		n.Level, n.DueAt = LevelCommune, f.At.Add(ClimbAfter)
	case DoRelease:
		if !monitoring {
			return n, errFollowUp
		}
		n.State, n.DueAt, n.Level = NoticeReleased, time.Time{}, LevelCommune
	case DidChange:
		if n.State == NoticeCancelled { // concerned again
			n.State, n.DueAt = NoticeInformed, FirstDue(n.Roles, f.At, n.DepartsAt)
			if !n.DueAt.IsZero() {
				n.State = NoticeNew
			}
		}
		n.Changed = n.State != NoticeNew && n.State != NoticeInformed
	case DidCancel:
		switch n.State {
		case NoticeNew, NoticeInformed:
			n.State, n.DueAt, n.Level = NoticeCancelled, time.Time{}, LevelCommune
		default: // somebody has met them, or is looking for them: the work stays
			n.Changed = true
		}
	case DidMerge:
	default:
		return n, errFollowUp
	}
	n.ChangedAt = f.At
	n.Version++
	return n, nil
}

// nextCheckIn is the evening of the first day from which the person has not
// been asked; after the last day, the time by which they must be released.
func (n Notice) nextCheckIn(now time.Time, day Date) time.Time {
	today := DateOf(now.In(Hanoi))
	if today.After(day) {
		day = today
	}
	if day == today && !now.Before(day.At(CheckInHour, Hanoi)) { // ordered at night: nobody is late yet
		day = day.AddDays(1)
	}
	if day.After(n.Until) {
		return n.Until.At(CheckInHour, Hanoi).Add(ReleaseGrace)
	}
	return day.At(CheckInHour, Hanoi)
}

// alarming reports whether what a person says of themselves should not wait
// for tomorrow: breathless, or 38.5 °C and more.
func alarming(f FollowUp) bool {
	return f.Temperature >= 385 || slices.Contains(f.Symptoms, Breathlessness)
}
