package anlo

import "time"

// AgainWithin is how long after the end of its passes a declaration may be made
// once more as it was.
const AgainWithin = 14 * 24 * time.Hour

// AgainFrom is from when on a declaration whose passes end may be made once
// more: 24 hours before, or the evening before where that is earlier.
func AgainFrom(end time.Time) time.Time {
	if day := end.Add(-24 * time.Hour); day.Before(eveningBefore(end)) {
		return day
	}
	return eveningBefore(end)
}

// RemindFrom is from when on travellers are told that their passes end: in the
// evening before, and twelve hours before in any case.
func RemindFrom(end time.Time) time.Time {
	if half := end.Add(-12 * time.Hour); half.Before(eveningBefore(end)) {
		return half
	}
	return eveningBefore(end)
}

func eveningBefore(end time.Time) time.Time {
	return DateOf(end.In(Hanoi)).AddDays(-1).At(18, Hanoi)
}
