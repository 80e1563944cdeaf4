package web

import "anlo/locale"

// keyHelp is one line of the help about single keys.
type keyHelp struct{ Key, Does string }

var (
	listKeys   = []keyHelp{{"j ↓", "keys.down"}, {"k ↑", "keys.up"}, {"Enter", "keys.enter"}, {"x", "keys.pick"}, {"/", "keys.find"}}
	recordKeys = []keyHelp{{"h", "keys.back"}, {"p", "keys.reveal"}, {"o", "keys.next"}}
)

// keys lists the keys of a page: its own, then those that lead to a work.
func keys(w *locale.Words, own []keyHelp, works ...[]work) (list []keyHelp) {
	for _, k := range own {
		list = append(list, keyHelp{k.Key, w.T(k.Does)})
	}
	for _, group := range works {
		for _, k := range group {
			list = append(list, keyHelp{k.Key, k.Title})
		}
	}
	return append(list, keyHelp{"?", w.T("keys.help")})
}
