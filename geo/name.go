package geo

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"anlo"
)

// Normal returns the form in which two spellings of one name are equal:
// Unicode NFC, small letters, one kind of apostrophe, other punctuation and
// spaces as a single space, and the tone mark on the first vowel of its
// syllable, because Hòa and Hoà are one name. Accents stay: Văn Lang and Văn
// Lăng are two communes of one province. It is for comparing, not for showing.
func Normal(s string) string {
	return norm.NFC.String(string(letters(s)))
}

// Strip returns the form of Normal without accents and apostrophes, and with d
// for đ: what somebody types in a hurry. Never use it to decide who or what is
// meant.
func Strip(s string) string {
	kept := slices.DeleteFunc(letters(s), func(r rune) bool { return accent(r) || r == '\'' })
	for i, r := range kept {
		kept[i] = withoutStroke(r)
	}
	return norm.NFC.String(string(kept))
}

// letters returns the normal form, decomposed.
func letters(s string) []rune {
	in := []rune(norm.NFD.String(strings.ToLower(strings.ToValidUTF8(s, " "))))
	out := make([]rune, 0, len(in))
	var last rune // what was kept before, 0 at the start of a word
	for i, r := range in {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r):
		case unicode.IsMark(r):
			if last == 0 {
				continue
			}
		case strings.ContainsRune("'’‘ʼ´`′", r) && last != 0 && i+1 < len(in) && unicode.IsLetter(in[i+1]):
			r = '\''
		default:
			last = 0
			continue
		}
		if last == 0 && len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, r)
		last = r
	}
	placeTones(out)
	return out
}

// placeTones moves the tone of each run of vowels to its first one.
func placeTones(s []rune) {
	for start := 0; start < len(s); start++ {
		if !vowel(s[start]) {
			continue
		}
		end, tones, at := start, 0, 0
		for ; end < len(s) && (vowel(s[end]) || accent(s[end])); end++ {
			if tone(s[end]) {
				tones, at = tones+1, end
			}
		}
		if tones == 1 {
			to := start + 1
			for to < at && accent(s[to]) {
				to++
			}
			mark := s[at]
			copy(s[to+1:at+1], s[to:at])
			s[to] = mark
		}
		start = end
	}
}

func vowel(r rune) bool { return strings.ContainsRune("aeiouy", r) }

// accent reports whether r is a mark that people leave out when they type in
// a hurry. The marks of other scripts are vowels and stay.
func accent(r rune) bool { return r >= 0x300 && r <= 0x36f }

// tone reports whether r is one of the five marks of Vietnamese tones, which
// belong to the syllable; other accents make another letter.
func tone(r rune) bool {
	switch r {
	case 0x300, 0x301, 0x303, 0x309, 0x323:
		return true
	}
	return false
}

// withoutStroke folds the letters whose stroke or missing dot Unicode does not
// count as an accent.
func withoutStroke(r rune) rune {
	switch r {
	case 'đ':
		return 'd'
	case 'ø':
		return 'o'
	case 'ł':
		return 'l'
	case 'ı':
		return 'i'
	}
	return r
}

// Bare returns the name of a unit without the word that says what kind it is:
// "Ba Đình" for Phường Ba Đình, "Gulu" for Gulu District.
func Bare(u anlo.Unit) string {
	rest, ok := strings.CutPrefix(u.Name, u.Kind+" ")
	if !ok {
		rest, ok = strings.CutSuffix(u.Name, " "+u.Kind)
	}
	if rest = strings.TrimSpace(rest); !ok || u.Kind == "" || rest == "" {
		return u.Name
	}
	return rest
}

// initials returns the first letters of the words of a normal form: "tp" for
// "thành phố".
func initials(normal string) string {
	var b strings.Builder
	for _, w := range strings.Fields(normal) {
		for _, r := range w {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}
