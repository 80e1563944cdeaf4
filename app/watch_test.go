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
			by := officer(anlo.CommuneOfficer, area)
			page, err := a.Desk(t.Context(), by, app.DeskQuery{})
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				if err := a.Watch(t.Context(), by, page.Seq, func() { seen <- true }); err != nil {
					t.Error(err)
				}
			}()
		}
		watch(ngocHa, here)
		watch(haiChau, elsewhere)
		for range 2 { // the first may come before they begin to watch
			declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
			select {
			case <-here:
			case <-time.After(10 * time.Second):
				t.Fatal("nobody was told")
			}
		}
		if len(elsewhere) > 0 {
			t.Error("another commune is told as well")
		}
	})
}
