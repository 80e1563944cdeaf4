package identity

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CleanName is how a name is kept: Unicode NFC, single spaces, one sort of
// apostrophe, nothing invisible. Case and diacritics stay as they were typed.
func CleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("’‘ʼʹ`´′", r):
			return '\''
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // zero-width joiners, byte order marks
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return norm.NFC.String(strings.Join(strings.Fields(s), " ")) // again: what stood between two characters may be gone
}

// NameKey is the name without diacritics, in lower case, its words sorted: how
// somebody wrote it no longer matters, only which words it has.
//
//	NameKey("Đặng Thị Hoà") == NameKey("thi hòa dang") == "dang hoa thi"
func NameKey(fullName string) string { return wordsKey(wordsOf(fullName)) }

func wordsKey(words []word) string {
	bare := make([]string, len(words))
	for i, w := range words {
		bare[i] = w.bare
	}
	slices.Sort(bare)
	return strings.Join(bare, " ")
}

// word is one word of a name, taken apart so that two can be compared layer by
// layer. Two words are equal (==) when they differ at most in case, in Unicode
// form and in where the tone mark sits: hoà and hòa.
type word struct {
	bare  string // lower-case letters: "nguyen"
	marks string // what each letter carries besides a tone, "-" for nothing: "---^-" or so
	tone  rune   // the tone mark of the syllable, 0 for none
}

// maxWords bounds the work that a hostile name can cause. The rest is glued to
// the last word, which then agrees with nothing by accident.
const maxWords = 10

// wordsOf takes a name apart. Digits are dropped: they are what the VNI way of
// typing leaves behind when it was off ("Nguye6n4").
func wordsOf(name string) []word {
	words := make([]word, 0, 4)
	var buffer [64]byte
	bare, marks, tone := buffer[:0:32], buffer[32:32], rune(0)
	end := func() {
		w := word{string(bare), string(marks), tone}
		switch {
		case w.bare == "":
		case len(words) == maxWords:
			words[maxWords-1].bare += w.bare
			words[maxWords-1].marks += w.marks
		default:
			words = append(words, w)
		}
		bare, marks, tone = bare[:0], marks[:0], 0
	}
	for _, r := range norm.NFKD.String(name) {
		r = unicode.ToLower(r)
		switch {
		case separates(r):
			end()
		case r == 'đ':
			bare, marks = append(bare, 'd'), append(marks, "đ"...)
		case isTone(r):
			tone = r
		case unicode.Is(unicode.Mn, r):
			if n := len(marks); n > 0 && marks[n-1] == '-' {
				marks = utf8.AppendRune(marks[:n-1], r)
			}
		case unicode.IsLetter(r):
			bare, marks = utf8.AppendRune(bare, r), append(marks, '-')
		}
	}
	end()
	return words
}

func separates(r rune) bool {
	return unicode.IsSpace(r) || r == '-' || r == '.' || r == ',' || r == '_'
}

// isTone knows the five tone marks: huyền, sắc, ngã, hỏi, nặng.
func isTone(r rune) bool {
	switch r {
	case '\u0300', '\u0301', '\u0303', '\u0309', '\u0323':
		return true
	}
	return false
}

// plain reports whether the word carries no diacritics at all.
func (w word) plain() bool { return w.tone == 0 && strings.Trim(w.marks, "-") == "" }

// untelex undoes what the Telex way of typing leaves behind when it was off:
// "nguyeenx" is "nguyen", "ddinhf" is "dinh". The letters f, j, w and z occur in
// no Vietnamese syllable, s, x and r only at its beginning, and none is doubled.
func untelex(bare string) string {
	b := make([]byte, 0, len(bare))
	for i, c := range []byte(bare) {
		switch {
		case i > 0 && strings.IndexByte("fjwzsx", c) >= 0:
		case i > 0 && c == 'r' && !(i == 1 && bare[0] == 't'):
		case len(b) > 0 && b[len(b)-1] == c && strings.IndexByte("aeod", c) >= 0:
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// oneSlip reports whether one letter was typed wrong, left out, doubled or
// exchanged with its neighbour. It counts bytes: after folding, Latin is ASCII.
func oneSlip(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	switch len(a) - len(b) {
	case 0:
		return i < len(a) && (a[i+1:] == b[i+1:] || swapped(a, b, i))
	case 1:
		return a[i+1:] == b[i:]
	}
	return false
}

// swapped reports whether a is b with the bytes at i and i+1 exchanged.
func swapped(a, b string, i int) bool {
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// withoutAccents removes every diacritic and keeps the rest.
func withoutAccents(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		}
		return r
	}, norm.NFD.String(s))
	return norm.NFC.String(s)
}

// titled writes every word with one capital letter: "Nguyễn Văn An".
func titled(s string) string {
	words := strings.Fields(strings.ToLower(s))
	for i, w := range words {
		first, size := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToTitle(first)) + w[size:]
	}
	return strings.Join(words, " ")
}
