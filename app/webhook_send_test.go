package app_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

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
		var got []string
		for range 500 { // calls of the seconds that follow
			work(t, a)
			if got = append(got, other.take()...); len(got) >= 2 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		is(t, "the other one", got, "webhook.test", "notice.created vn-2026/00008")
		stop() // the program ends while the message is on its way
		if err := <-done; err != nil && ctx.Err() == nil {
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

// A webhook for a province of an older list, which nothing takes the place of,
// tells nothing: least of all of the whole country.
func TestWebhookOfAnAreaThatIsNoMore(t *testing.T) {
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	same := func(c *app.Config) { c.MasterKey, c.RootKey = filepath.Join(dir, "master.key"), root }
	t.Run("before", func(t *testing.T) {
		a, _ := anlotest.AppOn(t, filepath.Join(dir, "anlo.db"), same, withLoopback(0), func(c *app.Config) { c.UnitList = "vn-63" })
		if _, _, err := a.AddWebhook(t.Context(), administrator, "http://127.0.0.1:9/", "Công an tỉnh", anlo.UnitRef{List: "vn-63", Code: "02"}); err != nil {
			t.Fatal(err)
		}
	})
	a, clock := anlotest.AppOn(t, filepath.Join(dir, "anlo.db"), same, withLoopback(0))
	waiting := func() int {
		t.Helper()
		if err := a.QueueWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		ws, err := a.Webhooks(t.Context(), administrator)
		if err != nil || len(ws) != 1 {
			t.Fatal(ws, err)
		}
		return ws[0].Waiting
	}
	before := waiting()
	declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	if after := waiting(); after != before {
		t.Errorf("%d messages wait, %d before", after, before)
	}
}
