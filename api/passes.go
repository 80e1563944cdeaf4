package api

import (
	"bytes"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
	"anlo/credential"
	"anlo/locale"
)

func (s *server) passes(doc huma.API) {
	picture := func(id, path, summary, media string) huma.Operation {
		return huma.Operation{
			OperationID: id,
			Method:      http.MethodGet,
			Path:        "/api/v1/passes/{id}/" + path,
			Tags:        []string{"passes"},
			Summary:     summary,
			Security:    manageToken,
			Errors:      []int{401, 404, 422, 503},
			Responses: map[string]*huma.Response{"200": {
				Description: summary,
				Content:     map[string]*huma.MediaType{media: {}},
			}},
		}
	}
	huma.Register(doc, picture("draw-svg", "qr.svg", "The QR code of a pass as SVG", mediaSVG), s.drawSVG)
	huma.Register(doc, picture("draw-png", "qr.png", "The QR code of a pass as PNG", mediaPNG), s.drawPNG)
	huma.Register(doc, picture("print-pass", "pass.pdf", "A pass as an A4 sheet to print", mediaPDF), s.printPass)
}

const (
	mediaSVG = "image/svg+xml"
	mediaPNG = "image/png"
	mediaPDF = "application/pdf"
)

type passInput struct {
	Call
	ID string `path:"id" doc:"id of a pass of your declaration, or of its party pass"`
}

type file struct {
	ContentType        string `header:"Content-Type" hidden:"true"`
	ContentDisposition string `header:"Content-Disposition" hidden:"true"`
	ContentLanguage    string `header:"Content-Language" hidden:"true"`
	Vary               string `header:"Vary" hidden:"true"`
	Body               []byte
}

// passOf returns the pass named in the path, for the holder of the manage token.
func (s *server) passOf(ctx context.Context, c *Call, id string) (anlo.Pass, error) {
	by, err := s.owner(c)
	if err != nil {
		return anlo.Pass{}, err
	}
	passID, err := anlo.ParseID(id)
	if err != nil {
		return anlo.Pass{}, anlo.ErrNotFound
	}
	return s.Pass(ctx, by, passID)
}

func (s *server) drawSVG(ctx context.Context, in *passInput) (*file, error) {
	p, err := s.passOf(ctx, &in.Call, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := credential.SVG(p.QR)
	return &file{ContentType: mediaSVG, Body: b}, err
}

type pngInput struct {
	Call
	ID    string `path:"id" doc:"id of a pass of your declaration, or of its party pass"`
	Scale int    `query:"scale" minimum:"1" maximum:"20" default:"8" doc:"Pixels a module; a code has about 65 modules a side, quiet zone included."`
}

func (s *server) drawPNG(ctx context.Context, in *pngInput) (*file, error) {
	p, err := s.passOf(ctx, &in.Call, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := credential.PNG(p.QR, in.Scale)
	return &file{ContentType: mediaPNG, Body: b}, err
}

func (s *server) printPass(ctx context.Context, in *passInput) (*file, error) {
	p, err := s.passOf(ctx, &in.Call, in.ID)
	if err != nil {
		return nil, err
	}
	lang := language(in.r)
	content, err := s.Slip(locale.For(lang), p)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := credential.Slip(&b, content); err != nil {
		return nil, err
	}
	return &file{
		ContentType:        mediaPDF,
		ContentDisposition: `inline; filename="pass.pdf"`,
		ContentLanguage:    lang,
		Vary:               "Accept-Language",
		Body:               b.Bytes(),
	}, nil
}
