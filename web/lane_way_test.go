package web

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
)

// The whole way of a lane, as a new officer goes it: the head of the post asks
// for a code, a phone becomes a scanner, the network goes, a pass held to the
// camera is judged and the lane moves on; two hundred more are read, the tab
// dies, and when all is back the post has each of them once.
func TestALanesWay(t *testing.T) {
	const many = 200
	l := newLane(t, 0)
	declared := func(p anlo.Registered) string {
		r, err := l.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(l.now(), p), "")
		if err != nil {
			t.Fatal(err)
		}
		return r.Main().QR
	}
	passes := make([]string, many)
	for i := range passes {
		p := stranger
		p.Number, p.FullName = fmt.Sprintf("001192%06d", i), fmt.Sprintf("Phạm Thị %c%c", 'A'+i/20, 'A'+i%20)
		passes[i] = declared(p)
	}
	film := reel(t, []string{declared(anlotest.An)}, nil)

	head := newBrowser(t, l.site)
	head.size(1280, true)
	head.enter(anlotest.Officer(t, l.app, anlo.CheckpointOfficer, l.post.Commune))
	post := "/posts/" + l.post.ID.String()
	head.get(post)
	head.press("#enrol")
	head.fill("phone_label", "Làn 7")
	head.press("main form .primary")
	code := head.do(`document.querySelector(".one-time").innerText.match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)[0]`)
	head.get(post)

	o := &officer{newBrowser(t, l.site, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("use-file-for-fake-video-capture", film)), nil}
	o.language("vi")
	o.size(360, true)
	o.get("/scanner/")
	o.wait(`document.getElementById("enrol-code")`)
	o.types("enrol-code", code)
	o.tap("enrol-send")
	o.tap("allow")
	o.sees("go", "Nguyễn Văn An", "1 người")
	o.wait(`navigator.serviceWorker.controller`)

	l.stop()
	o.get("/scanner/")
	o.wait(`document.querySelector(".line")?.innerText.includes("Mất mạng")`)
	o.sees("go", "Nguyễn Văn An", "1 người")

	// The camera breaks; there is a USB reader.
	call(o.browser, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{ // a permission that is denied does not stop a camera of Chromium's own
		Source: `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"))`})
	o.get("/scanner/")
	o.wait(`document.querySelector(".lane")`)
	for i, pass := range passes {
		o.reads(pass)
		o.sees("look", fmt.Sprintf("Phạm Thị %c%c", 'A'+i/20, 'A'+i%20))
		if i%50 == 0 {
			o.tap("passed")
		}
	}
	waiting := o.do(`import(document.querySelector("script[src]").src.replace("app.js", "keep.js")).then((m) => m.openKeep()).then((k) => k.waiting())`)
	tab := o.browser
	go chromedp.Call(tab.ctx, cdppage.Crash, struct{}{}) // it never answers
	time.Sleep(300 * time.Millisecond)
	o.browser = tab.tab()
	o.size(360, true)
	o.get("/scanner/")
	o.wait(`document.querySelector(".signs")?.innerText.includes("Chờ gửi: ` + waiting + `")`)

	l.start()
	head.get(post)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if all, _ := l.readings(); all >= many { // the sign alone was seen missing before anything was sent
			break
		}
	}
	o.wait(`document.querySelector(".signs") && !document.querySelector(".signs").innerText.includes("Chờ gửi")`)
	each := map[string]int{}
	db, err := sql.Open("sqlite", l.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT hex(pass), count(*) FROM scan WHERE reasons LIKE '%identity%' GROUP BY pass`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var pass string
		var n int
		if err := rows.Scan(&pass, &n); err != nil {
			t.Fatal(err)
		}
		if each[pass] = n; n != 1 {
			t.Errorf("a pass was kept %d times", n)
		}
	}
	if len(each) != many {
		t.Errorf("the post has %d of %d readings", len(each), many)
	}
	head.wait(`document.querySelector("live-part").innerText.includes("Làn 7")`)
	head.wait(`/(^|\D)200(\D|$)/.test(document.getElementById("reasons").parentElement.innerText)`)
}
