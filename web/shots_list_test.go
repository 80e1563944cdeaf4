//go:build shots

package web

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"anlo"
	"anlo/anlotest"
)

// Pictures of lists and zones: ANLO_SHOTS=<folder> go test -tags shots -run
// TestShotsOfLists ./web
func TestShotsOfLists(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		for _, width := range []int64{360, 1280} {
			lists := newBrowser(t, newSite(t, Options{}))
			zones := newBrowser(t, newHookSite(t, anlo.Actor{Role: anlo.HealthOfficer, Staff: anlo.NewID(anlotest.Noon)}))
			for _, b := range []*browser{lists, zones} {
				b.size(width, false)
				b.language(lang)
				shot := func(name string) {
					b.shoot(filepath.Join(os.Getenv("ANLO_SHOTS"), fmt.Sprintf("fleet-%s-%d-%s.jpg", lang, width, name)))
				}
				if b == lists {
					b.listStates(shot)
				} else {
					b.zoneStates(shot)
				}
			}
		}
	}
}
