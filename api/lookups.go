package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"anlo/app"
)

const maxLookup = 1 << 10

func (s *server) lookups(doc huma.API) {
	const path = "/api/v1/lookups"
	huma.Register(doc, huma.Operation{
		OperationID: "look-up",
		Method:      http.MethodPost,
		Path:        path,
		Tags:        []string{"checkpoints"},
		Summary:     "Judge somebody who has no pass to show",
		Description: "By the number of an identity card, or by the short code of a text message: one of the two. The verdict is the one that the pass of their declaration " +
			"would get. When nothing stands it is stop, not-declared, whether there is no such person or no such declaration. The reading is not kept: " +
			"send it with the others. A device may ask 60 times at once and 20 times a minute.",
		Security: deviceToken,
		Errors:   []int{400, 401, 403, 408, 413, 415, 422, 429, 503},
	}, s.lookUp)
	takes[lookup](doc, path, http.MethodPost)
}

type lookup struct {
	Number string `json:"number,omitzero" example:"001090123456" doc:"Of an identity card: 12 digits, or the 9 of an old one."`
	Code   string `json:"code,omitzero" example:"7K3M9QXP" doc:"Of a text message. A hyphen, spaces and small letters are forgiven."`
}

// lookupVerdict is a verdict and which pass it is of.
type lookupVerdict struct {
	Verdict     string   `json:"verdict" doc:"go: let through. look: let through after a closer look at what the reasons name. stop: do not let through."`
	Reasons     []string `json:"reasons" doc:"Stable codes; empty for go."`
	ReasonTexts []string `json:"reason_texts" doc:"The same reasons in words, in the language of the caller."`
	Bearer      *bearer  `json:"bearer,omitempty" doc:"What the pass says; absent when nothing stands."`
	Checkpoint  string   `json:"checkpoint" doc:"Name of the checkpoint that the device belongs to."`
	Pass        string   `json:"pass" doc:"Identifier of the pass that was judged; empty when nothing stands."`
}

type lookupOutput struct {
	ContentLanguage string `header:"Content-Language" hidden:"true"`
	Vary            string `header:"Vary" hidden:"true"`
	Body            lookupVerdict
}

func (s *server) lookUp(ctx context.Context, in *judgeInput) (*lookupOutput, error) {
	by, err := s.OpenDevice(ctx, in.bearer())
	if err != nil {
		return nil, err
	}
	by = in.as(by)
	b, err := decode[lookup](&in.Call, maxLookup)
	if err != nil {
		return nil, err
	}
	v, pass, err := s.LookUp(ctx, by, app.Sought{Number: b.Number, Code: b.Code})
	if err != nil {
		return nil, err
	}
	said := s.verdictOf(by, &v)
	out := lookupVerdict{Verdict: said.Verdict, Reasons: said.Reasons, ReasonTexts: said.ReasonTexts, Bearer: said.Bearer, Checkpoint: said.Checkpoint}
	if !pass.IsZero() {
		out.Pass = pass.String()
	}
	return &lookupOutput{by.Lang, "Accept-Language", out}, nil
}
