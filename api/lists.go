package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// maxListBody is more than app.MaxListRows rows need, in bytes.
const maxListBody = 4 << 20

func (s *server) lists(doc huma.API) {
	const path = "/api/v1/lists"
	huma.Register(doc, huma.Operation{
		OperationID:   "declare-list",
		Method:        http.MethodPost,
		Path:          path,
		Tags:          []string{"declarations"},
		Summary:       "Declare a list of travellers",
		Description:   "For coaches and trucks: one declaration, and one code, for each vehicle that the rows name. Rows are read as people write them. A row that cannot be declared is answered with its reasons and keeps nobody else from travelling: rows = those in vehicles + those rejected.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{400, 408, 413, 415, 422, 429, 503},
		Middlewares:   huma.Middlewares{s.limited},
	}, s.declareList)
	takes[list](doc, path, http.MethodPost)
}

// list is what POST /api/v1/lists takes.
type list struct {
	Trip    trip      `json:"trip" doc:"What all vehicles share; its plate is for rows that name none."`
	Healthy bool      `json:"healthy,omitzero" doc:"Everybody was asked: nobody has symptoms or was in contact with a case, but for those whose row says so."`
	Rows    []listRow `json:"rows" minItems:"1" maxItems:"3000"`
}

type listRow struct {
	FullName    string `json:"full_name" example:"Nguyễn Văn An"`
	IDNumber    string `json:"id_number" example:"001090123456" doc:"12 or 9 digits; a passport number with nationality."`
	Nationality string `json:"nationality,omitzero" example:"VN" doc:"ISO 3166-1 alpha-2; VN when left out."`
	DateOfBirth string `json:"date_of_birth" example:"31/01/1990" doc:"Day first, or ISO 8601, or a year."`
	Sex         string `json:"sex,omitzero" example:"male" doc:"May be left out beside 12 digits, which say it. Also Nam, Nữ."`
	Phone       string `json:"phone,omitzero"`
	Commune     string `json:"commune" example:"Ba Đình, Hà Nội" doc:"Name as people write it, or its code."`
	Address     string `json:"address" example:"12 Hàng Bài"`
	Plate       string `json:"plate,omitzero" example:"29B-123.45" doc:"Rows with the same plate ride together."`
	Seat        string `json:"seat,omitzero"`
	Symptoms    string `json:"symptoms,omitzero" example:"no" doc:"no, or which, with commas between: codes, or words in Vietnamese or English."`
	Contact     string `json:"contact,omitzero" example:"no" doc:"yes or no: contact with a case."`
}

// listReceipt answers it.
type listReceipt struct {
	Rows     int            `json:"rows"`
	Accepted int            `json:"accepted"`
	Vehicles []listVehicle  `json:"vehicles"`
	Rejected []listRejected `json:"rejected"`
}

type listVehicle struct {
	Plate   string   `json:"plate"`
	Rows    []int    `json:"rows" doc:"Who rides: places in rows, from 0, in the order of the passes."`
	Receipt *receipt `json:"receipt,omitempty" doc:"Absent where error says why."`
	Error   string   `json:"error,omitempty" example:"too-many" doc:"Stable code. Repeat the request with the same Idempotency-Key: what was declared is not declared twice."`
}

type listRejected struct {
	Row    int            `json:"row" doc:"Place in rows, from 0."`
	Faults []FieldProblem `json:"faults" doc:"Each names a member of the row."`
}

type listOutput struct{ Body listReceipt }

func (s *server) declareList(ctx context.Context, in *declareInput) (*listOutput, error) {
	if in.Key == "" && in.r.Header["Idempotency-Key"] != nil {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", FieldProblem{Field: "header.Idempotency-Key", Code: "value"})
	}
	b, err := decode[list](&in.Call, maxListBody)
	if err != nil {
		return nil, err
	}
	rd := reading{list: s.UnitList}
	trip := app.ListTrip{Trip: rd.declaration(&declaration{Trip: b.Trip}).Trip, Healthy: b.Healthy}
	if err := rd.err(); err != nil {
		return nil, err
	}
	rows := make([]app.ListRow, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = app.ListRow{Line: i, FullName: r.FullName, IDNumber: r.IDNumber, Nationality: r.Nationality, DateOfBirth: r.DateOfBirth, Sex: r.Sex,
			Phone: r.Phone, Commune: r.Commune, Address: r.Address, Plate: r.Plate, Seat: r.Seat, Symptoms: r.Symptoms, Contact: r.Contact}
	}
	by := in.citizen()
	read, err := s.ReadList(by, trip, rows)
	if err != nil {
		return nil, err
	}
	// Each vehicle is a declaration; the first was counted with the request.
	if n := len(read.Vehicles) - 1; s.Limiter != nil && n > 0 && s.Limiter.AllowN(anlo.Subscriber(by.RemoteAddr), n) > 0 {
		return nil, anlo.ErrTooMany
	}
	l, err := s.DeclareList(ctx, by, trip, rows, in.Key)
	if err != nil {
		return nil, err
	}
	return &listOutput{s.listReceiptOf(&in.Call, l)}, nil
}

func (s *server) listReceiptOf(c *Call, l app.List) listReceipt {
	out := listReceipt{Rows: l.In(), Accepted: l.Accepted(), Vehicles: []listVehicle{}, Rejected: []listRejected{}}
	for _, v := range l.Vehicles {
		vehicle := listVehicle{Plate: v.Declaration.Trip.Vehicle.Plate, Rows: v.Lines, Error: v.Failed}
		if v.Failed == "" {
			r := receiptOf(&v.Receipt)
			vehicle.Receipt = &r
		}
		out.Vehicles = append(out.Vehicles, vehicle)
	}
	words := locale.For(language(c.r)) // rows are read as people write them
	for _, x := range l.Rejected {
		row := listRejected{Row: x.Line}
		for _, f := range x.Faults {
			row.Faults = append(row.Faults, FieldProblem{Field: f.Field, Code: f.Code, Message: words.T(f.Code)})
		}
		out.Rejected = append(out.Rejected, row)
	}
	return out
}
