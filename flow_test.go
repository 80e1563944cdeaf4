package anlo

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func flows(t *rapid.T) Flow {
	return Flow{
		Near: rapid.IntRange(0, 2000).Draw(t, "near"), Far: rapid.IntRange(0, 4000).Draw(t, "far"),
		Lanes: rapid.IntRange(0, 40).Draw(t, "lanes"), Took: time.Duration(rapid.Int64Range(0, int64(MaxTook)).Draw(t, "took")),
		Best: rapid.IntRange(0, 60).Draw(t, "best"),
	}
}

// order is a waiting time as a number that can be compared; ok is false when
// nothing is known.
func order(w Wait) (minutes float64, ok bool) {
	if w.State == WaitFull {
		return math.Inf(1), true
	}
	return w.Time.Minutes(), w.State == WaitKnown
}

func TestAnEstimateIsANumber(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	rapid.Check(t, func(t *rapid.T) {
		f := flows(t)
		if rapid.Bool().Draw(t, "counted") {
			f.Queue = rapid.SampledFrom(QueueCounts).Draw(t, "queue")
			f.Counted = now.Add(-time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "ago")))
		}
		w := f.Wait(now)
		if w.Time < 0 || math.IsNaN(f.Load()) || math.IsInf(f.Load(), 0) || f.Load() < 0 {
			t.Fatalf("%+v: %+v at a load of %v", f, w, f.Load())
		}
		if _, known := order(w); known == (f.Arrivals() == 0 || f.Lanes == 0) {
			t.Fatalf("%+v: %+v", f, w)
		}
		if m, _ := w.Rounded(); m < 0 || m > MaxRounded || m%5 != 0 {
			t.Fatalf("%+v is told as %d", w, m)
		}
	})
}

func TestMoreArrivalsWaitLongerAndMoreLanesShorter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	rapid.Check(t, func(t *rapid.T) {
		f := flows(t)
		before, known := order(f.Wait(now))
		if !known {
			return
		}
		busier := f
		busier.Near += rapid.IntRange(0, 100).Draw(t, "more near")
		busier.Far += rapid.IntRange(0, 100).Draw(t, "more far")
		if after, _ := order(busier.Wait(now)); after < before {
			t.Fatalf("%+v waits %v minutes, %+v only %v", f, before, busier, after)
		}
		wider := f
		wider.Lanes += rapid.IntRange(1, 10).Draw(t, "more lanes")
		if after, _ := order(wider.Wait(now)); after > before {
			t.Fatalf("%+v waits %v minutes, %+v even %v", f, before, wider, after)
		}
		counted := f
		counted.Queue, counted.Counted = rapid.IntRange(0, 300).Draw(t, "queue"), now
		longer := counted
		longer.Queue += rapid.IntRange(0, 300).Draw(t, "more queue")
		a, _ := order(counted.Wait(now))
		if b, _ := order(longer.Wait(now)); b < a {
			t.Fatalf("%d vehicles wait %v minutes, %d only %v", counted.Queue, a, longer.Queue, b)
		}
	})
}

// The estimate agrees with a queue that is played through, vehicle by vehicle,
// with lanes that are taken for exponential times.
func TestEstimateAgreesWithAQueue(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2026))
	for _, c := range []struct{ perMinute, lanes int }{{3, 1}, {5, 1}, {6, 1}, {20, 4}, {25, 4}, {60, 10}} {
		f := Flow{Near: c.perMinute * 5, Far: c.perMinute * 10, Lanes: c.lanes, Took: 4 * time.Second}
		w := f.Wait(time.Time{})
		if w.State != WaitKnown {
			t.Fatalf("%+v: %+v at a load of %.2f", c, w, f.Load())
		}
		const vehicles = 400_000
		free := make([]float64, c.lanes)
		var now, waited float64
		for range vehicles {
			now += random.ExpFloat64() * 60 / float64(c.perMinute)
			first := 0
			for i := range free {
				if free[i] < free[first] {
					first = i
				}
			}
			begin := max(now, free[first])
			waited += begin - now
			free[first] = begin + random.ExpFloat64()*8
		}
		played := waited / vehicles
		if told := w.Time.Seconds(); math.Abs(told-played) > 0.1*played+0.2 {
			t.Errorf("%+v: told %.1f s, played %.1f s", c, told, played)
		}
	}
}

func TestHonestAboutWhatIsNotKnown(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	crowded := Flow{Near: 40, Far: 80, Lanes: 1, Took: 4 * time.Second}
	for _, c := range []struct {
		name string
		f    Flow
		want WaitState
	}{
		{"nothing was read", Flow{Lanes: 2}, WaitUnknown},
		{"a count without readings", Flow{Queue: 100, Counted: now}, WaitUnknown},
		{"a lane at its limit", crowded, WaitFull},
		{"the same lane, which has read 20 in a minute", Flow{Near: 40, Far: 80, Lanes: 1, Took: time.Second, Best: 20}, WaitKnown},
		{"a quiet lane", Flow{Near: 5, Far: 10, Lanes: 1, Took: 4 * time.Second}, WaitKnown},
	} {
		if got := c.f.Wait(now).State; got != c.want {
			t.Errorf("%s: %s, want %s (load %.2f)", c.name, got, c.want, c.f.Load())
		}
	}
	crowded.Queue, crowded.Counted = 100, now.Add(-19*time.Minute)
	if w := crowded.Wait(now); w != (Wait{WaitKnown, 12*time.Minute + 30*time.Second}) {
		t.Errorf("100 vehicles at 8 a minute: %+v", w)
	}
	crowded.Counted = now.Add(-20 * time.Minute)
	if w := crowded.Wait(now); w.State != WaitFull {
		t.Errorf("an old count still holds: %+v", w)
	}
}

func TestWaitingTimesAreToldCoarsely(t *testing.T) {
	for minutes, want := range map[float64]int{0: 0, 4.9: 0, 5: 5, 7: 5, 8: 10, 12: 10, 28: 30, 34: 30, 36: 40, 89: 90, 100: 90, 106: 120, 180: 180} {
		w := Wait{WaitKnown, time.Duration(minutes * float64(time.Minute))}
		if got, over := w.Rounded(); got != want || over {
			t.Errorf("%v minutes are told as %d, over %v", minutes, got, over)
		}
	}
	if m, over := (Wait{WaitKnown, 5 * time.Hour}).Rounded(); m != MaxRounded || !over {
		t.Errorf("five hours are told as %d, over %v", m, over)
	}
}

func TestTrendIsMoreThanChance(t *testing.T) {
	for _, c := range []struct{ near, far, want int }{{0, 0, 0}, {10, 20, 0}, {12, 20, 0}, {40, 20, 1}, {5, 60, -1}, {1, 0, 0}, {100, 140, 1}} {
		if got := (Flow{Near: c.near, Far: c.far}).Trend(); got != c.want {
			t.Errorf("%d in 5 minutes after %d in 10: %d, want %d", c.near, c.far, got, c.want)
		}
	}
}
