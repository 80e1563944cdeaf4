package web

import (
	"net/http"
	"time"

	"anlo"
	"anlo/auth"
)

// Demo is what the start page of a demonstration tells whoever looks around:
// officers to be, and what plain phones were sent. Nobody in it exists, and only
// `anlo demo` sets it.
type Demo struct {
	Officers []DemoOfficer
	Texts    func() []DemoText // the newest first; nil for none
}

// DemoText is a text that a phone would have been sent.
type DemoText struct{ To, Body string }

// DemoOfficer is an account that everybody may sign in to.
type DemoOfficer struct {
	Login, Password string
	TOTPSecret      string
	Role            anlo.Role
	Area            string // name; empty for the whole country
}

// homePage is the start page.
type homePage struct {
	page
	Known    bool // this phone remembers whoever declared on it
	Officers []demoLine
	Password string
	Texts    []DemoText
}

// demoLine is an officer with the code that their authenticator shows now.
type demoLine struct{ Role, Area, Login, Code string }

func (s *server) home(w http.ResponseWriter, r *http.Request) {
	h := homePage{page: s.page(r, "home.title"), Known: cookie(r, knownCookie) != ""}
	h.Script = "home"
	if s.demo != nil {
		h.personal = true // the codes grow old
		if s.demo.Texts != nil {
			h.Texts = s.demo.Texts()
		}
		for _, o := range s.demo.Officers {
			h.Officers = append(h.Officers, demoLine{h.T("role." + string(o.Role)), o.Area, o.Login, auth.TOTP(o.TOTPSecret, time.Now())})
			h.Password = o.Password
		}
	}
	s.show(w, r, http.StatusOK, "home", h)
}
