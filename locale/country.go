package locale

import (
	"cmp"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is a state or territory whose passports people carry.
type Country struct {
	Code string // ISO 3166-1 alpha-2
	Name string
}

// neighbours come before the alphabet: most who travel here carry their passports.
var neighbours = []string{"VN", "LA", "KH", "CN"}

// notISO are codes that Unicode has beyond ISO 3166-1.
var notISO = []string{"AC", "CP", "DG", "EA", "IC", "TA", "XK"}

var countries = sync.OnceValue(func() map[string][]Country {
	m := map[string][]Country{}
	for _, lang := range Languages {
		m[lang] = listCountries(language.Make(lang))
	}
	return m
})

// Countries lists the countries by their names, Vietnam and its neighbours first.
func (w *Words) Countries() []Country { return countries()[w.Lang] }

// Country names the country with an ISO 3166-1 alpha-2 code; a code that is
// none is returned as it is.
func (w *Words) Country(code string) string {
	for _, c := range w.Countries() {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

func listCountries(lang language.Tag) []Country {
	var list []Country
	names := display.Regions(lang)
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize() != region || slices.Contains(notISO, code) {
				continue
			}
			if name := names.Name(region); name != "" { // states that are no more have none
				list = append(list, Country{code, name})
			}
		}
	}
	order := collate.New(lang)
	place := func(c Country) int { // Index is -1 for the rest of the world
		return (slices.Index(neighbours, c.Code) + len(neighbours) + 1) % (len(neighbours) + 1)
	}
	slices.SortFunc(list, func(a, b Country) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), order.CompareString(a.Name, b.Name))
	})
	return list
}
