package simulate

import (
	"cmp"
	"math"
	"slices"
)

// visit is when a vehicle came to an officer and left; never: infinity.
type visit struct{ start, end float64 }

var never = visit{math.Inf(1), math.Inf(1)}

const dayLength = 24 * 3600.0

// lanes serves vehicles in the order of their arrival. A lane that closes
// finishes the vehicle that stands in it.
type lanes struct {
	arrived []vehicle
	visits  []visit
	until   []float64 // by lane: when it is free; infinity while it is
	queues  [][]int   // by lane, or one for all
	open    int
	alone   bool // each lane has a queue of its own
}

// serve lets a day's vehicles through so many lanes by the hour, and says when
// each was served. It ends at midnight.
func serve(arrived []vehicle, open [24]int, queueALane bool) []visit {
	l := &lanes{arrived: arrived, visits: make([]visit, len(arrived)), alone: queueALane}
	most := max(slices.Max(open[:]), 1)
	for i := range l.visits {
		l.visits[i] = never
	}
	for range most {
		l.until = append(l.until, math.Inf(1))
	}
	l.queues = make([][]int, 1)
	if queueALane {
		l.queues = make([][]int, most)
	}
	next := 0
	for hour := range open {
		l.change(float64(hour)*3600, open[hour])
		end := float64(hour+1) * 3600
		for {
			leaves := slices.Min(l.until)
			arrives := math.Inf(1)
			if next < len(arrived) {
				arrives = arrived[next].at
			}
			switch {
			case leaves <= arrives && leaves < end:
				i := slices.Index(l.until, leaves)
				l.until[i] = math.Inf(1)
				l.take(leaves)
				continue
			case arrives < end:
				l.join(next)
				next++
				l.take(arrives)
				continue
			}
			break
		}
	}
	return l.visits
}

// change opens or closes lanes; whoever waits in a queue of its own chooses
// anew.
func (l *lanes) change(now float64, open int) {
	if l.open != open && l.alone {
		waiting := slices.Concat(l.queues...)
		slices.SortFunc(waiting, func(a, b int) int { return cmp.Compare(a, b) })
		clear(l.queues)
		l.open = open
		for _, v := range waiting {
			l.join(v)
		}
	}
	l.open = open
	l.take(now)
}

// join puts a vehicle into the queue, or into the shortest of those that move.
func (l *lanes) join(v int) {
	best := 0
	if l.alone {
		length := func(i int) int {
			n := len(l.queues[i])
			if !math.IsInf(l.until[i], 1) {
				n++
			}
			return n
		}
		for i := 1; i < l.open; i++ {
			if length(i) < length(best) {
				best = i
			}
		}
	}
	l.queues[best] = append(l.queues[best], v)
}

// take lets whoever may drive up to the lanes that are free.
func (l *lanes) take(now float64) {
	for i := range l.open {
		q := &l.queues[0]
		if l.alone {
			q = &l.queues[i]
		}
		if math.IsInf(l.until[i], 1) && len(*q) > 0 {
			v := (*q)[0]
			*q = (*q)[1:]
			l.until[i] = now + l.arrived[v].need
			l.visits[v] = visit{now, l.until[i]}
		}
	}
}
