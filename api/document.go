package api

import (
	"io"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"anlo"
)

// Security requirements of operations.
var (
	manageToken = []map[string][]string{{"manageToken": {}}}
	deviceToken = []map[string][]string{{"deviceToken": {}}}
	apiKey      = []map[string][]string{{"apiKey": {}}}
)

func init() {
	huma.DefaultArrayNullable = false // we write [] and never null
}

// config is huma without what it adds by default: pages from a CDN, $schema
// members in answers, a second JSON decoder.
func config() huma.Config {
	written := huma.Format{
		Marshal:   func(w io.Writer, v any) error { return json.MarshalWrite(w, v) },
		Unmarshal: func(b []byte, v any) error { return json.Unmarshal(b, v, json.RejectUnknownMembers(true)) },
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Anlo",
				Version:     "1",
				Description: "Declare trips, carry passes, judge them at checkpoints, follow up in the communes. Errors are application/problem+json (RFC 9457) with a stable code; words follow Accept-Language (vi, en).",
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"manageToken": {Type: "http", Scheme: "bearer", Description: "manage_token of the answer to a declaration."},
					"deviceToken": {Type: "http", Scheme: "bearer", Description: "Token of a device enrolled at a checkpoint."},
					"apiKey":      {Type: "http", Scheme: "bearer", Description: "Key of another system, from an administrator. It acts in one role and one area, like an officer's."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": written, "json": written},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{dressProblems},
	}
}

// schemaOf registers T and returns a reference to its schema.
func schemaOf[T any](doc huma.API) *huma.Schema {
	return doc.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

// answersOnly may gain members without a new version of the API, so that their
// schemas are open; what is sent to us stays closed.
var answersOnly = []string{
	"AreaFigures",
	"AreaName",
	"Bearer",
	"BearerTraveller",
	"Commune",
	"Companion",
	"Counts",
	"DayFigures",
	"Declared",
	"Device",
	"DeviceState",
	"ElsewhereSeen",
	"Enrolled",
	"FieldProblem",
	"Figures",
	"Flow",
	"FollowedUp",
	"FollowedUpOne",
	"HistoryEntry",
	"Item",
	"ListReceipt",
	"ListRejected",
	"ListVehicle",
	"Notice",
	"NoticeList",
	"Pass",
	"PassReading",
	"PastDeclaration",
	"Policy",
	"Post",
	"PostWait",
	"Problem",
	"Receipt",
	"Record",
	"Registered",
	"ScanReceipt",
	"ScanResult",
	"Surge",
	"Unit",
	"UnitList",
	"Verdict",
	"WaitList",
	"Work",
}

// describe completes the document with what tags cannot say: the choices are
// those of package anlo.
func describe(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas.Map()
	for _, name := range answersOnly {
		schemas[name].AdditionalProperties = nil
	}
	of := func(schema, property string) *huma.Schema { return schemas[schema].Properties[property] }
	choices(of("Traveller", "sex"), anlo.Male, anlo.Female, anlo.Other)
	choices(of("Health", "symptoms").Items, anlo.Symptoms...)
	choices(of("Test", "kind"), anlo.PCR, anlo.Antigen)
	choices(of("Test", "result"), anlo.Negative, anlo.Positive, anlo.Pending)
	choices(of("Vehicle", "kind"), anlo.VehicleKinds...)
	choices(of("Trip", "reason"), anlo.TripPurposes...)
	choices(of("Verdict", "verdict"), anlo.Go, anlo.Look, anlo.Stop)
	choices(of("PostWait", "state"), anlo.WaitKnown, anlo.WaitFull, anlo.WaitUnknown)
	choices(of("PostWait", "trend"), "more", "steady", "fewer")
	choices(of("ScanItem", "kind"), anlo.ScanKinds...)
	choices(of("ScanItem", "verdict"), anlo.Go, anlo.Look, anlo.Stop)
	choices(of("ScanItem", "reasons").Items, anlo.Reasons...)
	choices(of("ScanItem", "decision"), append([]anlo.Decision{""}, anlo.Decisions...)...)
	choices(of("ScanItem", "compared"), "", anlo.Agrees, anlo.Differs)
	choices(of("ScanResult", "status"), "kept", "known", "refused")
	choices(of("ScanResult", "verdict"), anlo.Go, anlo.Look, anlo.Stop)
	choices(of("Surge", "skip").Items, anlo.Skips...)
	choices(of("Revealing", "purpose"), anlo.RevealPurposes...)
	choices(of("NoticeSearch", "state"), anlo.NoticeStates...)
	for _, taken := range []string{"FollowUpOnce", "FollowUpMany"} {
		choices(of(taken, "way"), anlo.CheckInWays...)
		choices(of(taken, "symptoms").Items, anlo.Symptoms...)
	}
	choices(of("FollowUpOnce", "kind"), anlo.FollowUpKinds...)
	choices(of("FollowUpMany", "kind"), anlo.BulkKinds...)
	for _, given := range []string{"Notice", "Item"} {
		choices(of(given, "state"), anlo.NoticeStates...)
		for _, r := range anlo.NoticeRoles {
			choices(of(given, "roles").Items, r.Name)
		}
	}
}

func choices[T ~string](s *huma.Schema, values ...T) {
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
}
