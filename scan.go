package anlo

import (
	"slices"
	"time"
)

// Checkpoint is a post on a road.
type Checkpoint struct {
	ID      ID
	Name    string
	Commune UnitRef
}

// Device is a phone or reader enrolled at a checkpoint.
type Device struct {
	ID         ID
	Checkpoint Checkpoint
	Label      string
	ExpiresAt  time.Time
	RevokedAt  time.Time // zero while it is not
	Sync       Sync
}

// Sync is what a scanner said of itself when it last had a network.
type Sync struct {
	At       time.Time // zero when it never has
	BundleAt time.Time // issue time of the bundle that it judges by
	Waiting  int       // readings that it still had to send
}

// ScanKind says what was read.
type ScanKind string

const (
	ReadPass        ScanKind = "pass"
	ReadCertificate ScanKind = "certificate" // of vaccination
	ReadCard        ScanKind = "card"        // an identity card alone
	ReadCode        ScanKind = "code"        // the short code of a text message
	ReadOther       ScanKind = "other"       // nothing of ours
)

// ScanKinds lists every kind.
var ScanKinds = []ScanKind{ReadPass, ReadCertificate, ReadCard, ReadCode, ReadOther}

// Decision is what the officer did after a verdict.
type Decision string

const (
	Passed     Decision = "passed"
	TurnedBack Decision = "turned-back"
	SentAside  Decision = "sent-aside" // to the side of the lane, for a closer look or an assisted entry
)

// Decisions lists every decision, in the order of the buttons.
var Decisions = []Decision{Passed, SentAside, TurnedBack}

// Compared says how an identity card read beside a pass agreed with its tag.
type Compared string

const (
	Agrees  Compared = "agrees"
	Differs Compared = "differs"
)

// Scan is one reading of a code at a checkpoint.
type Scan struct {
	ID         ID // made by the device or, for an online reading, by the server
	Kind       ScanKind
	Pass       ID // zero when the code was not a pass of ours
	Checkpoint ID
	Device     ID
	At         time.Time // when it was read; see Corrected
	RecordedAt time.Time // when we got it
	Verdict    Verdict   // as the officer saw it, or for an online reading as we judged
	Decision   Decision  // empty until the officer has decided
	Compared   Compared  // empty when no card was read beside it
	People     int       // travellers who were there, at least 1
	Took       time.Duration
	Revision   int // grows with each change that the officer makes; a copy with a smaller one is older
}

// MaxTook bounds the time that a reading says it took: what lay on the table
// over lunch is no measure of a lane.
const MaxTook = 10 * time.Minute

// MaxRevision bounds how often an officer changes their mind.
const MaxRevision = 1_000_000

// Merge takes from a copy of a reading what the officer has found out or decided
// since: an identity card that differs, somebody turned back after all. Among
// copies of the same revision one with a decision is later. It reports whether
// anything was changed.
func (s *Scan) Merge(copy Scan) bool {
	later := copy.Revision > s.Revision || copy.Revision == s.Revision && s.Decision == "" && copy.Decision != ""
	if later {
		s.Revision, s.Verdict, s.Decision, s.Compared, s.People, s.Took = copy.Revision, copy.Verdict, copy.Decision, copy.Compared, copy.People, copy.Took
	}
	return later
}

// LetThrough reports whether the travellers went on: the officer said so or, as
// long as nothing was decided, the verdict did.
func (s Scan) LetThrough() bool {
	return s.Decision == Passed || s.Decision == "" && s.Verdict.Outcome == Go
}

// Check says what is wrong with a reading that a device sends.
func (s Scan) Check() error {
	var f faults
	if s.ID.IsZero() {
		f.add("id", "required")
	}
	if s.At.IsZero() {
		f.add("at", "required")
	}
	if !slices.Contains(ScanKinds, s.Kind) {
		f.add("kind", oneOf(string(s.Kind)))
	}
	switch named := !s.Pass.IsZero(); {
	case s.Kind == ReadPass && !named:
		f.add("pass", "required")
	case named && (s.Kind == ReadOther || s.Kind == ReadCertificate):
		f.add("pass", "scan.pass")
	}
	if !slices.Contains([]Outcome{Go, Look, Stop}, s.Verdict.Outcome) {
		f.add("verdict", oneOf(string(s.Verdict.Outcome)))
	}
	for _, r := range s.Verdict.Reasons {
		if !slices.Contains(Reasons, r) {
			f.add("reasons", "choice.unknown")
			break
		}
	}
	if s.Decision != "" && !slices.Contains(Decisions, s.Decision) {
		f.add("decision", "choice.unknown")
	}
	if s.Compared != "" && s.Compared != Agrees && s.Compared != Differs {
		f.add("compared", "choice.unknown")
	}
	if s.People < 1 || s.People > MaxTravellers {
		f.add("people", "scan.people")
	}
	if s.Took < 0 || s.Took > MaxTook {
		f.add("took_ms", "scan.took")
	}
	if s.Revision < 0 || s.Revision > MaxRevision {
		f.add("revision", "choice.unknown")
	}
	return f.err()
}

// Corrected returns when a reading was made by our clock. A scanner's clock can
// be wrong by hours: sent is what it showed when it sent the reading, received
// what ours did. A reading is never later than its arrival.
func Corrected(at, sent, received time.Time) time.Time {
	if d := received.Sub(sent); d.Abs() > clockTolerance {
		at = at.Add(d)
	}
	if at.After(received) {
		at = received
	}
	return at.Truncate(time.Millisecond)
}

// clockTolerance is how far clocks differ without being wrong.
const clockTolerance = 5 * time.Minute
