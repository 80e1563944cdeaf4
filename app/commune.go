package app

import (
	"slices"
	"strings"

	"anlo"
	"anlo/geo"
)

// Suggestions is how many communes are offered for what somebody typed.
const Suggestions = 8

// Commune finds the commune that somebody means by a text: "Phường Ba Đình,
// Thành phố Hà Nội", "ba dinh ha noi". When it is not clear, the ones it may be
// are returned instead.
func (a *App) Commune(text string) (anlo.UnitRef, []anlo.Unit) {
	found := a.Communes(text)
	if len(found) == 1 {
		return found[0].UnitRef, found
	}
	// The name and what it lies in, written in full, mean one commune even where
	// the words appear in the name of another: first with accents, then without.
	for _, form := range []func(string) string{geo.Normal, func(t string) string { return geo.Strip(geo.Normal(t)) }} {
		var exact []anlo.Unit
		for _, u := range found {
			if slices.ContainsFunc(a.CommuneNames(u), func(name string) bool { return form(name) == form(text) }) {
				exact = append(exact, u)
			}
		}
		if len(exact) == 1 {
			return exact[0].UnitRef, found
		}
	}
	return anlo.UnitRef{}, found
}

// Communes are those that a text may mean, the best first.
func (a *App) Communes(text string) []anlo.Unit {
	found := a.Units.Search(a.UnitList, text, 4*Suggestions)
	found = slices.DeleteFunc(found, func(u anlo.Unit) bool { return !a.Units.Known(u.UnitRef) })
	return found[:min(len(found), Suggestions)]
}

// DivideAddress divides the address on an identity card, "Số 1, Phúc Xá, Ba Đình, Hà
// Nội", into what comes before the commune and the commune as it is today. Most
// cards name the units of an older list. Where the commune is not certain the
// line is returned whole.
func (a *App) DivideAddress(line string) (address, commune string) {
	parts := strings.Split(line, ",")
	lists := a.Units.Lists()
	// The longest first: "Ba Đình, Hà Nội" is a commune today, but on an old card
	// the district of one.
	slices.SortStableFunc(lists, func(x, y geo.Info) int { return len(y.Levels) - len(x.Levels) })
	for _, list := range lists {
		tail := len(list.Levels)
		if len(parts) < tail {
			continue
		}
		found := a.Units.Search(list.Name, strings.Join(parts[len(parts)-tail:], ","), 2)
		if len(found) != 1 || !a.Units.Known(found[0].UnitRef) {
			continue
		}
		today := []anlo.UnitRef{found[0].UnitRef}
		if list.Name != a.UnitList {
			today, _ = a.Units.Successors(found[0].UnitRef)
		}
		if len(today) == 1 && today[0].List == a.UnitList {
			return strings.TrimSpace(strings.Join(parts[:len(parts)-tail], ",")), a.Units.FullName(today[0])
		}
	}
	return line, ""
}

// CommuneNames are the ways to write a commune together with the unit it lies in.
func (a *App) CommuneNames(u anlo.Unit) (names []string) {
	path := a.Units.Path(u.UnitRef)
	if len(path) < 2 {
		return []string{u.Name}
	}
	parent := path[len(path)-2]
	for _, own := range []string{u.Name, geo.Bare(u)} {
		for _, above := range []string{parent.Name, geo.Bare(parent)} {
			names = append(names, own+", "+above, own+" "+above)
		}
	}
	return append(names, a.Units.FullName(u.UnitRef))
}
