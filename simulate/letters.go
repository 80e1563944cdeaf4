package simulate

import "strings"

// vowels: each row a letter with its six tones (ngang, huyền, sắc, hỏi, ngã,
// nặng), and at the end the letter without its mark and how Telex types it.
var vowels = [...][8]string{
	{"a", "à", "á", "ả", "ã", "ạ", "a", "a"}, {"ă", "ằ", "ắ", "ẳ", "ẵ", "ặ", "a", "aw"}, {"â", "ầ", "ấ", "ẩ", "ẫ", "ậ", "a", "aa"},
	{"e", "è", "é", "ẻ", "ẽ", "ẹ", "e", "e"}, {"ê", "ề", "ế", "ể", "ễ", "ệ", "e", "ee"}, {"i", "ì", "í", "ỉ", "ĩ", "ị", "i", "i"},
	{"o", "ò", "ó", "ỏ", "õ", "ọ", "o", "o"}, {"ô", "ồ", "ố", "ổ", "ỗ", "ộ", "o", "oo"}, {"ơ", "ờ", "ớ", "ở", "ỡ", "ợ", "o", "ow"},
	{"u", "ù", "ú", "ủ", "ũ", "ụ", "u", "u"}, {"ư", "ừ", "ứ", "ử", "ữ", "ự", "u", "uw"}, {"y", "ỳ", "ý", "ỷ", "ỹ", "ỵ", "y", "y"},
}

const telexTones = " fsrxj"

type letter struct {
	row, tone int
	upper     bool
}

var letters = func() map[rune]letter {
	m := map[rune]letter{}
	for i, row := range vowels {
		for tone, s := range row[:6] {
			m[[]rune(s)[0]] = letter{i, tone, false}
			m[[]rune(strings.ToUpper(s))[0]] = letter{i, tone, true}
		}
	}
	return m
}()

func (l letter) write(column int) string {
	s := vowels[l.row][column]
	if l.upper {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

func (l letter) withTone(tone int) string {
	s := vowels[l.row][tone]
	if l.upper {
		return strings.ToUpper(s)
	}
	return s
}

// bare leaves out all diacritics.
func bare(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch l, ok := letters[r]; {
		case ok:
			b.WriteString(l.write(6))
		case r == 'đ':
			b.WriteByte('d')
		case r == 'Đ':
			b.WriteByte('D')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// telex writes a name as the keys that Telex needs, when it is off.
func telex(name string) string {
	var b strings.Builder
	for i, w := range strings.Fields(name) {
		if i > 0 {
			b.WriteByte(' ')
		}
		tone := 0
		for _, r := range w {
			switch l, ok := letters[r]; {
			case ok:
				b.WriteString(l.write(7))
				tone = max(tone, l.tone)
			case r == 'đ':
				b.WriteString("dd")
			case r == 'Đ':
				b.WriteString("Dd")
			default:
				b.WriteRune(r)
			}
		}
		if tone > 0 {
			b.WriteByte(telexTones[tone])
		}
	}
	return b.String()
}

// toned returns the position of the letter that carries the tone, -1 for none.
func toned(word []rune) int {
	for i, r := range word {
		if l, ok := letters[r]; ok && l.tone > 0 {
			return i
		}
	}
	return -1
}

// retoned moves the tone mark between the two places where it may be written at
// the end of a syllable: Hòa and Hoà, Thúy and Thuý. Most words have only one.
func retoned(word []rune) bool {
	i, n := toned(word), len(word)
	if n < 2 || i < n-2 {
		return false
	}
	pair := bare(strings.ToLower(string(word[n-2:])))
	if pair != "oa" && pair != "oe" && pair != "uy" || n > 2 && pair == "uy" && (word[n-3] == 'q' || word[n-3] == 'Q') {
		return false
	}
	from, to := letters[word[i]], letters[word[2*n-3-i]]
	word[i] = []rune(from.withTone(0))[0]
	word[2*n-3-i] = []rune(to.withTone(from.tone))[0]
	return true
}
