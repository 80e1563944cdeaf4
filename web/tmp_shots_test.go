//go:build shots

package web

import (
	"fmt"
	"testing"
)

func TestTmpShots(t *testing.T) {
	for _, x := range []struct {
		lang string
		w    int64
	}{{"vi", 360}, {"vi", 1280}, {"en", 360}} {
		c := newCrossing(t)
		p := newBrowser(t, c.site)
		p.size(x.w, true)
		p.language(x.lang)
		c.postStates(p, func(name string) { p.shoot(fmt.Sprintf("/tmp/posts-shots/%s-%d-%s.jpg", x.lang, x.w, name)) })
		p.get("/")
		p.shoot(fmt.Sprintf("/tmp/posts-shots/%s-%d-home.jpg", x.lang, x.w))
	}
}
