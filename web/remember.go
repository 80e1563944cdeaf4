package web

import (
	"encoding/json"
	"net/http"
	"time"
)

// memory is how long a phone remembers whoever declared on it.
const memory = 60 * 24 * time.Hour

const (
	memoryCookie = "anlo_me"
	knownCookie  = "anlo_known" // tells the start page that there is a memory; it says nothing else
)

// remembered is what a phone keeps, sealed, for the next declaration: who
// somebody is and where they usually go; never how they feel.
type remembered struct {
	Person answers `json:"p"`
	Trip   answers `json:"t"`
	Link   string  `json:"l,omitempty"` // of the declaration: it can be made once more
}

// remember does as the box on the last screen says.
func (s *server) remember(w http.ResponseWriter, r *http.Request, d draft, link string) {
	if r.PostForm.Get("remember") != "yes" || d.People[0].is("behalf", "yes") {
		if cookie(r, memoryCookie) != "" && !d.People[0].is("behalf", "yes") {
			s.forgetCookie(w, r)
		}
		return
	}
	m := remembered{answers{}, answers{}, link}
	for _, in := range append(inputsOf("who"), inputsOf("home")...) {
		m.Person.set(in.name, d.People[0][in.name]...)
	}
	for _, name := range []string{"from", "from_commune", "from_address", "to_commune", "to_address", "vehicle", "plate", "reason"} {
		m.Trip.set(name, d.Trip[name]...)
	}
	m.Trip.set("depart", "now")
	plain, err := json.Marshal(m)
	if err != nil {
		return
	}
	sealed, err := s.SealForm("remembered", plain)
	if err != nil || len(sealed) > 3500 { // browsers drop what is over 4,096 bytes
		return
	}
	setCookie(w, r, http.Cookie{Name: memoryCookie, Value: sealed, Path: "/declare"}, memory)
	setCookie(w, r, http.Cookie{Name: knownCookie, Value: "1", Path: "/"}, memory)
}

// recall returns what the phone remembers.
func (s *server) recall(r *http.Request) (m remembered, ok bool) {
	sealed := cookie(r, memoryCookie)
	if sealed == "" {
		return m, false
	}
	plain, err := s.OpenForm("remembered", sealed, memory)
	if err != nil || json.Unmarshal(plain, &m) != nil || m.Person == nil || m.Trip == nil {
		return m, false
	}
	return m, true
}

// forget is for whoever is not the one remembered.
func (s *server) forget(w http.ResponseWriter, r *http.Request) {
	s.forgetCookie(w, r)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/declare", http.StatusSeeOther)
}

func (s *server) forgetCookie(w http.ResponseWriter, r *http.Request) {
	setCookie(w, r, http.Cookie{Name: memoryCookie, Path: "/declare"}, -time.Second)
	setCookie(w, r, http.Cookie{Name: knownCookie, Path: "/"}, -time.Second)
}

// sameAgain is the path of the screen that makes the last declaration once
// more; "" while that cannot be.
func (s *server) sameAgain(r *http.Request, m remembered) string {
	by, err := s.holder(r, m.Link)
	if err != nil {
		return ""
	}
	if _, err := s.Before(r.Context(), by); err != nil {
		return ""
	}
	return "/my/" + m.Link + "/again"
}
