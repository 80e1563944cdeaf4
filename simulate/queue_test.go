package simulate

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anlo"
)

// steady is a post with the same arrivals and lanes all day.
func steady(vehicles float64, lanes int) Post {
	p := PhapVan(1, lanes)
	for h := range p.Arrivals {
		p.Arrivals[h] = vehicles
	}
	return p
}

// people is how many travel in a vehicle on average.
func (p *Post) perVehicle() (people float64) {
	for _, t := range p.Vehicles {
		people += t.Share * t.People
	}
	return people
}

// With the times of this scanner, thirty people a minute arrive at each lane all
// day long, and the queue does not grow; those without a pass are entered
// beside the lane. With the times of 2021 it grows without end.
func TestTheQueueDoesNotGrow(t *testing.T) {
	const lanes = 3
	p := steady(0, lanes)
	rate := 30 * 60 * lanes / p.perVehicle()
	for h := range p.Arrivals {
		p.Arrivals[h] = rate
	}
	p.SideLanes = int(math.Ceil(rate * p.Brings[Nothing] * p.perVehicle() * p.Times.Assist.Mean / 3600 * 1.5))
	day := Queue(p, 1, 9)
	people := 0.0
	for _, h := range day.Hours {
		people += h.People.Median
	}
	if perMinute := people / 24 / 60 / lanes; math.Abs(perMinute-30) > 1 {
		t.Fatalf("%.1f people a minute and lane arrived, not 30", perMinute)
	}
	morning, evening := day.Hours[5].Waiting.Median, day.Hours[23].Waiting.Median
	if day.LongWait > 300 || day.SideWait > 1200 || evening > 2*morning+20 {
		t.Errorf("the queue grows: %v waiting at six, %v at midnight, waits of %.0f s, beside %.0f s", morning, evening, day.LongWait, day.SideWait)
	}
	p.In2021()
	if before := Queue(p, 1, 9); before.Hours[23].Waiting.Low < 0.9*24*rate {
		t.Errorf("with the times of 2021 only %v wait at midnight", before.Hours[23].Waiting)
	}
}

// The lanes against the formula of Erlang (1917): Poisson arrivals, exponential
// service, c lanes, one queue.
func TestErlangC(t *testing.T) {
	for _, c := range []struct {
		lanes int
		load  float64 // share of the lanes' time that is used
	}{{1, 0.5}, {1, 0.8}, {3, 0.7}, {8, 0.85}} {
		const service = 10.0
		rate := c.load * float64(c.lanes) / service
		var waited, n float64
		rng := rand.New(rand.NewPCG(7, uint64(c.lanes)))
		for range 60 {
			var day []vehicle
			for at := rng.ExpFloat64() / rate; at < dayLength; at += rng.ExpFloat64() / rate {
				day = append(day, vehicle{at: at, need: rng.ExpFloat64() * service})
			}
			for i, v := range serve(day, always(c.lanes), false) {
				if day[i].at > 3600 && day[i].at < dayLength-3600 { // neither the empty start nor who is not served any more
					waited += v.start - day[i].at
					n++
				}
			}
		}
		want := erlangC(c.lanes, c.load*float64(c.lanes)) * service / (float64(c.lanes) * (1 - c.load))
		if got := waited / n; math.Abs(got-want) > 0.06*want {
			t.Errorf("%d lanes at %.2f: the mean wait is %.3f s, by the formula %.3f", c.lanes, c.load, got, want)
		}
	}
}

func always(lanes int) (open [24]int) {
	for h := range open {
		open[h] = lanes
	}
	return open
}

// erlangC is the chance to wait at c lanes that are offered so many erlang.
func erlangC(c int, offered float64) float64 {
	b := 1.0 // Erlang B, by recursion
	for k := 1; k <= c; k++ {
		b = offered * b / (float64(k) + offered*b)
	}
	return b / (1 - offered/float64(c)*(1-b))
}

// drawn is any day at any lanes.
func drawn(t *rapid.T) (day []vehicle, open [24]int) {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	rate := rapid.Float64Range(1, 400).Draw(t, "an hour") / 3600
	need := rapid.Float64Range(1, 200).Draw(t, "seconds")
	for at := rng.ExpFloat64() / rate; at < dayLength; at += rng.ExpFloat64() / rate {
		day = append(day, vehicle{at: at, need: rng.Float64() * need, metres: 7, people: 1})
	}
	for h := range open {
		open[h] = rapid.IntRange(0, 4).Draw(t, "lanes")
	}
	return day, open
}

// Nobody is lost, doubled or served twice at once, no lane rests while somebody
// waits, and who comes first goes first.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, open := drawn(t)
		alone := rapid.Bool().Draw(t, "a queue a lane")
		visits := serve(day, open, alone)
		for i, v := range visits {
			if v == never {
				continue
			}
			if v.start < day[i].at || math.Abs(v.end-v.start-day[i].need) > 1e-6 {
				t.Fatalf("vehicle %d of %+v visited %+v", i, day[i], v)
			}
			if !alone && i > 0 && visits[i-1].start > v.start {
				t.Fatalf("vehicle %d goes before the one before it", i)
			}
		}
		// At every arrival and a moment before every start: count.
		for i := range day {
			for _, now := range []float64{day[i].at, visits[i].start - 1e-6} {
				if now < 0 || now >= dayLength {
					continue
				}
				busy, waiting := 0, 0
				for j := range day {
					switch {
					case day[j].at <= now && visits[j].start > now:
						waiting++
					case visits[j].start <= now && visits[j].end > now:
						busy++
					}
				}
				here := open[int(now/3600)]
				most := max(here, open[max(int(now/3600)-1, 0)]) // a lane that closed finishes
				if busy > most && day[i].need < 3600 {
					t.Fatalf("at %.1f s %d vehicles stand in %d lanes", now, busy, most)
				}
				if !alone && waiting > 0 && busy < here {
					t.Fatalf("at %.1f s %d wait and %d of %d lanes rest", now, waiting, here-busy, here)
				}
			}
			if i > 40 { // the day is long
				break
			}
		}
	})
}

// What arrived was served or waits, at the end of every hour.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, open := drawn(t)
		r := queueRun{metres: make([]float64, Steps)}
		r.add(day, serve(day, open, rapid.Bool().Draw(t, "a queue a lane")), open, &r.waits)
		arrived, served := 0, 0
		for h := range 24 {
			arrived, served = arrived+r.vehicles[h], served+r.served[h]
			if arrived != served+r.waiting[h] {
				t.Fatalf("after hour %d: %d arrived, %d were served, %d wait", h, arrived, served, r.waiting[h])
			}
			if k := (h+1)*Steps/24 - 1; math.Abs(r.metres[k]*float64(max(open[h], 1))-7*float64(r.waiting[h])) > 1e-6 {
				t.Fatalf("after hour %d: %d wait on %.1f m", h, r.waiting[h], r.metres[k])
			}
		}
		if arrived != len(day) {
			t.Fatalf("%d of %d arrived", arrived, len(day))
		}
	})
}

func TestSameSeedSameDay(t *testing.T) {
	p := PhapVan(6000, 2)
	if !reflect.DeepEqual(Queue(p, 5, 3), Queue(p, 5, 3)) {
		t.Error("the same seed made another day")
	}
	if reflect.DeepEqual(Queue(p, 5, 3), Queue(p, 6, 3)) {
		t.Error("another seed made the same day")
	}
	more := PhapVan(6000, 4)
	if a, b := Queue(p, 5, 3), Queue(more, 5, 3); a.Hours[8].Vehicles != b.Hours[8].Vehicles {
		t.Error("more lanes brought other vehicles")
	}
}

// More lanes never make anybody wait longer, on the same day.
func TestMoreLanesHelp(t *testing.T) {
	for lanes := 1; lanes < 6; lanes++ {
		few, many := Queue(PhapVan(12000, lanes), 1, 3), Queue(PhapVan(12000, lanes+1), 1, 3)
		if many.Longest.Median > few.Longest.Median || many.LongWait > few.LongWait {
			t.Errorf("%d lanes: %v m, %d: %v m", lanes, few.Longest, lanes+1, many.Longest)
		}
	}
}

func TestMeansOfSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, s := range []Seconds{{3, 0.3}, {20, 0.8}, {0, 1}} {
		sum := 0.0
		for range 50_000 {
			sum += s.draw(rng)
		}
		if got := sum / 50_000; math.Abs(got-s.Mean) > 0.02*s.Mean {
			t.Errorf("%v has the mean %.3f", s, got)
		}
	}
	n := 0
	for range 20_000 {
		n += poisson(rng, 2.5)
	}
	if got := float64(n) / 20_000; math.Abs(got-2.5) > 0.05 {
		t.Errorf("poisson of 2.5 has the mean %.3f", got)
	}
}

// A queue of its own for each lane is no shorter than one for all.
func TestOneQueueIsFairer(t *testing.T) {
	one := steady(600, 3)
	each := one
	each.QueueALane = true
	a, b := Queue(one, 3, 5), Queue(each, 3, 5)
	if a.Hours[20].Wait95.Median > b.Hours[20].Wait95.Median {
		t.Errorf("one queue: %v, a queue a lane: %v", a.Hours[20].Wait95, b.Hours[20].Wait95)
	}
	if one.Vehicles[0].Kind != anlo.Car {
		t.Error("the first are cars")
	}
}

// The wait that a post shows of itself (anlo.Flow) against simulated days whose
// hours are all alike. Flow takes the times at the officer for as scattered as
// random ones; by its own formula the truth is then (1 + b²) / 2 of it, with b
// their coefficient of variation. A third less and a quarter more is left for
// what Allen and Cunneen neglect: of several lanes rarely all are held up at once.
func TestWaitsAgreeWithFlow(t *testing.T) {
	for _, c := range []struct {
		name         string
		lanes, rate  int // vehicles a minute
		everybodyHas bool
	}{
		{"one lane, passes", 1, 5, true},
		{"three lanes, passes", 3, 18, true},
		{"six lanes, passes", 6, 40, true},
		{"three lanes, as they come", 3, 9, false},
		{"eight lanes, as they come", 8, 28, false},
	} {
		p := steady(float64(60*c.rate), c.lanes)
		if c.everybodyHas {
			p.Brings = [5]float64{OnPhone: 1}
		}
		var waited, n, vehicles, sum, squares float64
		rng := rand.New(rand.NewPCG(11, uint64(c.rate)))
		for range 12 {
			day := p.traffic(rng)
			for i, v := range serve(day, p.Lanes, false) {
				vehicles, sum, squares = vehicles+1, sum+day[i].need, squares+day[i].need*day[i].need
				if day[i].at > 2*3600 && day[i].at < dayLength-3600 {
					waited += math.Min(v.start, dayLength) - day[i].at
					n++
				}
			}
		}
		mean := sum / vehicles
		b2 := squares/vehicles/(mean*mean) - 1
		f := anlo.Flow{Near: 5 * c.rate, Far: 10 * c.rate, Lanes: c.lanes, Took: time.Duration((mean - 4) * float64(time.Second))}
		said := f.Wait(time.Time{})
		if said.State != anlo.WaitKnown {
			t.Fatalf("%s: %v at a load of %.2f", c.name, said, f.Load())
		}
		got, want := waited/n, said.Time.Seconds()*(1+b2)/2
		t.Logf("%s: load %.2f, b² %.2f, simulated %.1f s, by Flow %.1f s", c.name, f.Load(), b2, got, said.Time.Seconds())
		if got < want*0.67 || got > want*1.25 {
			t.Errorf("%s (load %.2f, b² %.2f): simulated %.1f s, by Flow %.1f s, %.1f with what is known of b", c.name, f.Load(), b2, got, said.Time.Seconds(), want)
		}
	}
}
