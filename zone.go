package anlo

import "time"

// MaxZoneLevel is the gravest level of a zone. The levels are those of
// Resolution 128/NQ-CP: 1 is low risk, 4 very high.
const MaxZoneLevel = 4

// MaxZone is how long a zone may last, and how far ahead it may begin.
const MaxZone = 366 * 24 * time.Hour

// Zone puts an area under a level for a time. Whoever travels there is looked at
// more closely.
type Zone struct {
	ID    ID
	Unit  UnitRef // a commune, or what holds several
	Level int     // 1 to MaxZoneLevel
	From  time.Time
	Until time.Time // the first moment after; zero while nobody has said
	Why   string    // the decision that it rests on
	By    ID        // the account that set it; zero for the operator
}

// Check says what is wrong with a zone that is to be set at now. known reports
// whether there is such a unit.
func (z Zone) Check(now time.Time, known func(UnitRef) bool) error {
	var f faults
	switch {
	case z.Unit.Code == "":
		f.add("unit", "required")
	case !known(z.Unit):
		f.add("unit", "commune.unknown")
	}
	if z.Level < 1 || z.Level > MaxZoneLevel {
		f.add("level", "zone.level")
	}
	switch {
	case z.From.IsZero():
		f.add("from", "required")
	case z.From.After(now.Add(MaxZone)):
		f.add("from", "zone.far")
	}
	switch {
	case z.Until.IsZero():
	case !z.Until.After(z.From) || !z.Until.After(now):
		f.add("until", "zone.until")
	case z.Until.After(z.From.Add(MaxZone)):
		f.add("until", "zone.far")
	}
	f.require("why", z.Why, 200)
	return f.err()
}

// State says where a zone stands at a moment: "next", "now" or "over".
func (z Zone) State(at time.Time) string {
	switch {
	case at.Before(z.From):
		return "next"
	case !z.Until.IsZero() && !at.Before(z.Until):
		return "over"
	}
	return "now"
}
