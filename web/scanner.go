package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"sync"

	"anlo/locale"
)

// The scanner is an installable page that works without a network. Everything
// it is made of lies below /scanner/, where its service worker keeps one whole
// version (see scanner_release.go). What it asks the server goes to /api/, which
// nothing keeps.

// scannerRoutes are open to everybody: a phone that is not enrolled finds
// nothing there but the enrolment.
var scannerRoutes = []route{
	{"GET /scanner", func(_ *server, w http.ResponseWriter, r *http.Request) { goTo(w, r, "/scanner/") }},
	{"GET /scanner/{$}", (*server).scanner},
	{"GET /scanner/sw.js", (*server).scannerWorker},
	{"GET /scanner/manifest.webmanifest", (*server).scannerManifest},
	{"GET /scanner/communes.json", (*server).scannerCommunes},
	{"GET /scanner/files/{hash}/{path...}", (*server).scannerFile},
	{"GET /scanner/icons/{icon}", (*server).scannerIcon},
}

// scannerPage is the frame; its scripts fill it.
type scannerPage struct {
	page
	Styles   []string
	Version  string
	Decoder  string                       // address of zxing-wasm, "" when the program was built without it
	Messages map[string]map[string]string // by language, for words.js: see locale.Words.With
}

// scannerStyles are loaded in this order.
var scannerStyles = []string{"style.css", "scanner.css"}

// scannerWords begin the keys of what the scanner says.
var scannerWords = []string{"scanner.", "install.", "outcome.", "reason.", "advice.", "decision.", "compared.", "reason-of-trip.", "enrolment.unknown", "token.device", "too-many"}

// scannerMessages are in every language: it changes them without a network.
var scannerMessages = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, lang := range locale.Languages {
		all[lang] = locale.For(lang).With(scannerWords...)
	}
	return all
})

// scannerFrame shows the page in one language.
func (s *server) scannerFrame(p page, base string) scannerPage {
	p.Title, p.Assets, p.Path, p.ForOfficers = p.T("install.title"), base, "/scanner/", true
	f := scannerPage{page: p, Version: path.Base(base), Messages: scannerMessages()}
	for _, name := range scannerStyles {
		if s.assets.has(name) {
			f.Styles = append(f.Styles, name)
		}
	}
	if s.decoder() != "" {
		f.Decoder = base + "/vendor/zxing-wasm/"
	}
	return f
}

// drawFrame is the page as bytes, for the version that it belongs to.
func (s *server) drawFrame(base string) []byte {
	var b bytes.Buffer
	p := s.scannerFrame(page{Words: locale.For(locale.Languages[0])}, base)
	if err := s.pages.byName["scanner"].ExecuteTemplate(&b, "frame", p); err != nil {
		panic(err) // a test shows the page
	}
	return b.Bytes()
}

func (s *server) scanner(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", scannerPolicy)
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	h.Set("X-Robots-Tag", "noindex")
	s.showPart(w, r, http.StatusOK, "scanner", "frame", s.scannerFrame(s.page(r, ""), s.release().base))
}

// scannerPolicy also lets the page be installed and compile its reader.
const scannerPolicy = cameraPolicy + "; manifest-src 'self'"

// scannerWorker answers with the service worker, which begins with the list of
// what it keeps: another version is another script.
func (s *server) scannerWorker(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	s.release().worker.send(w, r)
}

func (s *server) scannerCommunes(w http.ResponseWriter, r *http.Request) {
	release := s.release()
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `W/"`+digest(release.communes.plain)+`"`)
	release.communes.send(w, r)
}

// scannerFile is asset for a page that is kept whole. A script that runs as a
// worker follows the policy that it comes with itself.
func (s *server) scannerFile(w http.ResponseWriter, r *http.Request) {
	name, release := r.PathValue("path"), s.release()
	digest, ours := release.digests[name]
	if !ours {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Security-Policy", scannerPolicy)
	w.Header().Set("ETag", `W/"`+digest+`"`)
	w.Header().Set("Cache-Control", "no-store") // asked for by a page of another version
	if release.base == "/scanner/files/"+r.PathValue("hash") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	s.sendAsset(w, r, name)
}

func (s *server) scannerIcon(w http.ResponseWriter, r *http.Request) {
	name := "icons/" + r.PathValue("icon")
	if !strings.HasSuffix(name, ".png") {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	s.sendAsset(w, r, name)
}

// scannerManifest is what a phone needs to install the page (W3C Web
// Application Manifest).
func (s *server) scannerManifest(w http.ResponseWriter, r *http.Request) {
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	t := words(r)
	text, err := json.Marshal(map[string]any{
		"id": "/scanner/", "start_url": "/scanner/", "scope": "/scanner/",
		"name": t.T("install.name"), "short_name": t.T("install.short"), "lang": t.Lang, "dir": "ltr",
		"display": "standalone", "orientation": "any", "background_color": "#ffffff", "theme_color": "#00473d",
		"icons": []icon{
			{"/scanner/icons/192.png", "192x192", "image/png", "any"},
			{"/scanner/icons/512.png", "512x512", "image/png", "any"},
			{"/scanner/icons/maskable.png", "512x512", "image/png", "maskable"},
		},
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/manifest+json")
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept-Language, Cookie")
	w.Write(text)
}
