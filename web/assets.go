package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages refer to. All share one hash in their
// address, so that relative imports work and a browser may keep them for ever.
type assets struct {
	base  string // "/assets/1f0c2a…"
	files map[string]*asset
}

type asset struct {
	kind  string
	plain []byte
	gzip  func() []byte
}

var kinds = map[string]string{
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".png":  "image/png",
	".svg":  "image/svg+xml",
	".wasm": "application/wasm",
}

// loadAssets is done once: the files are part of the program.
var loadAssets = sync.OnceValue(func() *assets {
	a := &assets{files: map[string]*asset{}}
	hash := sha256.New()
	err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		kind, served := kinds[path.Ext(name)]
		if err != nil || d.IsDir() || !served {
			return err
		}
		data, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "assets/")
		hash.Write([]byte(name))
		hash.Write(data)
		a.files[name] = newAsset(kind, data)
		return nil
	})
	if err != nil {
		panic(err)
	}
	a.base = "/assets/" + hex.EncodeToString(hash.Sum(nil)[:8])
	for name, file := range a.files {
		if !strings.HasPrefix(name, "vendor/") { // a megabyte that most never ask for can wait
			file.gzip()
		}
	}
	return a
})

func newAsset(kind string, data []byte) *asset {
	return &asset{kind, data, sync.OnceValue(func() []byte { return compress(data) })}
}

func compress(data []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// has reports whether the program was built with a file.
func (a *assets) has(name string) bool { return a.files[name] != nil }

func (s *server) asset(w http.ResponseWriter, r *http.Request) {
	if s.assets.base != "/assets/"+r.PathValue("hash") { // a page of another version
		w.Header().Set("Cache-Control", "no-store")
		s.sendAsset(w, r, r.PathValue("path"))
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	s.sendAsset(w, r, r.PathValue("path"))
}

// serviceWorker has an address of its own: a worker may only look after paths
// beside it.
func (s *server) serviceWorker(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	s.sendAsset(w, r, "js/sw.js")
}

func (s *server) favicon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	s.sendAsset(w, r, "icon.svg")
}

func (s *server) sendAsset(w http.ResponseWriter, r *http.Request, name string) {
	file := s.assets.files[name]
	if file == nil {
		w.Header().Del("Cache-Control")
		s.problem(w, r, http.StatusNotFound)
		return
	}
	file.send(w, r)
}

func (a *asset) send(w http.ResponseWriter, r *http.Request) {
	body := a.plain
	w.Header().Set("Content-Type", a.kind)
	w.Header().Add("Vary", "Accept-Encoding")
	if zipped := a.gzip(); acceptsGzip(r) && len(zipped) < len(body) {
		w.Header().Set("Content-Encoding", "gzip")
		body = zipped
	}
	w.Write(body)
}

// acceptsGzip follows RFC 9110, section 12.5.3, as far as browsers use it.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" {
			return strings.TrimSpace(params) != "q=0"
		}
	}
	return false
}
