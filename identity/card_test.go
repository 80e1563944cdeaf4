package identity

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"anlo"
)

var an = Card{
	Document:  anlo.Document{Kind: anlo.CCCD, Number: "001090123456", Country: "VN"},
	OldNumber: "012345678",
	FullName:  "Nguyễn Văn An",
	BirthDate: anlo.Date{Year: 1990, Month: 1, Day: 31},
	Sex:       anlo.Male,
	Address:   "Số 12, Ngõ 34, Ba Đình, Hà Nội",
	IssuedOn:  anlo.Date{Year: 2021, Month: 4, Day: 15},
}

func TestReadCard(t *testing.T) {
	const text = "001090123456|012345678|Nguyễn Văn An|31011990|Nam|Số 12, Ngõ 34, Ba Đình, Hà Nội|15042021"
	change := func(f func(c *Card)) Card { c := an; f(&c); return c }
	for name, c := range map[string]struct {
		text string
		want Card
	}{
		"as issued":              {text, an},
		"with a byte order mark": {"\ufeff" + text + "\r\n", an},
		"more fields":            {text + "||Nguyễn Văn Bình|Trần Thị Cúc", an},
		"without CMND":           {strings.Replace(text, "012345678", "", 1), change(func(c *Card) { c.OldNumber = "" })},
		"no field for CMND":      {strings.Replace(text, "|012345678", "", 1), change(func(c *Card) { c.OldNumber = "" })},
		"six fields and more":    {strings.Replace(text, "|012345678", "", 1) + "||x", change(func(c *Card) { c.OldNumber = "" })},
		"decomposed":             {strings.Replace(text, "Nguyễn", "Nguye\u0302\u0303n", 1), an},
		"capitals":               {strings.Replace(text, "Nam", "NAM", 1), an},
		"woman":                  {strings.Replace(text, "|Nam|", "|Nữ|", 1), change(func(c *Card) { c.Sex = anlo.Female })},
		"year only":              {strings.Replace(text, "31011990", "00001990", 1), change(func(c *Card) { c.BirthDate = anlo.Date{Year: 1990} })},
		"bare year":              {strings.Replace(text, "31011990", "1990", 1), change(func(c *Card) { c.BirthDate = anlo.Date{Year: 1990} })},
		"not dated":              {strings.Replace(text, "15042021", "", 1), change(func(c *Card) { c.IssuedOn = anlo.Date{} })},
		"loose spaces":           {strings.ReplaceAll(text, "|", " | "), an},
	} {
		if got, err := ReadCard(c.text); err != nil || got != c.want {
			t.Errorf("%s: %#v, %v", name, got, err)
		}
	}

	for name, c := range map[string]struct {
		text string
		want error
	}{
		"empty":          {"", ErrCardMalformed},
		"a web address":  {"https://example.org/x", ErrCardMalformed},
		"our own pass":   {"AL1:6BFOXN*TS0BI$ZD", ErrCardMalformed},
		"five fields":    {"001090123456|Nguyễn Văn An|31011990|Nam|Hà Nội", ErrCardMalformed},
		"too long":       {text + "|" + strings.Repeat("x", maxCard), ErrCardMalformed},
		"not UTF-8":      {strings.Replace(text, "ễ", "\xff", 1), ErrCardMalformed},
		"a control":      {strings.Replace(text, " Văn", "\x00Văn", 1), ErrCardMalformed},
		"reordered":      {strings.Replace(text, " Văn", "\u202eVăn", 1), ErrCardMalformed},
		"short number":   {text[1:], ErrCardNumber},
		"CMND as number": {"012345678||Nguyễn Văn An|31011990|Nam|Hà Nội|15042021", ErrCardNumber},
		"odd CMND":       {strings.Replace(text, "012345678", "0123456", 1), ErrCardNumber},
		"no name":        {strings.Replace(text, "Nguyễn Văn An", "", 1), ErrCardName},
		"name of digits": {strings.Replace(text, "Nguyễn Văn An", "12 34", 1), ErrCardName},
		"endless name":   {strings.Replace(text, "Nguyễn", strings.Repeat("a", 120), 1), ErrCardName},
		"31 February":    {strings.Replace(text, "31011990", "31021990", 1), ErrCardDate},
		"month first":    {strings.Replace(text, "31011990", "01311990", 1), ErrCardDate},
		"no birth date":  {strings.Replace(text, "31011990", "", 1), ErrCardDate},
		"odd issue date": {strings.Replace(text, "15042021", "2021", 1) + "x", ErrCardDate},
		"no sex":         {strings.Replace(text, "|Nam|", "||", 1), ErrCardSex},
		"sex in English": {strings.Replace(text, "|Nam|", "|male|", 1), ErrCardSex},
	} {
		got, err := ReadCard(c.text)
		if !errors.Is(err, c.want) || got != (Card{}) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestCardText(t *testing.T) {
	for _, c := range []Card{an, {Document: an.Document, FullName: "H'Hen Niê", BirthDate: anlo.Date{Year: 1950}, Sex: anlo.Female}} {
		if got, err := ReadCard(c.Text()); err != nil || got != c {
			t.Errorf("%s is read as %#v, %v", c.Text(), got, err)
		}
	}
}

func TestNothingPersonalIsPrinted(t *testing.T) {
	claim := NewClaim(anlo.Person{Document: an.Document, FullName: an.FullName})
	for _, v := range []any{an, &an, claim, &claim, []Card{an}} {
		if s := fmt.Sprintf("%v %+v %s", v, v, v); strings.Contains(s, "Nguy") || strings.Contains(s, "001090123456") {
			t.Errorf("%T prints %s", v, s)
		}
	}
}

func FuzzReadCard(f *testing.F) {
	f.Add(an.Text())
	f.Add("001090123456|Nguyễn Văn A|01011990|Nam|Hà Nội|15042021")
	f.Add("001090123456||Trần Thị Ba|00001950|Nữ|Ấp 3|")
	f.Add("||||||")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ReadCard(text)
		if err != nil {
			if anlo.KindOf(err) != anlo.Invalid || c != (Card{}) {
				t.Fatalf("%v, %#v", err, c)
			}
			return
		}
		if again, err := ReadCard(c.Text()); err != nil || again != c {
			t.Fatalf("%q was read as %q, then as %q: %v", text, c.Text(), again.Text(), err)
		}
	})
}
