package app

import (
	"strconv"

	"anlo"
	"anlo/credential"
	"anlo/locale"
)

// Slip says what stands on the printed page of a pass, in the words of w.
func (a *App) Slip(w *locale.Words, d Declared, p anlo.Pass) credential.SlipContent {
	trip := d.Declaration.Trip
	until := p.ExpiresAt.In(locale.Zone)
	out := credential.SlipContent{
		Lang: w.Lang, Issuer: w.T("slip.subtitle"), Title: w.T("slip.title"), Code: p.QR, Caption: w.T("slip.caption"),
		Validity:   credential.SlipRow{Label: w.T("slip.until"), Value: until.Format("15:04, ") + w.Date(anlo.DateOf(until))},
		NotesTitle: w.T("slip.notes"), Notes: []string{w.T("slip.note1"), w.T("slip.note2"), w.T("slip.note3")},
		Footer: w.T("slip.foot"), CreatedAt: p.IssuedAt,
	}
	row := func(label, value string) {
		if value != "" {
			out.Rows = append(out.Rows, credential.SlipRow{Label: w.T(label), Value: value})
		}
	}
	row("my.destination", a.Units.FullName(trip.Destination.Commune))
	row("my.vehicle", w.T("vehicle."+string(trip.Vehicle.Kind)))
	row("my.plate", trip.Vehicle.Plate)
	row("slip.purpose", w.T("reason-of-trip."+string(trip.Purpose)))
	row("my.departs", w.Time(trip.DepartsAt))
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
