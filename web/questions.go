package web

import (
	"errors"
	"net/http"
	"strings"

	"anlo"
	"anlo/locale"
)

// questions are those of a short form, with what is wrong with the answers.
type questions struct {
	Problems []problem
	Ask      []field
}

// ask adds a question; code says what is wrong with its answer.
func (q *questions) ask(w *locale.Words, in input, value, code string) *field {
	f := field{Words: w, input: in, Value: value}
	if code != "" {
		f.Error = w.T(code)
		text := f.Label() + ": " + f.Error
		if strings.HasPrefix(code, "signin.") { // of the attempt, not of one answer
			text = f.Error
		}
		q.Problems = append(q.Problems, problem{"#" + in.name, text})
	}
	q.Ask = append(q.Ask, f)
	return &q.Ask[len(q.Ask)-1]
}

// Field returns a question by its name.
func (q questions) Field(name string) field {
	for _, f := range q.Ask {
		if f.name == name {
			return f
		}
	}
	return field{}
}

// mistakes says what is wrong at which question: the fields of an error, under
// the names that the form has for them, or else the whole error at one
// question.
func mistakes(err error, at string, names map[string]string) map[string]string {
	var e *anlo.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, anlo.ErrTooMany):
		return map[string]string{at: "signin.too-many"}
	case !errors.As(err, &e) || len(e.Fields) == 0:
		return map[string]string{at: codeOf(err)}
	}
	m := map[string]string{}
	for _, f := range e.Fields {
		name := f.Field
		if own, ok := names[name]; ok {
			name = own
		}
		m[name] = f.Code
	}
	return m
}

// correctable reports whether an error is shown beside the questions.
func correctable(err error) bool {
	switch anlo.KindOf(err) {
	case anlo.Invalid, anlo.TooMany:
		return err != nil
	}
	return false
}

func statusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return statuses[anlo.KindOf(err)]
}
