package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"anlo"
	"anlo/geo"
)

// suggestions is how many communes are offered for what somebody typed.
const suggestions = 8

// commune finds the commune that somebody means by a text: "Phường Ba Đình,
// Thành phố Hà Nội", "ba dinh ha noi". When it is not clear, the ones it may be
// are returned instead.
func (s *server) commune(text string) (anlo.UnitRef, []anlo.Unit) {
	found := s.communes(text)
	if len(found) == 1 {
		return found[0].UnitRef, found
	}
	// The name and what it lies in, written in full, mean one commune even where
	// the words appear in the name of another: first with accents, then without.
	for _, form := range []func(string) string{geo.Normal, func(t string) string { return geo.Strip(geo.Normal(t)) }} {
		var exact []anlo.Unit
		for _, u := range found {
			if slices.ContainsFunc(s.fullNames(u), func(name string) bool { return form(name) == form(text) }) {
				exact = append(exact, u)
			}
		}
		if len(exact) == 1 {
			return exact[0].UnitRef, found
		}
	}
	return anlo.UnitRef{}, found
}

// communes are those that a text may mean, the best first.
func (s *server) communes(text string) []anlo.Unit {
	found := s.Units.Search(s.UnitList, text, 4*suggestions)
	found = slices.DeleteFunc(found, func(u anlo.Unit) bool { return !s.Units.Known(u.UnitRef) })
	return found[:min(len(found), suggestions)]
}

// fromCard divides the address on an identity card, "Số 1, Phúc Xá, Ba Đình, Hà
// Nội", into what comes before the commune and the commune as it is today. Most
// cards name the units of an older list. Where the commune is not certain the
// line is returned whole.
func (s *server) fromCard(line string) (address, commune string) {
	parts := strings.Split(line, ",")
	lists := s.Units.Lists()
	// The longest first: "Ba Đình, Hà Nội" is a commune today, but on an old card
	// the district of one.
	slices.SortStableFunc(lists, func(a, b geo.Info) int { return len(b.Levels) - len(a.Levels) })
	for _, list := range lists {
		tail := len(list.Levels)
		if len(parts) < tail {
			continue
		}
		found := s.Units.Search(list.Name, strings.Join(parts[len(parts)-tail:], ","), 2)
		if len(found) != 1 || !s.Units.Known(found[0].UnitRef) {
			continue
		}
		today := []anlo.UnitRef{found[0].UnitRef}
		if list.Name != s.UnitList {
			today, _ = s.Units.Successors(found[0].UnitRef)
		}
		if len(today) == 1 && today[0].List == s.UnitList {
			return strings.TrimSpace(strings.Join(parts[:len(parts)-tail], ",")), s.Units.FullName(today[0])
		}
	}
	return line, ""
}

// fullNames are the ways to write a commune together with the unit it lies in.
func (s *server) fullNames(u anlo.Unit) (names []string) {
	path := s.Units.Path(u.UnitRef)
	if len(path) < 2 {
		return []string{u.Name}
	}
	parent := path[len(path)-2]
	for _, own := range []string{u.Name, geo.Bare(u)} {
		for _, above := range []string{parent.Name, geo.Bare(parent)} {
			names = append(names, own+", "+above, own+" "+above)
		}
	}
	return append(names, s.Units.FullName(u.UnitRef))
}

// suggestion is one line of the list under a commune's input.
type suggestion struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (s *server) suggest(text string) []suggestion {
	list := []suggestion{}
	for _, u := range s.communes(text) {
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
