package identity

import (
	"slices"
	"strings"
	"testing"

	"anlo"
)

func TestWarnings(t *testing.T) {
	born := func(year int) anlo.Date { return anlo.Date{Year: year, Month: 5, Day: 6} }
	for _, c := range []struct {
		number string
		sex    anlo.Sex
		birth  anlo.Date
		want   []string
	}{
		{"001090123456", anlo.Male, born(1990), nil},
		{"001190123456", anlo.Female, born(1990), nil},
		{"079205123456", anlo.Male, born(2005), nil},
		{"079305123456", anlo.Female, born(2005), nil},
		{"001090123456", anlo.Other, born(1990), nil},
		{"001090123456", anlo.Male, anlo.Date{Year: 1990}, nil},
		{"001090123456", anlo.Male, anlo.Date{}, nil},
		{"001090123456", anlo.Female, born(1990), []string{WarnSex}},
		{"001090123456", anlo.Male, born(1991), []string{WarnBirthYear}},
		{"001290123456", anlo.Male, born(1990), []string{WarnBirthYear}}, // says 2090
		{"003090123456", anlo.Male, born(1990), []string{WarnProvince}},
		{"000190123456", anlo.Male, born(1980), []string{WarnSex, WarnBirthYear, WarnProvince}},
		{"101090123456", anlo.Male, born(1990), nil}, // born abroad
	} {
		p := anlo.Person{Document: anlo.Document{Kind: anlo.CCCD, Number: c.number}, Sex: c.sex, BirthDate: c.birth}
		if got := Warnings(p); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s, %s: %v, want %v", c.number, c.sex, c.birth, got, c.want)
		}
	}
	for _, c := range []struct {
		kind        anlo.DocumentKind
		nationality string
		want        []string
	}{
		{anlo.CMND, "VN", []string{WarnOldCard}},
		{anlo.Passport, "VN", []string{WarnPassport}},
		{anlo.Passport, "FR", nil},
	} {
		p := anlo.Person{Document: anlo.Document{Kind: c.kind, Number: "012345678"}, Nationality: c.nationality}
		if got := Warnings(p); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %v, want %v", c.kind, c.nationality, got, c.want)
		}
	}
}

func TestProvinceCodes(t *testing.T) {
	codes := strings.Fields(provinceCodes)
	if len(codes) != 63 || !slices.IsSorted(codes) || len(slices.Compact(codes)) != 63 {
		t.Errorf("%d codes of provinces, want 63 in order", len(codes))
	}
}
