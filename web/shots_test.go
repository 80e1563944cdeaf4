//go:build shots

package web

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// Pictures of every page in every state, for whoever wants to look at them:
// ANLO_SHOTS=<folder> go test -tags shots -run TestShots ./web
func TestShots(t *testing.T) {
	folder := os.Getenv("ANLO_SHOTS")
	if folder == "" {
		t.Fatal("ANLO_SHOTS names no folder for the pictures")
	}
	for _, lang := range []string{"vi", "en"} {
		for _, width := range []int64{360, 1280} {
			for _, states := range []func(*browser, func(string)){(*browser).states, (*browser).citizenStates, (*browser).assistStates, (*browser).officerStates} {
				b := newBrowser(t, newSite(t, as(window)))
				b.size(width, true)
				b.language(lang)
				states(b, func(name string) { b.shoot(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.jpg", lang, width, name))) })
			}
			b := newBrowser(t, newOffice(t))
			b.size(width, true)
			b.language(lang)
			o := newOfficer(t, newRoadside(t))
			o.size(width, true)
			o.language(lang)
			o.scannerStates(func(name string) {
				o.shoot(filepath.Join(folder, fmt.Sprintf("%s-%d-scanner-%s.jpg", lang, width, name)))
			})
			c := newCrossing(t)
			p := newBrowser(t, c.site)
			p.size(width, true)
			p.language(lang)
			c.postStates(p, func(name string) { p.shoot(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.jpg", lang, width, name))) })
			b.deskStates(func(name string) { b.shoot(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.jpg", lang, width, name))) })
		}
	}
}

func (b *browser) shoot(path string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(80))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
