package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
	"anlo/app"
)

func (s *server) figures(doc huma.API) {
	huma.Register(doc, huma.Operation{
		OperationID: "figures",
		Method:      http.MethodGet,
		Path:        "/api/v1/figures",
		Tags:        []string{"figures"},
		Summary:     "Counts of an area and of those inside it, by day",
		Description: "They name nobody. Days are those of Hanoi, both ends included, at most 31; the last 14 when left out.",
		Security:    apiKey,
		Errors:      []int{401, 403, 404, 422, 503},
	}, s.readFigures)
}

type figures struct {
	List      string        `json:"list" example:"vn-2026" doc:"The list that the codes belong to."`
	Area      *areaName     `json:"area,omitempty" doc:"Absent for the whole country."`
	From      string        `json:"from" format:"date" example:"2026-11-11"`
	Until     string        `json:"until" format:"date" example:"2026-11-24"`
	Days      []dayFigures  `json:"days" doc:"Every day of the period."`
	Total     Counts        `json:"total" doc:"Of the period."`
	Work      Work          `json:"work" doc:"What lies open, whichever days it is from."`
	CountedAt *time.Time    `json:"counted_at,omitempty" doc:"When the open work was counted."`
	Areas     []areaFigures `json:"areas" doc:"The areas directly inside."`
	Flows     []flow        `json:"flows" doc:"Travellers between provinces, the most travelled first; none below a province."`
}

type areaName struct {
	Code string `json:"code" example:"01"`
	Name string `json:"name" example:"Thành phố Hà Nội"`
}

type dayFigures struct {
	Day string `json:"day" format:"date" example:"2026-11-24"`
	Counts
	Crossing int64 `json:"crossing,omitzero" doc:"Of the country: trips from one province to another."`
}

type areaFigures struct {
	Area areaName `json:"area"`
	Counts
	Work
}

// Counts are what happened. What became of a notice is counted on the day that
// the notice came.
type Counts struct {
	Arrivals    int64 `json:"arrivals" doc:"Trips across the border; of the country, all trips."`
	Departures  int64 `json:"departures"`
	Exact       int64 `json:"exact" doc:"People who live there, as the population register knows them."`
	Probable    int64 `json:"probable"`
	Mismatch    int64 `json:"mismatch"`
	NotFound    int64 `json:"not_found"`
	Unavailable int64 `json:"unavailable"`
	Asked       int64 `json:"asked" doc:"Notices that ask for a visit."`
	Reached     int64 `json:"reached" doc:"Of those, visited."`
	Found       int64 `json:"found" doc:"Of those, met."`
	Quarantined int64 `json:"quarantined"`
	Released    int64 `json:"released"`
}

// Work is what lies open.
type Work struct {
	Fresh      int64 `json:"fresh" doc:"Nobody has acted yet."`
	Open       int64 `json:"open" doc:"Everything that something must be done about."`
	Overdue    int64 `json:"overdue"`
	Monitoring int64 `json:"monitoring" doc:"Under home quarantine."`
	AtProvince int64 `json:"at_province" doc:"Has climbed."`
	AtMinistry int64 `json:"at_ministry"`
}

type flow struct {
	From       areaName `json:"from"`
	To         areaName `json:"to"`
	Travellers int64    `json:"travellers"`
}

type figuresInput struct {
	Call
	Area  string `query:"area" maxLength:"40" example:"01" doc:"Code of a commune or province in the current list, or list/code; the key's whole area when left out."`
	From  string `query:"from" format:"date" example:"2026-11-11"`
	Until string `query:"until" format:"date" example:"2026-11-24"`
}

type figuresOutput struct{ Body figures }

func (s *server) readFigures(ctx context.Context, in *figuresInput) (*figuresOutput, error) {
	by, err := s.holder(ctx, &in.Call, anlo.ActFigures)
	if err != nil {
		return nil, err
	}
	q := app.FiguresQuery{Area: s.unitRef(in.Area)}
	var wrong []FieldProblem
	for _, p := range []struct {
		name, text string
		date       *anlo.Date
	}{{"from", in.From, &q.From}, {"until", in.Until, &q.Until}} {
		if p.text == "" {
			continue
		}
		if *p.date, err = anlo.ParseDate(p.text); err != nil || p.date.Month == 0 {
			wrong = append(wrong, FieldProblem{Field: "query." + p.name, Code: "date.malformed"})
		}
	}
	if wrong != nil {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", wrong...)
	}
	f, err := s.Figures(ctx, by, q)
	if err != nil {
		return nil, err
	}
	return &figuresOutput{figuresOf(&f)}, nil
}

func figuresOf(f *app.Figures) figures {
	out := figures{List: f.List, From: f.From.String(), Until: f.Until.String(), Total: countsOf(f.Total.Counts), Work: Work(f.Total.Work),
		CountedAt: moment(f.CountedAt), Days: make([]dayFigures, len(f.Days)), Areas: make([]areaFigures, len(f.Areas)), Flows: make([]flow, len(f.Flows))}
	if !f.Country() {
		name := nameOf(f.Total.Unit)
		out.Area = &name
	}
	for i, d := range f.Days {
		out.Days[i] = dayFigures{d.Day.String(), countsOf(d.Counts), d.Crossing}
	}
	for i, a := range f.Areas {
		out.Areas[i] = areaFigures{nameOf(a.Unit), countsOf(a.Counts), Work(a.Work)}
	}
	for i, x := range f.Flows {
		out.Flows[i] = flow{nameOf(x.From), nameOf(x.To), x.Travellers}
	}
	return out
}

func nameOf(u anlo.Unit) areaName { return areaName{u.Code, u.Name} }

func countsOf(c app.Counts) Counts {
	return Counts{Arrivals: c.Arrivals, Departures: c.Departures, Exact: c.Exact, Probable: c.Probable, Mismatch: c.Mismatch, NotFound: c.NotFound,
		Unavailable: c.Unavailable, Asked: c.Asked, Reached: c.Reached, Found: c.Found, Quarantined: c.Quarantined, Released: c.Released}
}
