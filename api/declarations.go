package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
)

// maxDeclaration is more than 60 travellers with every answer filled in need, in bytes.
const maxDeclaration = 256 << 10

func (s *server) declarations(doc huma.API) {
	const path = "/api/v1/declarations"
	huma.Register(doc, huma.Operation{
		OperationID:   "declare",
		Method:        http.MethodPost,
		Path:          path,
		Tags:          []string{"declarations"},
		Summary:       "Declare a trip",
		Description:   "Issues a pass for each traveller, valid for 72 hours. Identity is checked against the population register in the same breath; what the register says never refuses a pass and is never told field by field.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{400, 408, 409, 413, 415, 422, 429, 503},
		Middlewares:   huma.Middlewares{s.limited},
	}, s.declare)
	takes[declaration](doc, path, http.MethodPost)

	huma.Register(doc, huma.Operation{
		OperationID: "read-declaration",
		Method:      http.MethodGet,
		Path:        path + "/{id}",
		Tags:        []string{"declarations"},
		Summary:     "Read your declaration",
		Description: "The register may confirm an identity some time after declaring: identity_confirmed then changes, and the passes with it.",
		Security:    manageToken,
		Errors:      []int{401, 404, 503},
	}, s.readDeclaration)

	huma.Register(doc, huma.Operation{
		OperationID: "change-declaration",
		Method:      http.MethodPut,
		Path:        path + "/{id}",
		Tags:        []string{"declarations"},
		Summary:     "Correct your declaration",
		Description: "Takes the whole declaration. The old passes are revoked; the new ones expire when the old ones would have.",
		Security:    manageToken,
		Errors:      []int{400, 401, 404, 408, 409, 413, 415, 422, 429, 503},
		Middlewares: huma.Middlewares{s.limited},
	}, s.changeDeclaration)
	takes[declaration](doc, path+"/{id}", http.MethodPut)

	huma.Register(doc, huma.Operation{
		OperationID:   "cancel-declaration",
		Method:        http.MethodDelete,
		Path:          path + "/{id}",
		Tags:          []string{"declarations"},
		Summary:       "Cancel your declaration",
		Description:   "Revokes its passes. Cancelling twice is no error.",
		Security:      manageToken,
		DefaultStatus: http.StatusNoContent,
		Errors:        []int{401, 404, 429, 503},
		Middlewares:   huma.Middlewares{s.limited},
	}, s.cancelDeclaration)
}

// takes documents a body that decode reads, which huma cannot see.
func takes[T any](doc huma.API, path, method string) {
	item := doc.OpenAPI().Paths[path]
	op := item.Post
	if method == http.MethodPut {
		op = item.Put
	}
	op.RequestBody = &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: schemaOf[T](doc)}},
	}
}

type declareInput struct {
	Call
	Key string `header:"Idempotency-Key" minLength:"1" maxLength:"200" pattern:"^[!-~]+$" doc:"A name for this request, 1 to 200 visible ASCII characters, best a fresh UUID: repeating the request with the same key and body returns the same answer instead of declaring twice."`
}

type declareOutput struct {
	Location string `header:"Location" doc:"Where the declaration can be read with the manage token."`
	Body     receipt
}

func (s *server) declare(ctx context.Context, in *declareInput) (*declareOutput, error) {
	if in.Key == "" && in.r.Header["Idempotency-Key"] != nil {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", FieldProblem{Field: "header.Idempotency-Key", Code: "value"})
	}
	d, err := s.readBody(&in.Call)
	if err != nil {
		return nil, err
	}
	r, err := s.Declare(ctx, in.citizen(), d, in.Key)
	if err != nil {
		return nil, err
	}
	return &declareOutput{
		Location: "/api/v1/declarations/" + r.ID.String(),
		Body:     receiptOf(&r),
	}, nil
}

// readBody turns the body into words of anlo. When a member cannot become one,
// the caller hears of it together with all that Check finds.
func (s *server) readBody(c *Call) (anlo.Declaration, error) {
	b, err := decode[declaration](c, maxDeclaration)
	if err != nil {
		return anlo.Declaration{}, err
	}
	rd := reading{list: s.UnitList}
	d := rd.declaration(b)
	if rd.faults == nil {
		return d, nil // app checks it
	}
	unread := map[string]anlo.FieldError{}
	for _, f := range rd.faults {
		// Check misses the document under the name of the usual one.
		unread[strings.Replace(f.Field, "].passport", "].id_number", 1)] = f
	}
	err = d.Check(s.Now(), func(u anlo.UnitRef) bool { return u.List == s.UnitList && s.Units.Known(u) })
	var e *anlo.Error
	if errors.As(err, &e) {
		for i, f := range e.Fields {
			if fault, ok := unread[f.Field]; ok {
				e.Fields[i] = fault // of what could not be read, Check says only that it is missing
			}
		}
	}
	return d, err
}

type ownInput struct {
	Call
	ID string `path:"id" doc:"declaration_id"`
}

type declaredOutput struct {
	Body declared
}

func (s *server) readDeclaration(ctx context.Context, in *ownInput) (*declaredOutput, error) {
	by, err := s.ownerOf(&in.Call, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := s.Declaration(ctx, by)
	if err != nil {
		return nil, err
	}
	return &declaredOutput{s.declaredOf(&d)}, nil
}

func (s *server) changeDeclaration(ctx context.Context, in *ownInput) (*declaredOutput, error) {
	by, err := s.ownerOf(&in.Call, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := s.readBody(&in.Call)
	if err != nil {
		return nil, err
	}
	changed, err := s.Change(ctx, by, d)
	if err != nil {
		return nil, err
	}
	return &declaredOutput{s.declaredOf(&changed)}, nil
}

func (s *server) cancelDeclaration(ctx context.Context, in *ownInput) (*struct{}, error) {
	by, err := s.ownerOf(&in.Call, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Cancel(ctx, by)
}
