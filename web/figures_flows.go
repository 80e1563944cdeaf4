package web

import (
	"cmp"
	"slices"
	"strconv"

	"anlo"
	"anlo/app"
)

// flowTable is a list of the busiest routes.
type flowTable struct {
	Title  string
	Header []string
	Rows   [][]string
}

// matrix has a row for each province that people leave and a column for each
// that they come to, the busiest only.
type matrix struct {
	Heads []string
	Rows  []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

type matrixCell struct {
	Number string
	Class  string // how dark it is: "c0" to "c5"
}

const (
	mostRoutes = 10
	mostSides  = 8
)

// flows lists routes between provinces: all of them for the country, and for a
// province those across its border.
func (p *figuresPage) flows(f app.Figures) {
	switch {
	case f.Country():
		t := flowTable{p.T("figures.pairs"), []string{p.T("figures.route"), p.T("figures.travellers")}, nil}
		for _, flow := range f.Flows {
			if flow.From.Code != flow.To.Code && len(t.Rows) < mostRoutes {
				t.Rows = append(t.Rows, []string{shortName(flow.From) + " → " + shortName(flow.To), p.Number(flow.Travellers)})
			}
		}
		p.Flows = []flowTable{t}
		p.matrix(f.Flows)
	case len(f.Path) == 1:
		in := flowTable{p.T("figures.flows-in"), []string{p.T("figures.flow-from"), p.T("figures.travellers")}, nil}
		out := flowTable{p.T("figures.flows-out"), []string{p.T("figures.flow-to"), p.T("figures.travellers")}, nil}
		for _, flow := range f.Flows {
			t, other := &in, flow.From
			if flow.From.Code == f.Total.Unit.Code {
				t, other = &out, flow.To
			}
			if len(t.Rows) < mostRoutes {
				t.Rows = append(t.Rows, []string{shortName(other), p.Number(flow.Travellers)})
			}
		}
		p.Flows = []flowTable{in, out}
	}
}

// matrix takes the provinces with most travel, in and out together.
func (p *figuresPage) matrix(flows []app.Flow) {
	busy := map[string]int64{}
	units := map[string]anlo.Unit{}
	pairs := map[[2]string]int64{}
	for _, f := range flows {
		units[f.From.Code], units[f.To.Code] = f.From, f.To
		pairs[[2]string{f.From.Code, f.To.Code}] = f.Travellers
		if f.From.Code != f.To.Code {
			busy[f.From.Code] += f.Travellers
			busy[f.To.Code] += f.Travellers
		}
	}
	var codes []string
	for code := range busy {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(busy[b], busy[a]), cmp.Compare(a, b)) })
	codes = codes[:min(mostSides, len(codes))]
	if len(codes) < 2 {
		return
	}
	most := int64(1)
	for _, from := range codes {
		for _, to := range codes {
			most = max(most, pairs[[2]string{from, to}])
		}
	}
	p.Matrix = &matrix{}
	for _, from := range codes {
		p.Matrix.Heads = append(p.Matrix.Heads, shortName(units[from]))
		row := matrixRow{Name: shortName(units[from])}
		for _, to := range codes {
			n := pairs[[2]string{from, to}]
			row.Cells = append(row.Cells, matrixCell{p.Number(n), "c" + strconv.FormatInt((n*5+most-1)/most, 10)})
		}
		p.Matrix.Rows = append(p.Matrix.Rows, row)
	}
}
