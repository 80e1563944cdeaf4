package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
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

func TestReceiversAreTold(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		trip(t, a, clock) // before anybody asked to be told
		commune, province, country, elsewhere := newReceiver(t, clock), newReceiver(t, clock), newReceiver(t, clock), newReceiver(t, clock)
		commune.connect(a, ngocHa)
		province.connect(a, hanoi)
		country.connect(a, anlo.UnitRef{})
		elsewhere.connect(a, haiChau)
		work(t, a)
		for _, r := range []*receiver{commune, province, country, elsewhere} {
			is(t, "at first", r.take(), "webhook.test")
		}
		owner := trip(t, a, clock)
		work(t, a)
		work(t, a)
		is(t, "the commune", commune.take(), "notice.created vn-2026/00008")
		for _, r := range []*receiver{province, country} {
			got := r.take()
			slices.Sort(got)
			is(t, "the area", got, "notice.created vn-2026/00004", "notice.created vn-2026/00008")
		}
		clock.Add(time.Minute)
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		work(t, a)
		is(t, "after cancelling", commune.take(), "notice.cancelled vn-2026/00008")
		is(t, "elsewhere", elsewhere.take())
	}, withLoopback(0))
}

// What leaves names a notice and nobody.
func TestEventsAreThin(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	var bodies strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(&bodies, r.Body) }))
	defer server.Close()
	if _, _, err := a.AddWebhook(t.Context(), administrator, server.URL, "Công an", hanoi); err != nil {
		t.Fatal(err)
	}
	useEverything(t, a, clock)
	if _, err := a.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	work(t, a)
	if !strings.Contains(bodies.String(), `"type":"notice.`) {
		t.Fatalf("nothing was sent: %s", bodies.String())
	}
	for _, m := range markers {
		if strings.Contains(bodies.String(), m) {
			t.Errorf("%q was sent", m)
		}
	}
}

func TestMessagesComeInOrder(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		r := newReceiver(t, clock)
		w := r.connect(a, ngocHa)
		var order []string
		for range 5 {
			trip(t, a, clock)
		}
		var seen []string
		failing := 2
		r.answers(func(n int, w http.ResponseWriter) { // the third message fails twice
			if n == 3 || n == 4 {
				failing--
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		for range 10 {
			work(t, a)
			clock.Add(10 * time.Minute)
		}
		r.mu.Lock()
		seen = r.ids
		r.mu.Unlock()
		_, newest, _, err := a.Webhook(t.Context(), administrator, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range slices.Backward(newest) {
			order = append(order, d.ID.String())
		}
		if len(order) != 6 || failing != 0 {
			t.Fatalf("%d messages, %d failures left", len(order), failing)
		}
		want := slices.Concat(order[:3], order[2:3], order[2:3], order[3:])
		is(t, "as they came", seen, want...)
	}, withLoopback(0))
}

// A receiver that answers 500 for an hour has missed nothing: the message comes
// again under the same id, and what came later behind it.
func TestReceiverFailsForAnHour(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		r := newReceiver(t, clock)
		r.connect(a, ngocHa)
		work(t, a)
		r.take()
		r.answers(status(500))
		trip(t, a, clock)
		began, tries := clock.Now(), []string(nil)
		for clock.Now().Sub(began) < time.Hour {
			work(t, a)
			for range r.take() {
				tries = append(tries, clock.Now().Sub(began).String())
			}
			clock.Add(5 * time.Second)
		}
		is(t, "tries", tries, "0s", "5s", "5m5s", "35m5s")
		r.answers(nil)
		work(t, a)
		is(t, "back, but not tried yet", r.take())
		clock.Add(2 * time.Hour)
		work(t, a)
		is(t, "the next try", r.take(), "notice.created vn-2026/00008")
		if ids := slices.Compact(slices.Clone(r.ids[1:])); len(ids) != 1 {
			t.Errorf("one message under the ids %v", ids)
		}
		trip(t, a, clock)
		work(t, a)
		is(t, "the next message", r.take(), "notice.created vn-2026/00008")
	}, withLoopback(0))
}

// Something new brings a receiver back that has not answered for long.
func TestSomethingNewIsTriedSoon(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	r := newReceiver(t, clock)
	r.connect(a, ngocHa)
	r.answers(status(503))
	for range 100 {
		work(t, a)
		clock.Add(5 * time.Minute)
	}
	r.take()
	r.answers(nil)
	trip(t, a, clock)
	work(t, a)
	clock.Add(5 * time.Minute)
	work(t, a)
	is(t, "five minutes later", r.take(), "webhook.test", "notice.created vn-2026/00008")
}

// After a day a message is a dead letter, which an administrator sends again.
func TestDeadLetters(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		r := newReceiver(t, clock)
		w := r.connect(a, ngocHa)
		work(t, a)
		r.answers(status(500))
		for range 3 {
			trip(t, a, clock)
		}
		r.take()
		began := clock.Now()
		for clock.Now().Sub(began) < 25*time.Hour {
			work(t, a)
			clock.Add(5 * time.Minute)
		}
		if tries := len(r.take()); tries < 7 || tries > 40 {
			t.Errorf("%d tries in a day", tries)
		}
		w, _, dead, err := a.Webhook(t.Context(), administrator, w.ID)
		if err != nil || w.Dead != 3 || len(dead) != 3 || w.Waiting != 0 || dead[0].Outcome != "500" || dead[0].DeadAt.IsZero() {
			t.Fatalf("%+v %+v %v", w, dead, err)
		}
		r.answers(nil)
		trip(t, a, clock)
		clock.Add(5 * time.Minute)
		work(t, a)
		clock.Add(5 * time.Minute)
		work(t, a)
		is(t, "what comes after dead letters", r.take(), "notice.created vn-2026/00008")
		again := func(letter anlo.ID, want int) {
			t.Helper()
			if n, err := a.ResendWebhook(t.Context(), administrator, w.ID, letter); n != want || err != nil {
				t.Errorf("%d sent again, want %d: %v", n, want, err)
			}
			work(t, a)
			if got := r.take(); len(got) != want {
				t.Errorf("%d came again, want %d", len(got), want)
			}
		}
		again(dead[2].ID, 1)
		if last := r.ids[len(r.ids)-1]; last != dead[2].ID.String() {
			t.Errorf("sent again as %s, not as %s", last, dead[2].ID)
		}
		again(dead[2].ID, 0)
		again(anlo.ID{}, 2)
		clock.Add(8 * 24 * time.Hour)
		if err := a.PruneWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, newest, _, err := a.Webhook(t.Context(), administrator, w.ID); err != nil || len(newest) != 0 {
			t.Errorf("a week later: %v %v", newest, err)
		}
	}, withLoopback(0))
}

// A receiver that hangs holds up nobody else.
func TestReceiverHangs(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		slow, other := newReceiver(t, clock), newReceiver(t, clock)
		slow.connect(a, ngocHa)
		other.connect(a, ngocHa)
		hanging, end := make(chan struct{}, 1), make(chan struct{})
		defer close(end)
		slow.answers(func(int, http.ResponseWriter) {
			hanging <- struct{}{}
			<-end
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- a.SendWebhooks(ctx) }()
		<-hanging
		trip(t, a, clock)
		for range 3 { // calls of the seconds that follow
			work(t, a)
		}
		is(t, "the other one", other.take(), "webhook.test", "notice.created vn-2026/00008")
		stop() // the program ends while the message is on its way
		if err := <-done; err != nil {
			t.Error(err)
		}
		slow.answers(nil)
		slow.take()
		work(t, a)
		is(t, "sent again after the restart", slow.take(), "webhook.test", "notice.created vn-2026/00008")
		if slow.ids[0] != slow.ids[1] {
			t.Errorf("under another id: %v", slow.ids)
		}
	}, withLoopback(time.Minute))
	t.Run("gives up", func(t *testing.T) {
		a, clock := anlotest.App(t, withLoopback(50*time.Millisecond))
		r := newReceiver(t, clock)
		w := r.connect(a, ngocHa)
		end := make(chan struct{})
		defer close(end)
		r.answers(func(int, http.ResponseWriter) { <-end })
		work(t, a)
		w, newest, _, err := a.Webhook(t.Context(), administrator, w.ID)
		if err != nil || w.Failures != 1 || newest[0].Outcome != "webhook.timeout" {
			t.Errorf("%+v %+v %v", w, newest, err)
		}
	})
}

// A process that dies after it sent and before it wrote that down sends again,
// under the same id, once its lease is over.
func TestKilledBetweenSendingAndRecording(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		r := newReceiver(t, clock)
		w := r.connect(a, ngocHa)
		// What a killed process leaves behind: the receiver has the message, the
		// table says that it waits, and the receiver is leased.
		claimed, err := a.Store.ClaimWebhooks(t.Context(), clock.Now(), clock.Now().Add(time.Minute), 10)
		if err != nil || len(claimed) != 1 || claimed[0].ID != w.ID {
			t.Fatalf("%v %v", claimed, err)
		}
		d, ok, err := a.Store.NextDelivery(t.Context(), w.ID)
		if err != nil || !ok {
			t.Fatal(err)
		}
		sender := &notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		if _, err := sender.Post(t.Context(), r.url, notify.Message{ID: d.ID, At: clock.Now(), Body: []byte(d.Body)}, r.secret); err != nil {
			t.Fatal(err)
		}
		work(t, a)
		is(t, "while it is leased", r.take(), "webhook.test")
		clock.Add(time.Minute)
		work(t, a)
		work(t, a)
		is(t, "after the lease", r.take(), "webhook.test")
		if r.ids[0] != r.ids[1] {
			t.Errorf("under another id: %v", r.ids)
		}
	}, withLoopback(0))
}

func TestTwoProcessesSendOnce(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		a, clock := anlotest.AppOn(t, url, withLoopback(0))
		r := newReceiver(t, clock)
		r.connect(a, hanoi)
		for range 20 {
			trip(t, a, clock)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 5 {
					if err := errors.Join(a.QueueWebhooks(t.Context()), a.SendWebhooks(t.Context())); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		work(t, a)
		ids := slices.Clone(r.ids)
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != 41 || len(r.ids) != 41 {
			t.Errorf("%d messages came, %d different ones, want 41", len(r.ids), n)
		}
	})
}

func TestOtherAnswers(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	r := newReceiver(t, clock)
	w := r.connect(a, ngocHa)
	var inside int
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside++ }))
	defer trap.Close()
	r.answers(func(_ int, w http.ResponseWriter) {
		w.Header().Set("Location", trap.URL) // http://127.0.0.1:…
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	work(t, a)
	w, newest, _, err := a.Webhook(t.Context(), administrator, w.ID)
	if err != nil || inside != 0 || w.Failures != 1 || w.Waiting != 1 || newest[0].Outcome != "307" {
		t.Errorf("a redirect: followed %d times, %+v %+v %v", inside, w, newest, err)
	}
	clock.Add(time.Hour)
	r.answers(status(http.StatusGone))
	work(t, a)
	if w, _, _, err = a.Webhook(t.Context(), administrator, w.ID); err != nil || !w.Gone || w.PausedAt.IsZero() || w.Waiting != 1 {
		t.Errorf("410: %+v %v", w, err)
	}
	trip(t, a, clock)
	clock.Add(48 * time.Hour)
	r.take()
	work(t, a)
	is(t, "while it is gone", r.take())
	r.answers(nil)
	if err := a.ResumeWebhook(t.Context(), administrator, w.ID); err != nil {
		t.Fatal(err)
	}
	work(t, a)
	is(t, "resumed", r.take(), "webhook.test", "notice.created vn-2026/00008")
}

func TestSecretsAreReplacedInPeace(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	r := newReceiver(t, clock)
	w := r.connect(a, ngocHa)
	old := r.secret
	text, err := a.RotateWebhook(t.Context(), administrator, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := notify.ParseSecret(text)
	if err != nil || string(fresh) == string(old) {
		t.Fatal(err)
	}
	work(t, a) // verified with the old one
	r.secret = fresh
	trip(t, a, clock)
	work(t, a)
	is(t, "with either", r.take(), "webhook.test", "notice.created vn-2026/00008")
	clock.Add(25 * time.Hour)
	trip(t, a, clock)
	work(t, a)
	is(t, "with the new one", r.take(), "notice.created vn-2026/00008")
	if n := len(strings.Fields(r.signature)); n != 1 {
		t.Errorf("a day later there are %d signatures", n)
	}
}

func TestWhoMayConnect(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		ctx, r := t.Context(), newReceiver(t, clock)
		w := r.connect(a, ngocHa)
		inHanoi := anlo.Actor{Role: anlo.Administrator, Area: hanoi, Staff: anlo.NewID(anlotest.Noon)}
		inDaNang := anlo.Actor{Role: anlo.Administrator, Area: anlo.UnitRef{List: "vn-2026", Code: "48"}, Staff: anlo.NewID(anlotest.Noon)}
		everything := func(by anlo.Actor) (outcomes []string) {
			note := func(what string, err error) {
				if err != nil {
					outcomes = append(outcomes, what+" "+err.Error())
				}
			}
			_, _, err := a.AddWebhook(ctx, by, r.url, "x", ngocHa)
			note("add", err)
			_, _, _, err = a.Webhook(ctx, by, w.ID)
			note("read", err)
			note("pause", a.PauseWebhook(ctx, by, w.ID))
			note("resume", a.ResumeWebhook(ctx, by, w.ID))
			_, err = a.ResendWebhook(ctx, by, w.ID, anlo.ID{})
			note("resend", err)
			return outcomes
		}
		is(t, "in the area", everything(inHanoi))
		is(t, "in another", everything(inDaNang), "add forbidden", "read not-found", "pause not-found", "resume not-found", "resend not-found")
		if list, err := a.Webhooks(ctx, inDaNang); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		for _, role := range anlo.StaffRoles {
			if role != anlo.Administrator {
				is(t, string(role), everything(anlo.Actor{Role: role, Area: hanoi}), "add forbidden", "read forbidden", "pause forbidden", "resume forbidden", "resend forbidden")
			}
		}
		before, err := a.Store.AuditCount(ctx, anlo.ActWebhooks)
		if err != nil || before != 5 { // twice added, paused, resumed, sent again
			t.Errorf("%d audit entries, %v", before, err)
		}
		if _, err := a.RotateWebhook(ctx, administrator, w.ID); err != nil {
			t.Error(err)
		}
		if err := a.RemoveWebhook(ctx, administrator, w.ID); err != nil {
			t.Error(err)
		}
		if after, err := a.Store.AuditCount(ctx, anlo.ActWebhooks); after != before+2 || err != nil {
			t.Errorf("%d audit entries after %d, %v", after, before, err)
		}
		if err := a.RemoveWebhook(ctx, administrator, w.ID); anlo.KindOf(err) != anlo.NotFound {
			t.Errorf("removed twice: %v", err)
		}
	}, withLoopback(0))
}

// Neither secret nor anything else that a thief of the database could send with
// lies there in the clear.
func TestSecretsAreNotOnDisk(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		a, _ := anlotest.AppOn(t, url)
		w, secret, err := a.AddWebhook(t.Context(), administrator, "https://example.vn/hook", "Công an Ngọc Hà", ngocHa)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := a.RotateWebhook(t.Context(), administrator, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		files := databaseFiles(t, a, url)
		if find(t, files, "Công an Ngọc Hà") == 0 {
			t.Fatal("the search does not even find what is there in the clear")
		}
		for _, s := range []string{secret, fresh} {
			if key, _ := notify.ParseSecret(s); find(t, files, s) > 0 || find(t, files, string(key)) > 0 {
				t.Error("a secret lies in the database's files")
			}
		}
	})
}

func TestWhatIsWrongWithAWebhook(t *testing.T) {
	a, _ := anlotest.App(t)
	for _, c := range []struct {
		url, label string
		area       anlo.UnitRef
		want       string
	}{
		{"", "", ngocHa, "invalid (url: required, label: required)"},
		{"http://example.vn/", "a\x00", anlo.UnitRef{List: "vn-63", Code: "00001"}, "invalid (url: webhook.https, label: text.characters, area: commune.unknown)"},
		{"https://127.0.0.1/", strings.Repeat("x", 81), anlo.UnitRef{List: "vn-2026", Code: "none"}, "invalid (url: webhook.private, label: text.long, area: commune.unknown)"},
	} {
		_, _, err := a.AddWebhook(t.Context(), administrator, c.url, c.label, c.area)
		if got := fmt.Sprint(err); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// The body says how a notice stands; what was sent is counted.
func TestWhatAnEventSays(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	counted := map[string]int{}
	a.OnSent = func(outcome string, n int) { counted[outcome] += n }
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { body, _ = io.ReadAll(r.Body) }))
	defer server.Close()
	if _, _, err := a.AddWebhook(t.Context(), administrator, server.URL, "Công an", ngocHa); err != nil {
		t.Fatal(err)
	}
	_, receipt := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	work(t, a)
	want := `{"type":"notice.created","timestamp":"2026-11-23T05:00:00Z","data":{"notice":{"id":"vn-2026.00008.` + receipt.ID.String() + `.0","commune":"vn-2026/00008",` +
		`"roles":["destination"],"state":"new","level":0,"version":0,"due_at":"2026-11-24T06:00:00Z","departs_at":"2026-11-23T06:00:00Z","changed_at":"2026-11-23T05:00:00Z"}}}`
	if string(body) != want {
		t.Errorf("%s\nwant %s", body, want)
	}
	if counted["delivered"] != 2 || len(counted) != 1 {
		t.Errorf("%v", counted)
	}
}
