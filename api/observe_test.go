package api

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"anlo"
)

func TestLogSaysWhatHappenedAndNothingOfWhom(t *testing.T) {
	d := newDoor(t)
	r := d.declare(nil)
	path := "/api/v1/declarations/" + r.DeclarationID.String()
	d.do("GET", path+"?name=Nguyen", "", bearerOf(r)...).want(422)
	res := d.do("GET", path, "", bearerOf(r)...).want(200)
	d.do("GET", "/api/v1/nguyen-van-an", "").want(404)

	log := d.log.String()
	for _, secret := range []string{r.ManageToken, r.DeclarationID.String(), "guyen", "192.0.2.1", "001090123456", "AL1:"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log knows %q:\n%s", secret, log)
		}
	}
	line := regexp.MustCompile(`route="GET /api/v1/declarations/\{id\}" status=200 bytes=\d\d+ took=\S+ request_id=` + res.header.Get("X-Request-Id"))
	if !line.MatchString(log) {
		t.Errorf("no line for the read:\n%s", log)
	}
	if n := strings.Count(log, "\n"); n != 4 {
		t.Errorf("%d lines for 4 requests", n)
	}
}

func TestRequestIDsAreOurs(t *testing.T) {
	d := newDoor(t)
	a := d.do("GET", "/api/v1/bundle", "", "X-Request-Id", "mine").header.Get("X-Request-Id")
	b := d.do("GET", "/api/v1/bundle", "").header.Get("X-Request-Id")
	if a == b || a == "mine" || len(a) != 16 {
		t.Errorf("request ids %q, %q", a, b)
	}
}

func TestPanics(t *testing.T) {
	d := newDoor(t)
	observe := func(h http.HandlerFunc) {
		d.handler = Observe(h, slog.New(slog.NewTextHandler(d.log, nil)), d.metrics, Failed)
	}
	observe(func(http.ResponseWriter, *http.Request) { panic("Nguyễn Văn An") })
	res := d.do("GET", "/x", "").want(500)
	if p := res.problem(); p.Code != "internal" || strings.Contains(string(res.body), "Nguy") {
		t.Errorf("answered %s", res.body)
	}
	observe(func(http.ResponseWriter, *http.Request) { _ = strings.Fields("")[3] })
	d.do("GET", "/x", "").want(500)
	if log := d.log.String(); strings.Contains(log, "Nguy") || !strings.Contains(log, "index out of range [3]") || !strings.Contains(log, "observe_test.go") {
		t.Errorf("log:\n%s", log)
	}

	// Half an answer is cut off, not ended as if it were whole.
	observe(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("half"))
		panic("late")
	})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	got, err := http.Get(server.URL)
	if err == nil {
		_, err = bufio.NewReader(got.Body).ReadString(0)
		got.Body.Close()
	}
	if err == nil || err.Error() == "EOF" {
		t.Errorf("reading half an answer: %v", err)
	}
}

// TestInternalErrorsGoToTheLog: the caller learns that it happened, the log why.
func TestInternalErrorsGoToTheLog(t *testing.T) {
	d := newDoor(t)
	for _, c := range []struct {
		err    error
		status int
		code   string
		logged bool
	}{
		{errors.New("disk on fire"), 500, "internal", true},
		{&anlo.Error{Kind: anlo.Internal, Code: "secret.state"}, 500, "internal", true},
		{anlo.ErrStorageFull, 503, "storage.full", true},
		{context.DeadlineExceeded, 503, "unavailable", true},
		{anlo.ErrCancelled, 409, "declaration.cancelled", false},
		{anlo.ErrForbidden, 403, "forbidden", false},
	} {
		d.log.Reset()
		d.handler = Observe(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			writeProblem(w, r, fromError(c.err))
		}), slog.New(slog.NewTextHandler(d.log, nil)), nil, Failed)
		res := d.do("GET", "/x", "").want(c.status)
		if got := res.problem().Code; got != c.code {
			t.Errorf("%v: code %q, want %q", c.err, got, c.code)
		}
		if got := strings.Contains(d.log.String(), c.err.Error()); got != c.logged {
			t.Errorf("%v: logged %v: %s", c.err, got, d.log)
		}
		if retry := res.header.Get("Retry-After") != ""; retry != (c.status == 503) {
			t.Errorf("%v: Retry-After: %v", c.err, retry)
		}
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for k := anlo.Internal; k <= anlo.TooLarge; k++ {
		if statuses[k] == 0 {
			t.Errorf("kind %d has no HTTP status", k)
		}
	}
}

func TestMetrics(t *testing.T) {
	d := newDoor(t)
	d.declare(nil)
	d.declare(func(b, _ object) {
		b["travellers"] = append(b["travellers"].([]any), personWith("001090123457", "Không Có Ai"))
	})
	d.do("GET", "/api/v1/nguyen-van-an", "").want(404)
	w := httptest.NewRecorder()
	d.metrics.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`anlo_http_requests_total{route="POST /api/v1/declarations",status="2xx"} 2`,
		`anlo_http_request_seconds_count{route="POST /api/v1/declarations"} 2`,
		`anlo_http_requests_total{route="/",status="4xx"} 1`,
		`anlo_declarations_total{identity="confirmed"} 1`,
		`anlo_declarations_total{identity="unconfirmed"} 1`,
		"go_goroutines ",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "nguyen") {
		t.Error("a path became a label")
	}
}
