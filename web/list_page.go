package web

import (
	"net/http"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// listPage is the form of a list, what was read of it, and what became of it.
type listPage struct {
	page
	questions
	Draft    string // sealed
	Kept     string // how many rows are in the draft, in words; "" for none
	Summary  string
	Ignored  string
	Trip     []row
	Vehicles []listVehicle
	Rejected []listRejected
	None     bool // nobody can travel
	Failures bool // some vehicle could not be declared
}

// listVehicle is one vehicle in words.
type listVehicle struct {
	Plate, Count string
	Riders       []string
	Link         string // its secret link, once declared
	Code         string // the address of its code
	Failed       string
}

// listRejected is a row that stays behind.
type listRejected struct {
	Line    int
	Name    string
	Reasons []string
}

// listInputs are the questions about the trip. Companies travel by these means.
var listInputs = []input{
	tripInput("from_commune"), tripInput("to_commune"), tripInput("to_address"), tripInput("depart"), tripInput("depart_date"), tripInput("depart_time"),
	{name: "vehicle", options: texts([]anlo.VehicleKind{anlo.Bus, anlo.Truck, anlo.Car, anlo.Boat, anlo.OtherMeans})},
	{name: "plate", label: "list-plate", max: 16, optional: true},
	tripInput("reason"),
}

func tripInput(name string) input {
	for _, in := range inputsOf("trip") {
		if in.name == name {
			return in
		}
	}
	panic("no question about a trip is called " + name)
}

// showList shows the form, with what is wrong with the last try.
func (s *server) showList(w http.ResponseWriter, r *http.Request, d listDraft, wrong error) {
	p, err := s.aboutList(r, d, "list.title")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if r.Method == http.MethodGet {
		p.Path = "/declare/list"
	}
	m := mistakes(wrong, "file", nil)
	if e, ok := wrong.(*anlo.Error); ok && e.Code == "file.columns" {
		m = map[string]string{"file": "file.columns"}
	}
	for _, in := range listInputs {
		f := s.field(p.Words, in, d.Trip, m[in.name], s.Now())
		p.Ask = append(p.Ask, f)
		if f.Error != "" {
			p.Problems = append(p.Problems, problem{"#" + f.Anchor(), f.Label() + ": " + f.Error})
		}
	}
	f := p.ask(p.Words, input{name: "file", kind: "file", optional: len(d.Rows) > 0}, "", m["file"])
	if e, ok := wrong.(*anlo.Error); ok && e.Code == "file.columns" {
		f.Error = s.columnsMissing(p.Words, e)
		p.Problems[len(p.Problems)-1].Text = f.Label() + ": " + f.Error
	}
	p.ask(p.Words, input{name: "pasted", area: true, optional: true, max: maxList / 4}, "", "")
	f = p.ask(p.Words, input{name: "healthy", label: "list-healthy"}, "", m["healthy"])
	f.Choices = []choice{{Value: "yes", Label: p.T("field.list-healthy"), ID: "healthy", Checked: d.Healthy}}
	if f.Error != "" { // the label says it all again
		p.Problems[len(p.Problems)-1].Text = f.Error
	}
	p.Wrong = len(p.Problems) > 0
	s.show(w, r, statusOf(wrong), "list", p)
}

// columnsMissing names the columns in words.
func (s *server) columnsMissing(w *locale.Words, e *anlo.Error) string {
	var names []string
	for _, f := range e.Fields {
		names = append(names, w.T("list.column."+f.Field))
	}
	return w.T("file.columns") + " " + strings.Join(names, ", ")
}

func (s *server) aboutList(r *http.Request, d listDraft, title string) (listPage, error) {
	p := listPage{page: s.page(r, title)}
	p.Path, p.Form, p.Script = "", "step", "declare"
	p.personal = len(d.Rows) > 0 || d.Trip.get("to_commune") != ""
	p.keep = !p.personal
	if len(d.Rows) > 0 {
		p.Kept = p.T("list.kept", "Count", len(d.Rows))
	}
	var err error
	p.Draft, err = s.sealList("list", d)
	return p, err
}

// checkList shows what was read, before anything is sent.
func (s *server) checkList(w http.ResponseWriter, r *http.Request, d listDraft, failure error) {
	_, l, err := s.readDraft(r, d)
	if err != nil {
		s.showList(w, r, d, err)
		return
	}
	p, err := s.aboutList(r, d, "list.check")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusOK
	if failure != nil {
		p.Problems, p.Wrong = []problem{{"#send", p.T(codeOf(failure))}}, true
		status = statuses[anlo.KindOf(failure)]
		retryAfter(w, status)
	}
	s.sumUp(&p, d, l)
	s.show(w, r, status, "list-check", p)
}

// sumUp accounts for every row.
func (s *server) sumUp(p *listPage, d listDraft, l app.List) {
	p.Summary = p.T("list.summary", "In", l.In(), "Accepted", l.Accepted(), "Rejected", len(l.Rejected), "Vehicles", len(l.Vehicles))
	p.None = len(l.Vehicles) == 0
	if len(d.Ignored) > 0 {
		p.Ignored = p.T("list.ignored", "Columns", strings.Join(d.Ignored, ", "))
	}
	for _, v := range l.Vehicles {
		p.Vehicles = append(p.Vehicles, s.listVehicle(p.Words, v))
	}
	for _, x := range l.Rejected {
		out := listRejected{Line: x.Line, Name: x.Name}
		for _, f := range x.Faults {
			out.Reasons = append(out.Reasons, listReason(p.Words, f))
		}
		p.Rejected = append(p.Rejected, out)
	}
	trip, _ := s.listTrip(d)
	for _, row := range s.tripRows(p.Words, draft{Trip: d.Trip}, trip.Trip) {
		if row.Label != p.T("field.vehicle") {
			p.Trip = append(p.Trip, row)
		}
	}
}

func listReason(w *locale.Words, f anlo.FieldError) string {
	if f.Field == "" {
		return w.T(f.Code)
	}
	return w.T("list.column."+f.Field) + ": " + w.T(f.Code)
}

func (s *server) listVehicle(w *locale.Words, v app.ListVehicle) listVehicle {
	out := listVehicle{Plate: v.Declaration.Trip.Vehicle.Plate, Count: w.T("list.riders", "Count", len(v.Lines))}
	if out.Plate == "" {
		out.Plate = w.T("list.no-plate")
	}
	for i, t := range v.Declaration.Travellers {
		line := t.FullName + ", " + w.Date(t.BirthDate)
		if v.Seats[i] != "" {
			line = v.Seats[i] + " · " + line
		}
		if t.Health.NeedsLook() != nil {
			line += " · " + w.T("list.ill")
		}
		out.Riders = append(out.Riders, line)
	}
	switch {
	case v.Failed != "":
		out.Failed = w.T(v.Failed)
	case v.Receipt.ManageToken != "":
		out.Link = "/my/" + v.Receipt.ManageToken
		out.Code = out.Link + "/pass/" + vehiclePass(v.Receipt.Declared).ID.String() + ".svg"
	}
	return out
}

// vehiclePass is the pass of all who ride.
func vehiclePass(d app.Declared) anlo.Pass {
	if d.PartyPass != nil {
		return *d.PartyPass
	}
	return d.Passes[0]
}

// listDone shows a code a vehicle.
func (s *server) listDone(w http.ResponseWriter, r *http.Request, d listDraft, l app.List) {
	p, err := s.aboutList(r, d, "list.done")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Form, p.Script, p.personal, p.keep = "", "", true, false
	s.sumUp(&p, d, l)
	done := doneOf(l)
	for _, v := range p.Vehicles {
		p.Failures = p.Failures || v.Failed != ""
	}
	if p.Kept, err = s.sealList("list-done", done); err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "list-done", p)
}
