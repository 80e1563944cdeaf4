package auth

import "anlo"

// faults collects what is wrong with an input, field by field.
type faults []anlo.FieldError

func (f *faults) add(field, code string) { *f = append(*f, anlo.FieldError{Field: field, Code: code}) }

func (f *faults) join(err error) {
	if e, ok := err.(*anlo.Error); ok {
		*f = append(*f, e.Fields...)
	}
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: f}
}

// invalid is one fault alone.
func invalid(field, code string) error {
	var f faults
	f.add(field, code)
	return f.err()
}
