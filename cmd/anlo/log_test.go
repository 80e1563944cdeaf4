package main

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whatever somebody types, and wherever they type it, stays out of the log and
// the metrics.
func TestNothingPersonalIsLogged(t *testing.T) {
	s := startServer(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	markers := []string{"038187918273", "Xuyến", "0987612345", "30H98765", "Trời Xanh", "tokentokentokentokentoken"}
	everything := strings.Join(markers, " ")
	body := `{"travellers":[{"id_number":"038187918273","full_name":"Tôn Nữ Xuyến","date_of_birth":"1987-03-29","sex":"female","phone":"0987612345",
		"residence":{"permanent":{"commune":"00004","address":"Ngõ Trời Xanh"}},"health":{"symptoms":[],"contact_with_case":false}}],
		"trip":{"origin":{"commune":"00004"},"destination":{"commune":"00008"},"departs_at":"2001-01-01T00:00:00Z","vehicle":{"kind":"car","plate":"30H98765"},"reason":"work"}}`
	escaped := url.QueryEscape(everything)
	for _, c := range []struct{ method, path, token, body string }{
		{"POST", "/api/v1/declarations", "", body},
		{"POST", "/api/v1/declarations?" + escaped, "tokentokentokentokentoken", strings.Replace(body, "2001", "2099", 1)},
		{"POST", "/api/v1/declarations", "", everything},
		{"GET", "/api/v1/declarations/" + url.PathEscape(everything), "tokentokentokentokentoken", ""},
		{"GET", "/api/v1/passes/tokentokentokentokentoken/qr.png", everything, ""},
		{"POST", "/api/v1/verdicts", "tokentokentokentokentoken", `{"qr":"AL1:038187918273"}`},
		{"GET", "/api/v1/units/search?q=" + escaped, "", ""},
		{"GET", "/my/tokentokentokentokentoken", "", ""},
		{"POST", "/declare", "", "full_name=" + escaped},
		{"GET", "/" + url.PathEscape(everything) + "?" + escaped, "", ""},
	} {
		if _, _, err := s.call(c.method, c.path, c.token, c.body); err != nil && !strings.Contains(err.Error(), "invalid header") {
			t.Fatal(err)
		}
	}
	status, metrics, err := s.call("GET", "/metrics", "", "")
	if err != nil || status != http.StatusOK || !bytes.Contains(metrics, []byte("anlo_http_requests_total")) {
		t.Fatalf("metrics: %d %v", status, err)
	}
	s.kill()
	log := s.log.String()
	if strings.Count(log, `"route"`) < 9 {
		t.Fatalf("the log does not even tell of the requests:\n%s", log)
	}
	for _, m := range append(markers, "038187918", "Xuy", "127.0.0.1:") {
		if strings.Contains(log, m) {
			t.Errorf("%q is in the log", m)
		}
		if bytes.Contains(metrics, []byte(m)) {
			t.Errorf("%q is in the metrics", m)
		}
	}
}
