package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

var administrator = anlo.Actor{Role: anlo.Administrator, Staff: anlo.NewID(anlotest.Noon)}

// withLoopback lets webhooks reach receivers of tests.
func withLoopback(patience time.Duration) anlotest.Option {
	return func(c *app.Config) {
		c.Sender = &notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: patience}
	}
}

// receiver is another system. It keeps what it got, in order.
type receiver struct {
	t         *testing.T
	clock     *anlotest.Clock
	url       string
	mu        sync.Mutex
	got       []string // "notice.created vn-2026.00008.….0"
	ids       []string
	signature string                             // of the last message
	answer    func(n int, w http.ResponseWriter) // to its nth message, from 1; nil for 204
	secret    notify.Secret
}

func newReceiver(t *testing.T, clock *anlotest.Clock) *receiver {
	r := &receiver{t: t, clock: clock}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL + "/hook"
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	if err := notify.Verify(req.Header, body, r.clock.Now(), r.secret); err != nil {
		r.t.Errorf("a message that is not signed: %v %s", req.Header, body)
	}
	var e app.Event
	if err := json.Unmarshal(body, &e); err != nil {
		r.t.Errorf("%v: %s", err, body)
	}
	what := e.Type
	if e.Data != nil {
		what += " " + e.Data.Notice.Commune
	}
	r.got, r.ids = append(r.got, what), append(r.ids, req.Header.Get("webhook-id"))
	r.signature = req.Header.Get("webhook-signature")
	n, answer := len(r.got), r.answer
	r.mu.Unlock()
	if answer != nil {
		answer(n, w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// take returns what came since the last call.
func (r *receiver) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func (r *receiver) answers(answer func(n int, w http.ResponseWriter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func status(code int) func(int, http.ResponseWriter) {
	return func(_ int, w http.ResponseWriter) { w.WriteHeader(code) }
}

// connect adds a webhook for the receiver.
func (r *receiver) connect(a *app.App, area anlo.UnitRef) app.Webhook {
	r.t.Helper()
	w, secret, err := a.AddWebhook(r.t.Context(), administrator, r.url, "Công an", area)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.secret, err = notify.ParseSecret(secret); err != nil {
		r.t.Fatal(err)
	}
	return w
}

// work does what the background does in a second.
func work(t *testing.T, a *app.App) {
	t.Helper()
	if err := errors.Join(a.QueueWebhooks(t.Context()), a.SendWebhooks(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// trip has An go to Ngọc Hà: a notice where he lives, and one where he goes.
func trip(t *testing.T, a *app.App, clock *anlotest.Clock) anlo.Actor {
	t.Helper()
	owner, _ := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	return owner
}
