//go:build shots

package web

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"anlo"
)

// Pictures of the figures, as TestShots makes of the citizens' pages.
func TestShotsOfFigures(t *testing.T) {
	folder := os.Getenv("ANLO_SHOTS")
	if folder == "" {
		t.Fatal("ANLO_SHOTS names no folder for the pictures")
	}
	for _, lang := range []string{"vi", "en"} {
		for _, width := range []int64{360, 1280} {
			var by anlo.Actor
			b := newBrowser(t, officeSite(t, &by))
			b.size(width, true)
			b.language(lang)
			b.figureStates(&by, func(name string) {
				picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(80))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.jpg", lang, width, name)), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
