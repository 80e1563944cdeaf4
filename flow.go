package anlo

import (
	"math"
	"time"
)

// Flow is what a post's readings say of its lanes, and what its head says of the
// queue. One reading is one vehicle, or somebody on foot.
type Flow struct {
	Near    int           // readings of the last 5 whole minutes
	Far     int           // readings of the 10 before
	People  int           // who were there at those of both
	Lanes   int           // devices that read in the last 10 minutes
	Took    time.Duration // mean of a reading, from the code to the decision; 0 when none says
	Best    int           // the most that one lane has read in one minute of the last hour
	Queue   int           // vehicles that somebody has counted
	Counted time.Time     // when; zero when nobody has
}

// What the figures of a flow are taken from.
const (
	FlowNear  = 5 * time.Minute
	FlowSpan  = 15 * time.Minute
	LaneSpan  = 10 * time.Minute
	BestSpan  = time.Hour
	CountLife = 20 * time.Minute // how long a count of the queue holds
)

// QueueCounts are the answers to "how many vehicles wait": none, a few, as far
// as one sees, and further.
var QueueCounts = []int{0, 10, 30, 100, 300}

// What no reading says.
const (
	moveUp   = 4 * time.Second // until the next vehicle stands where the last one stood, at a slow pace
	tookElse = 4 * time.Second // a reading that does not say how long it took
	full     = 0.9             // of what the lanes can do: from here a queue of any length looks the same
)

// Arrivals is how many come a minute: the last 5 minutes weigh twice as much as
// the 10 before.
func (f Flow) Arrivals() float64 {
	near, far := FlowNear.Minutes(), (FlowSpan - FlowNear).Minutes()
	return (2*float64(f.Near)/near + float64(f.Far)/far) / 3
}

// PeopleAMinute is how many people passed or were turned back a minute.
func (f Flow) PeopleAMinute() float64 { return float64(f.People) / FlowSpan.Minutes() }

// Trend is 1 when more come than a while ago, -1 when fewer do, 0 when the
// difference may be chance: less than two standard deviations of counts that
// come at random.
func (f Flow) Trend() int {
	near, far := FlowNear.Minutes(), (FlowSpan - FlowNear).Minutes()
	d := float64(f.Near)/near - float64(f.Far)/far
	chance := 2 * math.Sqrt(float64(f.Near)/(near*near)+float64(f.Far)/(far*far))
	switch {
	case d > chance:
		return 1
	case -d > chance:
		return -1
	}
	return 0
}

// service is how long a lane is taken by one vehicle: what the reading took and
// until the next one has come up. A lane that has shown to be quicker is taken
// at its word: people on foot stand closer than lorries.
func (f Flow) service() time.Duration {
	s := f.Took
	if s <= 0 {
		s = tookElse
	}
	s += moveUp
	if f.Best > 0 {
		s = min(s, time.Minute/time.Duration(f.Best))
	}
	return s
}

// Load is the share of what the lanes can do that is asked of them.
func (f Flow) Load() float64 {
	if f.Lanes <= 0 {
		return 0
	}
	return f.Arrivals() * f.service().Minutes() / float64(f.Lanes)
}

// HasCount reports whether somebody counted the queue a short while ago.
func (f Flow) HasCount(now time.Time) bool {
	return !f.Counted.IsZero() && now.Sub(f.Counted) < CountLife
}

// Wait is how long somebody waits who comes now.
type Wait struct {
	State WaitState
	Time  time.Duration // of WaitKnown
}

// WaitState says what is known of a waiting time.
type WaitState string

const (
	WaitUnknown WaitState = "unknown" // nothing was read lately
	WaitKnown   WaitState = "known"
	WaitFull    WaitState = "full" // the lanes do what they can, and nobody has counted the queue
)

// Wait estimates the waiting time at a moment.
//
// Where somebody has counted the queue it is that many vehicles at the pace at
// which they are read. Elsewhere the readings are all there is. They are taken
// for arrivals, which holds while no queue grows, and the mean wait is that of c
// lanes with random arrivals, by the approximation of Allen and Cunneen (A. O.
// Allen, Probability, Statistics, and Queueing Theory, 2nd ed. 1990; W. Whitt,
// Approximations for the GI/G/m queue, Production and Operations Management 2
// (1993)):
//
//	W = C(c, λs) · s / (c − λs) · (a² + b²) / 2
//
// with λ arrivals, s the time that a lane is taken, C the probability of Erlang
// that all lanes are, and a and b the coefficients of variation of the time
// between arrivals and of s. Both are taken as 1: vehicles come at random, and
// most readings take seconds and a few take minutes. One lane gives Kingman's
// formula.
//
// Where people without a pass are entered in the lane itself, b² is nearer 8, and
// the answer is a quarter to a third of the truth: `anlo simulate queue` shows
// it. They belong to the side.
//
// It holds for lanes that keep up. Lanes that do not are read at their own pace
// whether 20 vehicles wait or 2,000: then the answer is WaitFull, and only a
// count helps.
func (f Flow) Wait(now time.Time) Wait {
	rate := f.Arrivals()
	if rate <= 0 || f.Lanes <= 0 {
		return Wait{State: WaitUnknown}
	}
	if f.HasCount(now) {
		return Wait{WaitKnown, time.Duration(float64(f.Queue) / rate * float64(time.Minute))}
	}
	load := f.Load()
	if load >= full {
		return Wait{State: WaitFull}
	}
	s := f.service().Seconds() / float64(f.Lanes)
	return Wait{WaitKnown, time.Duration(erlangC(f.Lanes, load) * s / (1 - load) * float64(time.Second))}
}

// erlangC is the probability that all of c lanes are taken, each for a share of
// the time (load < 1), by the recursion for Erlang's B, which no factorial can
// overflow.
func erlangC(c int, load float64) float64 {
	offered, b := load*float64(c), 1.0
	for i := 1; i <= c; i++ {
		b = offered * b / (float64(i) + offered*b)
	}
	return b / (1 - load*(1-b))
}

// MaxRounded is the longest waiting time that is told in minutes.
const MaxRounded = 180

// Rounded is the time in minutes as people are told it, so coarse that nobody is
// counted by it: 0 for less than 5 minutes, then steps of 5, of 10 from half an
// hour on, of 30 from 90 minutes on. over reports that it is more than that.
func (w Wait) Rounded() (minutes int, over bool) {
	m := w.Time.Minutes()
	step := 5.0
	switch {
	case m < 5:
		return 0, false
	case m > MaxRounded:
		return MaxRounded, true
	case m >= 90:
		step = 30
	case m >= 30:
		step = 10
	}
	return int(math.Round(m/step) * step), false
}
