package web

import (
	"encoding/json"
	"net/http"

	"anlo"
	"anlo/app"
)

// suggestions is how many communes are offered for what somebody typed.
const suggestions = app.Suggestions

// commune finds the commune that somebody means by a text.
func (s *server) commune(text string) (anlo.UnitRef, []anlo.Unit) { return s.Commune(text) }

// suggestion is one line of the list under a commune's input.
type suggestion struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (s *server) suggest(text string) []suggestion {
	list := []suggestion{}
	for _, u := range s.Communes(text) {
		list = append(list, suggestion{u.Code, s.Units.FullName(u.UnitRef)})
	}
	return list
}

// units answers a browser that completes what somebody types.
func (s *server) units(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	json.NewEncoder(w).Encode(s.suggest(r.FormValue("q")))
}
