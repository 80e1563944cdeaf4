package anlo

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Check says everything that is wrong with a declaration, or nil. The form, the
// API and every import use it, so that they agree. known reports whether a
// unit may be named as a commune.
func (d *Declaration) Check(now time.Time, known func(UnitRef) bool) error {
	var f faults
	switch n := len(d.Travellers); {
	case n == 0:
		f.add("travellers", "required")
	case n > MaxTravellers:
		f.add("travellers", "travellers.many")
	}
	seen := map[string]bool{}
	for i := range min(len(d.Travellers), MaxTravellers) {
		t, at := &d.Travellers[i], fmt.Sprintf("travellers[%d].", i)
		t.Person.check(&f, at, now, known)
		t.Health.check(&f, at+"health.", now)
		if key := t.Document.Key(); key != "" && seen[key] {
			f.add(at+t.Document.field(), "traveller.twice")
		} else {
			seen[key] = true
		}
	}
	d.Trip.check(&f, now, known)
	return f.err()
}

func (d Document) field() string {
	if d.Kind == Passport {
		return "passport"
	}
	return "id_number"
}

// oldest is the greatest age believed, in years.
const oldest = 130

func (p *Person) check(f *faults, at string, now time.Time, known func(UnitRef) bool) {
	if p.Document.Number == "" {
		f.add(at+"id_number", "required")
	}
	if f.require(at+"full_name", p.FullName, 100) && !hasLetter(p.FullName) {
		f.add(at+"full_name", "name.letters")
	}
	switch {
	case p.BirthDate.IsZero():
		f.add(at+"date_of_birth", "required")
	case p.BirthDate.After(DateOf(now)):
		f.add(at+"date_of_birth", "date.future")
	case p.BirthDate.Year < now.Year()-oldest:
		f.add(at+"date_of_birth", "date.long-ago")
	}
	if p.Sex != Male && p.Sex != Female && p.Sex != Other {
		f.add(at+"sex", oneOf(string(p.Sex)))
	}
	if !countryCode(p.Nationality) {
		f.add(at+"nationality", oneOf(p.Nationality))
	}
	if p.Phone != "" && !phone(p.Phone) {
		f.add(at+"phone", "phone.malformed")
	}
	p.Permanent.check(f, at+"residence.permanent.", true, known)
	if !p.Temporary.IsZero() {
		p.Temporary.check(f, at+"residence.temporary.", true, known)
	}
}

func oneOf(s string) string {
	if s == "" {
		return "required"
	}
	return "choice.unknown"
}

func (r Residence) check(f *faults, at string, address bool, known func(UnitRef) bool) {
	switch {
	case r.Commune.Code == "":
		f.add(at+"commune", "required")
	case !known(r.Commune):
		f.add(at+"commune", "commune.unknown")
	}
	if address {
		f.require(at+"address", r.Address, 200)
	} else {
		f.text(at+"address", r.Address, 200)
	}
}

func (t *Trip) check(f *faults, now time.Time, known func(UnitRef) bool) {
	t.Origin.check(f, "trip.origin.", false, known)
	t.Destination.check(f, "trip.destination.", false, known)
	switch {
	case t.DepartsAt.IsZero():
		f.add("trip.departs_at", "required")
	case t.DepartsAt.After(now.Add(MaxAhead)):
		f.add("trip.departs_at", "departure.far")
	case t.DepartsAt.Before(now.Add(-MaxBehind)):
		f.add("trip.departs_at", "departure.past")
	}
	if !slices.Contains(VehicleKinds, t.Vehicle.Kind) {
		f.add("trip.vehicle.kind", oneOf(string(t.Vehicle.Kind)))
	}
	switch {
	case t.Vehicle.Plate == "" && t.Vehicle.Kind.NeedsPlate():
		f.add("trip.vehicle.plate", "required")
	case t.Vehicle.Plate != "" && !plate(t.Vehicle.Plate):
		f.add("trip.vehicle.plate", "plate.malformed")
	}
	if !slices.Contains(TripPurposes, t.Purpose) {
		f.add("trip.reason", oneOf(string(t.Purpose)))
	}
	f.text("trip.note", t.Note, 300)
}

func (h *Health) check(f *faults, at string, now time.Time) {
	for i, s := range h.Symptoms {
		if !slices.Contains(Symptoms, s) || slices.Contains(h.Symptoms[:i], s) {
			f.add(at+"symptoms", "choice.unknown")
			break
		}
	}
	if len(h.Places) > 20 {
		f.add(at+"places", "places.many")
	}
	for i, p := range h.Places {
		if i < 20 && !f.text(fmt.Sprintf("%splaces[%d]", at, i), p, 200) {
			break
		}
	}
	if t := h.Test; t != nil {
		if t.Kind != PCR && t.Kind != Antigen {
			f.add(at+"test.kind", oneOf(string(t.Kind)))
		}
		if t.Result != Negative && t.Result != Positive && t.Result != Pending {
			f.add(at+"test.result", oneOf(string(t.Result)))
		}
		switch {
		case t.Taken.IsZero():
			f.add(at+"test.taken_at", "required")
		case t.Taken.After(now.Add(time.Hour)):
			f.add(at+"test.taken_at", "date.future")
		case t.Taken.Before(now.AddDate(-1, 0, 0)):
			f.add(at+"test.taken_at", "date.long-ago")
		}
	}
	if h.Doses != nil && (*h.Doses < 0 || *h.Doses > 9) {
		f.add(at+"doses", "doses.range")
	}
}

// NormalPhone removes what people put between digits. "0912 345 678" and
// "+84 912 345 678" become the same number, so that a search finds both.
func NormalPhone(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-()\u00a0", r) {
			return -1
		}
		return r
	}, s)
	if rest, ok := strings.CutPrefix(s, "+84"); ok {
		return "0" + strings.TrimPrefix(rest, "0")
	}
	return s
}

// Mobile returns a phone in the form in which gateways take it, "+84912345678",
// and whether a text may be sent to it: a mobile phone of this country. Texts
// abroad, and to numbers that cost, are what swindlers make others send.
func Mobile(s string) (string, bool) {
	s = NormalPhone(s)
	if len(s) != 10 || !digits(s) || s[0] != '0' || !strings.ContainsRune("35789", rune(s[1])) {
		return "", false
	}
	return "+84" + s[1:], true
}

func phone(s string) bool {
	rest := strings.TrimPrefix(s, "+")
	return digits(rest) && len(rest) >= 8 && len(rest) <= 15
}

// NormalPlate keeps letters and digits: "29A-123.45" becomes "29A12345".
func NormalPlate(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		if strings.ContainsRune(" .-_\u00a0", r) {
			return -1
		}
		return r
	}, s)
}

// plate accepts the plates of any country in Latin letters, and Vietnam's Đ.
func plate(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 3 && n <= 12 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ0123456789") == ""
}

// plain reports whether s is UTF-8 without control characters, so that it can
// be shown, printed and kept.
func plain(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r == utf8.RuneError || unicode.IsControl(r) || bidi(r) {
			return false
		}
	}
	return true
}

// bidi finds the characters that reorder what is shown around them.
func bidi(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

func hasLetter(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }
