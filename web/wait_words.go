package web

import (
	"cmp"
	"math"
	"time"

	"anlo"
	"anlo/locale"
)

// waitText is a waiting time in words.
type waitText struct {
	Text  string
	Trend string // in words; "" while nothing changes
	State string // "quick", "long", "full", "unknown": also the class
}

// waitOf puts a waiting time into words, as coarse as it is known.
func waitOf(w *locale.Words, wait anlo.Wait, trend int) waitText {
	t := waitText{State: string(wait.State), Text: w.T("wait." + string(wait.State))}
	if wait.State == anlo.WaitKnown {
		minutes, over := wait.Rounded()
		t.State = "quick"
		if minutes >= 30 {
			t.State = "long"
		}
		switch {
		case over:
			t.Text = w.T("wait.over", "Hours", minutes/60)
		case minutes == 0:
			t.Text = w.T("wait.under")
		default:
			t.Text = w.T("wait.about", "Minutes", minutes)
		}
	}
	switch trend {
	case 1:
		t.Trend = w.T("wait.more")
	case -1:
		t.Trend = w.T("wait.fewer")
	}
	return t
}

// compareWaits orders waiting times: unknown, known from short to long, full.
func compareWaits(a, b anlo.Wait) int {
	rank := map[anlo.WaitState]int{anlo.WaitKnown: 1, anlo.WaitFull: 2}
	return cmp.Or(cmp.Compare(rank[a.State], rank[b.State]), cmp.Compare(a.Time, b.Time))
}

// clock is a moment of today, or of a day or so around it.
func clock(t time.Time) string { return t.In(locale.Zone).Format("15:04") }

// perMinute writes a rate with one digit after the point.
func perMinute(w *locale.Words, rate float64) string { return tenths(w)(int64(math.Round(rate * 10))) }

// tenths writes a number of tenths: "7,4", "12".
func tenths(w *locale.Words) func(int64) string {
	return func(n int64) string {
		if n%10 == 0 {
			return w.Number(n / 10)
		}
		return w.Decimal(float64(n) / 10)
	}
}

// ago is how long something is ago, in the coarsest unit that fits.
func ago(w *locale.Words, d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return w.T("ago.now")
	case d < 2*time.Hour:
		return w.T("ago.minutes", "N", int(d.Minutes()))
	case d < 48*time.Hour:
		return w.T("ago.hours", "N", int(d.Hours()))
	}
	return w.T("ago.days", "N", int(d.Hours()/24))
}
