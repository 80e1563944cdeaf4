package notify

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anlo"
)

var aText = Text{ID: anlo.NewID(time.Unix(1764000000, 0)), To: "+84912345678", Body: "AN LO: ma di duong 7K3M-9QXP"}

func TestGatewaySpeaksKannel(t *testing.T) {
	var got *http.Request
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "0: Accepted for delivery")
	}))
	defer server.Close()
	g := &Gateway{URL: server.URL + "/cgi-bin/sendsms", From: "AnLo", Username: "anlo", Password: "secret"}
	if err := g.Check(); err != nil {
		t.Fatal(err)
	}
	if err := g.Send(t.Context(), aText); err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.String() != "/cgi-bin/sendsms" || body != aText.Body {
		t.Errorf("%s %s %q", got.Method, got.URL, body)
	}
	for name, want := range map[string]string{"X-Kannel-To": aText.To, "X-Kannel-From": "AnLo", "X-Kannel-Username": "anlo", "X-Kannel-Password": "secret",
		"X-Kannel-Coding": "0", "Content-Type": "text/plain; charset=UTF-8", "Idempotency-Key": aText.ID.String()} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
}

// What a gateway may answer, and what that means for the text.
func TestGatewayAnswers(t *testing.T) {
	for status, want := range map[int]error{200: nil, 202: nil, 400: ErrTextRefused, 422: ErrTextRefused, 302: ErrTextLater,
		401: ErrTextLater, 403: ErrTextLater, 404: ErrTextLater, 429: ErrTextLater, 500: ErrTextLater, 503: ErrTextLater} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		g := &Gateway{URL: server.URL, From: "AnLo"}
		if err := g.Send(t.Context(), aText); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
		server.Close()
		if err := g.Send(t.Context(), aText); !errors.Is(err, ErrTextLater) {
			t.Errorf("a gateway that is gone: %v", err)
		}
	}
}

func TestGatewayThatHangs(t *testing.T) {
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	g := &Gateway{URL: server.URL, From: "AnLo", Timeout: 20 * time.Millisecond}
	if err := g.Send(t.Context(), aText); !errors.Is(err, ErrTextLater) {
		t.Errorf("%v", err)
	}
}

func TestGatewayOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	defer server.Close()
	if err := (&Gateway{URL: server.URL, From: "AnLo"}).Send(t.Context(), aText); !errors.Is(err, ErrTextLater) {
		t.Errorf("a certificate that nobody signed: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	if err := (&Gateway{URL: server.URL, From: "AnLo", TLS: &tls.Config{RootCAs: roots}}).Send(t.Context(), aText); err != nil {
		t.Errorf("its own certificate: %v", err)
	}
}

// In the clear, phones stay on the private network.
func TestGatewayInTheClearIsPrivate(t *testing.T) {
	for address, want := range map[string]error{"127.0.0.1:80": nil, "[::1]:80": nil, "10.1.2.3:13013": nil, "[fd00::1]:13013": nil, "192.168.1.1:80": nil,
		"203.0.113.7:80": ErrTextLater, "[2001:db8::7]:80": ErrTextLater, "8.8.8.8:13013": ErrTextLater, "[::ffff:8.8.8.8]:80": ErrTextLater} {
		if err := private("tcp", address, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestGatewayCheck(t *testing.T) {
	for _, g := range []*Gateway{
		{URL: "127.0.0.1:13013", From: "AnLo"}, {URL: "ftp://127.0.0.1/", From: "AnLo"}, {URL: "http://127.0.0.1/"}, {URL: "http://a:b@127.0.0.1/", From: "AnLo"},
		{URL: "http://127.0.0.1/?password=x", From: "AnLo"}, {URL: "http://127.0.0.1/", From: "An Lo"}, {URL: "http://127.0.0.1/", From: "AnLo", Password: "a\r\nX: b"},
	} {
		err := g.Check()
		if err == nil {
			t.Errorf("%q %q is taken", g.URL, g.From)
		} else if g.Password != "" && strings.Contains(err.Error(), g.Password) {
			t.Errorf("the error holds the password")
		}
	}
}

func TestTextsPrintAsStars(t *testing.T) {
	if s := fmt.Sprint(aText) + fmt.Sprintf("%+v", &Gateway{Password: "secret"}); strings.Contains(s, "912345678") || strings.Contains(s, "7K3M") || strings.Contains(s, "secret") {
		t.Error(s)
	}
}

func TestFitsOneText(t *testing.T) {
	for body, want := range map[string]bool{"AN LO: ma di duong 7K3M-9QXP": true, strings.Repeat("a", 160): true, strings.Repeat("a", 161): false, "mã": false, "à": true, "{": false, "": true} {
		if FitsOneText(body) != want {
			t.Errorf("%q: %v", body, !want)
		}
	}
}

func TestConsoleKeepsTheLastTwenty(t *testing.T) {
	var c Console
	for i := range 25 {
		if err := c.Send(t.Context(), Text{Body: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if last := c.Last(); len(last) != 20 || last[0].Body != "24" || last[19].Body != "5" {
		t.Errorf("%d texts", len(last))
	}
}
