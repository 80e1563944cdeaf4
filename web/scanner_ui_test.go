package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
)

// fakeScanner serves the pages with stand-ins for what other branches write.
func fakeScanner(t testing.TB) (*site, anlo.Actor) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	by, _ := anlotest.Post(t, a)
	pages := New(a, Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if strings.HasPrefix(r.URL.Path, "/scanner/files/") {
			if data, err := os.ReadFile("testdata/scanner/" + name); err == nil {
				w.Header().Set("Content-Type", "text/javascript")
				w.Header().Set("Content-Security-Policy", scannerPolicy)
				w.Write(data)
				return
			}
		}
		pages.ServeHTTP(w, r)
	})
	mux.HandleFunc("POST /test/judge", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		v, err := a.Judge(r.Context(), by, string(text), clock.Now())
		if err != nil {
			t.Error(err)
		}
		out := map[string]any{"kind": "other", "outcome": v.Outcome, "reasons": v.Reasons, "bearer": nil, "pass": ""}
		if v.Reasons == nil {
			out["reasons"] = []string{}
		}
		if b := v.Bearer; b != nil {
			people := []map[string]any{}
			for _, n := range b.Travellers {
				people = append(people, map[string]any{"name": n.Name, "birthYear": n.BirthYear, "tag": n.Tag})
			}
			out["kind"], out["pass"] = "pass", fmt.Sprintf("00000000-0000-0000-0000-%012d", b.Travellers[0].Tag)
			out["bearer"] = map[string]any{"travellers": people, "commune": b.Commune, "purpose": b.Purpose, "plate": b.Plate, "party": b.Party,
				"issuedAt": b.IssuedAt.UnixMilli(), "expiresAt": b.ExpiresAt.UnixMilli()}
		}
		json.NewEncoder(w).Encode(out)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &site{t, a, clock, server.URL, server.Close}, by
}

func (s *site) pass(people ...anlo.Registered) string {
	s.t.Helper()
	receipt, err := s.app.Declare(s.t.Context(), anlotest.Citizen, anlotest.Declaration(s.clock.Now(), people...), "")
	if err != nil {
		s.t.Fatal(err)
	}
	return receipt.Main().QR
}

func TestScannerLooks(t *testing.T) {
	folder := os.Getenv("LOOKS")
	if folder == "" {
		t.Skip()
	}
	s, _ := fakeScanner(t)
	one, two := s.pass(anlotest.An), s.pass(anlotest.An, anlotest.Binh)
	stranger := anlotest.An
	stranger.FullName, stranger.Number = "Nguyễn Thị Phương Thảo Vy", "001190123457"
	look := s.pass(stranger)
	b := newBrowser(t, s)
	b.language("vi")
	b.size(360, true)
	b.run(chromedp.EmulateViewport(360, 640))
	n := 0
	shot := func(name string) {
		n++
		b.shoot(fmt.Sprintf("%s/%02d-%s.jpg", folder, n, name))
	}
	b.get("/scanner/")
	b.wait(`document.querySelector("#enrol-code")`)
	shot("enrol")
	b.do(`(() => { const c = document.getElementById("enrol-code"); c.value = "k7qm 3xpo"; c.dispatchEvent(new Event("input")); document.getElementById("enrol-send").click() })()`)
	b.wait(`document.querySelector("#enrol-code-error")`)
	shot("enrol-wrong")
	b.do(`(() => { const c = document.getElementById("enrol-code"); c.value = "k7qm 3xpd"; c.dispatchEvent(new Event("input")); const l = document.getElementById("enrol-label"); l.value = "Làn 2"; l.dispatchEvent(new Event("input")); document.getElementById("enrol-send").click() })()`)
	b.wait(`document.querySelector("#allow")`)
	shot("allow")
	b.do(`document.getElementById("allow").click()`)
	b.wait(`document.querySelector(".ready")`)
	shot("ready")
	read := func(text, name string) {
		b.do(`(() => { for (const key of [...%s, "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) })()`, text)
		b.wait(`document.querySelector(".word")`)
		b.do(`new Promise((r) => setTimeout(r, 400))`)
		shot(name)
	}
	read(one, "go")
	read(cardText, "agrees")
	read(look, "look")
	read(cardText, "differs")
	b.do(`document.getElementById("sent-aside").click()`)
	shot("after")
	read("HTTPS://EXAMPLE.ORG/POSTER", "stop")
	read(two, "party")
	b.do(`document.getElementById("more").click()`)
	read(cardText, "party-counted")
	read("001192654321||Trần Thị Bình|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021", "party-full")
	b.do(`document.getElementById("passed").click()`)
	read(cardText, "not-declared")
	b.do(`document.getElementById("menu-button").click()`)
	shot("menu")
	b.do(`document.getElementById("leave").click()`)
	shot("leave")
	b.do(`document.getElementById("leave-no").click()`)
	b.do(`document.getElementById("type").click()`)
	shot("type")
	b.do(`document.querySelector("dialog").close()`)
	b.do(`localStorage.setItem("anlo_scanner_vehicles", "yes")`)
	read(two, "vehicle")
	b.run(chromedp.EmulateViewport(320, 568))
	shot("vehicle-320")
	read(look, "look-320")
	b.run(chromedp.EmulateViewport(740, 360))
	shot("look-landscape")
	b.run(chromedp.EmulateViewport(1280, 800))
	shot("look-1280")
}
