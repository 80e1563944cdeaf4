package anlo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a calendar date without a time zone. Month and Day are 0 when only
// the year is known, as on the identity cards of many older people.
type Date struct {
	Year, Month, Day int
}

// DateOf returns the calendar date of t in t's own time zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

// ParseDate reads "1990-01-31" or "1990".
func ParseDate(s string) (Date, error) {
	var d Date
	var err error
	switch {
	case len(s) == 4 && digits(s):
		d.Year, _ = strconv.Atoi(s)
	case len(s) == 10 && s[4] == '-' && s[7] == '-' && digits(s[:4]+s[5:7]+s[8:]):
		_, err = fmt.Sscanf(s, "%d-%d-%d", &d.Year, &d.Month, &d.Day)
	default:
		err = errDate
	}
	if err != nil || !d.valid() {
		return Date{}, errDate
	}
	return d, nil
}

// ParseDateTyped reads a date as people write it in Vietnam, day first, with
// any of / - . or spaces between ("31/1/1990") or, on a number pad, nothing
// ("31011990"); or a bare year, or ISO 8601.
func ParseDateTyped(s string) (Date, error) {
	s = strings.TrimSpace(s)
	if d, err := ParseDate(s); err == nil {
		return d, nil
	}
	if len(s) == 8 && digits(s) {
		s = s[:2] + "/" + s[2:4] + "/" + s[4:]
	}
	p := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' || r == ' ' })
	if len(p) != 3 || len(p[2]) != 4 || len(p[0]) > 2 || len(p[1]) > 2 || !digits(p[0]+p[1]+p[2]) {
		return Date{}, errDate
	}
	var d Date
	d.Day, _ = strconv.Atoi(p[0])
	d.Month, _ = strconv.Atoi(p[1])
	d.Year, _ = strconv.Atoi(p[2])
	if !d.valid() || d.Month == 0 {
		return Date{}, errDate
	}
	return d, nil
}

var errDate = &Error{Kind: Invalid, Code: "date.malformed"}

func (d Date) valid() bool {
	if d.Month == 0 && d.Day == 0 {
		return d.Year > 0
	}
	t := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	return d.Year > 0 && DateOf(t) == d
}

// IsZero reports whether no date was given.
func (d Date) IsZero() bool { return d == Date{} }

// String returns "1990-01-31", or "1990" when only the year is known.
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Typed returns the date as people write it in Vietnam: "31/01/1990".
func (d Date) Typed() string {
	if d.Month == 0 {
		return d.String()
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}

// After reports whether d is later than e. A bare year counts from 1 January.
func (d Date) After(e Date) bool {
	return d.Year*10000+d.Month*100+d.Day > e.Year*10000+e.Month*100+e.Day
}

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, time.Month(d.Month), d.Day+n, 0, 0, 0, 0, time.UTC))
}

// At returns the moment at that hour of the day.
func (d Date) At(hour int, zone *time.Location) time.Time {
	return time.Date(d.Year, time.Month(d.Month), d.Day, hour, 0, 0, 0, zone)
}

// MarshalText makes a Date a JSON string.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a JSON string; an empty one is no date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
