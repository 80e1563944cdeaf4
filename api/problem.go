package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"anlo"
)

// Problem is the body of every error (RFC 9457). Code and the codes in Errors
// are stable; the words beside them follow Accept-Language. Nothing that was
// sent is repeated.
type Problem struct {
	Type   string         `json:"type" format:"uri" example:"urn:anlo:problem:invalid" doc:"A name for this kind of problem: urn:anlo:problem: and the code."`
	Title  string         `json:"title" example:"Some answers need attention." doc:"What is wrong, in the language of the caller."`
	Status int            `json:"status" minimum:"400" maximum:"599" example:"422" doc:"The HTTP status."`
	Code   string         `json:"code" example:"invalid" doc:"Stable; for programs."`
	Errors []FieldProblem `json:"errors,omitempty" doc:"Every member at fault."`

	retryAfter time.Duration
	cause      error // of an internal error, for the log
}

// FieldProblem says what is wrong with one member of the body, or with one parameter.
type FieldProblem struct {
	Field   string `json:"field" example:"travellers[0].date_of_birth" doc:"Path of the member in the body; query.limit and the like for parameters."`
	Code    string `json:"code" example:"date.future" doc:"Stable; for programs."`
	Message string `json:"message" example:"The date lies in the future." doc:"The same, in the language of the caller."`
}

func (p *Problem) Error() string { return p.Code }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table from kinds of errors to HTTP.
var statuses = map[anlo.Kind]int{
	anlo.Internal:    http.StatusInternalServerError,
	anlo.Invalid:     http.StatusUnprocessableEntity,
	anlo.NotFound:    http.StatusNotFound,
	anlo.Forbidden:   http.StatusForbidden,
	anlo.Unsigned:    http.StatusUnauthorized,
	anlo.Conflict:    http.StatusConflict,
	anlo.TooMany:     http.StatusTooManyRequests,
	anlo.Unavailable: http.StatusServiceUnavailable,
	anlo.TooLarge:    http.StatusRequestEntityTooLarge,
}

// codes names what goes wrong before a use-case is reached.
var codes = map[int]string{
	http.StatusBadRequest:           "bad-request",
	http.StatusNotFound:             "not-found",
	http.StatusMethodNotAllowed:     "method-not-allowed",
	http.StatusNotAcceptable:        "not-acceptable",
	http.StatusRequestTimeout:       "timeout",
	http.StatusUnsupportedMediaType: "media-type",
	http.StatusUnprocessableEntity:  "invalid",
}

func problem(status int, code string, fields ...FieldProblem) *Problem {
	return &Problem{Status: status, Code: code, Errors: fields}
}

// fromError turns what a use-case returned into what the caller is told.
func fromError(err error) *Problem {
	var p *Problem
	var e *anlo.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &e) && e.Kind != anlo.Internal:
		p = problem(statuses[e.Kind], e.Code)
		for _, f := range e.Fields {
			p.Errors = append(p.Errors, FieldProblem{Field: f.Field, Code: f.Code})
		}
	case errors.Is(err, context.DeadlineExceeded):
		p = fromError(anlo.ErrUnavailable)
	case errors.Is(err, context.Canceled): // the caller has gone, which is no fault of ours
		return fromError(anlo.ErrUnavailable)
	default:
		p = problem(http.StatusInternalServerError, "internal")
	}
	p.cause = err
	return p
}

// init makes huma's own errors look like ours; this is huma's one hook for it.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		p := problem(status, codes[status])
		for _, err := range errs {
			var detail *huma.ErrorDetail
			if !errors.As(err, &detail) {
				return fromError(err)
			}
			p.Errors = append(p.Errors, FieldProblem{Field: fieldName(detail.Location), Code: parameterCode(detail.Message)})
		}
		if p.Code == "" {
			return fromError(errors.New("huma: status " + strconv.Itoa(status)))
		}
		return p
	}
}

// parameterCode names what huma says of a parameter in English only.
func parameterCode(message string) string {
	switch message {
	case "required query parameter is missing":
		return "required"
	case "unknown query parameter":
		return "unknown-field"
	}
	return "value"
}

// retry is what a client is told to wait when nobody knows better.
var retry = map[int]time.Duration{
	http.StatusTooManyRequests:    30 * time.Second,
	http.StatusServiceUnavailable: 10 * time.Second,
}

// dress completes a problem for one request: words, headers, and the cause for
// the log.
func (p *Problem) dress(h http.Header, r *http.Request) {
	lang := language(r)
	p.Type = "urn:anlo:problem:" + p.Code
	p.Title = say(lang, p.Code)
	for i := range p.Errors {
		p.Errors[i].Message = say(lang, p.Errors[i].Code)
	}
	h.Set("Content-Language", lang)
	h.Add("Vary", "Accept-Language")
	h.Set("Cache-Control", "no-store")
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="anlo"`)
	}
	if p.retryAfter == 0 {
		p.retryAfter = retry[p.Status]
	}
	if p.retryAfter > 0 {
		seconds := int64((p.retryAfter + time.Second - 1) / time.Second)
		h.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	if p.Status >= http.StatusInternalServerError {
		noteCause(r.Context(), p.cause)
	}
}

// dressProblems is the huma.Transformer that completes problems.
func dressProblems(ctx huma.Context, _ string, v any) (any, error) {
	if p, ok := v.(*Problem); ok {
		r, w := humago.Unwrap(ctx)
		p.dress(w.Header(), r)
	}
	return v, nil
}

// writeProblem is for handlers outside huma.
func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	p.dress(w.Header(), r)
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// fieldName lets the path of a member through to the caller only when it looks
// like one of ours: its last part was typed by somebody.
func fieldName(path string) string {
	for path != "" {
		last := path[strings.LastIndexByte(path, '.')+1:]
		if len(last) <= 40 && strings.IndexFunc(last, notInNames) < 0 {
			return path
		}
		path = strings.TrimSuffix(strings.TrimSuffix(path, last), ".")
	}
	return "body"
}

func notInNames(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-[]", r)
}
