package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/identity"
	"anlo/jobs"
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
