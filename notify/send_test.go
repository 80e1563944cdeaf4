package notify

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"anlo"
)

func message() Message { return Message{anlo.NewID(now), now, []byte(`{"type":"notice.created"}`)} }

func TestPost(t *testing.T) {
	secret, m := NewSecret(), message()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := Verify(r.Header, body, now, secret); err != nil || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" ||
			r.Header.Get("webhook-id") != m.ID.String() || string(body) != string(m.Body) {
			t.Errorf("%v: %s %v %s", err, r.Method, r.Header, body)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("NO_PROXY", "")
	status, err := (&Sender{Networks: loopback}).Post(t.Context(), receiver.URL, m, secret)
	if status != 204 || err != nil {
		t.Errorf("%d %v", status, err)
	}
	if status, err = new(Sender).Post(t.Context(), receiver.URL, m, secret); status != 0 || err != ErrAddress {
		t.Errorf("this machine, without being told that it may: %d %v", status, err)
	}
}

// A redirect is an answer like any other that is not 2xx: nothing is sent on.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var reached atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer inside.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		receiver := httptest.NewServer(http.RedirectHandler(inside.URL, code))
		status, err := (&Sender{Networks: loopback}).Post(t.Context(), receiver.URL, message(), NewSecret())
		if status != code || err != nil {
			t.Errorf("%d: %d %v", code, status, err)
		}
		receiver.Close()
	}
	if reached.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestReceiverHangs(t *testing.T) {
	gone := make(chan struct{})
	for name, hang := range map[string]http.HandlerFunc{
		"before it answers": func(http.ResponseWriter, *http.Request) { <-gone },
		"within the headers": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			<-gone
			conn.Close()
		},
	} {
		receiver := httptest.NewServer(hang)
		status, err := (&Sender{Networks: loopback, Timeout: 50 * time.Millisecond}).Post(t.Context(), receiver.URL, message(), NewSecret())
		if status != 0 || err != ErrTimeout {
			t.Errorf("%s: %d %v", name, status, err)
		}
		defer receiver.Close()
	}
	// Whoever answers and then never ends has the message.
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(200)
		http.NewResponseController(w).Flush()
		<-gone
	}))
	defer receiver.Close()
	defer close(gone)
	status, err := (&Sender{Networks: loopback, Timeout: 200 * time.Millisecond}).Post(t.Context(), receiver.URL, message(), NewSecret())
	if status != 200 || err != nil {
		t.Errorf("an answer without end: %d %v", status, err)
	}
}

func TestEndlessAnswerIsNotRead(t *testing.T) {
	var sent atomic.Int64
	done := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		defer close(done)
		chunk := make([]byte, 32<<10)
		for {
			n, err := w.Write(chunk)
			if sent.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	defer receiver.Close()
	status, err := (&Sender{Networks: loopback}).Post(t.Context(), receiver.URL, message(), NewSecret())
	if status != 200 || err != nil {
		t.Errorf("%d %v", status, err)
	}
	<-done // the connection was closed
}

func TestWhyNothingArrived(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0)
	unknown.StartTLS() // with a certificate that nobody signed
	defer unknown.Close()
	s := &Sender{Networks: loopback, Resolver: names(t, nil)}
	for to, want := range map[string]error{
		"http://" + closed.Addr().String(): ErrConnection,
		unknown.URL:                        ErrCertificate,
		"https://nowhere.example.com/":     ErrName,
		"https://192.168.0.1/":             ErrAddress,
		"ftp://127.0.0.1/":                 ErrAddress,
		"https://user@example.com/ is not what an administrator typed": ErrAddress,
	} {
		if status, err := s.Post(t.Context(), to, message(), NewSecret()); status != 0 || !errors.Is(err, want) {
			t.Errorf("%s: %d %v, want %v", to, status, err, want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Post(ended, "http://"+closed.Addr().String(), message(), NewSecret()); !errors.Is(err, context.Canceled) {
		t.Errorf("told to stop: %v", err)
	}
}

// A name that looks public leads to a private address when it is dialled.
func TestNamesThatLeadInside(t *testing.T) {
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a message went inside") }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	for _, address := range []string{"127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "::1", "fd00:ec2::254", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"} {
		s := &Sender{Resolver: names(t, map[string]string{"receiver.example.com.": address})}
		to := "https://receiver.example.com:" + port + "/"
		if err := s.Check(to); err != nil {
			t.Fatal(err)
		}
		if status, err := s.Post(t.Context(), to, message(), NewSecret()); status != 0 || err != ErrAddress {
			t.Errorf("%s: %d %v", address, status, err)
		}
	}
}

// names is a resolver that knows these names and no others.
func names(t *testing.T, known map[string]string) *net.Resolver {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil || len(q.Questions) != 1 {
				continue
			}
			server.WriteTo(answer(q, known), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func answer(q dnsmessage.Message, known map[string]string) []byte {
	a := dnsmessage.Message{Header: dnsmessage.Header{ID: q.ID, Response: true, RecursionAvailable: true}, Questions: q.Questions}
	asked := q.Questions[0]
	text, ok := known[asked.Name.String()]
	if !ok {
		a.RCode = dnsmessage.RCodeNameError
	}
	address, _ := netip.ParseAddr(text)
	header := dnsmessage.ResourceHeader{Name: asked.Name, Type: asked.Type, Class: asked.Class, TTL: 0}
	switch {
	case ok && asked.Type == dnsmessage.TypeA && address.Is4():
		a.Answers = append(a.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address.As4()}})
	case ok && asked.Type == dnsmessage.TypeAAAA && address.Is6():
		a.Answers = append(a.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
	}
	b, err := a.Pack()
	if err != nil {
		panic(err)
	}
	return b
}
