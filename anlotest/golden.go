package anlotest

import (
	"os"
	"regexp"
	"testing"
)

var trailing = regexp.MustCompile(` +\n`)

// Golden compares a table with the file that keeps it as people read it, blanks
// at the ends of lines aside. With ANLO_UPDATE set it writes the file anew.
func Golden(t testing.TB, file, text string) {
	t.Helper()
	text = trailing.ReplaceAllString(text, "\n")
	if os.Getenv("ANLO_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(golden) {
		t.Errorf("this is not as in %s; now it is\n%s", file, text)
	}
}
