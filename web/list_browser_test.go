package web

import (
	"testing"

	"anlo"
	"anlo/anlotest"
)

// listStates walks from the form to the codes, pasting a list.
func (b *browser) listStates(at func(string)) {
	b.get("/declare/list")
	at("list")
	b.press(".actions .primary")
	at("list-wrong")
	b.fill("from_commune", "ba dinh ha noi", "to_commune", "hai chau da nang", "depart-now", "✓", "vehicle-bus", "✓", "plate", "29B-123.45", "reason-work", "✓", "pasted", coachList, "healthy", "✓")
	b.press(".actions .primary")
	at("list-check")
	b.press("#send")
	at("list-done")
}

// Without scripts, on a small phone, whoever cannot see or use a mouse can
// declare with a list, too.
func TestListInABrowser(t *testing.T) {
	b := newBrowser(t, newSite(t, Options{}))
	b.size(320, false)
	b.language("vi")
	b.listStates(func(name string) { b.accessible(name, 320) })
	if n := b.site.onRecord(); n != 2 {
		t.Errorf("%d declared", n)
	}
	z := newBrowser(t, newHookSite(t, anlo.Actor{Role: anlo.HealthOfficer, Staff: anlo.NewID(anlotest.Noon)}))
	z.size(320, false)
	z.language("vi")
	z.zoneStates(func(name string) { z.accessible(name, 320) })
}

func (b *browser) zoneStates(at func(string)) {
	b.get("/zones")
	b.fill("zone_area", "ngoc ha ha noi", "level-3", "✓")
	b.press(".actions .primary")
	at("zones-wrong")
	b.fill("zone_why", "QĐ 12/QĐ-UBND")
	b.press(".actions .primary")
	at("zones")
}
