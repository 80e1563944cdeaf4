package jobs_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/identity"
	"anlo/jobs"
	"anlo/notify"
)

// away is a register that does not answer until it is back.
type away struct{ back atomic.Bool }

func (r *away) Match(context.Context, identity.Claim) (anlo.Match, error) {
	if !r.back.Load() {
		return anlo.Match{}, anlo.ErrUnavailable
	}
	return anlo.Match{Grade: anlo.MatchExact, Register: &anlotest.An}, nil
}

// An identity that could not be checked is confirmed by itself when the
// register is back, and the jobs end when they are told to.
func TestIdentityIsConfirmedInTheBackground(t *testing.T) {
	register := &away{}
	a, clock := anlotest.App(t, anlotest.WithRegister(register))
	r, err := a.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(clock.Now(), anlotest.An), "")
	if err != nil || r.Confirmed[0] {
		t.Fatalf("%v %v", r.Confirmed, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		jobs.Run(ctx, a)
		close(ended)
	}()
	register.back.Store(true)
	clock.Add(time.Minute)
	owner, err := a.OpenLink(r.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	for {
		d, err := a.Declaration(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		if d.Confirmed[0] {
			break
		}
		time.Sleep(100 * time.Millisecond) // the test's own time limit ends this
	}
	stop()
	<-ended
}

// A system that waits to be told is told, also while another one hangs.
func TestOtherSystemsAreTold(t *testing.T) {
	a, clock := anlotest.App(t, func(c *app.Config) {
		c.Sender = &notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	hangs, end := make(chan bool, 1), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		hangs <- true
		<-end
	}))
	defer slow.Close()
	defer close(end)
	told := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- string(body)
	}))
	defer other.Close()
	administrator := anlo.Actor{Role: anlo.Administrator}
	if _, _, err := a.AddWebhook(t.Context(), administrator, slow.URL, "slow", anlo.UnitRef{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		jobs.Run(ctx, a)
		close(ended)
	}()
	<-hangs
	if _, _, err := a.AddWebhook(t.Context(), administrator, other.URL, "other", anlo.UnitRef{}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(clock.Now(), anlotest.An), ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"webhook.test", "notice.created", "notice.created"} {
		if got := <-told; !strings.Contains(got, want) { // the test's own time limit ends this
			t.Errorf("%s, want %s", got, want)
		}
	}
	stop()
	<-ended
}
