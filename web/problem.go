package web

import (
	"errors"
	"net/http"
	"strconv"

	"anlo"
)

type problemPage struct {
	page
	Status int
	Text   string
	Start  bool // offer to begin anew
}

// statuses is the one table from kinds of errors to HTTP. Whoever brings a
// wrong link is told the same as who brings one that never was.
var statuses = map[anlo.Kind]int{
	anlo.Internal:    http.StatusInternalServerError,
	anlo.Invalid:     http.StatusUnprocessableEntity,
	anlo.NotFound:    http.StatusNotFound,
	anlo.Forbidden:   http.StatusForbidden,
	anlo.Unsigned:    http.StatusNotFound,
	anlo.Conflict:    http.StatusConflict,
	anlo.TooMany:     http.StatusTooManyRequests,
	anlo.Unavailable: http.StatusServiceUnavailable,
	anlo.TooLarge:    http.StatusRequestEntityTooLarge,
}

// fail shows what a use-case returned. What is ours goes to the log, never to
// the page.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	kind := anlo.KindOf(err)
	if kind == anlo.Internal {
		s.Log.Error("page failed", "route", r.Pattern, "error", err)
	}
	p := s.problemPage(r, statuses[kind])
	if kind == anlo.Conflict || kind == anlo.TooMany || kind == anlo.Unavailable {
		p.Text = p.T(codeOf(err))
	}
	s.showProblem(w, r, p)
}

// codeOf returns the stable code of an error, which is the key of its words.
func codeOf(err error) string {
	var e *anlo.Error
	if errors.As(err, &e) && e.Kind != anlo.Internal {
		return e.Code
	}
	return "internal"
}

func (s *server) problem(w http.ResponseWriter, r *http.Request, status int) {
	s.showProblem(w, r, s.problemPage(r, status))
}

func (s *server) problemPage(r *http.Request, status int) problemPage {
	key := "problem." + strconv.Itoa(status)
	p := problemPage{page: s.page(r, key), Status: status}
	p.Path = "" // where a fault is shown there is nothing to come back to
	p.personal = true
	switch status {
	case http.StatusTooManyRequests:
		p.Text = p.T("too-many")
	case http.StatusServiceUnavailable:
		p.Text = p.T("unavailable")
	case http.StatusConflict:
		p.Text = p.T("declaration.changed")
	case http.StatusUnprocessableEntity:
		p.Text = p.T("invalid")
	default:
		p.Text = p.T(key + "-text")
	}
	return p
}

func (s *server) showProblem(w http.ResponseWriter, r *http.Request, p problemPage) {
	retryAfter(w, p.Status)
	s.show(w, r, p.Status, "problem", p)
}

// retryAfter tells programs how long to wait.
func retryAfter(w http.ResponseWriter, status int) {
	switch status {
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "10")
	}
}

// readForm reads what was sent, and answers itself when that is too much or no
// form at all.
func (s *server) readForm(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &tooLarge):
		s.problem(w, r, http.StatusRequestEntityTooLarge)
	default:
		s.problem(w, r, http.StatusUnprocessableEntity)
	}
	return false
}
