package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
)

// maxScan is several times the longest QR code (4,296 characters), in bytes.
const maxScan = 32 << 10

func (s *server) verdicts(doc huma.API) {
	const path = "/api/v1/verdicts"
	huma.Register(doc, huma.Operation{
		OperationID: "judge",
		Method:      http.MethodPost,
		Path:        path,
		Tags:        []string{"checkpoints"},
		Summary:     "Judge a code read at a checkpoint",
		Description: "Says whether the bearer may pass, and records the reading. A forged, expired or unreadable code is a verdict of stop, not an error.",
		Security:    deviceToken,
		Errors:      []int{400, 401, 403, 408, 413, 415, 422, 503},
	}, s.judge)
	takes[scan](doc, path, http.MethodPost)
}

type scan struct {
	QR string `json:"qr" minLength:"1" example:"AL1:6BF…" doc:"The text of the QR code, whatever it is."`
	At string `json:"at,omitzero" format:"date-time" doc:"When the device read it; now when left out."`
}

type verdict struct {
	Verdict     string   `json:"verdict" doc:"go: let through. look: let through after a closer look at what the reasons name. stop: do not let through."`
	Reasons     []string `json:"reasons" doc:"Stable codes; empty for go."`
	ReasonTexts []string `json:"reason_texts" doc:"The same reasons in words, in the language of the caller."`
	Bearer      *bearer  `json:"bearer,omitempty" doc:"What the code says; absent when nothing trustworthy could be read."`
	Checkpoint  string   `json:"checkpoint" doc:"Name of the checkpoint that the device belongs to."`
}

type bearer struct {
	Travellers []bearerTraveller `json:"travellers"`
	Commune    commune           `json:"commune" doc:"Destination."`
	Purpose    string            `json:"purpose" example:"work"`
	Plate      string            `json:"plate" doc:"Empty when there is none."`
	Party      int               `json:"party" minimum:"1" doc:"How many travellers this code covers."`
	IssuedAt   time.Time         `json:"issued_at"`
	ExpiresAt  time.Time         `json:"expires_at"`
}

type bearerTraveller struct {
	Name      string `json:"name"`
	BirthYear int    `json:"birth_year"`
}

type commune struct {
	Code string `json:"code"`
	Name string `json:"name" doc:"With the units that it lies in; empty when the code is in no list known here."`
}

type judgeInput struct{ Call }

type judgeOutput struct {
	ContentLanguage string `header:"Content-Language" hidden:"true"`
	Vary            string `header:"Vary" hidden:"true"`
	Body            verdict
}

func (s *server) judge(ctx context.Context, in *judgeInput) (*judgeOutput, error) {
	by, err := s.OpenDevice(ctx, in.bearer())
	if err != nil {
		return nil, err
	}
	by = in.as(by)
	b, err := decode[scan](&in.Call, maxScan)
	if err != nil {
		return nil, err
	}
	at, err := parseTime(b.At)
	var faults []anlo.FieldError
	if b.QR == "" {
		faults = append(faults, anlo.FieldError{Field: "qr", Code: "required"})
	}
	if err != nil {
		faults = append(faults, anlo.FieldError{Field: "at", Code: codeOf(err)})
	}
	if faults != nil {
		return nil, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: faults}
	}
	v, err := s.Judge(ctx, by, b.QR, at)
	if err != nil {
		return nil, err
	}
	return &judgeOutput{by.Lang, "Accept-Language", s.verdictOf(by, &v)}, nil
}

func (s *server) verdictOf(by anlo.Actor, v *anlo.Verdict) verdict {
	out := verdict{
		Verdict:     string(v.Outcome),
		Reasons:     make([]string, len(v.Reasons)),
		ReasonTexts: make([]string, len(v.Reasons)),
	}
	for i, r := range v.Reasons {
		out.Reasons[i] = string(r)
		out.ReasonTexts[i] = sayReason(by.Lang, r)
	}
	if by.Device != nil {
		out.Checkpoint = by.Device.Checkpoint.Name
	}
	if b := v.Bearer; b != nil {
		out.Bearer = &bearer{
			Travellers: make([]bearerTraveller, len(b.Travellers)),
			Commune:    commune{b.Commune, s.Units.FullName(anlo.UnitRef{List: s.UnitList, Code: b.Commune})},
			Purpose:    string(b.Purpose),
			Plate:      b.Plate,
			Party:      b.Party,
			IssuedAt:   b.IssuedAt.UTC(),
			ExpiresAt:  b.ExpiresAt.UTC(),
		}
		for i, t := range b.Travellers {
			out.Bearer.Travellers[i] = bearerTraveller{t.Name, t.BirthYear}
		}
	}
	return out
}
