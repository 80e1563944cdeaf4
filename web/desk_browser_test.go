package web

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"anlo/anlotest"
)

// ready is true when the page listens to keys.
const ready = `document.getElementById("keys-open")?.checkVisibility()`

func (b *browser) key(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.run(chromedp.KeyEvent(k))
	}
}

// focused is the text of what has the focus.
func (b *browser) focused() string {
	b.t.Helper()
	return b.do(`document.activeElement.textContent.trim().slice(0, 60)`)
}

// An officer works through the list with the keyboard alone, while people go on
// declaring.
func TestDeskByKeyboard(t *testing.T) {
	t.Parallel()
	s := newOffice(t)
	s.busyDay()
	b := newBrowser(t, s)
	b.size(1280, true)
	b.language("vi")
	b.signIn("ngoc-ha")
	b.get("/desk?view=overdue")
	b.wait(ready)
	b.key("j", "j")
	if got := b.focused(); got != "Hồ Thị Ái" {
		t.Fatalf("j j leads to %q", got)
	}
	b.key(kb.ArrowDown, "k", "x")
	if got := b.do(`document.querySelector("input[name=id]:checked").value`) + b.do(`document.getElementById("picked").textContent`); got != b.do(`document.activeElement.closest("tr").id.slice(4)`)+"(1)" {
		t.Errorf("x picks %q", got)
	}
	b.key("/")
	b.do(`document.activeElement.value = ""`) // DevTools types it although the page took the key
	b.key("j", "?")                           // these are typed
	if got := b.do(`document.activeElement.id + document.activeElement.value`); got != "textj?" {
		t.Errorf("the search box holds %q", got)
	}
	b.do(`document.activeElement.value = ""`)
	b.do(`document.activeElement.blur()`)

	// Somebody declares: the list shows it, and keeps what is picked and focused.
	b.get("/desk?view=new")
	b.wait(ready)
	b.key("j", "j", "x")
	was, picked := b.focused(), b.do(`document.querySelector("input[name=id]:checked").value`)
	done := make(chan bool)
	go func() {
		defer close(done)
		d := anlotest.Declaration(s.clock.Now(), anlotest.Binh)
		d.Travellers[0].Document.Number, d.Travellers[0].FullName = "001192000777", "Mai Thị Vừa Đến"
		if _, err := s.app.Declare(t.Context(), anlotest.Citizen, d, ""); err != nil {
			t.Error(err)
			return
		}
		if _, err := s.app.Route(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	<-done
	b.wait(`[...document.querySelectorAll(".who a")].some((a) => a.textContent === "Mai Thị Vừa Đến")`)
	b.wait(`document.getElementById("fresh").textContent === "1 thông báo mới"`)
	if b.focused() != was || b.do(`document.querySelector("input[name=id]:checked").value`) != picked || b.do(`document.getElementById("picked").textContent`) != "(1)" {
		t.Errorf("after the list changed the focus is on %q, was on %q", b.focused(), was)
	}
	if got := b.do(`document.querySelector("#tab-new b").textContent`); got != "6" {
		t.Errorf("the tab says %s", got)
	}
	b.accessible("desk-live", 1280)

	// Opens it, acts on it, goes on to the next.
	b.row("Mai Thị Vừa Đến")
	b.wait(ready)
	b.key("v")
	if got := b.focused(); got != "Đã gặp tại địa chỉ" {
		t.Fatalf("v leads to %q", got)
	}
	b.do(`document.querySelector("input[name=on]").click()`)
	b.key("v")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.wait(`document.querySelector(".saved") && document.querySelector("h1").textContent !== "Mai Thị Vừa Đến"`)

	// The keys can be switched off, and stay off.
	b.wait(ready)
	b.key("?")
	b.wait(`document.getElementById("keys").open`)
	b.accessible("keys", 1280)
	b.do(`document.getElementById("keys-on").click()`)
	b.do(`document.querySelector("#keys form button").click()`)
	b.get("/desk?view=new")
	b.wait(ready)
	b.key("j")
	if got := b.do(`document.activeElement.tagName`); got != "BODY" {
		t.Errorf("a key that is switched off leads to %s", got)
	}
}

// With scripts, the forms help: many at once, a proposed last day, suggestions.
func TestDeskForms(t *testing.T) {
	t.Parallel()
	s := newOffice(t)
	s.busyDay()
	b := newBrowser(t, s)
	b.size(360, true)
	b.language("vi")
	b.signIn("ngoc-ha")
	b.get("/desk?view=new")
	b.run(chromedp.EmulateViewport(1280, 800)) // at 360 px there is no room to select all
	b.wait(`document.getElementById("pick-all").checkVisibility()`)
	if b.do(`document.querySelector(".bulk-bar").checkVisibility()`) != "false" {
		t.Error("nobody is picked, and yet there is something to do with them")
	}
	b.do(`document.getElementById("pick-all").click()`)
	b.wait(`document.querySelector(".bulk-bar").checkVisibility() && document.getElementById("picked").textContent === "(5)"`)
	b.press(".bulk-bar button[value=verify]")
	if got := b.do(`document.querySelector(".saved").textContent.trim()`); got != "Đã lưu 5 hồ sơ." {
		t.Errorf("after the act: %q", got)
	}
	b.run(chromedp.EmulateViewport(360, 800))
	b.get("/desk?view=all")
	b.row("Vũ Đình Khải")
	b.do(`document.getElementById("work-quarantine").open = true`)
	for _, c := range []struct{ click, until string }{{"", "2026-11-30"}, {"quarantine-vaccinated", "2026-11-28"}, {"quarantine-protocol-vn-2021-07", "2026-12-07"}} {
		if c.click != "" {
			b.fill(c.click, "✓")
		}
		b.wait(fmt.Sprintf(`document.getElementById("quarantine-until").value === %q`, c.until))
	}
	b.press("#work-quarantine .primary")
	if got := b.do(`document.querySelector(".state-mark").textContent`); got != "Đang cách ly tại nhà" {
		t.Errorf("now %s", got)
	}
	b.do(`document.getElementById("work-reroute").open = true`)
	b.do(`document.getElementById("reroute-to").focus()`)
	b.run(chromedp.KeyEvent("hai chau da nang"))
	b.wait(`document.querySelector("#reroute-to-options li")`)
	b.do(`document.querySelector("#reroute-to-options li").click()`)
	if got := b.do(`document.getElementById("reroute-to").value`); got != "Phường Hải Châu, Thành phố Đà Nẵng" {
		t.Errorf("chosen: %s", got)
	}
}
