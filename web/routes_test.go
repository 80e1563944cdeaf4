package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// Every route with every role, without a session and with one that has expired,
// as people read it. Whoever adds a route or a permission sees who may open
// what: ANLO_UPDATE=1 go test -run TestEveryRoute ./web writes it anew.
func TestEveryRoute(t *testing.T) {
	a, clock := anlotest.App(t)
	pages := New(a, Options{})
	in := anlotest.Auth(t, a)
	callers := []string{"nobody", "expired", "no-role"}
	for _, role := range anlo.StaffRoles {
		callers = append(callers, string(role))
	}
	officers := map[string]anlo.Actor{}
	for _, role := range anlo.StaffRoles {
		area := anlo.UnitRef{}
		switch role {
		case anlo.CommuneOfficer, anlo.CheckpointOfficer, anlo.HealthOfficer:
			area = commune
		case anlo.ProvinceSupervisor:
			area = anlo.UnitRef{List: "vn-2026", Code: "01"}
		}
		officers[string(role)] = anlotest.Officer(t, a, role, area)
	}
	officers["expired"] = officers[string(anlo.Administrator)]
	two, _, err := in.AddStaff(t.Context(), operator, anlo.Officer{Login: "two-roles", Name: "x"}, anlo.Grant{Role: anlo.Auditor}, anlo.Grant{Role: anlo.Approver})
	if err != nil {
		t.Fatal(err)
	}
	officers["no-role"] = anlo.Actor{Staff: two}
	cookies := map[string]*http.Cookie{"expired": anlotest.SignIn(t, a, officers["expired"])}
	clock.Add(auth.SessionIdle)

	var b strings.Builder
	b.WriteString("# Who is answered how. signin: asked to sign in or to choose a role; 4xx: let in, and nothing was sent with it.\n")
	fmt.Fprintf(&b, "%-38s %s\n", "", strings.Join(callers, " "))
	for _, pattern := range patterns() {
		fmt.Fprintf(&b, "%-38s", pattern)
		for _, caller := range callers {
			if _, ok := officers[caller]; ok && caller != "expired" { // anew: some routes end sessions
				if n, err := in.Session(t.Context(), value(cookies[caller])); err != nil || n.By.Role != officers[caller].Role {
					cookies[caller] = anlotest.SignIn(t, a, officers[caller])
				}
			}
			answer := ask(t, pages, pattern, cookies[caller])
			if strings.HasPrefix(answer, "5") {
				t.Errorf("%s by %s: %s", pattern, caller, answer)
			}
			fmt.Fprintf(&b, " %-*s", len(caller), answer)
		}
		b.WriteByte('\n')
	}
	anlotest.Golden(t, "testdata/routes.golden.txt", b.String())
}

func value(c *http.Cookie) string {
	if c == nil {
		return ""
	}
	return c.Value
}

// patterns are all routes there are.
func patterns() (all []string) {
	for _, routes := range publicRoutes {
		for _, r := range routes {
			all = append(all, r.pattern)
		}
	}
	for _, routes := range officeRoutes {
		for _, r := range routes {
			all = append(all, r.pattern)
		}
	}
	return all
}

// ask sends a request without content, and says in a word how it is answered.
func ask(t *testing.T, pages http.Handler, pattern string, session *http.Cookie) string {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	path = wildcard.ReplaceAllString(strings.ReplaceAll(path, "{$}", ""), "x")
	r := httptest.NewRequest(method, path, strings.NewReader(""))
	if strings.HasSuffix(path, "/events") { // a stream ends when its reader goes
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		r = r.WithContext(ctx)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if session != nil {
		r.AddCookie(session)
	}
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	switch {
	case w.Code == http.StatusForbidden:
		return "403"
	case w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/signin"):
		return "signin"
	}
	return fmt.Sprintf("%dxx", w.Code/100)
}

// No officer's page is kept by a cache, and none is answered without a session.
func TestOfficeRoutesAreGuarded(t *testing.T) {
	a, _ := anlotest.App(t)
	pages := New(a, Options{})
	seen := map[string]bool{}
	for _, routes := range officeRoutes {
		for _, r := range routes {
			if !slices.Contains(anlo.Actions, r.action) {
				t.Errorf("%s asks for %q, which is no action", r.pattern, r.action)
			}
			if seen[r.pattern] {
				t.Errorf("%s is there twice", r.pattern)
			}
			seen[r.pattern] = true
			for _, session := range []*http.Cookie{nil, {Name: sessionCookie, Value: strings.Repeat("A", 32)}, {Name: "__Host-" + sessionCookie, Value: "x"}} {
				if answer := ask(t, pages, r.pattern, session); answer != "signin" {
					t.Errorf("%s without a session: %s", r.pattern, answer)
				}
			}
		}
	}
}
