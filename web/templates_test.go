package web

import (
	"testing"

	"github.com/jba/templatecheck"
)

// Every name that a template uses exists in the data it is shown with.
func TestTemplates(t *testing.T) {
	for name, data := range pageData {
		if err := templatecheck.CheckHTML(parsePages().byName[name].Lookup("layout"), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
