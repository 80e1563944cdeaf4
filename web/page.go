package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"html/template"
	"io"
	"net/http"
	"strings"
	"sync"

	"anlo/locale"
)

//go:embed templates
var templateFiles embed.FS

// pages holds the template of every page, by name.
type pages struct{ byName map[string]*template.Template }

// pageData says which data each page is shown with; a test checks the
// templates against it.
var pageData = map[string]any{
	"home":       homePage{},
	"privacy":    privacyPage{},
	"who":        stepPage{},
	"home-step":  stepPage{},
	"trip":       stepPage{},
	"health":     stepPage{},
	"person":     stepPage{},
	"check":      checkPage{},
	"my":         myPage{},
	"cancel":     myPage{},
	"again":      againPage{},
	"list":       listPage{},
	"list-check": listPage{},
	"list-done":  listPage{},
	"checkpoint": checkpointPage{},
	"enter":      checkpointPage{},
	"problem":    problemPage{},
	"desk":       deskPage{},
	"desk-bulk":  bulkPage{},
	"desk-print": printPage{},
	"record":     recordPage{},
	"assist":     assistPage{},
	"slip":       slipPage{},
	"scanner":    scannerPage{},

	"signin":          signInPage{},
	"signin-password": signInPage{},
	"signin-enrol":    signInPage{},
	"signin-code":     signInPage{},
	"signin-role":     signInPage{},
	"recovery":        codesPage{},
	"account":         accountPage{},
	"passkey-new":     passkeyPage{},
	"account-change":  surePage{},
	"staff":           staffPage{},
	"staff-new":       newPage{},
	"staff-one":       onePage{},
	"keys":            keysPage{},
	"devices":         devicesPage{},
	"once":            secretPage{},
	"figures":         figuresPage{},
	"audit":           auditPage{},
	"webhooks":        webhooksPage{},
	"webhook":         webhookPage{},
	"zones":           zonesPage{},

	"posts":    postsPage{},
	"post":     postPage{},
	"post-new": newPostPage{},
	"enrol":    enrolPage{},
	"phone":    phonePage{},
	"wait":     waitPage{},
}

var parsePages = sync.OnceValue(func() *pages {
	shared := template.Must(template.New("").ParseFS(templateFiles, "templates/layout.html", "templates/form.html", "templates/shapes.html",
		"templates/account-parts.html", "templates/shortcuts.html", "templates/ways.html", "templates/list-parts.html", "templates/text.html"))
	p := &pages{map[string]*template.Template{}}
	for name := range pageData {
		t := template.Must(shared.Clone())
		p.byName[name] = template.Must(t.ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return p
})

// page is what the frame around every page needs.
type page struct {
	*locale.Words
	Title       string
	Path        string // of this page, for the link to the other language; "" when only a form leads here
	Form        string // the form that the language button belongs to, when there is no link
	Assets      string // base address of stylesheet and scripts
	Script      string // "declare"; "" for none
	Manifest    string // address of what makes the page an app of its own; "" for none
	Wrong       bool   // something must be corrected
	ForOfficers bool
	Office      *officePage // of an officer who is signed in: the frame has a menu
	personal    bool        // shows personal data: no cache may keep it
	keep        bool        // a blank step of a form: the browser may go back to it
}

// page begins a page in the language of the request.
func (s *server) page(r *http.Request, title string) page {
	w := words(r)
	p := page{Words: w, Title: w.T(title), Assets: s.assets.base}
	if r.Method == http.MethodGet {
		p.Path = r.URL.Path
		if r.URL.RawQuery != "" {
			p.Path += "?" + r.URL.RawQuery
		}
	}
	return p
}

// LangLink is this page in the other language.
func (p page) LangLink() string {
	if strings.Contains(p.Path, "?") {
		return p.Path + "&lang=" + p.Other()
	}
	return p.Path + "?lang=" + p.Other()
}

// frame gives show the frame of every page that embeds one.
func (p page) frame() page { return p }

var gzips = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, 5); return z }}

// show answers with a page. It is written in full before the first byte
// leaves, so that a fault in a template never shows half a page.
func (s *server) show(w http.ResponseWriter, r *http.Request, status int, name string, data interface{ frame() page }) {
	s.showPart(w, r, status, name, "layout", data)
}

// showPart answers with one template of a page's file.
func (s *server) showPart(w http.ResponseWriter, r *http.Request, status int, name, part string, data interface{ frame() page }) {
	var b bytes.Buffer
	if err := s.pages.byName[name].ExecuteTemplate(&b, part, data); err != nil {
		s.Log.Error("page", "name", name, "error", err)
		http.Error(w, words(r).T("problem.500"), http.StatusInternalServerError)
		return
	}
	p, h := data.frame(), w.Header()
	switch {
	case p.personal:
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
	case p.keep:
		h.Set("Cache-Control", "private, no-cache")
	default:
		h.Set("Cache-Control", "no-cache")
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.Lang)
	h.Add("Vary", "Accept-Language, Cookie, Accept-Encoding")
	if !acceptsGzip(r) {
		w.WriteHeader(status)
		w.Write(b.Bytes())
		return
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	writeGzip(w, b.Bytes())
}

func writeGzip(w io.Writer, b []byte) {
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(w)
	z.Write(b)
	z.Close()
}

// privacyPage says what becomes of people's data here.
type privacyPage struct {
	page
	Texts bool // phones are sent texts
}

func (s *server) privacy(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "privacy", privacyPage{s.page(r, "privacy.title"), s.Texts()})
}
