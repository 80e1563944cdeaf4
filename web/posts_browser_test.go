package web

import (
	"testing"
	"time"

	"anlo"
	"anlo/app"
)

// postStates are the pages of posts in every state that officers and travellers
// meet them.
func (c *crossing) postStates(b *browser, see func(name string)) {
	b.t.Helper()
	visit := func(path, name string) { b.t.Helper(); b.get(path); see(name) }
	press := func(selector, name string) { b.t.Helper(); b.press(selector); see(name) }
	page := postPath(c.here.ID)
	b.signIn("hanoi")
	visit("/posts", "posts")
	visit(page, "post")
	press("#queue-100", "post-counted")
	b.do(`document.querySelector("details").open = true`)
	press("form[action$='/surge'] .primary", "post-surge-wrong")
	b.do(`document.querySelector("details").open = true`)
	b.fill("skip-cards", "✓", "skip-looks", "✓", "for-120", "✓")
	press("form[action$='/surge'] .primary", "post-surge")
	visit("/posts", "posts-surge")
	visit(page+"/enrol", "enrol")
	b.fill("phone_label", "")
	press(next, "enrol-wrong")
	b.fill("phone_label", "Làn 4, cạnh trạm thu phí phía nam")
	press(next, "enrol-code")
	b.get(page)
	press(".phones a", "phone")
	press(next, "phone-withdrawn")
	b.signIn("admin")
	visit("/posts/new", "post-new")
	b.fill("post_commune", "ba dinh")
	press(next, "post-new-wrong")
	b.fill("post_name", "Cầu Nhật Tân")
	b.do(`document.querySelector("[name=post_commune_pick]").click()`)
	press(next, "post-empty")
	visit("/wait", "wait")
	b.fill("q", "da nang")
	press(".find button", "wait-found")
	visit("/wait?q=zzz", "wait-nothing")
}

// Without JavaScript, in both languages: axe finds nothing, nothing is wider
// than the smallest phone, nothing to touch is smaller than a fingertip.
func TestPostsAccessibility(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"vi", "en"} {
		c := newCrossing(t)
		b := newBrowser(t, c.site)
		b.size(360, false)
		b.language(lang)
		c.postStates(b, b.seen)
	}
}

// A page that is open shows what the lane reads, and keeps the focus.
func TestAPostIsLive(t *testing.T) {
	t.Parallel()
	c := newCrossing(t)
	b := newBrowser(t, c.site)
	b.size(1280, true)
	b.language("vi")
	b.signIn("head")
	b.get(postPath(c.here.ID))
	before := b.do(`document.querySelector(".phones .unsure, .phones .late") !== null && !document.body.innerText.includes("Mã giả")`)
	if before != "true" {
		t.Fatal(b.do(`document.body.innerText.slice(0, 900)`))
	}
	b.do(`document.getElementById("enrol").focus()`)
	at := c.clock.Now().Add(-time.Second)
	c.send(c.lanes[1], app.Reading{Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadOther, At: at, People: 1, Decision: anlo.TurnedBack,
		Verdict: anlo.Verdict{Outcome: anlo.Stop, Reasons: []anlo.Reason{anlo.ReasonForged}}}})
	b.wait(`document.body.innerText.includes("Mã giả")`)
	if got := b.do(`document.activeElement.id`); got != "enrol" {
		t.Errorf("the focus is on %q", got)
	}
	b.accessible("post-live", 1280)
}
