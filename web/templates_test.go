package web

import (
	"testing"

	"github.com/jba/templatecheck"
)

// Every name that a template uses exists in the data it is shown with.
func TestTemplates(t *testing.T) {
	for name, data := range pageData {
		frame := "layout"
		if name == "scanner" {
			frame = "frame"
		}
		if err := templatecheck.CheckHTML(parsePages().byName[name].Lookup(frame), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
