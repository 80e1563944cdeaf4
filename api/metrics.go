package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"anlo"
	"anlo/app"
)

// Metrics counts what the doors do, in a registry of its own. Labels are routes,
// classes of status and outcomes: few, and about nobody.
type Metrics struct {
	registry     *prometheus.Registry
	requests     *prometheus.CounterVec
	seconds      *prometheus.HistogramVec
	verdicts     *prometheus.CounterVec
	declarations *prometheus.CounterVec
	webhooks     *prometheus.CounterVec
	texts        *prometheus.CounterVec
}

// NewMetrics returns empty counters beside those of the Go runtime and the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anlo_http_requests_total", Help: "Requests answered, by route and class of status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "anlo_http_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anlo_verdicts_total", Help: "Verdicts given online, by outcome.",
		}, []string{"outcome"}),
		declarations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anlo_declarations_total", Help: "Declarations accepted, by whether the register confirmed every traveller at once.",
		}, []string{"identity"}),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anlo_webhook_messages_total", Help: "Messages to other systems, by what became of a try: delivered, failed; dead when there is no further one.",
		}, []string{"outcome"}),
		texts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "anlo_text_messages_total", Help: "Texts to phones, by what became of a try: sent, failed; refused or dropped when there is no further one.",
		}, []string{"outcome"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.verdicts, m.declarations, m.webhooks, m.texts,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers scrapes in the Prometheus text format. It belongs behind a
// firewall: how busy a country is on the road is nobody else's business.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Registry lets other packages' collectors join.
func (m *Metrics) Registry() prometheus.Registerer { return m.registry }

func (m *Metrics) observe(pattern string, status int, took time.Duration) {
	if m == nil {
		return
	}
	route := routeName(pattern)
	m.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// watch counts what the application does, whichever door it came by.
func (m *Metrics) watch(a *app.App) {
	a.OnDeclared = func(confirmed bool) {
		identity := "unconfirmed"
		if confirmed {
			identity = "confirmed"
		}
		m.declarations.WithLabelValues(identity).Inc()
	}
	a.OnJudged = func(o anlo.Outcome) { m.verdicts.WithLabelValues(string(o)).Inc() }
	a.OnText = func(outcome string) { m.texts.WithLabelValues(outcome).Inc() }
	a.OnSent = func(outcome string, n int) { m.webhooks.WithLabelValues(outcome).Add(float64(n)) }
}
