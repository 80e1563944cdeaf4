package identity

import (
	"log/slog"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anlo"
)

// Card is what the QR code on the front of a Vietnamese identity card says. It
// is not signed: it saves typing and proves nothing.
type Card struct {
	Document  anlo.Document // always a CCCD
	OldNumber string        // CMND, empty when the card does not carry one
	FullName  string
	BirthDate anlo.Date // year only when the card says so
	Sex       anlo.Sex
	Address   string    // permanent residence as one line
	IssuedOn  anlo.Date // zero when the card does not say
}

// String and LogValue keep people out of logs.
func (c Card) String() string { return "card ***" }

// LogValue implements slog.LogValuer.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }

// maxCard is several times what any card carries, in bytes.
const maxCard = 1024

// What ReadCard refuses a card for.
var (
	ErrCardMalformed = &anlo.Error{Kind: anlo.Invalid, Code: "card.malformed"} // not the QR code of an identity card
	ErrCardNumber    = &anlo.Error{Kind: anlo.Invalid, Code: "card.number"}
	ErrCardName      = &anlo.Error{Kind: anlo.Invalid, Code: "card.name"}
	ErrCardDate      = &anlo.Error{Kind: anlo.Invalid, Code: "card.date"}
	ErrCardSex       = &anlo.Error{Kind: anlo.Invalid, Code: "card.sex"}
)

// ReadCard reads the text of the QR code:
//
//	CCCD|CMND or empty|full name|DDMMYYYY|Nam or Nữ|address|DDMMYYYY of issue
//
// Cards differ: the field of the CMND may be missing altogether, newer cards
// append fields, which are ignored, and the date of issue may be empty. Errors
// are the ErrCard values; they never hold what was read.
func ReadCard(text string) (Card, error) {
	if len(text) > maxCard || !utf8.ValidString(text) {
		return Card{}, ErrCardMalformed
	}
	text = norm.NFC.String(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")))
	if strings.IndexFunc(text, unprintable) >= 0 {
		return Card{}, ErrCardMalformed
	}
	f := strings.Split(text, "|")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	if len(f) >= 6 && f[1] != "" && !digits(f[1]) { // a name: this card has no field for the CMND
		f = append(f[:1:1], append([]string{""}, f[1:]...)...)
	}
	if len(f) < 7 {
		return Card{}, ErrCardMalformed
	}
	return readFields(f)
}

func readFields(f []string) (Card, error) {
	c := Card{OldNumber: f[1], FullName: CleanName(f[2]), Address: CleanName(f[5])}
	var err error
	if c.Document, err = anlo.ParseIDNumber(f[0]); err != nil || c.Document.Kind != anlo.CCCD {
		return Card{}, ErrCardNumber
	}
	if c.OldNumber != "" && (len(c.OldNumber) != 9 || !digits(c.OldNumber)) {
		return Card{}, ErrCardNumber
	}
	if utf8.RuneCountInString(c.FullName) > 100 || !strings.ContainsFunc(c.FullName, unicode.IsLetter) {
		return Card{}, ErrCardName
	}
	if c.BirthDate, err = cardDate(f[3]); err != nil {
		return Card{}, ErrCardDate
	}
	switch strings.ToLower(f[4]) {
	case "nam":
		c.Sex = anlo.Male
	case "nữ":
		c.Sex = anlo.Female
	default:
		return Card{}, ErrCardSex
	}
	if f[6] != "" {
		if c.IssuedOn, err = cardDate(f[6]); err != nil {
			return Card{}, ErrCardDate
		}
	}
	return c, nil
}

// cardDate reads DDMMYYYY. Where only the year is known, cards say 0000YYYY or
// YYYY.
func cardDate(s string) (anlo.Date, error) {
	if len(s) == 8 && digits(s) {
		if s[:4] == "0000" {
			return anlo.ParseDate(s[4:])
		}
		return anlo.ParseDate(s[4:] + "-" + s[2:4] + "-" + s[:2])
	}
	if len(s) == 4 {
		return anlo.ParseDate(s)
	}
	return anlo.Date{}, ErrCardDate
}

// Text writes the card as its QR code says it; [ReadCard] reads it back.
func (c Card) Text() string {
	sex := "Nam"
	if c.Sex == anlo.Female {
		sex = "Nữ"
	}
	issued := ""
	if !c.IssuedOn.IsZero() {
		issued = dateText(c.IssuedOn)
	}
	return strings.Join([]string{c.Document.Number, c.OldNumber, c.FullName, dateText(c.BirthDate), sex, c.Address, issued}, "|")
}

// dateText writes DDMMYYYY.
func dateText(d anlo.Date) string {
	n := 100_000_000 + d.Day*1_000_000 + d.Month*10_000 + d.Year
	return strconv.Itoa(n)[1:]
}

// unprintable finds what no card carries: control characters, and those that
// reorder the text around them.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
