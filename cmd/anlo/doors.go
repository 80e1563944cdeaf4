package main

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"anlo"
	"anlo/api"
	"anlo/app"
	"anlo/auth"
	"anlo/web"
)

// doors says how the outside reaches the application.
type doors struct {
	TrustProxy   []string
	MetricsToken string
	Done         <-chan struct{} // closed when it is time to stop; nil for never
	Demo         *web.Demo
	Base         *url.URL         // where browsers reach us; nil when that was not said
	OIDC         *auth.OIDCConfig // where officers may sign in; nil for here only
	Unlimited    bool             // for benchmarks
}

// handler joins the pages, the API and what operators look at.
func (d doors) handler(a *app.App) (http.Handler, error) {
	var trusted []netip.Prefix
	for _, p := range d.TrustProxy {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, err
		}
		trusted = append(trusted, prefix)
	}
	// A thousand at once and then fifty a second from one address: a mobile
	// network puts thousands of people behind one.
	limit := anlo.NewLimiter(20*time.Millisecond, 1000, a.Now)
	if d.Unlimited {
		limit = nil
	}
	metrics := api.NewMetrics()
	mux := http.NewServeMux()
	way := officers(a)
	mux.Handle("/api/", api.New(a, api.Options{Limiter: limit, Metrics: metrics, OpenKey: way.OpenKey}))
	mux.Handle("/", web.New(a, d.pages(a, limit, way)))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", ready(a))
	mux.Handle("GET /metrics", d.guarded(metrics.Handler()))
	return api.Observe(api.BehindProxies(mux, trusted), a.Log, metrics, api.Failed), nil
}

// pages says how the pages differ here from those elsewhere.
func (d doors) pages(a *app.App, limit *anlo.Limiter, way *auth.Auth) web.Options {
	o := web.Options{Limiter: limit, Auth: way, Base: d.Base, Done: d.Done, Demo: d.Demo}
	if d.OIDC != nil {
		o.OIDC = auth.NewOIDC(way, *d.OIDC, d.Base, a.UnitList)
	}
	return o
}

// officers is the officers' way in.
func officers(a *app.App) *auth.Auth {
	return auth.New(a.Store, a.Seal, a.Now, a.Log, a.Units.Contains, a.Units.Known)
}

// ready says whether requests can be served now: the database answers and a
// key signs.
func ready(a *app.App) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := a.Ready(r.Context()); err != nil {
			a.Log.Error("not ready", "error", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte("ready\n"))
	}
}

// guarded lets in whoever brings the token or, when there is none, loopback.
func (d doors) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		address := net.ParseIP(host)
		allowed := d.MetricsToken == "" && address != nil && address.IsLoopback() && r.Header.Get("X-Forwarded-For") == "" ||
			d.MetricsToken != "" && equal(token, d.MetricsToken)
		if !allowed {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
