package api

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

// Every operation with every kind of caller, as people read it. Whoever adds
// an operation sees who is let in: ANLO_UPDATE=1 go test -run TestEveryRoute
// ./api writes the table anew.
func TestEveryRoute(t *testing.T) {
	d := newDoor(t)
	in := anlotest.Auth(t, d.app)
	tokens := callers(t, d, in)
	d.serve(Options{OpenKey: in.OpenKey})
	names := []string{"nobody", "forged", "link", "device"}
	for _, role := range anlo.StaffRoles {
		names = append(names, string(role))
	}
	var b strings.Builder
	b.WriteString("# Who is answered how, when nothing is sent; the roles are those of API keys with every scope.\n")
	fmt.Fprintf(&b, "%-44s %s\n", "", strings.Join(names, " "))
	for _, route := range d.routes() {
		fmt.Fprintf(&b, "%-44s", route)
		method, path, _ := strings.Cut(route, " ")
		id := "0194f2a0-0000-7000-8000-000000000000"
		if strings.Contains(path, "/notices/") {
			id = "vn-2026.00004." + id + ".0"
		}
		path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, id)
		for _, name := range names {
			var headers []string
			if token := tokens[name]; token != "" {
				headers = []string{"Authorization", "Bearer " + token}
			}
			body := "{}"
			if method == "GET" || method == "DELETE" {
				body = ""
			}
			status := d.do(method, path, body, headers...).status
			if status >= 500 {
				t.Errorf("%s by %s: %d", route, name, status)
			}
			fmt.Fprintf(&b, " %-*d", len(name), status)
			if route == "DELETE /api/v1/device" && status == 204 {
				tokens[name] = d.device()
			}
		}
		b.WriteByte('\n')
	}
	anlotest.Golden(t, "testdata/routes.golden.txt", b.String())
}

// routes are the operations of the document.
func (d *door) routes() (all []string) {
	for path, item := range d.doc.Paths {
		for method := range operations(item) {
			all = append(all, method+" "+path)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return strings.Compare(a[strings.Index(a, " "):]+a, b[strings.Index(b, " "):]+b)
	})
	return all
}

// callers are the tokens of everybody who may call.
func callers(t *testing.T, d *door, in *auth.Auth) map[string]string {
	t.Helper()
	r, err := d.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(d.clock.Now(), anlotest.An), "")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{"forged": "anlo_key_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "link": r.ManageToken, "device": d.device()}
	for _, role := range anlo.StaffRoles {
		k := auth.Key{Name: string(role), Role: role, Only: auth.Scopes(role), ExpiresAt: d.clock.Now().Add(time.Hour)}
		if len(k.Only) == 0 { // a role that no other system can have
			continue
		}
		switch role {
		case anlo.CommuneOfficer, anlo.CheckpointOfficer:
			k.Area = anlotest.An.Permanent.Commune
		case anlo.ProvinceSupervisor:
			k.Area = anlo.UnitRef{List: "vn-2026", Code: "01"}
		}
		if _, tokens[string(role)], err = in.AddKey(t.Context(), anlo.Actor{Role: anlo.Operator}, k); err != nil {
			t.Fatal(err)
		}
	}
	return tokens
}
