package web

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"mime"
	"net/http"
	"slices"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/exchange"
	"anlo/locale"
)

// sendFile answers with a file that is kept on the officer's disk. It is
// written in full first, so that half a file never looks like a whole one.
func (s *server) sendFile(w http.ResponseWriter, r *http.Request, name, kind string, write func(io.Writer) error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	w.Write(b.Bytes())
}

const (
	csvKind  = "text/csv; charset=utf-8"
	xlsxKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

func (s *server) figuresCSV(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	f, ok := s.exportedFigures(w, r, by)
	if !ok {
		return
	}
	name := r.URL.Query().Get("table")
	if !slices.Contains(figureTables(f), name) {
		name = figureTables(f)[0]
	}
	s.sendFile(w, r, figuresFile(words(r), f)+"-"+name+".csv", csvKind, func(out io.Writer) error {
		return exchange.WriteCSV(out, figureTable(words(r), f, name))
	})
}

func (s *server) figuresXLSX(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	f, ok := s.exportedFigures(w, r, by)
	if !ok {
		return
	}
	var tables []exchange.Table
	for _, name := range figureTables(f) {
		tables = append(tables, figureTable(words(r), f, name))
	}
	s.sendFile(w, r, figuresFile(words(r), f)+".xlsx", xlsxKind, func(out io.Writer) error { return exchange.WriteXLSX(out, tables...) })
}

func (s *server) exportedFigures(w http.ResponseWriter, r *http.Request, by anlo.Actor) (app.Figures, bool) {
	q, err := s.figuresQuery(r, by, r.URL.Query().Get("area"))
	var f app.Figures
	if err == nil {
		f, err = s.ExportFigures(r.Context(), by, q.FiguresQuery)
	}
	if err != nil {
		s.fail(w, r, err)
	}
	return f, err == nil
}

func figuresFile(w *locale.Words, f app.Figures) string {
	parts := []string{w.T("figures.file")}
	if !f.Country() {
		parts = append(parts, f.Total.Unit.Code)
	}
	return strings.Join(append(parts, f.From.String(), f.Until.String()), "-")
}

// figureTables names the tables that an area has.
func figureTables(f app.Figures) []string {
	names := []string{"days"}
	if len(f.Areas) > 0 {
		names = append(names, "areas")
	}
	if len(f.Path) < 2 {
		names = append(names, "flows")
	}
	return names
}

var countColumns = []string{"figures.column.arrivals", "figures.column.departures", "figures.grade.exact", "figures.grade.probable", "figures.grade.mismatch",
	"figures.grade.not-found", "figures.grade.unavailable", "figures.asked", "figures.reached", "figures.found", "figures.quarantined", "figures.released"}

var workColumns = []string{"figures.fresh", "figures.column.open", "figures.column.overdue", "figures.column.monitoring", "figures.at-province", "figures.at-ministry"}

func countCells(c app.Counts) []any {
	return []any{c.Arrivals, c.Departures, c.Exact, c.Probable, c.Mismatch, c.NotFound, c.Unavailable, c.Asked, c.Reached, c.Found, c.Quarantined, c.Released}
}

func figureTable(w *locale.Words, f app.Figures, name string) exchange.Table {
	t := exchange.Table{Name: w.T("figures.sheet-" + name)}
	heads := func(keys ...string) {
		for _, k := range keys {
			t.Header = append(t.Header, w.T(k))
		}
	}
	var rows [][]any
	switch name {
	case "days":
		heads("figures.day")
		heads(countColumns...)
		for _, d := range f.Days {
			rows = append(rows, append([]any{d.Day}, countCells(d.Counts)...))
		}
	case "areas":
		heads("figures.code", "figures.area")
		heads(countColumns...)
		heads(workColumns...)
		for _, a := range f.Areas {
			row := append([]any{a.Unit.Code, a.Unit.Name}, countCells(a.Counts)...)
			rows = append(rows, append(row, a.Fresh, a.Open, a.Overdue, a.Monitoring, a.AtProvince, a.AtMinistry))
		}
	case "flows":
		heads("figures.flow-from", "figures.flow-to", "figures.travellers")
		for _, flow := range f.Flows {
			rows = append(rows, []any{flow.From.Name, flow.To.Name, flow.Travellers})
		}
	}
	t.Rows = exchange.Rows(rows)
	return t
}

func (s *server) deskCSV(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.sendFile(w, r, s.deskFile(r)+".csv", csvKind, func(out io.Writer) error { return exchange.WriteCSV(out, s.deskTable(r, by)) })
}

func (s *server) deskXLSX(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.sendFile(w, r, s.deskFile(r)+".xlsx", xlsxKind, func(out io.Writer) error { return exchange.WriteXLSX(out, s.deskTable(r, by)) })
}

func (s *server) deskFile(r *http.Request) string {
	return words(r).T("export.file") + "-" + s.Now().In(locale.Zone).Format("2006-01-02-1504")
}

var errSearchExpired = &anlo.Error{Kind: anlo.Conflict, Code: "desk.search-expired"}

var errStopped = errors.New("nobody takes any more rows")

// deskTable is a list of the desk as a table. Its rows are read, and entered
// into the audit, as they are asked for.
func (s *server) deskTable(r *http.Request, by anlo.Actor) exchange.Table {
	w := words(r)
	t := exchange.Table{Name: w.T("export.sheet")}
	for _, k := range []string{"name", "born", "sex", "phone", "address", "commune", "why", "state", "due", "overdue", "from", "to", "departs", "vehicle", "plate",
		"party", "until", "id"} {
		t.Header = append(t.Header, w.T("export."+k))
	}
	t.Rows = iter.Seq2[[]any, error](func(yield func([]any, error) bool) {
		l := s.deskList(r, by)
		if l.expired { // it would be everybody, not whom the search found
			yield(nil, errSearchExpired)
			return
		}
		more, err := s.ExportDesk(r.Context(), by, l.DeskQuery, func(i app.DeskItem) error {
			if !yield(s.deskCells(w, i), nil) {
				return errStopped
			}
			return nil
		})
		switch {
		case err == errStopped:
		case err != nil:
			yield(nil, err)
		case more:
			yield([]any{w.T("export.more", "Number", w.Number(app.MaxExport))}, nil)
		}
	})
	return t
}

func (s *server) deskCells(w *locale.Words, i app.DeskItem) []any {
	var why []string
	for _, name := range i.Roles.Names() {
		why = append(why, w.T("notice-role."+name))
	}
	late := ""
	if i.Overdue {
		late = w.T("export.late")
	}
	return []any{i.FullName, i.BirthYear, w.T("sex." + string(i.Sex)), i.Phone, i.Address, s.Units.FullName(i.Commune), strings.Join(why, ", "),
		w.T("state." + string(i.State)), i.DueAt, late, s.Units.FullName(i.Origin), s.Units.FullName(i.To), i.DepartsAt, w.T("vehicle." + string(i.Vehicle)),
		i.Plate, i.Party, i.Until, i.NoticeID.String()}
}
