package exchange

import (
	"strings"
	"unicode"
)

// SafeCell returns a cell that a spreadsheet shows and does not run: one that
// begins with = + - @, a tab, a line break or a full-width form of those gets an
// apostrophe in front (OWASP, "CSV injection"). So does one with spaces or
// apostrophes before such a character, so that [Row.Get] gives back exactly
// what was there. Quoting is left to the writer of the file.
func SafeCell(s string) string {
	if runs(s) {
		return "'" + s
	}
	return s
}

func unsafeCell(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && runs(rest) {
		return rest
	}
	return s
}

func runs(s string) bool {
	for _, r := range s {
		if strings.ContainsRune("=+-@\t\r\n＝＋－＠", r) {
			return true
		}
		if r != '\'' && !unicode.IsSpace(r) {
			break
		}
	}
	return false
}
