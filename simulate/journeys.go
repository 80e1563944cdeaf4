package simulate

import (
	"iter"
	"math/rand/v2"
	"time"

	"anlo"
)

// Journey is one declaration of made-up people: what they say, when they say
// it, and who they are in the register.
type Journey struct {
	anlo.Declaration
	At     time.Time
	People []Person // the travellers, in order
}

// Journeys returns what the people of Population(seed, n, communes) declare in
// some days from a moment on, in the order in which they say it. Six households
// in ten travel: most to work inside their province, others with goods, to
// family, to a doctor, between where they stay and where they are registered;
// towards the end more of them to the two largest cities, as after a holiday. A
// third comes back, two or five days later. They type without mistakes
// ([Corrupt] makes some), but not all live where the register has them.
func Journeys(seed uint64, n int, communes []anlo.Unit, from time.Time, days int) iter.Seq[Journey] {
	return func(yield func(Journey) bool) {
		// Who comes back is found by walking the same people again, some days
		// behind: nothing has to be remembered.
		var walks []walk
		for _, back := range []int{0, 2, 5} {
			next, stop := iter.Pull(journeys(seed, n, communes, from, days, back))
			defer stop()
			j, ok := next()
			walks = append(walks, walk{j, ok, next})
		}
		for {
			first := -1
			for i, w := range walks {
				if w.ok && (first < 0 || w.head.At.Before(walks[first].head.At)) {
					first = i
				}
			}
			if first < 0 || !yield(walks[first].head) {
				return
			}
			walks[first].head, walks[first].ok = walks[first].next()
		}
	}
}

// walk is a stream of journeys and its first one.
type walk struct {
	head Journey
	ok   bool
	next func() (Journey, bool)
}

// journeys are those on the way out, or those that come back after some days.
func journeys(seed uint64, n int, communes []anlo.Unit, from time.Time, days, back int) iter.Seq[Journey] {
	return func(yield func(Journey) bool) {
		m := newRoads(communes)
		end := from.AddDate(0, 0, days)
		left, household := n, uint64(0)
		for h := range households(seed, 0, communes) {
			h = h[:min(left, len(h))]
			at := moment(from, float64(n-left)/float64(n)*float64(days))
			left -= len(h)
			household++
			t := &travel{census: census{rng: rand.New(rand.NewPCG(seed+1, household)), land: m.land}, roads: m,
				late: float64(n-left)/float64(n) > 0.7}
			j, returns, ok := t.plan(h, at)
			switch {
			case ok && back == 0:
				ok = yield(j)
			case ok && returns == back && at.AddDate(0, 0, back).Before(end):
				ok = yield(t.home(j, at.AddDate(0, 0, back)))
			default:
				ok = true
			}
			if !ok || left == 0 {
				return
			}
		}
	}
}

// byHour is the share of a day's declarations made before each full hour.
var byHour = [25]float64{0, .004, .006, .008, .012, .03, .08, .17, .26, .33, .39, .44, .48, .52, .56, .60, .65, .71, .78, .85, .91, .95, .975, .99, 1}

// moment is when the given number of days is over, counted by what is declared:
// nights are shorter than mornings.
func moment(from time.Time, days float64) time.Time {
	whole := int(days)
	share := days - float64(whole)
	hour := 0
	for hour < 23 && byHour[hour+1] <= share {
		hour++
	}
	in := (share - byHour[hour]) / (byHour[hour+1] - byHour[hour])
	return from.AddDate(0, 0, whole).Add(time.Duration((float64(hour) + in) * float64(time.Hour))).Truncate(time.Second)
}

// roads say which communes lie in one province, and where the cities are.
type roads struct {
	land     *land
	parent   map[anlo.UnitRef]string
	province map[string]*land
	cities   [2]*land
}

func newRoads(communes []anlo.Unit) *roads {
	m := &roads{land: settle(communes), parent: map[anlo.UnitRef]string{}, province: map[string]*land{}}
	byProvince := map[string][]anlo.Unit{}
	var order []string
	for _, u := range communes {
		if byProvince[u.Parent] == nil {
			order = append(order, u.Parent)
		}
		byProvince[u.Parent] = append(byProvince[u.Parent], u)
		m.parent[u.UnitRef] = u.Parent
	}
	for _, code := range order {
		l := settle(byProvince[code])
		if len(l.communes) == 0 {
			continue
		}
		m.province[code] = l
		for i, c := range m.cities {
			if c == nil || l.until[len(l.until)-1] > c.until[len(c.until)-1] {
				copy(m.cities[i+1:], m.cities[i:])
				m.cities[i] = l
				break
			}
		}
	}
	if m.cities[1] == nil {
		m.cities[1] = m.cities[0]
	}
	return m
}

// near picks a commune of the same province.
func (m *roads) near(rng *rand.Rand, u anlo.UnitRef, in string) *anlo.Unit {
	l := m.province[in]
	if l == nil {
		l = m.land
	}
	for range 4 {
		if v := l.draw(rng); v.UnitRef != u {
			return v
		}
	}
	return l.draw(rng)
}

// city picks a commune of one of the two largest provinces.
func (m *roads) city(rng *rand.Rand) *anlo.Unit { return m.cities[rng.IntN(2)].draw(rng) }
