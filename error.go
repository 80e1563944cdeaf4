package anlo

import (
	"errors"
	"strings"
)

// Kind says what sort of failure an error is. Each door maps a kind once: the
// API to an HTTP status, the command line to an exit code.
type Kind int

const (
	Internal    Kind = iota // ours; the user learns only that it happened
	Invalid                 // the input is wrong; Fields says where
	NotFound                // there is no such thing, or the caller may not know that there is
	Forbidden               // this actor may not do this here
	Unsigned                // the caller has not shown who they are
	Conflict                // the thing is in another state than the request assumes
	TooMany                 // slow down
	Unavailable             // try again later
	TooLarge                // more bytes than will be read
)

// Error is a failure that a person or a program outside is told about. Code is
// stable and is also the key of its message in package locale, so it never
// holds anything that somebody typed.
type Error struct {
	Kind   Kind
	Code   string       // "pass.revoked", "units.unknown-list"
	Fields []FieldError // for Invalid: every field at fault, in the order of the form
}

// FieldError names one field of the input and what is wrong with it.
type FieldError struct {
	Field string // path in the JSON body: "travellers[0].date_of_birth"
	Code  string // "required", "date.future"
}

func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Code
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Code
	}
	return e.Code + " (" + strings.Join(parts, ", ") + ")"
}

// Is makes errors.Is compare by code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Errors that more than one package speaks of.
var (
	ErrBadID           = &Error{Kind: Invalid, Code: "id.malformed"}
	ErrInvalid         = &Error{Kind: Invalid, Code: "invalid"}
	ErrNotFound        = &Error{Kind: NotFound, Code: "not-found"}
	ErrForbidden       = &Error{Kind: Forbidden, Code: "forbidden"}
	ErrUnsigned        = &Error{Kind: Unsigned, Code: "unsigned"}
	ErrDevice          = &Error{Kind: Unsigned, Code: "token.device"}
	ErrTooMany         = &Error{Kind: TooMany, Code: "too-many"}
	ErrTooLarge        = &Error{Kind: TooLarge, Code: "too-large"}
	ErrUnavailable     = &Error{Kind: Unavailable, Code: "unavailable"}
	ErrStorageFull     = &Error{Kind: Unavailable, Code: "storage.full"}
	ErrIdempotencyUsed = &Error{Kind: Conflict, Code: "idempotency.reused"}
	ErrCancelled       = &Error{Kind: Conflict, Code: "declaration.cancelled"}
	ErrExpired         = &Error{Kind: Conflict, Code: "declaration.expired"}
)

// KindOf returns the kind of err, Internal when it carries none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// faults collects what is wrong with an input, field by field.
type faults []FieldError

func (f *faults) add(field, code string) { *f = append(*f, FieldError{field, code}) }

func (f *faults) require(field, value string, max int) bool {
	switch {
	case strings.TrimSpace(value) == "":
		f.add(field, "required")
	default:
		return f.text(field, value, max)
	}
	return false
}

// text refuses what no person types and no page can show.
func (f *faults) text(field, value string, max int) bool {
	switch {
	case !plain(value):
		f.add(field, "text.characters")
	case len([]rune(value)) > max:
		f.add(field, "text.long")
	default:
		return true
	}
	return false
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: ErrInvalid.Code, Fields: f}
}
