package web

import (
	"net/http"
	"testing"

	"anlo/anlotest"
	"anlo/app"
)

func newSite(t testing.TB) (http.Handler, *app.App, *anlotest.Clock) {
	t.Helper()
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	return New(a, Options{}), a, clock
}
