package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// The example of the guide works as it is printed: one travels, one stays, and a
// repetition answers the same.
func TestListOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?s)curl "\$HOST/api/v1/lists".*?<<'JSON'\n(.*?)\nJSON`).FindSubmatch(guide)
	if found == nil {
		t.Fatal("the guide has no list")
	}
	d := newDoor(t)
	anlotest.Register(t, d.app)
	var tokens []string
	for range 2 {
		res := d.do(http.MethodPost, "/api/v1/lists", string(found[1]), "Content-Type", "application/json", "Idempotency-Key", "k", "Accept-Language", "en")
		var l listReceipt
		if err := json.Unmarshal(res.body, &l); err != nil || res.status != http.StatusCreated {
			t.Fatalf("%d %s %v", res.status, res.body, err)
		}
		if l.Rows != 2 || l.Accepted != 1 || len(l.Vehicles) != 1 || fmt.Sprint(l.Vehicles[0].Plate, l.Vehicles[0].Rows) != "29B12345[0]" {
			t.Errorf("%s", res.body)
		}
		if len(l.Rejected) != 1 || l.Rejected[0].Row != 1 || l.Rejected[0].Faults[0].Field != "id_number" || l.Rejected[0].Faults[0].Message == "" {
			t.Errorf("%+v", l.Rejected)
		}
		tokens = append(tokens, l.Vehicles[0].Receipt.ManageToken)
	}
	if tokens[0] != tokens[1] || tokens[0] == "" {
		t.Error("a repetition declares anew")
	}
}

func TestListIsRefused(t *testing.T) {
	d := newDoor(t)
	const trip = `"trip":{"origin":{"commune":"00004"},"destination":{"commune":"00008"},"departs_at":"2026-11-24T06:00:00+07:00","vehicle":{"kind":"bus"},"reason":"work"}`
	const row = `{"full_name":"An","id_number":"1","date_of_birth":"1990","commune":"00004","address":"x"}`
	many := strings.Repeat(row+",", app.MaxListRows) + row
	for _, c := range []struct{ name, body, want string }{
		{"nothing", `{}`, "422 invalid"},
		{"nobody", `{` + trip + `,"healthy":true,"rows":[]}`, "422 invalid rows required"},
		{"nobody was asked", `{` + trip + `,"rows":[` + row + `]}`, "422 invalid healthy list.health"},
		{"too many", `{` + trip + `,"healthy":true,"rows":[` + many + `]}`, "422 invalid rows file.rows"},
		{"an unknown member", `{` + trip + `,"rows":[{"name":"An"}]}`, "422 invalid rows[0].name unknown-field"},
	} {
		res := d.do(http.MethodPost, "/api/v1/lists", c.body, "Content-Type", "application/json")
		var p Problem
		if err := json.Unmarshal(res.body, &p); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(res.status, " ", p.Code)
		if len(p.Errors) == 1 {
			got += " " + p.Errors[0].Field + " " + p.Errors[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if n, err := d.app.Store.AuditCount(t.Context(), anlo.ActDeclare); err != nil || n != 0 {
		t.Errorf("%d declared, %v", n, err)
	}
}
