package credential

import (
	"strings"
	"unicode/utf8"
)

// shorten makes a name fit limit bytes of UTF-8. Words become initials, from
// the second to the last but one, then the first, because in Viet Nam the last
// word is what a person is called by and the first is the family:
// "Nguyễn Thị Phương Thảo", "Nguyễn T. P. Thảo", "N. T. P. Thảo". What is still
// too long is cut at a character.
//
// A whole party of anlo.MaxTravellers keeps names of up to 28 bytes, which most
// full names fit; a single pass always keeps 60 unless both the plate and the
// commune code are of unusual length.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	words := strings.Fields(name)
	short := strings.Join(words, " ")
	for i := 1; i < len(words) && len(short) > limit; i++ {
		at := i
		if i == len(words)-1 {
			at = 0
		}
		words[at] = initial(words[at])
		short = strings.Join(words, " ")
	}
	if len(short) <= limit {
		return short
	}
	for limit > 0 && !utf8.RuneStart(short[limit]) {
		limit--
	}
	return strings.TrimRight(short[:limit], " ")
}

// initial returns "N." for "Nguyễn", and short words as they are.
func initial(word string) string {
	_, size := utf8.DecodeRuneInString(word)
	if size+1 >= len(word) {
		return word
	}
	return word[:size] + "."
}
