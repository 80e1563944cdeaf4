package web

import (
	"context"
	"net/http"
	"net/url"

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
var officeRoutes = [][]officeRoute{deskRoutes, postRoutes, figuresRoutes, assistRoutes, accountRoutes, passkeyRoutes, staffRoutes, auditRoutes, keyRoutes, webhookRoutes, zoneRoutes}

// officePage is what the frame around every officer's page needs.
type officePage struct {
	page
	By    anlo.Actor
	Nav   []navLink
	Login string // "" where the session is not known
	Role  string // in words
	Area  string // in words; "" for the whole country
	path  string
}

type navLink struct {
	Href    string
	Text    string
	Current bool
}

// Tabs are the pages of administrators.
func (p officePage) Tabs() (tabs []navLink) {
	for _, t := range []struct {
		href, text string
		action     anlo.Action
	}{{"/staff", "staff.title", anlo.ActStaff}, {"/staff/keys", "api-keys.title", anlo.ActAPIKeys}, {"/staff/devices", "devices.title", anlo.ActDevices}} {
		if p.By.May(t.action) {
			tabs = append(tabs, navLink{t.href, p.T(t.text), p.path == t.href})
		}
	}
	return tabs
}

// nav lists the pages that an officer may open, in order.
var nav = []struct {
	href, text string
	action     anlo.Action
}{
	{"/desk", "nav.desk", anlo.ActReadDesk},
	{"/figures", "nav.figures", anlo.ActFigures},
	{"/zones", "nav.zones", anlo.ActZones},
	{"/assist", "nav.assist", anlo.ActDeclareFor},
	{"/audit", "nav.audit", anlo.ActAudit},
	{"/staff", "nav.staff", anlo.ActStaff},
	{"/posts", "nav.posts", anlo.ActReadPost},
	{"/webhooks", "nav.webhooks", anlo.ActWebhooks},
	{"/account", "nav.account", anlo.ActAccount},
}

// officePage begins a page for an officer. title is a key of package locale.
func (s *server) officePage(r *http.Request, by anlo.Actor, title string) officePage {
	p := officePage{page: s.page(r, title), By: by, Login: session(r).Login, path: r.URL.Path}
	p.ForOfficers, p.personal = true, true
	p.Role, p.Area = p.T("role."+string(by.Role)), s.Units.FullName(by.Area)
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
// sign in or to choose a role, or told that they may not.
func (s *server) office(action anlo.Action, serve func(*server, http.ResponseWriter, *http.Request, anlo.Actor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := s.who(r)
		switch {
		case err != nil && anlo.KindOf(err) == anlo.Unsigned, err == nil && n.By.Role == "":
			goTo(w, r, "/signin"+comeBack(r))
		case err != nil:
			s.fail(w, r, err)
		case !n.By.May(action):
			s.fail(w, r, anlo.ErrForbidden)
		default:
			inner := r.WithContext(context.WithValue(r.Context(), sessionKey{}, n))
			serve(s, w, inner, n.By)
		}
	}
}

// comeBack makes the query by which the sign-in returns to the page that was
// asked for.
func comeBack(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/account" {
		return ""
	}
	return "?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()
}

// goTo answers with another address.
func goTo(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// homeOf is the first page that an officer may open.
func homeOf(by anlo.Actor) string {
	for _, n := range nav {
		if by.May(n.action) {
			return n.href
		}
	}
	return "/account"
}
