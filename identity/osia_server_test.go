package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// osiaServer is a register that behaves as the OSIA 7 Data Access description
// (dataaccess.yaml 1.3.0) says, and refuses what that does not allow.
type osiaServer struct {
	token    string
	persons  map[string]map[string]any // by UIN
	exactly  bool                      // compare names to the letter
	integers bool                      // accept them nevertheless

	mu    sync.Mutex
	asked []string                                                    // "POST match", "GET person", "GET persons"
	fault func(w http.ResponseWriter, r *http.Request) (handled bool) // may answer instead
}

func (s *osiaServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, uin := "", ""
	switch parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/registry/v1/persons"), "/"); {
	case !strings.HasPrefix(r.URL.Path, "/registry/v1/persons"):
	case r.Method == "GET" && len(parts) == 1:
		kind = "GET persons"
	case r.Method == "GET" && len(parts) == 2:
		kind, uin = "GET person", parts[1]
	case r.Method == "POST" && len(parts) == 3 && parts[2] == "match":
		kind, uin = "POST match", parts[1]
	}
	s.mu.Lock()
	s.asked = append(s.asked, kind)
	fault := s.fault
	s.mu.Unlock()
	switch {
	case fault != nil && fault(w, r):
	case kind == "":
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.Header.Get("Authorization") != "Bearer "+s.token:
		w.WriteHeader(http.StatusUnauthorized)
	case kind == "POST match":
		s.match(w, r, uin)
	case kind == "GET person":
		s.person(w, r, uin)
	default:
		s.search(w, r)
	}
}

func (s *osiaServer) questions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.asked
	s.asked = nil
	return q
}

func (s *osiaServer) fail(f func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// match: the body is an object whose values are strings, numbers or booleans. As
// the schema says oneOf integer and number, it lets no integer through.
func (s *osiaServer) match(w http.ResponseWriter, r *http.Request, uin string) {
	var body map[string]any
	if r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil || len(body) == 0 {
		osiaError(w, "body")
		return
	}
	for _, v := range body {
		switch v := v.(type) {
		case string, bool:
			continue
		case float64:
			if v != math.Trunc(v) || s.integers {
				continue
			}
		}
		osiaError(w, "value")
		return
	}
	person, ok := s.persons[uin]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	errors := []map[string]any{}
	for name, v := range body {
		if have, ok := person[name]; !ok {
			errors = append(errors, map[string]any{"attributeName": name, "errorCode": 0})
		} else if !s.equal(have, v) {
			errors = append(errors, map[string]any{"attributeName": name, "errorCode": 1})
		}
	}
	osiaAnswer(w, errors)
}

func (s *osiaServer) equal(a, b any) bool {
	x, y := fmt.Sprint(a), fmt.Sprint(b)
	return x == y || !s.exactly && strings.EqualFold(x, y)
}

// person: attributeNames is required; unknown ones are answered with an error.
func (s *osiaServer) person(w http.ResponseWriter, r *http.Request, uin string) {
	names := r.URL.Query()["attributeNames"]
	if len(names) == 0 || len(r.URL.Query()) != 1 {
		osiaError(w, "attributeNames")
		return
	}
	person, ok := s.persons[uin]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	osiaAnswer(w, pick(person, names))
}

func pick(person map[string]any, names []string) map[string]any {
	out := map[string]any{}
	for _, n := range names {
		if v, ok := person[n]; ok {
			out[n] = v
		} else {
			out[n] = map[string]any{"code": 1023, "message": "Unknown attribute name"}
		}
	}
	return out
}

// search: at least one attribute; names, offset and limit are no attributes.
func (s *osiaServer) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	names := q["names"]
	for _, n := range []string{"offset", "limit"} {
		if _, err := strconv.Atoi(q.Get(n)); q.Has(n) && err != nil {
			osiaError(w, n)
			return
		}
	}
	limit := 100
	if q.Has("limit") {
		limit, _ = strconv.Atoi(q.Get("limit"))
	}
	found := []any{}
	for uin, p := range s.persons {
		all, attributes := true, 0
		for name := range q {
			if !slices.Contains([]string{"names", "offset", "limit"}, name) {
				attributes++
				all = all && p[name] != nil && s.equal(p[name], q.Get(name))
			}
		}
		switch {
		case attributes == 0:
			osiaError(w, "attributes")
			return
		case all && len(names) == 0:
			found = append(found, uin)
		case all:
			found = append(found, pick(p, names))
		}
	}
	if len(found) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	osiaAnswer(w, found[:min(limit, len(found))])
}

func osiaError(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	json.NewEncoder(w).Encode(map[string]any{"code": 1, "message": message})
}

func osiaAnswer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}

// inProcess carries requests to a handler without a network, so that tests can
// run in a bubble of testing/synctest, where time passes at once.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	done := make(chan *http.Response, 1)
	go func() {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		done <- w.Result()
	}()
	select {
	case res := <-done:
		return res, nil
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
}
