package locale

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"anlo"
)

func read(t *testing.T, lang string) map[string]any {
	t.Helper()
	names, err := fs.Glob(files, "*."+lang+".toml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no words in %s: %v", lang, err)
	}
	all := map[string]any{}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := toml.Unmarshal(data, &m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, words := range m {
			if _, twice := all[key]; twice {
				t.Errorf("%s is in two files of %s", key, lang)
			}
			all[key] = words
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`{{.*?}}|\{[a-z]\}`)

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	vi, en := read(t, "vi"), read(t, "en")
	for key := range vi {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is missing in English", key)
		}
	}
	for key, words := range en {
		if _, ok := vi[key]; !ok {
			t.Errorf("%s is missing in Vietnamese", key)
		}
		if vi[key] == words && key != "name" && !strings.Contains(key, "pcr") {
			t.Errorf("%s is not translated: %q", key, words)
		}
		places := func(m map[string]any) []string {
			found := placeholder.FindAllString(fmt.Sprint(m[key]), -1)
			slices.Sort(found)
			return slices.Compact(found)
		}
		if v, e := places(vi), places(en); !slices.Equal(v, e) {
			t.Errorf("%s holds %v in Vietnamese and %v in English", key, v, e)
		}
		if strings.TrimSpace(fmt.Sprint(words)) == "" {
			t.Errorf("%s is empty", key)
		}
	}
}

// codes collects the codes of errors in the source of a package: what is
// written as Code: "…" and as the last argument of an add method, and what
// functions return that add is given.
func codes(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no Go source in %s", dir)
	}
	found := map[string]bool{}
	keep := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, _ := strconv.Unquote(lit.Value)
			found[s] = true
		}
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		helpers := map[string]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok && id.Name == "Code" {
					keep(n.Value)
				}
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "add" && len(n.Args) > 1 {
					last := n.Args[len(n.Args)-1]
					keep(last)
					if call, ok := last.(*ast.CallExpr); ok {
						if id, ok := call.Fun.(*ast.Ident); ok {
							helpers[id.Name] = true
						}
					}
				}
			}
			return true
		})
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && helpers[fn.Name.Name] {
				ast.Inspect(fn, func(n ast.Node) bool {
					if ret, ok := n.(*ast.ReturnStmt); ok {
						for _, e := range ret.Results {
							keep(e)
						}
					}
					return true
				})
			}
		}
	}
	delete(found, "") // an error without a code is internal
	return slices.Sorted(maps.Keys(found))
}

// A code without words would be shown to people as it is.
func TestEveryCodeHasWords(t *testing.T) {
	for _, dir := range []string{"..", "../app", "../geo", "../identity", "../credential", "../exchange", "../auth", "../notify"} {
		all := codes(t, dir)
		for _, code := range all {
			if !For("vi").Has(code) {
				t.Errorf("%s: the code %q has no words", dir, code)
			}
		}
		if dir == ".." {
			for _, sure := range []string{"required", "choice.unknown", "date.future", "commune.unknown", "traveller.twice", "id-number.length", "storage.full"} {
				if !slices.Contains(all, sure) {
					t.Errorf("the code %q was not found in the source: this test looks in the wrong way", sure)
				}
			}
		}
	}
}

// constants returns the values of the constants of a type in the root package.
func constants(t *testing.T, typ string) []string {
	t.Helper()
	var values []string
	paths, _ := filepath.Glob("../*.go")
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				if id, ok := spec.Type.(*ast.Ident); ok && id.Name == typ {
					for _, v := range spec.Values {
						if lit, ok := v.(*ast.BasicLit); ok {
							s, _ := strconv.Unquote(lit.Value)
							values = append(values, s)
						}
					}
				}
			}
			return true
		})
	}
	if len(values) < 2 {
		t.Fatalf("found %d constants of type %s", len(values), typ)
	}
	return values
}

func TestEveryChoiceHasWords(t *testing.T) {
	for typ, prefixes := range map[string][]string{
		"Outcome": {"outcome."}, "Reason": {"reason.", "advice."}, "VehicleKind": {"vehicle."}, "TripPurpose": {"reason-of-trip."},
		"Symptom": {"symptoms."}, "Sex": {"sex."}, "DocumentKind": {"document.kind."}, "TestKind": {"test."}, "TestResult": {"test_result."}, "Role": {"role."}, "Action": {"action."},
		"Purpose": {"purpose."}, "Decision": {"decision."}, "ScanKind": {"scan-kind."}, "Compared": {"compared."},
	} {
		for _, value := range constants(t, typ) {
			for _, prefix := range prefixes {
				if !For("vi").Has(prefix + value) {
					t.Errorf("%s %q has no words under %s", typ, value, prefix+value)
				}
			}
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct{ accept, cookie, query, want string }{
		{"", "", "", "vi"},
		{"fr-FR,fr;q=0.9", "", "", "vi"},
		{"en-GB,en;q=0.9", "", "", "en"},
		{"en;q=0.5, vi", "", "", "vi"},
		{"de, en;q=0.4", "", "", "en"},
		{"\xff;;q=", "", "", "vi"},
		{"vi", "en", "", "en"},
		{"vi", "xx", "", "vi"},
		{"en", "en", "vi", "vi"},
		{"en", "vi", "javascript:", "vi"},
	} {
		if got := Match(c.accept, c.cookie, c.query); got != c.want {
			t.Errorf("Match(%q, %q, %q) = %s, want %s", c.accept, c.cookie, c.query, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	vi, en := For("vi"), For("en")
	if For("xx") != vi || vi.Other() != "en" || en.Other() != "vi" {
		t.Error("wrong language")
	}
	for _, c := range []struct{ got, want string }{
		{vi.T("date.future"), "Ngày này ở tương lai."},
		{en.T("date.future"), "This date is in the future."},
		{en.T("no.such.key"), "no.such.key"},
		{en.T("declare.step", "Step", 2, "Of", 5), "Step 2 of 5"},
		{en.T("checkpoint.party-count", "Count", 1), "1 person"},
		{en.T("checkpoint.party-count", "Count", 4), "4 people"},
		{vi.T("checkpoint.party-count", "Count", 4), "4 người"},
		{en.T("declare.welcome", "Name", "<An>"), "Hello <An>"},
		{vi.Date(anlo.Date{Year: 1990, Month: 1, Day: 31}), "31/01/1990"},
		{en.Date(anlo.Date{Year: 1990, Month: 1, Day: 31}), "31 Jan 1990"},
		{en.Date(anlo.Date{Year: 1945}), "1945"},
		{vi.Time(time.Date(2026, 11, 23, 17, 30, 0, 0, time.UTC)), "00:30 thứ Ba, 24/11/2026"},
		{en.Time(time.Date(2026, 11, 22, 7, 5, 0, 0, time.UTC)), "14:05 Sunday, 22 Nov 2026"},
		{vi.Country("VN"), "Việt Nam"},
		{en.Country("LA"), "Laos"},
		{en.Country("??"), "??"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestCountries(t *testing.T) {
	for _, lang := range Languages {
		list := For(lang).Countries()
		if len(list) < 240 || list[0].Code != "VN" || list[1].Code != "LA" {
			t.Errorf("%s: %d countries, beginning with %v", lang, len(list), list[:2])
		}
		names := map[string]bool{}
		for _, c := range list {
			if c.Name == "" || names[c.Name] {
				t.Errorf("%s: %s is called %q", lang, c.Code, c.Name)
			}
			names[c.Name] = true
		}
	}
}

func TestWordsForScripts(t *testing.T) {
	for _, lang := range Languages {
		w := For(lang)
		some := w.With("outcome.", "reason.expired")
		if some["outcome.go"] != w.T("outcome.go") || some["reason.expired"] != w.T("reason.expired") || len(some) < 4 {
			t.Errorf("%s: %v", lang, some)
		}
		if _, ok := some["reason.revoked"]; ok {
			t.Errorf("%s: a key that nobody asked for", lang)
		}
	}
}
