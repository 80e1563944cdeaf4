package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Steps is how often the queue is measured in a day: every five minutes.
const Steps = 288

// Band is a figure of several simulated days: the median, and what nine of ten
// lie between.
type Band struct {
	Median float64 `json:"median"`
	Low    float64 `json:"p5"`
	High   float64 `json:"p95"`
}

// QueueHour is one hour at a post. Waits are those of the vehicles that arrived in
// the hour and go through the lanes, in seconds; of who was never served, until
// midnight.
type QueueHour struct {
	Hour     int  `json:"hour"`
	Lanes    int  `json:"lanes"`
	Vehicles Band `json:"vehicles"` // that arrived
	People   Band `json:"people"`
	Served   Band `json:"served"`  // vehicles whose turn came
	Waiting  Band `json:"waiting"` // vehicles in the queue when the hour ends
	Wait     Band `json:"wait_median_seconds"`
	Wait95   Band `json:"wait_p95_seconds"`
}

// QueueDay is what several days at a post have in common.
type QueueDay struct {
	Lanes    int         `json:"lanes"` // the most that are open
	Hours    []QueueHour `json:"hours"`
	Metres   []Band      `json:"metres"`                    // how far the queue reaches back, at the end of every five minutes
	Longest  Band        `json:"longest_metres"`            // in the day
	At       int         `json:"longest_at"`                // minutes after midnight, on average
	LongWait float64     `json:"longest_wait_seconds"`      // p95 of the worst hour, on all but 5 of 100 days
	SideWait float64     `json:"longest_side_wait_seconds"` // the same beside the lanes
}

// Queue simulates days at a post, so that every vehicle arrives, waits, is
// served and drives on: a discrete-event simulation. The same seed gives the same
// days, whatever the lanes are.
func Queue(p Post, seed uint64, runs int) QueueDay {
	days := make([]queueRun, runs)
	for i := range days {
		days[i] = p.run(rand.New(rand.NewPCG(seed, uint64(i))))
	}
	out := QueueDay{Lanes: slices.Max(p.Lanes[:])}
	for h := range 24 {
		of := func(f func(*queueRun) float64) Band { return band(days, f) }
		hour := QueueHour{Hour: h, Lanes: p.Lanes[h],
			Vehicles: of(func(r *queueRun) float64 { return float64(r.vehicles[h]) }),
			People:   of(func(r *queueRun) float64 { return float64(r.people[h]) }),
			Served:   of(func(r *queueRun) float64 { return float64(r.served[h]) }),
			Waiting:  of(func(r *queueRun) float64 { return float64(r.waiting[h]) }),
			Wait:     of(func(r *queueRun) float64 { return quantile(r.waits[h], 0.5) }),
			Wait95:   of(func(r *queueRun) float64 { return quantile(r.waits[h], 0.95) }),
		}
		out.LongWait = math.Max(out.LongWait, hour.Wait95.High)
		out.SideWait = math.Max(out.SideWait, of(func(r *queueRun) float64 { return quantile(r.sideWaits[h], 0.95) }).High)
		out.Hours = append(out.Hours, hour)
	}
	for k := range Steps {
		out.Metres = append(out.Metres, band(days, func(r *queueRun) float64 { return r.metres[k] }))
	}
	out.Longest = band(days, func(r *queueRun) float64 { return slices.Max(r.metres) })
	longest := 0.0
	for k := range Steps {
		sum := 0.0
		for _, r := range days {
			sum += r.metres[k]
		}
		if sum > longest {
			longest, out.At = sum, (k+1)*1440/Steps
		}
	}
	return out
}

// queueRun is one simulated day.
type queueRun struct {
	vehicles, people, served, waiting [24]int
	waits, sideWaits                  [24][]float64
	metres                            []float64 // by step
}

func (p *Post) run(rng *rand.Rand) queueRun {
	var main, side []vehicle
	for _, v := range p.traffic(rng) {
		if v.side {
			side = append(side, v)
		} else {
			main = append(main, v)
		}
	}
	r := queueRun{metres: make([]float64, Steps)}
	r.add(main, serve(main, p.Lanes, p.QueueALane), p.Lanes, &r.waits)
	if p.SideLanes > 0 {
		var open [24]int
		for h := range open {
			open[h] = p.SideLanes
		}
		r.add(side, serve(side, open, false), open, &r.sideWaits)
	}
	return r
}

// add counts what came of some vehicles. The queue stands in as many rows as
// there are lanes open; of the main and the side queue the longer counts.
func (r *queueRun) add(arrived []vehicle, visits []visit, open [24]int, waits *[24][]float64) {
	metres := make([]float64, Steps+1) // by step, as differences
	for i, v := range arrived {
		h := int(v.at / 3600)
		r.vehicles[h]++
		r.people[h] += v.people
		start := visits[i].start
		waits[h] = append(waits[h], math.Min(start, dayLength)-v.at)
		if start < dayLength {
			r.served[int(start/3600)]++
		}
		for ; h < 24 && float64(h+1)*3600 <= start; h++ {
			r.waiting[h]++
		}
		metres[stepAfter(v.at)] += v.metres
		metres[stepAfter(start)] -= v.metres
	}
	sum := 0.0
	for k := range Steps {
		sum += metres[k]
		rows := float64(max(open[k*24/Steps], 1))
		r.metres[k] = math.Max(r.metres[k], math.Max(sum, 0)/rows) // rounding leaves -1e-12 of an empty queue
	}
}

// stepAfter is the first step that ends after a moment.
func stepAfter(t float64) int {
	return min(int(math.Min(t, dayLength)*Steps/dayLength), Steps)
}

func band(days []queueRun, f func(*queueRun) float64) Band {
	values := make([]float64, len(days))
	for i := range days {
		values[i] = f(&days[i])
	}
	return Band{quantile(values, 0.5), quantile(values, 0.05), quantile(values, 0.95)}
}

// quantile is the smallest value that a share of them does not exceed; 0 of
// none.
func quantile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(int(math.Ceil(share*float64(len(sorted))))-1, 0)]
}
