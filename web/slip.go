package web

import (
	"strconv"
	"time"

	"anlo"
	"anlo/app"
	"anlo/credential"
	"anlo/geo"
	"anlo/locale"
)

// speaker is what a slip needs of package locale.
type speaker interface {
	T(key string, args ...any) string
	Time(t time.Time) string
}

func (s *server) slip(w *locale.Words, d app.Declared, p anlo.Pass) credential.SlipContent {
	return passSlip(w.Lang, w, s.Units, d, p)
}

// passSlip says what stands on the printed page of a pass.
func passSlip(lang string, w speaker, units *geo.Atlas, d app.Declared, p anlo.Pass) credential.SlipContent {
	trip := d.Declaration.Trip
	out := credential.SlipContent{
		Lang: lang, Issuer: w.T("slip.subtitle"), Title: w.T("slip.title"), Code: p.QR, Caption: w.T("slip.caption"),
		Validity: credential.SlipRow{Label: w.T("slip.until"), Value: w.Time(p.ExpiresAt)},
		Rows: []credential.SlipRow{
			{Label: w.T("my.destination"), Value: units.FullName(trip.Destination.Commune)},
			{Label: w.T("my.vehicle"), Value: w.T("vehicle." + string(trip.Vehicle.Kind))},
		},
		NotesTitle: w.T("slip.notes"), Notes: []string{w.T("slip.note1"), w.T("slip.note2"), w.T("slip.note3")},
		Footer: w.T("slip.foot"), CreatedAt: p.IssuedAt,
	}
	if trip.Vehicle.Plate != "" {
		out.Rows = append(out.Rows, credential.SlipRow{Label: w.T("my.plate"), Value: trip.Vehicle.Plate})
	}
	out.Rows = append(out.Rows,
		credential.SlipRow{Label: w.T("slip.purpose"), Value: w.T("reason-of-trip." + string(trip.Purpose))},
		credential.SlipRow{Label: w.T("my.departs"), Value: w.Time(trip.DepartsAt)})
	confirmed := true
	for i, t := range d.Declaration.Travellers {
		if p.Traveller == anlo.PartyTraveller || p.Traveller == i {
			out.Names = append(out.Names, t.FullName+", "+w.T("slip.born", "Year", strconv.Itoa(t.BirthDate.Year)))
			confirmed = confirmed && d.Confirmed[i]
		}
	}
	out.NamesTitle = w.T("my.name")
	if len(out.Names) > 1 {
		out.NamesTitle = w.T("my.names")
	}
	if !confirmed {
		out.Notes = append(out.Notes, w.T("my.unconfirmed")+". "+w.T("my.unconfirmed-text"))
	}
	return out
}
