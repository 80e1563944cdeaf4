package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"anlo/anlotest"
	"anlo/app"
)

// site is the pages on a real listener.
type site struct {
	t     testing.TB
	app   *app.App
	clock *anlotest.Clock
	url   string
	stop  func() // takes the server away
}

func newSite(t testing.TB, o Options, options ...anlotest.Option) *site {
	t.Helper()
	a, clock := anlotest.App(t, options...)
	anlotest.Register(t, a)
	server := httptest.NewServer(New(a, o))
	t.Cleanup(server.Close)
	stop := func() {
		server.CloseClientConnections()
		server.Close()
	}
	return &site{t, a, clock, server.URL, stop}
}

// visitor is a browser without JavaScript: it keeps cookies, follows redirects
// and fills in the forms that it finds.
type visitor struct {
	t      testing.TB
	site   *site
	client *http.Client

	status int
	header http.Header
	at     *url.URL
	doc    *html.Node
	body   string
}

func (s *site) visitor(lang string) *visitor {
	jar, _ := cookiejar.New(nil)
	v := &visitor{t: s.t, site: s, client: &http.Client{Jar: jar}}
	home, _ := url.Parse(s.url)
	jar.SetCookies(home, []*http.Cookie{{Name: languageCookie, Value: lang, Path: "/"}})
	return v
}

func (v *visitor) get(path string) *visitor {
	v.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = v.site.url + path
	}
	res, err := v.client.Get(path)
	return v.read(res, err)
}

func (v *visitor) read(res *http.Response, err error) *visitor {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.body = string(body)
	v.status, v.header, v.at = res.StatusCode, res.Header, res.Request.URL
	if v.doc, err = html.Parse(strings.NewReader(v.body)); err != nil {
		v.t.Fatal(err)
	}
	return v
}

// form collects what a browser would send: the values in the form whose action
// it names, as they stand.
func (v *visitor) form(action string) url.Values {
	v.t.Helper()
	values := url.Values{}
	found := false
	for f := range v.all("form") {
		if attr(f, "action") != action {
			continue
		}
		found = true
		for n := range f.Descendants() {
			name := attr(n, "name")
			switch {
			case name == "":
			case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
				if has(n, "checked") {
					values.Add(name, attr(n, "value"))
				}
			case n.Data == "input":
				values.Add(name, attr(n, "value"))
			case n.Data == "textarea":
				values.Add(name, strings.TrimPrefix(text(n), "\n"))
			case n.Data == "select":
				for o := range n.Descendants() {
					if o.Data == "option" && has(o, "selected") {
						values.Add(name, attr(o, "value"))
					}
				}
			}
		}
		break
	}
	if !found {
		v.t.Fatalf("no form goes to %s on %s", action, v.title())
	}
	return values
}

// send fills in the form of a declaration and presses its main button. What is
// filled in comes in pairs; every name must be asked for on the page.
func (v *visitor) send(pairs ...string) *visitor {
	v.t.Helper()
	return v.submit("/declare", pairs...)
}

func (v *visitor) submit(action string, pairs ...string) *visitor {
	v.t.Helper()
	values := v.form(action)
	for i := 0; i < len(pairs); i += 2 {
		if !v.asks(pairs[i]) {
			v.t.Fatalf("%q is not asked for on %s", pairs[i], v.title())
		}
		values.Del(pairs[i])
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	if !strings.HasPrefix(action, "http") {
		action = v.site.url + action
	}
	res, err := v.client.PostForm(action, values)
	return v.read(res, err)
}

func (v *visitor) asks(name string) bool {
	for n := range v.doc.Descendants() {
		if attr(n, "name") == name {
			return true
		}
	}
	return false
}

func (v *visitor) all(tag string) func(func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range v.doc.Descendants() {
			if n.Type == html.ElementNode && n.Data == tag && !yield(n) {
				return
			}
		}
	}
}

func (v *visitor) title() string {
	for n := range v.all("title") {
		return text(n)
	}
	return ""
}

// text is all text in the page, spaces collapsed.
func (v *visitor) text() string {
	for n := range v.all("main") {
		return strings.Join(strings.Fields(text(n)), " ")
	}
	return ""
}

func (v *visitor) value(id string) string {
	for n := range v.doc.Descendants() {
		if attr(n, "id") == id {
			return attr(n, "value")
		}
	}
	v.t.Fatalf("nothing has the id %q on %s", id, v.title())
	return ""
}

// link follows the link whose address ends so.
func (v *visitor) link(ending string) *visitor {
	v.t.Helper()
	for n := range v.all("a") {
		if strings.HasSuffix(attr(n, "href"), ending) {
			return v.get(attr(n, "href"))
		}
	}
	v.t.Fatalf("no link to …%s on %s", ending, v.title())
	return nil
}

// expect fails unless the page has the status and shows every one of the texts.
func (v *visitor) expect(status int, texts ...string) *visitor {
	v.t.Helper()
	if v.status != status {
		v.t.Fatalf("%s: status %d, want %d: %.300s", v.title(), v.status, status, v.text())
	}
	all := v.title() + " " + v.text()
	for _, want := range texts {
		if !strings.Contains(all, want) {
			v.t.Fatalf("%s does not show %q: %.700s", v.title(), want, v.text())
		}
	}
	return v
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String()[:b.Len()-1]
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
