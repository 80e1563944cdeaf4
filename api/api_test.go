package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anlo/locale"
)

var update = flag.Bool("update", false, "write testdata/openapi.json anew")

func TestDocumentIsGolden(t *testing.T) {
	const golden = "testdata/openapi.json"
	res := newDoor(t).do(http.MethodGet, "/api/openapi.json", "")
	var got bytes.Buffer
	if err := json.Indent(&got, res.body, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the document changed; review it, then go test ./api -update\n%s", diff)
	}
	if found := regexp.MustCompile(`https?://[^"]*`).FindString(got.String()); found != "" {
		t.Errorf("the document depends on %s", found)
	}
}

// TestEveryRouteIsDocumented walks the document and calls each operation
// without credentials: nothing answers 404, so paths and routes agree.
func TestEveryRouteIsDocumented(t *testing.T) {
	d := newDoor(t)
	id := "01890000-0000-7000-8000-000000000000"
	for path, item := range d.doc.Paths {
		for method, op := range operations(item) {
			if op.OperationID == "" || op.Summary == "" || len(op.Tags) == 0 {
				t.Errorf("%s %s lacks an id, a summary or a tag", method, path)
			}
			want := http.StatusUnauthorized
			if op.Security == nil {
				continue // called with real input elsewhere
			}
			if got := d.do(method, strings.ReplaceAll(path, "{id}", id), ""); got.status != want {
				t.Errorf("%s %s without a token: %d, want %d", method, path, got.status, want)
			}
		}
	}
}

func TestStrangePathsAndMethods(t *testing.T) {
	d := newDoor(t)
	for _, c := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/api/v1/nothing", 404, "not-found", ""},
		{"GET", "/api/", 404, "not-found", ""},
		{"GET", "/api/v1/declarations", 405, "method-not-allowed", "POST"},
		{"PATCH", "/api/v1/units", 405, "method-not-allowed", "GET, HEAD"},
		{"POST", "/api/v1/declarations/x", 405, "method-not-allowed", "GET, PUT, DELETE, HEAD"},
		{"OPTIONS", "/api/v1/bundle", 405, "method-not-allowed", "GET, HEAD"},
	} {
		res := d.do(c.method, c.path, "")
		if res.status != c.status || res.problem().Code != c.code || res.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %s, Allow %q", c.method, c.path, res.status, res.body, res.header.Get("Allow"))
		}
	}
}

func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	d := newDoor(t)
	titles := map[string]string{}
	for accept, lang := range map[string]string{
		"":                        "vi",
		"fr":                      "vi",
		"en":                      "en",
		"en-GB,en;q=0.9,vi;q=0.8": "en",
		"en;q=0.5, vi-VN":         "vi",
		"vi;q=0, en;q=0.1":        "en",
	} {
		res := d.do(http.MethodGet, "/api/v1/nothing", "", "Accept-Language", accept)
		if got := res.header.Get("Content-Language"); got != lang {
			t.Errorf("Accept-Language %q: answered in %q, want %q", accept, got, lang)
		}
		if res.header.Get("Vary") != "Accept-Language" {
			t.Errorf("Accept-Language %q: no Vary", accept)
		}
		titles[lang] = res.problem().Title
	}
	if titles["vi"] == titles["en"] {
		t.Errorf("one title for both languages: %q", titles["vi"])
	}
}

// TestGuide holds the codes in the guide for integrators against the program.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, errors, ok := strings.Cut(string(guide), "## Errors")
	if !ok {
		t.Fatal("the guide has no chapter on errors")
	}
	listed := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (?:[0-9]{3} \\| )?(`[^|]*)\\|").FindAllStringSubmatch(errors, -1) {
		for _, code := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(row[1], -1) {
			listed[code[1]] = true
			for _, lang := range locale.Languages {
				if say(lang, code[1]) == code[1] {
					t.Errorf("the guide lists %s, for which there are no words in %s", code[1], lang)
				}
			}
		}
	}
	for code := range words {
		if !listed[code] && code != "not-acceptable" { // huma knows it; we always answer in JSON
			t.Errorf("the guide does not list %s", code)
		}
	}
}
