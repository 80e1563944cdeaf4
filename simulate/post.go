package simulate

import (
	"math"
	"math/rand/v2"

	"anlo"
)

// Post is a checkpoint on one day as a planner describes it. Nobody in the
// model turns round before the post: a queue that would send people home shows
// its full length.
type Post struct {
	Arrivals     [24]float64 // vehicles an hour
	Lanes        [24]int     // officers who each serve one vehicle at a time
	SideLanes    int         // more of them, for those who bring nothing; 0: they are served in the lane
	QueueALane   bool        // whoever arrives chooses the shortest queue and stays in it; else one queue for all
	Vehicles     []Traffic
	Brings       [5]float64 // shares by Means
	Looks, Stops float64    // shares that need a closer look, or are turned back
	Times        Times
}

// Traffic is one kind of vehicle.
type Traffic struct {
	Kind   anlo.VehicleKind
	Share  float64
	People float64 // on average, the driver included
	Metres float64 // of the queue, with the gap
	MoveUp Seconds // until it stands where the one before stood
}

// Means is what the people of a vehicle bring.
type Means int

// What somebody shows at a post.
const (
	OnPhone  Means = iota // the pass on a screen
	OnPaper               // the pass printed
	CardOnly              // an identity card, looked up
	TextCode              // the short code of a text message
	Nothing               // entered by the officer
)

// MeansNames are their names in files and flags.
var MeansNames = [5]string{"phone", "paper", "card", "code", "nothing"}

// Seconds is how long a step takes: a mean, and the standard deviation as a
// share of it. Times are lognormal, as those of people are: never below zero,
// with a long tail.
type Seconds struct{ Mean, Spread float64 }

func (s Seconds) draw(rng *rand.Rand) float64 {
	if s.Mean <= 0 {
		return 0
	}
	v := math.Log(1 + s.Spread*s.Spread)
	return math.Exp(math.Log(s.Mean) - v/2 + math.Sqrt(v)*rng.NormFloat64())
}

// Times are the steps at the post.
type Times struct {
	Ready  [4]Seconds // by Means, until the code or card lies before the reader
	Read   Seconds    // until the verdict is on the screen
	Decide Seconds    // the officer looks and says go
	Head   Seconds    // for each further traveller whom one code covers: counted
	Look   Seconds    // more, where the verdict is look
	Stop   Seconds    // more, where it is stop: sent aside
	Assist Seconds    // entering a traveller who brings nothing
	// Each says that every traveller has a code of their own to be read.
	Each bool
	// Together says that those who bring nothing declare by themselves, all of a
	// vehicle at the same time, while it stands in the lane.
	Together bool
}

// vehicle is one that arrives.
type vehicle struct {
	at     float64 // seconds since midnight
	need   float64 // seconds that it keeps a lane
	people int
	metres float64
	side   bool // belongs to the side lanes
}

// traffic draws the vehicles of a day. It does not depend on the lanes, so that
// plans are compared on the same day.
func (p *Post) traffic(rng *rand.Rand) (day []vehicle) {
	for hour, rate := range p.Arrivals {
		if rate <= 0 {
			continue
		}
		for t := rng.ExpFloat64() / rate; t < 1; t += rng.ExpFloat64() / rate {
			day = append(day, p.vehicle(rng, (float64(hour)+t)*3600))
		}
	}
	return day
}

func (p *Post) vehicle(rng *rand.Rand, at float64) vehicle {
	kind := p.Vehicles[pick(rng, len(p.Vehicles), func(i int) float64 { return p.Vehicles[i].Share })]
	means := Means(pick(rng, len(p.Brings), func(i int) float64 { return p.Brings[i] }))
	v := vehicle{at: at, people: 1 + poisson(rng, kind.People-1), metres: kind.Metres, side: means == Nothing && p.SideLanes > 0}
	v.people = min(v.people, anlo.MaxTravellers)
	v.need = kind.MoveUp.draw(rng) + p.Times.serve(rng, means, v.people)
	switch u := rng.Float64(); {
	case u < p.Stops:
		v.need += p.Times.Stop.draw(rng)
	case u < p.Stops+p.Looks:
		v.need += p.Times.Look.draw(rng)
	}
	return v
}

// serve is the time at the officer without what comes of the verdict.
func (t *Times) serve(rng *rand.Rand, means Means, people int) (sum float64) {
	if means == Nothing {
		for range people {
			if entry := t.Assist.draw(rng); t.Together {
				sum = math.Max(sum, entry)
			} else {
				sum += entry
			}
		}
		return sum + t.Decide.draw(rng)
	}
	codes, heads := 1, people-1
	if t.Each {
		codes, heads = people, 0
	}
	for range codes {
		sum += t.Ready[means].draw(rng) + t.Read.draw(rng) + t.Decide.draw(rng)
	}
	for range heads {
		sum += t.Head.draw(rng)
	}
	return sum
}

// pick draws an index in proportion to the weights.
func pick(rng *rand.Rand, n int, weight func(int) float64) int {
	total := 0.0
	for i := range n {
		total += weight(i)
	}
	u := rng.Float64() * total
	for i := range n - 1 {
		if u -= weight(i); u < 0 {
			return i
		}
	}
	return n - 1
}

// poisson counts how many gaps fit into a time of mean.
func poisson(rng *rand.Rand, mean float64) (n int) {
	for t := rng.ExpFloat64(); t < mean; t += rng.ExpFloat64() {
		n++
	}
	return n
}
