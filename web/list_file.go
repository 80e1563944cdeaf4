package web

import (
	"io"
	"net/http"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/credential"
	"anlo/exchange"
	"anlo/locale"
)

// listDone is what the page of results carries, sealed: enough to print the
// sheets and to write the results.
type listDone struct {
	Vehicles []doneVehicle       `json:"v"`
	Rejected []app.ListRejection `json:"r,omitempty"`
}

type doneVehicle struct {
	Plate  string   `json:"p"`
	Token  string   `json:"t,omitempty"`
	Failed string   `json:"f,omitempty"`
	Lines  []int    `json:"l"`
	Seats  []string `json:"s"`
	Names  []string `json:"n"`
}

func doneOf(l app.List) listDone {
	done := listDone{Rejected: l.Rejected}
	for _, v := range l.Vehicles {
		d := doneVehicle{Plate: v.Declaration.Trip.Vehicle.Plate, Token: v.Receipt.ManageToken, Failed: v.Failed, Lines: v.Lines, Seats: v.Seats}
		for _, t := range v.Declaration.Travellers {
			d.Names = append(d.Names, t.FullName)
		}
		done.Vehicles = append(done.Vehicles, d)
	}
	return done
}

// listColumns are those of the template, in order.
var listColumns = []string{"full_name", "id_number", "date_of_birth", "sex", "phone", "commune", "address", "plate", "seat", "symptoms", "contact"}

// listTemplate answers with an empty list to fill in, with an example.
func (s *server) listTemplate(w http.ResponseWriter, r *http.Request) {
	words := words(r)
	t := exchange.Table{Name: words.T("list.sheet"), Rows: exchange.Rows(nil)}
	how := exchange.Table{Name: words.T("list.how"), Header: []string{words.T("list.how-column"), words.T("list.how-text")}}
	var rows [][]any
	for _, name := range listColumns {
		t.Header = append(t.Header, words.T("list.column."+name))
		rows = append(rows, []any{words.T("list.column." + name), words.T("list.column-how." + name)})
	}
	how.Rows = exchange.Rows(rows)
	s.sendFile(w, r, words.T("list.file")+".xlsx", xlsxKind, func(out io.Writer) error { return exchange.WriteXLSX(out, t, how) })
}

// openDone reads the hidden field of the page of results.
func (s *server) openDone(w http.ResponseWriter, r *http.Request) (done listDone, ok bool) {
	if !s.readForm(w, r) {
		return done, false
	}
	if s.openList("list-done", r.PostForm.Get("done"), &done) != nil {
		s.draftExpired(w, r)
		return done, false
	}
	return done, true
}

// listSheets answers with a page a vehicle, to print.
func (s *server) listSheets(w http.ResponseWriter, r *http.Request) {
	done, ok := s.openDone(w, r)
	if !ok {
		return
	}
	var sheets []credential.SlipContent
	for _, v := range done.Vehicles {
		if v.Token == "" {
			continue
		}
		sheet, err := s.listSheet(r, v)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		sheets = append(sheets, sheet)
	}
	if sheets == nil {
		s.fail(w, r, anlo.ErrNotFound)
		return
	}
	s.sendFile(w, r, "an-lo.pdf", "application/pdf", func(out io.Writer) error { return credential.Slips(out, sheets) })
}

// listSheet is the sheet of a vehicle as it stands now: corrected since, it has
// another code.
func (s *server) listSheet(r *http.Request, v doneVehicle) (credential.SlipContent, error) {
	by, err := s.holder(r, v.Token)
	if err != nil {
		return credential.SlipContent{}, err
	}
	d, err := s.Declaration(r.Context(), by)
	if err != nil {
		return credential.SlipContent{}, err
	}
	words := words(r)
	out, err := s.Slip(words, vehiclePass(d))
	if err != nil {
		return out, err
	}
	out.Names, out.Notes, out.Plate = nil, nil, v.Plate
	if out.Plate == "" {
		out.Plate = words.T("list.no-plate")
	}
	for i, t := range d.Declaration.Travellers {
		name := t.FullName
		if i < len(v.Seats) && v.Seats[i] != "" && len(d.Declaration.Travellers) == len(v.Seats) {
			name = v.Seats[i] + "  " + name
		}
		out.Names = append(out.Names, name)
	}
	out.NamesTitle = words.T("list.riders", "Count", len(out.Names))
	return out, nil
}

// listResults answers with every row of the list and what became of it.
func (s *server) listResults(w http.ResponseWriter, r *http.Request) {
	done, ok := s.openDone(w, r)
	if !ok {
		return
	}
	t := resultsTable(words(r), done, origin(r))
	s.sendFile(w, r, words(r).T("list.file-results")+".csv", csvKind, func(out io.Writer) error { return exchange.WriteCSV(out, t) })
}

func resultsTable(w *locale.Words, done listDone, origin string) exchange.Table {
	t := exchange.Table{}
	for _, name := range []string{"line", "full_name", "plate", "seat", "result", "link"} {
		t.Header = append(t.Header, w.T("list.column."+name))
	}
	var rows [][]any
	for _, v := range done.Vehicles {
		result, link := w.T("list.accepted"), origin+"/my/"+v.Token
		if v.Token == "" {
			result, link = w.T(v.Failed), ""
		}
		for i, line := range v.Lines {
			rows = append(rows, []any{line, v.Names[i], v.Plate, v.Seats[i], result, link})
		}
	}
	for _, x := range done.Rejected {
		var reasons []string
		for _, f := range x.Faults {
			reasons = append(reasons, listReason(w, f))
		}
		rows = append(rows, []any{x.Line, x.Name, x.Plate, "", strings.Join(reasons, "; "), ""})
	}
	t.Rows = exchange.Rows(rows)
	return t
}
