package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// Whatever the desk shows has words in both languages.
func TestDeskWords(t *testing.T) {
	var keys []string
	add := func(prefix string, values ...string) {
		for _, v := range values {
			keys = append(keys, prefix+v)
		}
	}
	add("state.", texts(anlo.NoticeStates)...)
	add("asked.", texts(anlo.NoticeStates)...)
	add("view.", texts(app.Views)...)
	add("follow.", texts(anlo.FollowUpKinds)...)
	add("follow.", texts([]anlo.FollowUpKind{anlo.DidRoute, anlo.DidChange, anlo.DidCancel, anlo.DidClimb, anlo.DidMerge})...)
	add("way.", string(anlo.ByVisit), string(anlo.ByPhone), string(anlo.ByLink))
	add("desk-purpose.", texts(anlo.RevealPurposes)...)
	add("role.", texts([]anlo.Role{anlo.Citizen, anlo.CommuneOfficer, anlo.HealthOfficer, anlo.ProvinceSupervisor, anlo.NationalSupervisor, anlo.System})...)
	add("level.", "0", "1", "2")
	for _, r := range anlo.NoticeRoles {
		add("notice-role.", r.Name)
	}
	for _, g := range []anlo.Grade{anlo.MatchExact, anlo.MatchProbable, anlo.MatchDiffers, anlo.MatchNotFound, anlo.MatchUnavailable} {
		add("grade.", string(g))
		add("grade-text.", string(g))
		if g != anlo.MatchExact {
			add("doubt.", string(g))
		}
	}
	reasons := matchReasons(t)
	if !slices.Contains(reasons, "birth-date.swapped") || len(reasons) < 20 {
		t.Fatalf("this test looks for the reasons in the wrong way: %v", reasons)
	}
	add("match.", reasons...)
	for _, kind := range anlo.FollowUpKinds {
		if workKeys[kind] == "" {
			t.Errorf("no key leads to %s", kind)
		}
		for _, in := range workInputs(kind) {
			label := in.label
			if label == "" {
				label = in.name
			}
			add("field.", label)
		}
	}
	for _, lang := range locale.Languages {
		for _, key := range keys {
			if !locale.For(lang).Has(key) {
				t.Errorf("%s has no words in %s", key, lang)
			}
		}
	}
}

// matchReasons are the constants of package identity that say why a match is unsure.
func matchReasons(t *testing.T) (values []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../identity/match.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, text)
		return true
	})
	return values
}

func TestTemperature(t *testing.T) {
	for text, want := range map[string]int{"": 0, " ": 0, "37,5": 375, "37.5": 375, "38": 380, "36,6 °C": 366, "36,6°": 366, "40.0C": 400} {
		if got, ok := readTemperature(text); got != want || !ok {
			t.Errorf("%q is %d, %t; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"nóng", "375", "37,55", "3,7", "-3,5", "37,5,1", "3７", "00", "1e1", "99999999999999999999"} {
		if got, ok := readTemperature(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestStreets(t *testing.T) {
	var rows []deskRow
	for _, a := range []string{"Số 12 Ngọc Hà", "Thôn Đoài", "5 Ngọc Hà", "Số nhà 3A, Đội Cấn", "", "Số 100 Đội Cấn", "15/2 Ngọc Hà"} {
		rows = append(rows, deskRow{Address: a})
	}
	byStreet(rows)
	var got []string
	for _, r := range rows {
		got = append(got, r.Address)
	}
	want := []string{"", "Số nhà 3A, Đội Cấn", "Số 100 Đội Cấn", "5 Ngọc Hà", "Số 12 Ngọc Hà", "15/2 Ngọc Hà", "Thôn Đoài"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
