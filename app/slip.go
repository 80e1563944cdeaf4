package app

import (
	"strconv"

	"anlo"
	"anlo/credential"
	"anlo/locale"
)

// Slip says what stands on the printed page of a pass, in the words of w. It
// reads the code itself, so that paper tells whoever finds it nothing that the
// code does not.
func (a *App) Slip(w *locale.Words, p anlo.Pass) (credential.SlipContent, error) {
	says, err := credential.ReadPass(p.QR)
	if err != nil {
		return credential.SlipContent{}, err
	}
	until := says.ExpiresAt.In(locale.Zone)
	out := credential.SlipContent{
		Lang: w.Lang, Issuer: w.T("slip.subtitle"), Title: w.T("slip.title"), Code: p.QR, Caption: w.T("slip.caption"),
		Validity:   credential.SlipRow{Label: w.T("slip.until"), Value: until.Format("15:04, ") + w.Date(anlo.DateOf(until))},
		NamesTitle: w.T("my.name"), NotesTitle: w.T("slip.notes"), Notes: []string{w.T("slip.note1"), w.T("slip.note2"), w.T("slip.note3")},
		Footer: w.T("slip.foot"), CreatedAt: says.IssuedAt,
	}
	row := func(label, value string) {
		if value != "" {
			out.Rows = append(out.Rows, credential.SlipRow{Label: w.T(label), Value: value})
		}
	}
	row("my.destination", a.Units.FullName(anlo.UnitRef{List: a.UnitList, Code: says.Commune}))
	row("my.plate", says.Plate)
	row("slip.purpose", w.T("reason-of-trip."+string(says.Purpose)))
	for _, t := range says.Travellers {
		out.Names = append(out.Names, t.Name+", "+w.T("slip.born", "Year", strconv.Itoa(t.BirthYear)))
	}
	if len(out.Names) > 1 {
		out.NamesTitle = w.T("my.names")
	}
	if !says.IdentityConfirmed {
		out.Notes = append(out.Notes, w.T("my.unconfirmed")+". "+w.T("slip.unconfirmed"))
	}
	return out, nil
}
