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
			b := newBrowser(t, newSite(t, Options{}))
			b.size(width, true)
			b.language(lang)
			shoot := func(name string) {
				picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(80))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%d-%s.jpg", lang, width, name)), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			b.states(shoot)
			b.officerStates(shoot)
		}
	}
}
