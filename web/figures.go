package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"anlo"
	"anlo/app"
	"anlo/geo"
	"anlo/locale"
)

// figuresRoutes are the counts of an area, as pages and as files.
var figuresRoutes = []officeRoute{
	{"GET /figures", anlo.ActFigures, (*server).figures},
	{"GET /figures/{area}", anlo.ActFigures, (*server).figures},
	{"GET /figures.csv", anlo.ActFigures, (*server).figuresCSV},
	{"GET /figures.xlsx", anlo.ActFigures, (*server).figuresXLSX},
	{"GET /desk.csv", anlo.ActExport, (*server).deskCSV},
	{"GET /desk.xlsx", anlo.ActExport, (*server).deskXLSX},
}

// figuresPage shows one area: the country, a province or a commune.
type figuresPage struct {
	officePage
	Place   string
	Crumbs  []navLink
	Self    string // address of this area, without the period
	Order   string // what the table is sorted by
	Up      bool   // the least first
	From    string // of the period, as a date input wants it
	Until   string
	Span    string
	Periods []navLink
	Error   string // what is wrong with the period
	Counted string

	Tiles    []tile
	Places   string // heading of what lies inside; "" for a commune
	Circles  bool   // the map has circles
	Map      template.HTML
	Columns  []areaColumn
	Rows     []areaRow
	Days     drawn
	Work     drawn
	Outcomes drawn
	Identity drawn
	Flows    []flowTable
	Matrix   *matrix
	Files    []navLink
}

// tile is a big number with a remark.
type tile struct {
	Label, Number, Note string
	Late                bool
}

type areaColumn struct {
	Label, Href string
	Sort        string // "ascending", "descending"; "" when the table is not sorted by it
}

type areaRow struct {
	Name, Href string
	Cells      []string
}

// figuresQuery is what the address asks for.
type figuresQuery struct {
	app.FiguresQuery
	by string
	up bool
}

var errDates = &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code}

// figuresQuery reads the address. A period that is none is an error; what else
// it does not understand it leaves out.
func (s *server) figuresQuery(r *http.Request, by anlo.Actor, area string) (q figuresQuery, err error) {
	asked := r.URL.Query()
	if area != "" {
		q.Area = anlo.UnitRef{List: s.UnitList, Code: area}
		if !by.Area.IsZero() {
			q.Area.List = by.Area.List
		}
	}
	q.by, q.up = asked.Get("by"), asked.Get("up") == "1"
	if columnNamed(q.by) < 0 && q.by != "name" {
		q.by, q.up = "overdue", false
	}
	for name, date := range map[string]*anlo.Date{"from": &q.From, "until": &q.Until} {
		if text := asked.Get(name); text != "" {
			if *date, err = anlo.ParseDateTyped(text); err != nil {
				return q, errDates
			}
		}
	}
	return q, nil
}

// values are those of the address, with the period only when one was chosen.
func (q figuresQuery) values() url.Values {
	v := url.Values{}
	for name, date := range map[string]anlo.Date{"from": q.From, "until": q.Until} {
		if !date.IsZero() {
			v.Set(name, date.String())
		}
	}
	if q.by != "overdue" || q.up {
		v.Set("by", q.by)
	}
	if q.up {
		v.Set("up", "1")
	}
	return v
}

// at is the address of an area with the same period and order.
func (q figuresQuery) at(path string) string {
	if v := q.values(); len(v) > 0 {
		return path + "?" + v.Encode()
	}
	return path
}

func (s *server) figures(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	q, err := s.figuresQuery(r, by, r.PathValue("area"))
	var f app.Figures
	if err == nil {
		f, err = s.Figures(r.Context(), by, q.FiguresQuery)
	}
	status := http.StatusOK
	if errors.Is(err, anlo.ErrInvalid) { // a period that is none: the usual one, and what is wrong
		status = http.StatusUnprocessableEntity
		q.From, q.Until = anlo.Date{}, anlo.Date{}
		f, err = s.Figures(r.Context(), by, q.FiguresQuery)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.figuresPage(r, by, q, f)
	if status != http.StatusOK {
		p.Wrong, p.Error = true, p.T("figures.period")
	}
	s.show(w, r, status, "figures", p)
}

func (s *server) figuresPage(r *http.Request, by anlo.Actor, q figuresQuery, f app.Figures) figuresPage {
	p := figuresPage{officePage: s.officePage(r, by, "figures.title"), Order: q.by, Up: q.up}
	p.Place = areaName(p.Words, f)
	p.Title = p.T("figures.title-of", "Area", p.Place)
	p.From, p.Until = f.From.String(), f.Until.String()
	p.Span = p.T("figures.span", "From", p.Date(f.From), "Until", p.Date(f.Until))
	p.Self = "/figures"
	if len(f.Path) > 0 && f.Total.Unit.UnitRef != by.Area {
		p.Self = "/figures/" + f.Total.Unit.Code
	}
	p.crumbs(by, q, f)
	p.periods(q, anlo.DateOf(s.Now().In(locale.Zone)))
	p.Counted = p.T("figures.never-counted")
	if !f.CountedAt.IsZero() {
		p.Counted = p.T("figures.counted", "Time", p.Time(f.CountedAt))
	}
	p.tiles(f)
	p.areas(q, f)
	p.charts(f)
	p.flows(f)
	p.files(q, f)
	return p
}

func areaName(w *locale.Words, f app.Figures) string {
	if f.Country() {
		return w.T("figures.country")
	}
	return f.Total.Unit.Name
}

// crumbs are the areas around this one that the officer may open.
func (p *figuresPage) crumbs(by anlo.Actor, q figuresQuery, f app.Figures) {
	if f.Country() {
		return
	}
	if by.Area.IsZero() {
		p.Crumbs = append(p.Crumbs, navLink{Href: q.at("/figures"), Text: p.T("figures.country")})
	}
	may := by.Area.IsZero()
	for i, u := range f.Path {
		if may = may || u.UnitRef == by.Area; !may {
			continue
		}
		href := "/figures/" + u.Code
		if u.UnitRef == by.Area {
			href = "/figures"
		}
		p.Crumbs = append(p.Crumbs, navLink{q.at(href), u.Name, i == len(f.Path)-1})
	}
}

// periods are the usual ones, up to today.
func (p *figuresPage) periods(q figuresQuery, today anlo.Date) {
	for _, days := range []int{7, 14, 30} {
		l := q
		l.From, l.Until = today.AddDays(1-days), today
		current := p.From == l.From.String() && p.Until == l.Until.String()
		p.Periods = append(p.Periods, navLink{l.at(p.Self), p.T("figures.last", "Days", days), current})
	}
}

func (p *figuresPage) tiles(f app.Figures) {
	last, arrivals, before := f.Days[len(f.Days)-1], "figures.tile.arrivals", ""
	if f.Country() {
		arrivals = "figures.tile.trips"
	}
	if len(f.Days) > 1 {
		before = p.T("figures.tile.before", "Number", p.Number(f.Days[len(f.Days)-2].Arrivals))
	}
	t := f.Total
	known, compared := t.Confirmed()
	p.Tiles = []tile{
		{Label: p.T(arrivals, "Day", p.Date(last.Day)), Number: p.Number(last.Arrivals), Note: before},
		{Label: p.T("figures.tile.open"), Number: p.Number(t.Open), Note: p.T("figures.tile.fresh", "Number", p.Number(t.Fresh))},
		{Label: p.T("figures.tile.overdue"), Number: p.Number(t.Overdue), Late: t.Overdue > 0,
			Note: p.T("figures.tile.climbed", "Province", p.Number(t.AtProvince), "Ministry", p.Number(t.AtMinistry))},
		{Label: p.T("figures.tile.reached"), Number: p.Percent(t.Reached, t.Asked),
			Note: p.T("figures.tile.asked", "Part", p.Number(t.Reached), "Whole", p.Number(t.Asked))},
		{Label: p.T("figures.tile.monitoring"), Number: p.Number(t.Monitoring),
			Note: p.T("figures.tile.turnover", "In", p.Number(t.Quarantined), "Out", p.Number(t.Released))},
		{Label: p.T("figures.tile.confirmed"), Number: p.Percent(known, compared),
			Note: p.T("figures.tile.compared", "Part", p.Number(known), "Whole", p.Number(compared))},
	}
}

// column is a figure that the areas are compared by: a count, or a share in
// tenths of a percent.
type column struct {
	name  string
	value func(app.AreaFigures) int64
	share func(app.AreaFigures) (part, whole int64)
}

var areaColumns = []column{
	{name: "overdue", value: func(a app.AreaFigures) int64 { return a.Overdue }},
	{name: "open", value: func(a app.AreaFigures) int64 { return a.Open }},
	{name: "arrivals", value: func(a app.AreaFigures) int64 { return a.Arrivals }},
	{name: "departures", value: func(a app.AreaFigures) int64 { return a.Departures }},
	{name: "monitoring", value: func(a app.AreaFigures) int64 { return a.Monitoring }},
	{name: "reached", share: func(a app.AreaFigures) (int64, int64) { return a.Reached, a.Asked }},
	{name: "found", share: func(a app.AreaFigures) (int64, int64) { return a.Found, a.Asked }},
	{name: "confirmed", share: func(a app.AreaFigures) (int64, int64) { return a.Confirmed() }},
}

func columnNamed(name string) int {
	return slices.IndexFunc(areaColumns, func(c column) bool { return c.name == name })
}

// of is what areas are sorted and shaded by; -1 when there is no share.
func (c column) of(a app.AreaFigures) int64 {
	if c.share == nil {
		return c.value(a)
	}
	part, whole := c.share(a)
	if whole == 0 {
		return -1
	}
	return (part*1000 + whole/2) / whole
}

func (c column) write(w *locale.Words, a app.AreaFigures) string {
	if c.share == nil {
		return w.Number(c.value(a))
	}
	return w.Percent(c.share(a))
}

// number writes a value that of returned.
func (c column) number(w *locale.Words) func(int64) string {
	if c.share == nil {
		return w.Number
	}
	return func(v int64) string { return w.Percent(v, 1000) }
}

// shortName leaves out what kind of unit it is, which all in a table share.
func shortName(u anlo.Unit) string {
	if _, err := strconv.Atoi(geo.Bare(u)); err == nil { // Phường 2
		return u.Name
	}
	return geo.Bare(u)
}
