package locale

import (
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

var printers = sync.OnceValue(func() map[string]*message.Printer {
	m := map[string]*message.Printer{}
	for _, lang := range Languages {
		m[lang] = message.NewPrinter(language.Make(lang))
	}
	return m
})

// Number writes a count: "12.345" in Vietnamese, "12,345" in English.
func (w *Words) Number(n int64) string {
	return printers()[w.Lang].Sprint(number.Decimal(n))
}

// Percent writes a share with one digit after the point: "94,5%", "94.5%"; a
// dash when there is nothing to have a share of.
func (w *Words) Percent(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	return printers()[w.Lang].Sprint(number.Percent(float64(part)/float64(whole), number.MinFractionDigits(1), number.MaxFractionDigits(1)))
}

// Decimal writes a number with one digit after the point: "7,4", "7.4".
func (w *Words) Decimal(n float64) string {
	return printers()[w.Lang].Sprint(number.Decimal(n, number.MinFractionDigits(1), number.MaxFractionDigits(1)))
}
