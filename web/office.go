package web

import (
	"net/http"

	"anlo"
)

// officeRoute is one address of the officers' side. Everybody who opens it is
// signed in and has a role with the action; the use-case behind it asks again,
// for the place.
type officeRoute struct {
	pattern string
	action  anlo.Action
	serve   func(s *server, w http.ResponseWriter, r *http.Request, by anlo.Actor)
}

// officeRoutes is what officers may open; each page's file adds its own.
var officeRoutes = [][]officeRoute{auditRoutes}

// officePage is what the frame around every officer's page needs.
type officePage struct {
	page
	By  anlo.Actor
	Nav []navLink
}

type navLink struct {
	Href    string
	Text    string
	Current bool
}

// nav lists the pages that an officer may open, in order.
var nav = []struct {
	href, text string
	action     anlo.Action
}{
	{"/desk", "nav.desk", anlo.ActReadDesk},
	{"/figures", "nav.figures", anlo.ActFigures},
	{"/assist", "nav.assist", anlo.ActDeclareFor},
	{"/audit", "nav.audit", anlo.ActAudit},
	{"/staff", "nav.staff", anlo.ActStaff},
	{"/webhooks", "nav.webhooks", anlo.ActWebhooks},
	{"/account", "nav.account", anlo.ActAccount},
}

// officePage begins a page for an officer. title is a key of package locale.
func (s *server) officePage(r *http.Request, by anlo.Actor, title string) officePage {
	p := officePage{page: s.page(r, title), By: by}
	p.Officer, p.personal = true, true
	for _, n := range nav {
		if by.May(n.action) {
			p.Nav = append(p.Nav, navLink{n.href, p.T(n.text), under(r.URL.Path, n.href)})
		}
	}
	p.Office = &p
	return p
}

func under(path, href string) bool {
	return path == href || len(path) > len(href) && path[:len(href)+1] == href+"/"
}

// office lets signed-in officers in who may do the action; others are asked to
// sign in, or told that they may not.
func (s *server) office(action anlo.Action, serve func(*server, http.ResponseWriter, *http.Request, anlo.Actor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		by, err := s.signedIn(r)
		switch {
		case err != nil && anlo.KindOf(err) == anlo.Unsigned:
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, "/signin", http.StatusSeeOther)
		case err != nil:
			s.fail(w, r, err)
		case !by.May(action):
			s.fail(w, r, anlo.ErrForbidden)
		default:
			by.RemoteAddr, by.Lang = r.RemoteAddr, words(r).Lang
			serve(s, w, r, by)
		}
	}
}
