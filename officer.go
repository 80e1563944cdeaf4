package anlo

import (
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Officer is who an account belongs to.
type Officer struct {
	Login    string // a name for work: "lan.nguyen"
	Name     string
	Phone    string // may be empty
	Email    string // may be empty
	IDNumber string // may be empty; lets the audit see who looks at their own family
}

// String and LogValue keep people out of logs.
func (o Officer) String() string { return "officer " + o.Login }

// LogValue implements slog.LogValuer.
func (o Officer) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MaxLogin is the most characters of a login.
const MaxLogin = 64

// NormalLogin returns a login as it is kept: small letters, digits and . _ - @;
// "" when it cannot be one.
func NormalLogin(s string) string {
	if len(s) > 4*MaxLogin {
		return ""
	}
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) < 2 || len(s) > MaxLogin || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789._-@") != "" {
		return ""
	}
	return s
}

// Check normalises what was typed about an officer, and says what is wrong.
func (o *Officer) Check() error {
	var f faults
	typed := o.Login
	if o.Login = NormalLogin(typed); o.Login == "" {
		if strings.TrimSpace(typed) == "" {
			f.add("login", "required")
		} else {
			f.add("login", "login.malformed")
		}
	}
	o.Name = strings.Join(strings.Fields(o.Name), " ")
	f.require("name", o.Name, 100)
	if o.Phone = NormalPhone(strings.TrimSpace(o.Phone)); o.Phone != "" && !phone(o.Phone) {
		f.add("phone", "phone.malformed")
	}
	if o.Email = strings.TrimSpace(o.Email); o.Email != "" && f.text("email", o.Email, 200) && !email(o.Email) {
		f.add("email", "email.malformed")
	}
	if o.IDNumber != "" {
		d, err := ParseIDNumber(o.IDNumber)
		if err != nil {
			f.add("id_number", "id-number.malformed")
		}
		o.IDNumber = d.Number
	}
	return f.err()
}

// email forgives everything but what no mail reaches.
func email(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	return ok && user != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.ContainsAny(s, " \t<>,;")
}

// Lengths of passwords in characters. Long sentences are welcome, so nothing
// else is asked but that it is not one that everybody guesses first.
const (
	MinPassword = 12
	MaxPassword = 256
)

// CheckPassword says what is wrong with a new password for a login.
func CheckPassword(login, password string) error {
	var f faults
	lower := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		f.add("password", "password.short")
	case n > MaxPassword || !utf8.ValidString(password):
		f.add("password", "password.long")
	case login != "" && strings.Contains(lower, login):
		f.add("password", "password.login")
	case monotonous(lower):
		f.add("password", "password.simple")
	}
	return f.err()
}

// guessed are tried by everybody who guesses; what is left of a password
// without them has to carry it.
var guessed = strings.NewReplacer("password", "", "matkhau", "", "mậtkhẩu", "", "qwertyuiop", "", "qwerty", "", "asdfgh", "", "zxcvbn", "",
	"0123456789", "", "123456789", "", "12345678", "", "123456", "", "1234", "", "abcdef", "", "admin", "", "vietnam", "", "anlo", "")

// monotonous reports whether little is left of a password without what is
// guessed first and without repetitions: "password1234", "abcabcabcabc".
func monotonous(lower string) bool {
	rest := guessed.Replace(strings.ReplaceAll(lower, " ", ""))
	seen := map[rune]bool{}
	for _, r := range rest {
		seen[r] = true
	}
	return len(seen) < 6 || strings.Contains((rest + rest)[1:2*len(rest)-1], rest)
}
