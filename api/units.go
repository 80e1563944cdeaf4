package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"anlo"
)

func (s *server) units(doc huma.API) {
	huma.Register(doc, huma.Operation{
		OperationID: "list-units",
		Method:      http.MethodGet,
		Path:        "/api/v1/units",
		Tags:        []string{"units"},
		Summary:     "The units directly inside another",
		Description: "Without parent, the largest areas: in Vietnam, the provinces.",
		Errors:      []int{404, 422},
		Responses:   answers[unitList](doc, "application/json"),
	}, s.listUnits)
	huma.Register(doc, huma.Operation{
		OperationID: "search-units",
		Method:      http.MethodGet,
		Path:        "/api/v1/units/search",
		Tags:        []string{"units"},
		Summary:     "Find units by name",
		Description: "Accents and case may be left out; the best match comes first.",
		Errors:      []int{404, 422},
		Responses:   answers[unitList](doc, "application/json"),
	}, s.searchUnits)
}

func (s *server) bundle(doc huma.API) {
	huma.Register(doc, huma.Operation{
		OperationID: "bundle",
		Method:      http.MethodGet,
		Path:        "/api/v1/bundle",
		Tags:        []string{"checkpoints"},
		Summary:     "The signed file that lets a scanner judge without a network",
		Description: "COSE_Sign1 under the root key of the installation: keys, revocations, zones. Ask again with If-None-Match; a scanner refuses an older one than it has.",
		Errors:      []int{503},
		Responses: map[string]*huma.Response{
			"200": {Description: "The bundle", Content: map[string]*huma.MediaType{"application/cose": {}}},
			"304": {Description: "You have it already"},
		},
	}, s.readBundle)
}

// answers documents what a written function returns, which huma cannot see.
func answers[T any](doc huma.API, media string) map[string]*huma.Response {
	return map[string]*huma.Response{
		"200": {Description: "OK", Content: map[string]*huma.MediaType{media: {Schema: schemaOf[T](doc)}}},
		"304": {Description: "You have it already"},
	}
}

type unitList struct {
	List  string `json:"list" example:"vn-2026" doc:"The list that the codes belong to: a code alone means nothing."`
	Units []unit `json:"units"`
}

type unit struct {
	Code     string `json:"code" example:"00004"`
	Name     string `json:"name" example:"Phường Ba Đình"`
	FullName string `json:"full_name" example:"Phường Ba Đình, Thành phố Hà Nội" doc:"With the units that it lies in."`
	Kind     string `json:"kind" example:"Phường"`
	Level    int    `json:"level" minimum:"1" doc:"1 for the largest areas below the country."`
	Parent   string `json:"parent,omitzero" example:"01" doc:"Code of the unit it lies in."`
}

type unitsInput struct {
	Call
	List   string `query:"list" maxLength:"40" doc:"The current list when left out."`
	Parent string `query:"parent" maxLength:"20" doc:"Code of the unit to look into."`
}

// written is an answer that writes itself.
type written struct {
	Body func(huma.Context)
}

func (s *server) listUnits(_ context.Context, in *unitsInput) (*written, error) {
	list, err := s.list(in.List)
	if err != nil {
		return nil, err
	}
	if in.Parent != "" {
		if _, ok := s.Units.Unit(anlo.UnitRef{List: list, Code: in.Parent}); !ok {
			return nil, &anlo.Error{Kind: anlo.NotFound, Code: "units.unknown"}
		}
	}
	return s.writeUnits(list, s.Units.Children(list, in.Parent))
}

type searchInput struct {
	Call
	Query string `query:"q" required:"true" minLength:"1" maxLength:"100" example:"ba dinh"`
	List  string `query:"list" maxLength:"40" doc:"The current list when left out."`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

func (s *server) searchUnits(_ context.Context, in *searchInput) (*written, error) {
	list, err := s.list(in.List)
	if err != nil {
		return nil, err
	}
	return s.writeUnits(list, s.Units.Search(list, in.Query, in.Limit))
}

func (s *server) list(list string) (string, error) {
	if list == "" {
		return s.UnitList, nil
	}
	if len(s.Units.Children(list, "")) == 0 {
		return "", &anlo.Error{Kind: anlo.NotFound, Code: "units.unknown-list"}
	}
	return list, nil
}

func (s *server) writeUnits(list string, units []anlo.Unit) (*written, error) {
	out := unitList{List: list, Units: make([]unit, len(units))}
	for i, u := range units {
		out.Units[i] = unit{u.Code, u.Name, s.Units.FullName(u.UnitRef), u.Kind, u.Level, u.Parent}
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return cached("application/json", 24*time.Hour, etagOf(data), data), nil
}

func (s *server) readBundle(ctx context.Context, _ *struct{ Call }) (*written, error) {
	data, etag, err := s.Bundle(ctx)
	if err != nil {
		return nil, err
	}
	// A minute: revocations travel in it, and thousands of scanners ask.
	return cached("application/cose", time.Minute, etag, data), nil
}

func cached(media string, age time.Duration, etag string, data []byte) *written {
	return &written{func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		serveCached(w, r, media, age, etag, data)
	}}
}
