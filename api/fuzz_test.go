package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// FuzzBody reads any bytes as a declaration. What can be read is written back
// and read again: it stays the same, so that a client may send what it got.
func FuzzBody(f *testing.F) {
	d := newDoor(f)
	f.Add(d.body(nil))
	f.Add(`{"travellers":[{"passport":"x1","nationality":"gb","residence":{"temporary":{"commune":"a/b"}},"health":{"doses":2,"test":{"taken_at":"2026-11-20T08:30:00.5+07:00"}}}]}`)
	f.Add(`{"travellers":[{"id_number":"0\u0000","date_of_birth":"1990"}],"trip":{"vehicle":{"plate":"29a-1"}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		first, p := readAndWrite(body)
		if p != nil {
			if p.Status != 400 && p.Status != 422 && p.Status != 413 {
				t.Fatalf("status %d", p.Status)
			}
			return
		}
		second, p := readAndWrite(first)
		if p != nil {
			t.Fatalf("cannot read what was written: %+v\n%s", p, first)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatal(diff)
		}
	})
}

func readAndWrite(body string) (string, *Problem) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	b, err := decode[declaration](&Call{r: r, w: httptest.NewRecorder()}, maxDeclaration)
	if err != nil {
		return "", fromError(err)
	}
	rd := reading{list: "vn-2026"}
	d := rd.declaration(b)
	if rd.faults != nil || len(d.Travellers) > 60 {
		return "", problem(422, "invalid")
	}
	out, err := json.Marshal(writing{"vn-2026"}.declaration(&d))
	if err != nil {
		return "", fromError(err)
	}
	return string(out), nil
}
