package locale

import (
	"fmt"
	"time"
	_ "time/tzdata" // the program may run where there is no time zone database

	"anlo"
)

// Zone is the time zone that people are shown: Vietnam has one, UTC+7.
var Zone = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		panic(err) // tzdata is part of the program
	}
	return zone
}()

var (
	weekdays = [7]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}
	months   = [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// Date writes a calendar date: "31/01/1990" in Vietnamese, "31 Jan 1990" in
// English, the year alone when no more is known.
func (w *Words) Date(d anlo.Date) string {
	if w.Lang == "en" && d.Month > 0 {
		return fmt.Sprintf("%d %s %04d", d.Day, months[d.Month-1], d.Year)
	}
	return d.Typed()
}

// Time writes a moment in Vietnam's time zone: "14:05 thứ Hai, 23/11/2026",
// "14:05 Monday, 23 Nov 2026".
func (w *Words) Time(t time.Time) string {
	t = t.In(Zone)
	day := t.Weekday().String()
	if w.Lang == "vi" {
		day = weekdays[t.Weekday()]
	}
	return t.Format("15:04 ") + day + ", " + w.Date(anlo.DateOf(t))
}
