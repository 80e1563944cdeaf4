package app_test

import (
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

func TestWatch(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		here, elsewhere := make(chan bool, 100), make(chan bool, 100)
		watch := func(area anlo.UnitRef, seen chan bool) {
			started := make(chan bool)
			go func() {
				close(started)
				if err := a.Watch(t.Context(), officer(anlo.CommuneOfficer, area), func() { seen <- true }); err != nil {
					t.Error(err)
				}
			}()
			<-started
		}
		watch(ngocHa, here)
		watch(haiChau, elsewhere)
		deadline := time.After(10 * time.Second)
		for declared := false; ; {
			if !declared {
				declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
			}
			select {
			case <-here:
				if len(elsewhere) > 0 {
					t.Error("another commune is told as well")
				}
				return
			case <-time.After(time.Second): // it was made before they began to watch
			case <-deadline:
				t.Fatal("nobody was told")
			}
		}
	})
}
