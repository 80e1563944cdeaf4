package anlo

import (
	"slices"
	"time"
)

// Pass is the record of an issued pass. What the QR code itself carries is
// credential.Pass.
type Pass struct {
	ID          ID // PassID of its issue time and CWT ID
	Declaration ID
	Traveller   int    // index in the declaration; PartyTraveller for the pass of the whole party
	QR          string // "AL1:…"
	IssuedAt    time.Time
	ExpiresAt   time.Time
	RevokedAt   time.Time // zero while it stands
}

// PartyTraveller is the Traveller of a pass that covers the whole party.
const PartyTraveller = -1

// Outcome is what the officer at a checkpoint is told, always as a word and a
// shape together with the colour.
type Outcome string

const (
	Go   Outcome = "go"
	Look Outcome = "look" // let through after a closer look; Reasons says at what
	Stop Outcome = "stop"
)

// Reason explains an outcome by a stable code; package locale has the words.
type Reason string

// Reasons for stop.
const (
	ReasonUnreadable  Reason = "unreadable"    // not a code of ours, or damaged
	ReasonForged      Reason = "forged"        // the signature is wrong
	ReasonKeyUnknown  Reason = "key-unknown"   // signed by a key the bundle does not list for this use and time
	ReasonExpired     Reason = "expired"       //
	ReasonNotYetValid Reason = "not-yet-valid" // issued in the future: a wrong clock, or worse
	ReasonRevoked     Reason = "revoked"       // cancelled or replaced by a corrected one
	ReasonUnknown     Reason = "unknown"       // well signed, but the server never issued it
	ReasonUndeclared  Reason = "not-declared"  // an identity card or short code without a declaration that stands
)

// Reasons for look.
const (
	ReasonIdentity    Reason = "identity-not-confirmed"
	ReasonSymptoms    Reason = "symptoms"
	ReasonContact     Reason = "contact-with-case"
	ReasonTest        Reason = "test-positive"
	ReasonZone        Reason = "zone"
	ReasonBundleStale Reason = "bundle-stale"
	ReasonIDTag       Reason = "id-tag-differs"
	ReasonNotPass     Reason = "certificate-only" // a valid vaccination certificate, which is not a pass
	ReasonElsewhere   Reason = "seen-elsewhere"   // at another post, too far away for the time between
	ReasonUsedAgain   Reason = "used-again"       // at this post, a while ago
	ReasonNotChecked  Reason = "not-checked"      // an identity card or short code that nothing here knows, and no network to ask
)

// Reasons lists every reason, in the order in which they weigh.
var Reasons = []Reason{ReasonUnreadable, ReasonForged, ReasonKeyUnknown, ReasonExpired, ReasonNotYetValid, ReasonRevoked, ReasonUnknown, ReasonUndeclared,
	ReasonElsewhere, ReasonIDTag, ReasonTest, ReasonSymptoms, ReasonContact, ReasonIdentity, ReasonZone, ReasonUsedAgain, ReasonNotPass, ReasonNotChecked, ReasonBundleStale}

// Stops reports whether the reason is one for stop; the others are for look.
func (r Reason) Stops() bool {
	i := slices.Index(Reasons, r)
	return i >= 0 && i <= slices.Index(Reasons, ReasonUndeclared)
}

// VerdictFor is what reasons make together, in the order in which they weigh.
func VerdictFor(reasons map[Reason]bool) Verdict {
	v := Verdict{Outcome: Go}
	for _, r := range Reasons {
		switch {
		case !reasons[r]:
		case r.Stops():
			v.Add(Stop, r)
		default:
			v.Add(Look, r)
		}
	}
	return v
}

// Verdict is the judgement on one reading.
type Verdict struct {
	Outcome Outcome
	Reasons []Reason
	Bearer  *Bearer // what the code says, nil when nothing trustworthy could be read
}

// Add joins a reason to the verdict and raises the outcome where it must.
func (v *Verdict) Add(o Outcome, r ...Reason) {
	if len(r) == 0 {
		return
	}
	v.Reasons = append(v.Reasons, r...)
	if o == Stop || v.Outcome == Go {
		v.Outcome = o
	}
}

// Bearer is whom and what a pass speaks of, as an officer may see it.
type Bearer struct {
	Travellers []Named
	Commune    string // code of the destination in the bundle's list of units
	Purpose    TripPurpose
	Plate      string
	Party      int // travellers covered by this code
	IssuedAt   time.Time
	ExpiresAt  time.Time
}

// Named is a traveller as the pass shows them. Tag is 20 bits of
// SHA-256(CWT ID ‖ identity number): enough to catch a borrowed pass when the
// identity card is read beside it, too little to find the number.
type Named struct {
	Name      string
	BirthYear int
	Tag       uint32
}
