package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"anlo"
	"anlo/app"
	"anlo/geo"
	"anlo/locale"
)

// deskPage is one list of the desk.
type deskPage struct {
	officePage
	Place   string // the officer's area
	Tabs    []deskTab
	Heading string // of the list that is open
	At      string // when it was read: "14:05"
	Done    string // what was saved a moment ago

	Text     string // what is searched for
	Expired  bool   // the search was made too long ago
	Searched int    // how many notices were looked through, when there are more
	Filtered bool
	Hidden   []hidden // of the filter form
	State    []choice
	Area     []choice // communes or provinces to narrow to; none for a commune

	Rows []deskRow
	More string // address of the next page; "" on the last
	Top  string // address of the first page, when this is another

	Works     []work // what can be done with many at once
	Buttons   []work // the same, where nothing needs to be said
	Shortcuts []keyHelp

	Self, Part, Events, Search, Print, Bulk, All, Clear string // addresses
	CSV, XLSX                                           string // the list to take away; "" for those who may not
}

// deskTab is a view with its number.
type deskTab struct {
	ID, Label, Href string
	Count           string // "" where nobody counts
	Current, Late   bool
}

type hidden struct{ Name, Value string }

// deskRow is one notice in a list.
type deskRow struct {
	ID, Href  string
	Name      string
	Born      string
	Address   string
	Commune   string // where the list is wider than one
	Origin    string // where they come from
	Roles     []string
	State     anlo.NoticeState
	StateWord string
	Due       string
	Overdue   bool
	Level     string // whose desk it climbed to
	Until     string // last day of monitoring
	Plate     string
	Vehicle   string
	Phone     string
	Doubt     string // the register does not confirm who they are
	Changed   bool
	Party     int
}

// deskPage reads the list that the address asks for.
func (s *server) deskPage(r *http.Request, by anlo.Actor) (deskPage, error) {
	l := s.deskList(r, by)
	found, err := s.Desk(r.Context(), by, l.DeskQuery)
	if err != nil {
		return deskPage{}, err
	}
	return s.listPage(r, by, l, found), nil
}

func (s *server) listPage(r *http.Request, by anlo.Actor, l deskList, found app.DeskPage) deskPage {
	p := deskPage{officePage: s.officePage(r, by, "desk.title"), Place: s.place(by.Area, words(r)), Text: l.Text, Expired: l.expired, Searched: found.Searched}
	p.Script = "desk"
	p.At = s.Now().In(locale.Zone).Format("15:04")
	p.Done = done(p.Words, r)
	p.tabs(l, found.Counts)
	p.addresses(l, found.Next)
	p.Events = "/desk/events?since=" + strconv.FormatInt(found.Seq, 10)
	p.filters(s, l, by)
	for _, item := range found.Items {
		p.Rows = append(p.Rows, s.deskRow(p.Words, item, l, by))
	}
	p.Buttons, p.Works = s.bulkWorks(p.Words, by, s.Now())
	p.Shortcuts = shortcuts(p.Words, listKeys, p.Buttons, p.Works)
	return p
}

func (p *deskPage) tabs(l deskList, counts app.DeskCounts) {
	for _, v := range app.Views {
		t := deskTab{ID: "tab-" + string(v), Label: p.T("view." + string(v)), Href: l.at("/desk", "view", string(v), "s", ""),
			Current: v == l.View && l.Text == "", Late: v == app.ViewOverdue && counts[v] > 0}
		if n, counted := counts[v]; counted {
			t.Count = strconv.Itoa(n)
		}
		if v == l.View {
			p.Heading = t.Label
		}
		p.Tabs = append(p.Tabs, t)
	}
	if l.Text != "" {
		p.Heading = p.T("desk.found")
	}
	p.Title = p.T("desk.title-view", "View", p.Heading)
}

func (p *deskPage) addresses(l deskList, next string) {
	p.Self, p.Part = l.at("/desk", "cursor", l.Cursor), l.at("/desk/part", "cursor", l.Cursor)
	p.Search, p.Print, p.Bulk = l.at("/desk/search"), l.at("/desk/print"), l.at("/desk/bulk")
	if p.By.May(anlo.ActExport) {
		p.CSV, p.XLSX = l.at("/desk.csv"), l.at("/desk.xlsx")
	}
	p.All, p.Clear = l.at("/desk", "state", "", "area", ""), l.at("/desk", "s", "")
	if next != "" {
		p.More = l.at("/desk", "cursor", next)
	}
	if l.Cursor != "" {
		p.Top = l.at("/desk")
	}
}

// filters offers the states, and the areas inside the officer's own.
func (p *deskPage) filters(s *server, l deskList, by anlo.Actor) {
	p.Filtered = l.State != "" || !l.Area.IsZero()
	view := l.View
	if view != app.ViewArrivals && view != app.ViewDepartures {
		view = app.ViewAll // the others are of one state, or of those that are open
	}
	p.Hidden = append(p.Hidden, hidden{"view", string(view)})
	if sealed := l.values.Get("s"); sealed != "" {
		p.Hidden = append(p.Hidden, hidden{"s", sealed})
	}
	p.State = append(p.State, choice{Label: p.T("desk.any-state")})
	for _, state := range anlo.NoticeStates {
		p.State = append(p.State, choice{Value: string(state), Label: p.T("state." + string(state)), Checked: state == l.State})
	}
	top := by.Area
	if !l.Area.IsZero() && by.Area.IsZero() { // the communes of the province that is chosen, or lies around it
		top = s.Units.Path(l.Area)[0].UnitRef
	}
	inside := s.Units.Children(s.UnitList, top.Code)
	if s.Units.Known(top) {
		inside = nil
	}
	if len(inside) == 0 {
		return
	}
	p.Area = append(p.Area, choice{Label: p.T("desk.any-area")})
	if top != by.Area {
		u, _ := s.Units.Unit(top)
		p.Area = append(p.Area, choice{Value: u.Code, Label: u.Name, Checked: top == l.Area})
	}
	for _, u := range inside {
		p.Area = append(p.Area, choice{Value: u.Code, Label: u.Name, Checked: u.UnitRef == l.Area})
	}
}

func (s *server) deskRow(w *locale.Words, n app.DeskItem, l deskList, by anlo.Actor) deskRow {
	row := deskRow{
		ID: n.NoticeID.String(), Href: l.at("/desk/n/" + n.NoticeID.String()), Name: n.FullName, Born: strconv.Itoa(n.BirthYear),
		Address: n.Address, Origin: s.shortly(n.Origin), Roles: roleWords(w, n.Roles), State: n.State, StateWord: w.T("state." + string(n.State)),
		Due: s.moment(w, n.DueAt), Overdue: n.Overdue, Level: levelWord(w, n.Level), Plate: n.Plate, Vehicle: w.T("vehicle." + string(n.Vehicle)),
		Phone: n.Phone, Doubt: doubt(w, n.Grade), Changed: n.Changed, Party: n.Party,
	}
	if n.State == anlo.NoticeMonitoring {
		row.Until = w.Date(n.Until)
	}
	if by.Area.IsZero() {
		row.Commune = s.Units.FullName(n.Commune)
	} else if n.Commune != by.Area {
		u, _ := s.Units.Unit(n.Commune)
		row.Commune = u.Name
	}
	return row
}

// shortly names a commune as people say it: "Phường Hải Châu, Đà Nẵng".
func (s *server) shortly(commune anlo.UnitRef) string {
	path := s.Units.Path(commune)
	if len(path) < 2 {
		return s.Units.FullName(commune)
	}
	return path[len(path)-1].Name + ", " + geo.Bare(path[0])
}

// moment writes a time as short as it stays clear: "18:00 hôm nay".
func (s *server) moment(w *locale.Words, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	at, now := t.In(locale.Zone), s.Now().In(locale.Zone)
	day, today := anlo.DateOf(at), anlo.DateOf(now)
	clock := at.Format("15:04")
	switch day {
	case today:
		return w.T("moment.today", "Time", clock)
	case today.AddDays(1):
		return w.T("moment.tomorrow", "Time", clock)
	case today.AddDays(-1):
		return w.T("moment.yesterday", "Time", clock)
	}
	if day.Year == today.Year {
		return w.T("moment.day", "Time", clock, "Day", at.Format(w.T("moment.day-format")))
	}
	return w.T("moment.day", "Time", clock, "Day", w.Date(day))
}

func roleWords(w *locale.Words, roles anlo.NoticeRole) (out []string) {
	for _, name := range roles.Names() {
		out = append(out, w.T("notice-role."+name))
	}
	return out
}

// levelWord says whose desk a notice climbed to, "" for the commune's own.
func levelWord(w *locale.Words, l anlo.Level) string {
	if l == anlo.LevelCommune {
		return ""
	}
	return w.T("level." + strconv.Itoa(int(l)))
}

// doubt says in two words why the identity must be looked at, "" when it need not.
func doubt(w *locale.Words, g anlo.Grade) string {
	if g == anlo.MatchExact || g == "" {
		return ""
	}
	return w.T("doubt." + string(g))
}

// place names an area: the country when there is none.
func (s *server) place(area anlo.UnitRef, w *locale.Words) string {
	if area.IsZero() {
		return w.T("desk.country")
	}
	return s.Units.FullName(area)
}

// done says what was saved a moment ago, as the address tells.
func done(w *locale.Words, r *http.Request) string {
	kind := anlo.FollowUpKind(r.URL.Query().Get("done"))
	if !slices.Contains(anlo.FollowUpKinds, kind) {
		return ""
	}
	return w.T("desk.saved", "What", w.T("follow."+string(kind)))
}
