package anlo_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// may says which packages of this module each package imports outside its
// tests. A package that is not named here does not exist yet.
var may = map[string][]string{
	".":          {},
	"seal":       {},
	"credential": {"."},
	"geo":        {"."},
	"identity":   {"."},
	"exchange":   {"."},
	"simulate":   {"."},
	"locale":     {"."},
	"notify":     {"."},
	"chart":      {"."},
	"store":      {".", "seal"},
	"app":        {".", "store", "seal", "credential", "geo", "identity", "locale", "notify"},
	"auth":       {".", "store", "seal"},
	"jobs":       {"app"},
	"api":        {".", "app", "auth", "credential", "geo", "locale"},
	"web":        {".", "app", "auth", "chart", "credential", "exchange", "geo", "identity", "locale"},
	"anlotest":   {".", "store", "app", "auth", "identity", "simulate"},
	"cmd/anlo": {".", "app", "api", "auth", "web", "jobs", "store", "seal", "chart", "credential", "geo", "identity", "exchange",
		"notify", "simulate", "locale", "anlotest"},
}

// Directions keep the house walkable: words at the root, leaves that know only
// words, use-cases above them, doors outermost.
func TestDirections(t *testing.T) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		allowed, known := may[dir]
		if !known {
			t.Errorf("%s: package %s is not in the table of directions", path, dir)
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported := strings.Trim(spec.Path.Value, `"`)
			inner, ours := strings.CutPrefix(imported, "anlo/")
			if imported == "anlo" {
				inner, ours = ".", true
			}
			if ours && !slices.Contains(allowed, inner) {
				t.Errorf("%s imports %s", path, imported)
			}
			if dir == "." && strings.Contains(imported, ".") {
				t.Errorf("%s imports %s: the root package uses the standard library only", path, imported)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every package has a page of its own in `go doc`.
func TestPackagesAreDocumented(t *testing.T) {
	for dir := range may {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		documented := len(files) == 0
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || strings.Contains("\n"+string(src), "\n// Package ") || strings.Contains("\n"+string(src), "\n// Command ")
		}
		if !documented {
			t.Errorf("package %s has no documentation", dir)
		}
	}
}

// SQLite in Go is translated against one version of its C library and is only
// tested with that one.
func TestLibcIsTheOneOfSQLite(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	libc := regexp.MustCompile(`modernc\.org/libc v\S+`)
	if want, got := libc.FindString(string(theirs)), libc.FindString(string(ours)); got != want || got == "" {
		t.Errorf("go.mod has %q, SQLite was made for %q", got, want)
	}
}
