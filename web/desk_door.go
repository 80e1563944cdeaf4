package web

import (
	"cmp"
	"html/template"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// head is what is read first, at somebody's door.
func (p *recordPage) head(s *server, n app.Record) {
	w, t := p.Words, n.Traveller
	p.Address, p.Commune = addressHere(n), s.Units.FullName(n.Commune)
	p.FullName, p.Born = t.FullName, w.Date(t.BirthDate)+", "+w.T("sex."+string(t.Sex))
	p.Phone = t.Phone
	if n.Revealed && t.Phone != "" {
		p.Call = template.URL("tel:" + t.Phone) // digits only: Check saw to it
	}
	p.Number = w.T("document.kind."+string(t.Document.Kind)) + " " + t.Document.Number
	p.State, p.Closed, p.StateWord = n.State, !n.State.Open(), w.T("state."+string(n.State))
	p.Due, p.Overdue, p.Level = s.moment(w, n.DueAt), n.Overdue(s.Now()), levelWord(w, n.Level)
	p.Roles = roleWords(w, n.Roles)
	today := anlo.DateOf(s.Now().In(locale.Zone))
	asked := "asked." + string(n.State)
	switch {
	case n.State == anlo.NoticeNew && !n.Roles.Asks():
		asked = "asked.informed"
	case n.State == anlo.NoticeNew && n.Roles&(anlo.RoleDestination|anlo.RoleTemporary|anlo.RoleSent) == 0:
		asked = "asked.registered"
	case n.State == anlo.NoticeMonitoring:
		p.Until, p.first = w.Date(n.Until), anlo.DoCheckIn
		if today.After(n.Until) {
			asked, p.first = "asked.release", anlo.DoRelease
		}
	case n.State == anlo.NoticeWrongAddress:
		p.first = anlo.DoReroute
	}
	p.Asked = w.T(asked, "Until", p.Until)
	if n.Changed {
		p.Changed = w.T("record.changed")
	}
	switch {
	case n.DeclaredAt.IsZero():
		p.Changed, p.Cancelled = "", w.T("record.left-out", "Time", w.Time(n.CancelledAt))
	case !n.CancelledAt.IsZero():
		p.Changed, p.Cancelled = "", w.T("record.cancelled", "Time", w.Time(n.CancelledAt))
	}
}

// addressHere is where in the notice's commune the person is to be found.
func addressHere(n app.Record) string {
	homes := []anlo.Residence{n.Trip.Destination, n.Traveller.Temporary, n.Traveller.Permanent}
	if n.Match.Register != nil {
		homes = append(homes, n.Match.Register.Temporary, n.Match.Register.Permanent)
	}
	for _, home := range append(homes, n.Trip.Origin) {
		if home.Commune == n.Commune && home.Address != "" {
			return home.Address
		}
	}
	if n.Roles&anlo.RoleSent != 0 { // the house is right, the commune was not
		return cmp.Or(n.Trip.Destination.Address, n.Traveller.Temporary.Address)
	}
	return ""
}
