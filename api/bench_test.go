package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json"

	"anlo"
	"anlo/app"
)

// BenchmarkRead is a declaration from bytes to words of anlo, checked.
func BenchmarkRead(b *testing.B) {
	d := newDoor(b)
	s := &server{App: d.app}
	body := []byte(d.body(nil))
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		dec, err := s.readBody(&Call{r: r, w: discard{}})
		if err == nil {
			err = dec.Check(s.Now(), s.Units.Known)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDoor is what surrounds a use-case: routing, huma, the request id,
// the log line, the counters, and an answer that says no.
func BenchmarkDoor(b *testing.B) {
	d := newDoor(b)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("DELETE", "/api/v1/declarations/x", nil)
		d.handler.ServeHTTP(discard{http.Header{}}, r)
		d.log.Reset()
	}
}

func BenchmarkWrite(b *testing.B) {
	r := app.Receipt{}
	r.Passes = []anlo.Pass{{QR: string(make([]byte, 311))}}
	r.Confirmed = []bool{true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(receiptOf(&r)); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}
