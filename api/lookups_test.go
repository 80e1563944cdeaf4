package api

import (
	"net/http"
	"strings"
	"testing"

	"anlo/anlotest"
)

func TestLookUp(t *testing.T) {
	d := newDoor(t)
	device := []string{"Authorization", "Bearer " + d.device(), "Accept-Language", "vi"}
	type answer struct {
		Verdict string
		Reasons []string
		Pass    string
		Bearer  *struct{ Travellers []struct{ Name string } }
	}
	ask := func(body string) (a answer, raw string) {
		t.Helper()
		res := d.do(http.MethodPost, "/api/v1/lookups", body, device...)
		if res.status != 200 {
			t.Fatalf("%d %s", res.status, res.body)
		}
		res.into(&a)
		return a, string(res.body)
	}
	_, nobody := ask(`{"number":"099999999999"}`)
	known, undeclared := ask(`{"number":"` + anlotest.An.Number + `"}`)
	if undeclared != nobody || known.Verdict != "stop" || known.Pass != "" || known.Bearer != nil || strings.Join(known.Reasons, " ") != "not-declared" {
		t.Errorf("somebody known who has not declared: %s\nnobody: %s", undeclared, nobody)
	}
	r, err := d.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(d.clock.Now(), anlotest.An, anlotest.Binh), "")
	if err != nil {
		t.Fatal(err)
	}
	if got, raw := ask(`{"number":"` + anlotest.Binh.Number + `"}`); got.Verdict != "go" || got.Pass != r.PartyPass.ID.String() || len(got.Bearer.Travellers) != 2 {
		t.Errorf("in a party: %s", raw)
	}
	if _, code := ask(`{"code":"7k3m-9qxp"}`); code != nobody {
		t.Errorf("a code that nobody has: %s", code)
	}
	for body, want := range map[string]string{
		`{}`:                      "number: required",
		`{"number":"1"}`:          "number: id-number.length",
		`{"code":"7K3M"}`:         "code: short-code.malformed",
		`{"number":1}`:            "number: type",
		`{"card":"1"}`:            "card: unknown-field",
		`{"number":"","code":""}`: "number: required",
	} {
		res := d.do(http.MethodPost, "/api/v1/lookups", body, device...)
		p := res.problem()
		if res.status != 422 || len(p.Errors) != 1 || p.Errors[0].Field+": "+p.Errors[0].Code != want || p.Errors[0].Message == "" {
			t.Errorf("%s: %s, want %s", body, res.body, want)
		}
	}
	for range 56 {
		ask(`{"number":"099999999999"}`)
	}
	if res := d.do(http.MethodPost, "/api/v1/lookups", `{"number":"099999999999"}`, device...); res.status != 429 || res.header.Get("Retry-After") == "" {
		t.Errorf("the 61st: %d %s", res.status, res.body)
	}
	if d.log.Len() == 0 || strings.Contains(d.log.String(), anlotest.Binh.Number) {
		t.Error("a number is in the log, or there is no log")
	}
}
