package web

import (
	"cmp"
	"html/template"
	"net/url"
	"slices"

	"anlo"
	"anlo/app"
	"anlo/chart"
)

// drawn is a drawing with the table that says the same. Where there is nothing
// to draw, Text says so.
type drawn struct {
	Title   string // of the table
	Drawing template.HTML
	Text    string
	Summary string // what opens the table
	Header  []string
	Rows    [][]string
}

// drawn begins a drawing.
func (p *figuresPage) drawn(title string, header ...string) drawn {
	d := drawn{Title: p.T(title), Summary: p.T("figures.table")}
	for _, key := range header {
		d.Header = append(d.Header, p.T(key))
	}
	return d
}

// areas sorts what lies inside, and shades the map by the same figure.
func (p *figuresPage) areas(q figuresQuery, f app.Figures) {
	if len(f.Areas) == 0 {
		return
	}
	p.Places = p.T("figures.communes")
	if f.Country() {
		p.Places = p.T("figures.provinces")
	}
	by := columnNamed(q.by)
	sorted := slices.Clone(f.Areas)
	if by >= 0 {
		slices.SortStableFunc(sorted, func(a, b app.AreaFigures) int {
			return cmp.Compare(areaColumns[by].of(b), areaColumns[by].of(a))
		})
	}
	if q.up {
		slices.Reverse(sorted)
	}
	p.Columns = append(p.Columns, p.sortBy(q, "name", p.T("figures.area")))
	for _, c := range areaColumns {
		p.Columns = append(p.Columns, p.sortBy(q, c.name, p.T("figures.column."+c.name)))
	}
	for _, a := range sorted {
		row := areaRow{Name: shortName(a.Unit), Href: q.at("/figures/" + a.Unit.Code)}
		for _, c := range areaColumns {
			row.Cells = append(row.Cells, c.write(p.Words, a))
		}
		p.Rows = append(p.Rows, row)
	}
	if by < 0 {
		by = columnNamed("overdue")
	}
	p.drawMap(q, f, areaColumns[by])
}

// sortBy is the head of a column. Pressed again it turns the order around.
func (p *figuresPage) sortBy(q figuresQuery, name, label string) areaColumn {
	c := areaColumn{Label: label}
	l := q
	l.by, l.up = name, false
	if q.by == name {
		c.Sort = "descending"
		if q.up != (name == "name") { // names begin with A
			c.Sort = "ascending"
		}
		l.up = !q.up
	}
	c.Href = l.at(p.Self) + "#areas"
	return c
}

func (p *figuresPage) drawMap(q figuresQuery, f app.Figures, c column) {
	m := chart.Map{List: f.List, Within: f.Total.Unit.Code, Figure: p.T("figures.column." + c.name), None: p.T("figures.none"), Number: c.number(p.Words)}
	for _, a := range f.Areas {
		m.Areas = append(m.Areas, chart.Area{Code: a.Unit.Code, Href: q.at("/figures/" + a.Unit.Code), Value: c.of(a), Lat: a.Unit.Lat, Lon: a.Unit.Lon,
			Text: shortName(a.Unit) + ": " + c.write(p.Words, a)})
	}
	p.Map, p.Circles = m.SVG(), !f.Country()
}

func (p *figuresPage) charts(f app.Figures) {
	p.drawDays(f)
	p.drawWork(f)
	p.drawOutcomes(f.Total)
	p.drawIdentity(f.Total)
}

// drawDays shows what comes in and goes out; of the country, where every trip
// does both, what crosses a border inside it.
func (p *figuresPage) drawDays(f app.Figures) {
	series := []chart.Series{{Name: p.T("figures.in")}, {Name: p.T("figures.out")}}
	if f.Country() {
		series = []chart.Series{{Name: p.T("figures.between")}, {Name: p.T("figures.within")}}
	}
	p.Days = p.drawn("figures.days", "figures.day")
	p.Days.Header = append(p.Days.Header, series[0].Name, series[1].Name, p.T("figures.asked"), p.T("figures.reached"), p.T("figures.found"),
		p.T("figures.column.confirmed"))
	var labels []string
	for _, d := range f.Days {
		first, second := d.Arrivals, d.Departures
		if f.Country() {
			first, second = d.Crossing, max(d.Arrivals-d.Crossing, 0)
		}
		series[0].Values, series[1].Values = append(series[0].Values, first), append(series[1].Values, second)
		labels = append(labels, p.shortDate(d.Day))
		p.Days.Rows = append(p.Days.Rows, []string{p.Date(d.Day), p.Number(first), p.Number(second), p.Number(d.Asked), p.Number(d.Reached),
			p.Number(d.Found), p.Percent(d.Confirmed())})
	}
	p.Days.Drawing = chart.Columns{
		Caption: chart.Caption{ID: "by-day", Title: p.T("figures.days"), Desc: p.peak(series[0], f.Days) + " " + p.peak(series[1], f.Days)},
		Labels:  labels, Series: series, Number: p.Number,
	}.SVG()
}

// shortDate fits under a column: "23/11", "23 Nov".
func (p *figuresPage) shortDate(d anlo.Date) string {
	full := p.Date(d)
	return full[:len(full)-5]
}

func (p *figuresPage) peak(s chart.Series, days []app.DayFigures) string {
	at := 0
	for i, v := range s.Values {
		if v > s.Values[at] {
			at = i
		}
	}
	return p.T("figures.peak", "Series", s.Name, "Number", p.Number(s.Values[at]), "Day", p.Date(days[at].Day))
}

// longest is how many bars the page has room for.
const longest = 12

func (p *figuresPage) drawWork(f app.Figures) {
	if len(f.Areas) == 0 {
		return
	}
	sorted := slices.Clone(f.Areas)
	slices.SortStableFunc(sorted, func(a, b app.AreaFigures) int {
		return cmp.Or(cmp.Compare(b.Open, a.Open), cmp.Compare(b.Overdue, a.Overdue))
	})
	if sorted[0].Open == 0 {
		p.Work.Text = p.T("figures.work-none")
		return
	}
	b := chart.Bars{Series: []string{p.T("figures.work-rest"), p.T("figures.work-late")}}
	for _, a := range sorted[:min(longest, len(sorted))] {
		if a.Open > 0 {
			b.Rows = append(b.Rows, chart.Bar{Label: shortName(a.Unit), Values: []int64{max(a.Open-a.Overdue, 0), a.Overdue}, Text: p.Number(a.Open)})
		}
	}
	b.Caption = chart.Caption{ID: "work", Title: p.T("figures.work"), Desc: p.T("figures.work-desc", "Area", sorted[0].Unit.Name,
		"Open", p.Number(sorted[0].Open), "Late", p.Number(sorted[0].Overdue))}
	p.Work.Drawing = b.SVG()
}

func (p *figuresPage) drawOutcomes(t app.AreaFigures) {
	if t.Asked == 0 {
		p.Outcomes.Text = p.T("figures.nothing")
		return
	}
	c := chart.Funnel{Caption: chart.Caption{ID: "outcomes", Title: p.T("figures.outcomes"), Desc: p.T("figures.outcomes-desc",
		"Asked", p.Number(t.Asked), "Reached", p.Number(t.Reached), "Found", p.Number(t.Found))}}
	p.Outcomes = p.drawn("figures.outcomes", "figures.step", "figures.people", "figures.share")
	for _, step := range []struct {
		key string
		n   int64
	}{{"figures.asked", t.Asked}, {"figures.reached", t.Reached}, {"figures.found", t.Found}} {
		share := p.Percent(step.n, t.Asked)
		c.Steps = append(c.Steps, chart.Step{Label: p.T(step.key), Value: step.n, Text: p.Number(step.n) + " (" + share + ")"})
		p.Outcomes.Rows = append(p.Outcomes.Rows, []string{p.T(step.key), p.Number(step.n), share})
	}
	p.Outcomes.Drawing = c.SVG()
}

func (p *figuresPage) drawIdentity(t app.AreaFigures) {
	known, compared := t.Confirmed()
	if compared+t.Unavailable == 0 {
		p.Identity.Text = p.T("figures.nothing")
		return
	}
	b := chart.Bars{Caption: chart.Caption{ID: "identity", Title: p.T("figures.identity"), Desc: p.T("figures.identity-desc", "Share", p.Percent(known, compared))}}
	p.Identity = p.drawn("figures.identity", "figures.grade", "figures.people", "figures.share")
	for _, g := range []struct {
		grade anlo.Grade
		n     int64
	}{{anlo.MatchExact, t.Exact}, {anlo.MatchProbable, t.Probable}, {anlo.MatchDiffers, t.Mismatch}, {anlo.MatchNotFound, t.NotFound}, {anlo.MatchUnavailable, t.Unavailable}} {
		label, share := p.T("figures.grade."+string(g.grade)), p.Percent(g.n, compared+t.Unavailable)
		b.Rows = append(b.Rows, chart.Bar{Label: label, Values: []int64{g.n}, Text: p.Number(g.n) + " (" + share + ")"})
		p.Identity.Rows = append(p.Identity.Rows, []string{label, p.Number(g.n), share})
	}
	p.Identity.Drawing = b.SVG()
}

// files are the tables of the page to take away.
func (p *figuresPage) files(q figuresQuery, f app.Figures) {
	v := url.Values{"from": {f.From.String()}, "until": {f.Until.String()}}
	if !f.Country() {
		v.Set("area", f.Total.Unit.Code)
	}
	p.Files = []navLink{{Href: "/figures.xlsx?" + v.Encode(), Text: p.T("figures.xlsx")}}
	for _, name := range figureTables(f) {
		v.Set("table", name)
		p.Files = append(p.Files, navLink{Href: "/figures.csv?" + v.Encode(), Text: p.T("figures.csv-" + name)})
	}
}
