package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// lane is a scanner that sends readings.
type lane struct {
	*door
	token string
	pass  anlo.ID
}

func newLane(t testing.TB) *lane {
	d := newDoor(t)
	r, err := d.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(d.clock.Now(), anlotest.An), "")
	if err != nil {
		t.Fatal(err)
	}
	return &lane{d, d.device(), r.Passes[0].ID}
}

// item is a reading of An's pass as JSON, with members set or, by nil, left out.
func (l *lane) item(change map[string]any) string {
	m := map[string]any{"id": anlo.NewID(l.clock.Now()).String(), "at": l.clock.Now().Format(time.RFC3339Nano), "kind": "pass", "pass": l.pass.String(),
		"number": "", "code": "", "verdict": "go", "reasons": []string{}, "decision": "", "compared": "", "people": 1, "took_ms": 900}
	for k, v := range change {
		if m[k] = v; v == nil {
			delete(m, k)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

func (l *lane) batch(items ...string) string {
	return fmt.Sprintf(`{"sent_at":%q,"bundle_issued_at":"","waiting":0,"scans":[%s]}`, l.clock.Now().Format(time.RFC3339Nano), strings.Join(items, ","))
}

func (l *lane) deliver(items ...string) scanReceipt {
	l.t.Helper()
	var r scanReceipt
	l.do("POST", "/api/v1/scans", l.batch(items...), "Authorization", "Bearer "+l.token, "Accept-Language", "en").want(200).into(&r)
	if len(r.Results) != len(items) {
		l.t.Fatalf("%d results for %d readings", len(r.Results), len(items))
	}
	return r
}

func TestDeliver(t *testing.T) {
	l := newLane(t)
	if r := l.deliver(); r.Withdrawn || !r.Now.Equal(l.clock.Now()) {
		t.Errorf("a heartbeat: %+v", r)
	}
	first, id := l.item(nil), anlo.NewID(l.clock.Now()).String()
	r := l.deliver(first, l.item(map[string]any{"id": id, "kind": "other", "pass": nil, "verdict": "stop", "reasons": []string{"forged"}}))
	for i, want := range []scanResult{{Status: "kept", Verdict: "go"}, {ID: id, Status: "kept", Verdict: "stop"}} {
		if got := r.Results[i]; got.Status != want.Status || got.Verdict != want.Verdict || got.Alert || got.Elsewhere != nil || want.ID != "" && got.ID != want.ID {
			t.Errorf("%d: %+v", i, got)
		}
	}
	if r := l.deliver(first); r.Results[0].Status != "known" {
		t.Errorf("again: %+v", r.Results[0])
	}
}

// One bad reading among 999 good ones is refused, and says why; the others are
// kept.
func TestOneBadAmongMany(t *testing.T) {
	bad := map[string]struct{ item, code, field, why string }{
		"member of another version": {`{"id":"ID","colour":"red"}`, "invalid", "colour", "unknown-field"},
		"member twice":              {`{"id":"ID","id":"ID"}`, "invalid", "id", "duplicate-field"},
		"number as a text":          {`{"id":"ID","people":"1"}`, "invalid", "people", "type"},
		"not an object":             {`7`, "invalid", "body", "type"},
		"null":                      {`null`, "invalid", "id", "required"},
		"broken time":               {`{"id":"ID","at":"yesterday"}`, "invalid", "at", "datetime.malformed"},
		"before there was any":      {`{"id":"ID","at":"1969-01-01T00:00:00Z","kind":"other","verdict":"stop","people":1}`, "invalid", "at", "date.long-ago"},
		"broken identifier":         {`{"id":"0","at":"2026-11-23T05:00:00Z"}`, "invalid", "id", "id.malformed"},
		"card that is none":         {`{"id":"ID","kind":"card","number":"00109012345X"}`, "invalid", "number", "id-number.malformed"},
		"code that is none":         {`{"id":"ID","kind":"code","code":"7K3M"}`, "invalid", "code", "short-code.malformed"},
		"a bus of 61":               {`{"id":"ID","at":"2026-11-23T05:00:00Z","kind":"other","verdict":"stop","people":61}`, "invalid", "people", "scan.people"},
		"reason of another version": {`{"id":"ID","at":"2026-11-23T05:00:00Z","kind":"other","verdict":"stop","people":1,"reasons":["rain"]}`, "invalid", "reasons", "choice.unknown"},
	}
	l := newLane(t)
	items := make([]string, app.MaxReadings)
	for i := range items {
		items[i] = l.item(map[string]any{"at": l.clock.Now().Add(-time.Duration(i) * time.Second).Format(time.RFC3339)})
	}
	n := 100
	for name, b := range bad {
		n += 13
		id := anlo.NewID(l.clock.Now()).String()
		good := items[n]
		items[n] = strings.ReplaceAll(b.item, "ID", id)
		r := l.deliver(items...)
		for i, got := range r.Results {
			switch {
			case i != n && got.Status == "refused":
				t.Fatalf("%s: reading %d is refused: %+v", name, i, got)
			case i == n && (got.Status != "refused" || got.Code != b.code || len(got.Fields) == 0 || got.Fields[0].Field != b.field || got.Fields[0].Code != b.why || got.Fields[0].Message == b.why):
				t.Errorf("%s: %+v", name, got)
			case i == n && got.ID != "" && got.ID != id, i == n && got.ID == "" && strings.Contains(b.item, "ID"):
				t.Errorf("%s: answered about %q", name, got.ID)
			}
		}
		items[n] = good
		l.clock.Add(10 * time.Minute) // for the limit on what one device sends
	}
	if counts, err := l.app.Store.ScanCount(t.Context(), l.post()); err != nil || counts[anlo.Go] != app.MaxReadings {
		t.Errorf("%v %v", counts, err)
	}
}

func (l *lane) post() anlo.ID {
	l.t.Helper()
	by, err := l.app.OpenDevice(l.t.Context(), l.token)
	if err != nil {
		l.t.Fatal(err)
	}
	return by.Device.Checkpoint.ID
}

func TestEnvelopes(t *testing.T) {
	l := newLane(t)
	many := make([]string, app.MaxReadings+1)
	for i := range many {
		many[i] = "0"
	}
	auth := []string{"Authorization", "Bearer " + l.token}
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"no time":          {`{"scans":[]}`, 422, "invalid"},
		"broken time":      {`{"sent_at":"now","scans":[]}`, 422, "invalid"},
		"fewer than none":  {`{"sent_at":"2026-11-23T05:00:00Z","waiting":-1,"scans":[]}`, 422, "invalid"},
		"scans are one":    {`{"sent_at":"2026-11-23T05:00:00Z","scans":{}}`, 422, "invalid"},
		"another member":   {`{"sent_at":"2026-11-23T05:00:00Z","scans":[],"x":1}`, 422, "invalid"},
		"twice":            {`{"sent_at":"2026-11-23T05:00:00Z","scans":[],"scans":[]}`, 422, "invalid"},
		"cut off":          {`{"sent_at":"2026-11-23T05:00:00Z","scans":[{"id`, 400, "body.json"},
		"a thousand and 1": {l.batch(many...), 413, "too-large"},
		"a megabyte":       {l.batch(`"` + strings.Repeat("x", maxBatch) + `"`), 413, "too-large"},
	} {
		if p := l.do("POST", "/api/v1/scans", c.body, auth...).want(c.status).problem(); p.Code != c.code {
			t.Errorf("%s: %s", name, p.Code)
		}
	}
	for _, token := range []string{"", "anlo_dev_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		if p := l.do("POST", "/api/v1/scans", l.batch(), "Authorization", "Bearer "+token).want(401).problem(); p.Code != "token.device" {
			t.Errorf("%q: %s", token, p.Code)
		}
	}
}

// A device sends what it likes, but not without end.
func TestFloodIsDammed(t *testing.T) {
	l := newLane(t)
	items := make([]string, app.MaxReadings)
	for i := range items {
		items[i] = l.item(map[string]any{"kind": "other", "pass": nil, "verdict": "stop", "id": anlo.NewID(l.clock.Now()).String()})
	}
	body, sent := l.batch(items...), 0
	for l.do("POST", "/api/v1/scans", body, "Authorization", "Bearer "+l.token).status == http.StatusOK {
		if sent++; sent > 100 {
			t.Fatal("a hundred thousand readings at once")
		}
	}
	if sent < 10 {
		t.Errorf("only %d batches in half a minute", sent)
	}
	l.do("POST", "/api/v1/scans", body, "Authorization", "Bearer "+l.token).want(429)
	l.clock.Add(30 * time.Second)
	l.do("POST", "/api/v1/scans", body, "Authorization", "Bearer "+l.token).want(200)
}

// FuzzScans reads any bytes as a batch: the whole is a problem, or each item is
// a reading or a problem of its own, and what could be read has a form.
func FuzzScans(f *testing.F) {
	const id = "0194f2a0-0000-7000-8000-000000000000"
	f.Add(`{"sent_at":"2026-11-23T05:00:00Z","bundle_issued_at":"","waiting":3,"scans":[{"id":"` + id + `","at":"2026-11-23T05:00:00.5+07:00","kind":"card","number":"001090123456","verdict":"look","reasons":["not-checked"],"people":2,"took_ms":9223372036854775807}]}`)
	f.Add(`{"sent_at":"2026-11-23T05:00:00Z","scans":[{"id":1,"id":2},null,[],{"took_ms":-1e3}]}`)
	f.Add(`{"scans":[{"a":{"b":1,"b":2}}],"scans":[]}`)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		c := &Call{r: r, w: httptest.NewRecorder()}
		e, err := c.envelope()
		if err != nil {
			if s := fromError(err).Status; s != 400 && s != 413 && s != 422 {
				t.Fatalf("status %d", s)
			}
			return
		}
		if len(e.Scans) > app.MaxReadings {
			t.Fatalf("%d readings", len(e.Scans))
		}
		for _, raw := range e.Scans {
			reading, p := readScan(raw)
			switch {
			case p != nil && (p.Status != 422 || len(p.Errors) == 0):
				t.Fatalf("%+v of %s", p, raw)
			case p == nil && jsontext.Value(raw).Kind() != '{' && jsontext.Value(raw).Kind() != 'n':
				t.Fatalf("a reading from %s", raw)
			case p == nil && (reading.Took > anlo.MaxTook+time.Millisecond || reading.Took < -time.Millisecond):
				t.Fatalf("it took %v", reading.Took)
			}
			if got := idOf(raw); got != "" && len(got) != 36 {
				t.Fatalf("identifier %q", got)
			}
		}
	})
}
