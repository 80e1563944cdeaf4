package web

import (
	"fmt"
	"strings"
	"testing"

	"anlo"
	"anlo/anlotest"
)

// scannerStates are the scanner as officers see it, in an order in which one
// leads to the next.
func (o *officer) scannerStates(see func(name string)) {
	o.t.Helper()
	an, duyen, bus := o.post.pass(anlotest.An), o.post.pass(stranger), o.post.pass(crew()...)
	now := func(name, outcome string, words ...string) { o.t.Helper(); o.sees(outcome, words...); see(name) }
	close := func() { o.do(`document.querySelector("dialog").close()`) }
	o.get("/scanner/")
	o.wait(`document.getElementById("enrol-code")`)
	see("enrol")
	o.types("enrol-code", "k7qm-3xpo")
	o.tap("enrol-send")
	o.wait(`document.getElementById("enrol-code-error")`)
	see("enrol-wrong")
	o.types("enrol-code", o.post.code())
	o.tap("enrol-send")
	o.wait(`document.getElementById("allow")`)
	see("allow")
	o.tap("allow")
	o.wait(`document.querySelector(".lane.ready") && !document.getElementById("update") && document.querySelector("video").videoWidth`)
	see("ready")
	o.reads(an)
	now("go", "go")
	o.reads(cardText)
	o.wait(`document.querySelector(".beside.agrees")`)
	see("go-card")
	o.reads(duyen)
	now("look", "look")
	o.reads(cardText)
	o.wait(`document.querySelector(".beside.differs")`)
	see("look-card")
	o.tap("sent-aside")
	o.wait(`document.querySelector(".lane.ready #before")`)
	see("ready-again")
	o.reads("https://example.org")
	now("stop", "stop")
	o.reads("AL1:" + strings.Repeat("0", 90))
	now("stop-unreadable", "stop")
	o.reads("001082000001||Lái Xe Một|01011982|Nam|Hà Nội|15042021")
	now("not-declared", "stop")
	o.reads(bus)
	o.sees("look")
	o.tap("rider-0")
	o.tap("more")
	now("bus", "look", "2/60")
	o.do(`localStorage.setItem("anlo_scanner_vehicles", "yes")`)
	o.reads(an)
	now("vehicle", "go")
	o.do(`localStorage.setItem("anlo_scanner_vehicles", "no")`)
	o.tap("menu-button")
	see("menu")
	o.tap("leave")
	see("leave")
	close()
	o.tap("type")
	o.types("typed", "12345")
	o.do(`document.querySelector(".typing .strong").click()`)
	see("type-wrong")
	close()
	o.do(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError") }`)
	o.tap("passed")
	o.tap("menu-button")
	o.tap("flip")
	o.wait(`document.querySelector(".blind h1")`)
	see("no-camera")
	o.reads(an)
	now("no-camera-go", "go")
}

// crew are many who travel on one pass.
func crew() (all []anlo.Registered) {
	for i := range anlo.MaxTravellers {
		one := stranger
		one.Number, one.FullName = fmt.Sprintf("0011926%05d", 54400+i), fmt.Sprintf("Phạm Thị Duyên %s", string(rune('A'+i%26))+string(rune('A'+i/26)))
		all = append(all, one)
	}
	return all
}

func TestScannerAccessibility(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"vi", "en"} {
		r := newRoadside(t)
		r.crowded(anlo.SkipCards)
		o := newOfficer(t, r)
		o.language(lang)
		o.scannerStates(func(name string) { o.seen(lang + " " + name) })
	}
}
