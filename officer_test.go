package anlo

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]string{
		"một câu dài dễ nhớ": "", "correct horse battery": "", "Tr0ub4dor&3x!": "", "con mèo ăn cơm": "",
		"ngắn": "password.short", "": "password.short", strings.Repeat("câu dài ", 40): "password.long", "\xff\xfe một câu dài": "password.long",
		"xin chào lan.nguyen": "password.login", "LAN.NGUYEN 2026!!": "password.login",
		"password1234": "password.simple", "Mật khẩu 1234": "password.simple", "abcabcabcabcabc": "password.simple", "111111111111": "password.simple",
		"qwertyuiop1234": "password.simple", "vietnam123456": "password.simple", "            ": "password.simple",
	} {
		err := CheckPassword("lan.nguyen", password)
		var e *Error
		switch {
		case want == "" && err != nil, want != "" && (!errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Code != want):
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
}

func TestNormalLogin(t *testing.T) {
	for typed, want := range map[string]string{
		" Lan.Nguyen ": "lan.nguyen", "a-b_c@example.org": "a-b_c@example.org", "x": "", "": "", "lan nguyen": "", "lần": "", "ＬＡＮ": "",
		strings.Repeat("a", 64): strings.Repeat("a", 64), strings.Repeat("a", 65): "", "lan\x00": "", "K2": "k2", "\u212a2": "k2",
	} {
		if got := NormalLogin(typed); got != want {
			t.Errorf("%q becomes %q, want %q", typed, got, want)
		}
	}
}

func FuzzOfficer(f *testing.F) {
	f.Add("lan.nguyen", "Lê Thị Lan", "0912 345 678", "lan@example.org", "001090123456", "một câu dài dễ nhớ")
	f.Add("", "\u202ename", "+84", "@", "x", "\xff")
	f.Fuzz(func(t *testing.T, login, name, phone, email, number, password string) {
		o := Officer{Login: login, Name: name, Phone: phone, Email: email, IDNumber: number}
		if o.Check() == nil {
			again := o
			if err := again.Check(); err != nil || again != o {
				t.Errorf("what was right is changed or wrong the second time: %v", err)
			}
			if o.Login == "" || o.Name == "" || !utf8.ValidString(o.Name) {
				t.Errorf("accepted: login %q, name %q", o.Login, o.Name)
			}
		}
		if CheckPassword(login, password) == nil && (utf8.RuneCountInString(password) < MinPassword || !utf8.ValidString(password)) {
			t.Errorf("accepted a password of %d bytes", len(password))
		}
	})
}
