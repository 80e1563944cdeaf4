package anlo

import (
	"slices"
	"time"
)

// Policy is what a post asks of its lanes now. It never changes a verdict.
type Policy struct {
	CardHours int   // how long a scanner may use its list of identity cards without a network; 0: no list
	Surge     Surge // zero while there is none
}

// Surge is a time in which less is asked at a post, so that the lane moves.
type Surge struct {
	ID     ID
	Starts time.Time
	Ends   time.Time
	Skip   []Skip
	Reason SurgeReason
	Staff  ID // whose decision it is; zero for the operator
}

// IsZero reports whether there is no surge.
func (s Surge) IsZero() bool { return s.Ends.IsZero() }

// Skip is one thing that is not asked during a surge.
type Skip string

const (
	SkipCards  Skip = "cards"  // identity cards are compared only now and then
	SkipRiders Skip = "riders" // riders are not counted
	SkipLooks  Skip = "looks"  // no tap for an unconfirmed identity or an old bundle
)

// Skips lists what can be left out, in the order of the form.
var Skips = []Skip{SkipCards, SkipRiders, SkipLooks}

// SurgeReason is why less is asked.
type SurgeReason string

const (
	SurgeQueue    SurgeReason = "queue"    // the queue grows
	SurgeHoliday  SurgeReason = "holiday"  // everybody goes home at once
	SurgeAccident SurgeReason = "accident" // the road is blocked
	SurgeWeather  SurgeReason = "weather"  // heat, a storm, a flood
	SurgeFault    SurgeReason = "fault"    // scanners or the network fail
)

// SurgeReasons lists every reason, in the order of the form.
var SurgeReasons = []SurgeReason{SurgeQueue, SurgeHoliday, SurgeAccident, SurgeWeather, SurgeFault}

// A surge ends by itself.
const (
	MinSurge = 30 * time.Minute
	MaxSurge = 6 * time.Hour
)

// Check says what is wrong with a surge that somebody begins.
func (s Surge) Check() error {
	var f faults
	if d := s.Ends.Sub(s.Starts); d < MinSurge || d > MaxSurge {
		f.add("until", "surge.until")
	}
	if len(s.Skip) == 0 {
		f.add("skip", "surge.skip-none")
	}
	for i, k := range s.Skip {
		if !slices.Contains(Skips, k) || slices.Contains(s.Skip[:i], k) {
			f.add("skip", "choice.unknown")
			break
		}
	}
	if !slices.Contains(SurgeReasons, s.Reason) {
		f.add("reason", oneOf(string(s.Reason)))
	}
	return f.err()
}

// CardHours are the choices for a list of identity cards on scanners.
var CardHours = []int{0, 4, 12, 24}

// CheckCardHours says what is wrong with a choice of hours.
func CheckCardHours(hours int) error {
	var f faults
	if !slices.Contains(CardHours, hours) {
		f.add("card_hours", "choice.unknown")
	}
	return f.err()
}

// CheckQueue says what is wrong with a count of vehicles that wait.
func CheckQueue(vehicles int) error {
	var f faults
	if !slices.Contains(QueueCounts, vehicles) {
		f.add("queue", "choice.unknown")
	}
	return f.err()
}

// Check says what is wrong with a post that somebody sets up. known reports
// whether a commune exists.
func (c Checkpoint) Check(known func(UnitRef) bool) error {
	var f faults
	f.require("name", c.Name, maxLabel)
	switch {
	case c.Commune.IsZero():
		f.add("commune", "required")
	case !known(c.Commune):
		f.add("commune", "commune.unknown")
	}
	return f.err()
}

// CheckLabel says what is wrong with what is written on a device.
func CheckLabel(label string) error {
	var f faults
	f.require("label", label, maxLabel)
	return f.err()
}

const maxLabel = 60
