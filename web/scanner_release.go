package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A scannerRelease is one version of the scanner as a phone keeps it. Its
// addresses change only when it does, so that nothing is fetched twice; they
// are all below /scanner/, because a browser asks a service worker for the
// script of a worker by the script's own address.
type scannerRelease struct {
	base     string            // "/scanner/files/1f0c2a…", address of the files
	digests  map[string]string // of the files, by name
	communes *asset            // full names by code, to say where somebody goes
	worker   *asset            // the service worker
}

// releaseList is what the service worker keeps; it is the first line of it.
type releaseList struct {
	Version string      `json:"version"`
	Base    string      `json:"base"`
	Files   [][2]string `json:"files"` // address and digest
}

// newRelease puts the scanner together.
func (s *server) newRelease() *scannerRelease {
	r := &scannerRelease{communes: s.communeNames(), digests: map[string]string{}}
	for name, file := range s.assets.files {
		if inScanner(name) {
			r.digests[name] = digest(file.plain)
		}
	}
	names := slices.Sorted(maps.Keys(r.digests))
	var all strings.Builder
	for _, name := range names {
		all.WriteString(name + " " + r.digests[name] + "\n")
	}
	r.base = "/scanner/files/" + digest([]byte(all.String()))
	list := releaseList{Base: r.base, Files: [][2]string{{"/scanner/communes.json", digest(r.communes.plain)}}}
	for _, name := range names {
		list.Files = append(list.Files, [2]string{r.base + "/" + name, r.digests[name]})
	}
	list.Version = digest(slices.Concat([]byte(all.String()), r.communes.plain, s.drawFrame(r.base)))
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // it holds texts only
	}
	r.worker = newAsset(kinds[".js"], slices.Concat([]byte("self.release = "), text, []byte(";\n"), s.assets.files["js/scanner-sw.js"].plain))
	return r
}

// inScanner tells which of the assets the scanner is made of.
func inScanner(name string) bool {
	return slices.Contains(scannerStyles, name) || name == "icon.svg" || name == "js/card.js" ||
		strings.HasPrefix(name, "js/scan/") || strings.HasPrefix(name, "vendor/zxing-wasm/")
}

func (s *server) communeNames() *asset {
	names := map[string]string{}
	var below func(parent string)
	below = func(parent string) {
		for _, u := range s.Units.Children(s.UnitList, parent) {
			if s.Units.Known(u.UnitRef) {
				names[u.Code] = s.Units.FullName(u.UnitRef)
			} else {
				below(u.Code)
			}
		}
	}
	below("")
	text, err := json.Marshal(names)
	if err != nil {
		panic(err) // it holds texts only
	}
	return newAsset(kinds[".json"], text)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
