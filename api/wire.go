package api

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"anlo"
)

// The declaration as JSON. The tags describe its shape for the OpenAPI
// document; what is allowed in it says anlo.Declaration.Check.
type declaration struct {
	Travellers []traveller `json:"travellers" minItems:"1" maxItems:"60" doc:"The first leads; the others share the trip and the vehicle."`
	Trip       trip        `json:"trip"`
	OnBehalf   bool        `json:"on_behalf,omitzero" doc:"True when somebody declares who is not travelling."`
}

type traveller struct {
	IDNumber    string     `json:"id_number,omitzero" example:"001090123456" doc:"Citizen identity card (12 digits) or the older identity card (9 digits). Either this or passport."`
	Passport    string     `json:"passport,omitzero" minLength:"5" example:"C1234567" doc:"Passport number, issued by the state named in nationality. Either this or id_number."`
	FullName    string     `json:"full_name" maxLength:"100" example:"Nguyễn Văn An"`
	DateOfBirth string     `json:"date_of_birth" pattern:"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$" example:"1990-01-31" doc:"ISO 8601 date, or a year alone when no more is known."`
	Sex         string     `json:"sex" example:"male"`
	Nationality string     `json:"nationality,omitzero" pattern:"^[A-Za-z]{2}$" example:"VN" doc:"ISO 3166-1 alpha-2. VN when left out beside id_number."`
	Phone       string     `json:"phone,omitzero" example:"0912345678" doc:"8 to 15 digits, with a leading + or 0."`
	Residence   residences `json:"residence"`
	Health      health     `json:"health" doc:"Answers about the last 14 days."`
}

type residences struct {
	Permanent residence  `json:"permanent"`
	Temporary *residence `json:"temporary,omitempty" doc:"Where somebody stays, when it is another place."`
}

type residence struct {
	Commune string `json:"commune" example:"00004" doc:"Code of a commune in the current list of units, or list/code."`
	Address string `json:"address" maxLength:"200" example:"12 Hàng Bài" doc:"House, street, hamlet."`
}

type health struct {
	Symptoms        []string `json:"symptoms" uniqueItems:"true"`
	ContactWithCase bool     `json:"contact_with_case"`
	Places          []string `json:"places,omitempty" maxItems:"20" doc:"Places visited."`
	Test            *test    `json:"test,omitempty" doc:"The last test."`
	Doses           *int     `json:"doses,omitempty" minimum:"0" maximum:"9" doc:"Vaccine doses received."`
}

type test struct {
	Kind    string `json:"kind" example:"antigen"`
	Result  string `json:"result" example:"negative"`
	TakenAt string `json:"taken_at" format:"date-time" example:"2026-11-20T08:30:00+07:00"`
}

type trip struct {
	Origin      tripEnd `json:"origin"`
	Destination tripEnd `json:"destination"`
	DepartsAt   string  `json:"departs_at" format:"date-time" example:"2026-11-24T06:00:00+07:00" doc:"RFC 3339; at most 24 hours ago and 14 days ahead."`
	Vehicle     vehicle `json:"vehicle"`
	Reason      string  `json:"reason" example:"work"`
	Note        string  `json:"note,omitzero" maxLength:"300"`
}

type tripEnd struct {
	Commune string `json:"commune" example:"00004" doc:"Code of a commune in the current list of units, or list/code."`
	Address string `json:"address,omitzero" maxLength:"200"`
}

type vehicle struct {
	Kind  string `json:"kind" example:"car"`
	Plate string `json:"plate,omitzero" maxLength:"20" example:"29A-123.45" doc:"Required for car, motorcycle and truck."`
}

// reading turns JSON members into words of anlo, and collects those that
// cannot become one; everything else is left to Check.
type reading struct {
	list   string // that a bare commune code belongs to
	faults []anlo.FieldError
}

func (rd *reading) fault(field string, err error) {
	rd.faults = append(rd.faults, anlo.FieldError{Field: field, Code: codeOf(err)})
}

func codeOf(err error) string {
	if e, ok := err.(*anlo.Error); ok {
		return e.Code
	}
	return "type"
}

func (rd *reading) declaration(b *declaration) anlo.Declaration {
	d := anlo.Declaration{
		// Check counts them all; those too many are not worth reading.
		Travellers: make([]anlo.Traveller, len(b.Travellers)),
		Trip: anlo.Trip{
			Origin:      rd.home(residence(b.Trip.Origin)),
			Destination: rd.home(residence(b.Trip.Destination)),
			Vehicle:     anlo.Vehicle{Kind: anlo.VehicleKind(b.Trip.Vehicle.Kind), Plate: anlo.NormalPlate(b.Trip.Vehicle.Plate)},
			Purpose:     anlo.TripPurpose(b.Trip.Reason),
			Note:        tidy(b.Trip.Note),
		},
		OnBehalf: b.OnBehalf,
	}
	for i := range min(len(b.Travellers), anlo.MaxTravellers) {
		d.Travellers[i] = rd.traveller(&b.Travellers[i], i)
	}
	d.Trip.DepartsAt = rd.time("trip.departs_at", b.Trip.DepartsAt)
	return d
}

func (rd *reading) traveller(t *traveller, i int) anlo.Traveller {
	// A path costs an allocation, so it is made only for a fault.
	fault := func(field string, err error) { rd.fault(travellerField(i, field), err) }
	out := anlo.Traveller{Person: anlo.Person{
		FullName:    tidy(t.FullName),
		Sex:         anlo.Sex(t.Sex),
		Nationality: strings.ToUpper(strings.TrimSpace(t.Nationality)),
		Phone:       anlo.NormalPhone(strings.TrimSpace(t.Phone)),
		Permanent:   rd.home(t.Residence.Permanent),
	}}
	if t.Residence.Temporary != nil {
		out.Temporary = rd.home(*t.Residence.Temporary)
	}
	if out.Nationality == "" && t.IDNumber != "" {
		out.Nationality = "VN"
	}
	var err error
	switch {
	case t.IDNumber != "" && t.Passport != "":
		fault("passport", errBothDocuments)
	case t.Passport != "":
		out.Document, err = anlo.ParsePassport(t.Passport, out.Nationality)
		if codeOf(err) == "nationality.malformed" {
			out.Document.Number = t.Passport // Check blames the nationality, once
		} else if err != nil {
			fault("passport", err)
		}
	case t.IDNumber != "":
		if out.Document, err = anlo.ParseIDNumber(t.IDNumber); err != nil {
			fault("id_number", err)
		}
	}
	if t.DateOfBirth != "" {
		if out.BirthDate, err = anlo.ParseDate(t.DateOfBirth); err != nil {
			fault("date_of_birth", err)
		}
	}
	out.Health = anlo.Health{
		Symptoms:        make([]anlo.Symptom, len(t.Health.Symptoms)),
		ContactWithCase: t.Health.ContactWithCase,
		Doses:           t.Health.Doses,
	}
	for i, s := range t.Health.Symptoms {
		out.Health.Symptoms[i] = anlo.Symptom(s)
	}
	for _, p := range t.Health.Places {
		out.Health.Places = append(out.Health.Places, tidy(p))
	}
	if x := t.Health.Test; x != nil {
		out.Health.Test = &anlo.Test{Kind: anlo.TestKind(x.Kind), Result: anlo.TestResult(x.Result)}
		if out.Health.Test.Taken, err = parseTime(x.TakenAt); err != nil {
			fault("health.test.taken_at", err)
		}
	}
	return out
}

func (rd *reading) home(h residence) anlo.Residence {
	r := anlo.Residence{Address: tidy(h.Address)}
	list, code, ok := strings.Cut(strings.TrimSpace(h.Commune), "/")
	if !ok {
		list, code = rd.list, list
	}
	if code != "" {
		r.Commune = anlo.UnitRef{List: list, Code: code}
	}
	return r
}

func (rd *reading) time(field, s string) time.Time {
	t, err := parseTime(s)
	if err != nil {
		rd.fault(field, err)
	}
	return t
}

// id reads an identifier; nothing at all is the zero one.
func (rd *reading) id(field, s string) anlo.ID {
	if s == "" {
		return anlo.ID{}
	}
	id, err := anlo.ParseID(s)
	if err != nil {
		rd.fault(field, err)
	}
	return id
}

func (rd *reading) err() error {
	if rd.faults == nil {
		return nil
	}
	return &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: rd.faults}
}

var (
	errTime          = &anlo.Error{Kind: anlo.Invalid, Code: "datetime.malformed"}
	errBothDocuments = &anlo.Error{Kind: anlo.Invalid, Code: "document.both"}
)

// parseTime reads RFC 3339; nothing at all is the zero time, which Check sees.
func parseTime(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, errTime
	}
	return t, nil
}

// tidy brings text to the form it is kept in: Unicode NFC, so that the same
// name typed on two phones is the same, and single spaces.
func tidy(s string) string {
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}
