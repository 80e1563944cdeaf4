package web

import "anlo/locale"

// keyHelp is one line of the help about single keys.
type keyHelp struct{ Key, Does string }

var (
	listKeys   = []keyHelp{{"j ↓", "shortcut.down"}, {"k ↑", "shortcut.up"}, {"Enter", "shortcut.enter"}, {"x", "shortcut.pick"}, {"/", "shortcut.find"}}
	recordKeys = []keyHelp{{"h", "shortcut.back"}, {"p", "shortcut.reveal"}, {"o", "shortcut.next"}}
)

// shortcuts lists the keys of a page: its own, then those that lead to a work.
func shortcuts(w *locale.Words, own []keyHelp, works ...[]work) (list []keyHelp) {
	for _, k := range own {
		list = append(list, keyHelp{k.Key, w.T(k.Does)})
	}
	for _, group := range works {
		for _, k := range group {
			list = append(list, keyHelp{k.Key, k.Title})
		}
	}
	return append(list, keyHelp{"?", w.T("shortcut.help")})
}
