package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"anlo/app"
	"anlo/identity"
	"anlo/jobs"
)

type serveCmd struct {
	place
	Units        string   `help:"List of units that declarations name." default:"vn-2026" env:"ANLO_UNITS" placeholder:"LIST"`
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"ANLO_LISTEN" placeholder:"ADDR"`
	TrustProxy   []string `help:"Addresses (CIDR) of reverse proxies whose X-Forwarded-For is believed." env:"ANLO_TRUST_PROXY" placeholder:"CIDR"`
	Register     string   `help:"Base URL of an OSIA 7 Data Access register; without it the embedded one is used." env:"ANLO_REGISTER" placeholder:"URL"`
	RegisterKey  string   `help:"File with the bearer token for the register." env:"ANLO_REGISTER_TOKEN_FILE" placeholder:"FILE"`
	MetricsToken string   `help:"Bearer token asked for at /metrics; without it only loopback may read them." env:"ANLO_METRICS_TOKEN" placeholder:"TOKEN"`
}

// Run serves until it is told to stop, then finishes what is under way.
func (c *serveCmd) Run(ctx context.Context, s std) error {
	log := slog.New(slog.NewJSONHandler(s.err, nil))
	config, err := c.config(log)
	if err != nil {
		return err
	}
	config.UnitList = c.Units
	if c.Register != "" {
		if config.Register, err = c.register(); err != nil {
			return err
		}
	}
	a, err := app.Open(ctx, config)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	fmt.Fprintln(s.out, "ready http://"+l.Addr().String())
	return errors.Join(serve(ctx, a, l, doors{TrustProxy: c.TrustProxy, MetricsToken: c.MetricsToken}), a.Close())
}

func (c *serveCmd) register() (identity.Register, error) {
	return identity.NewOSIA(identity.OSIAConfig{BaseURL: c.Register, Token: func(context.Context) (string, error) {
		if c.RegisterKey == "" {
			return "", nil
		}
		token, err := os.ReadFile(c.RegisterKey) // read anew each time: tokens are renewed
		return strings.TrimSpace(string(token)), err
	}})
}

// serve runs the doors and the background work until ctx is done.
func serve(ctx context.Context, a *app.App, l net.Listener, d doors) error {
	handler, err := d.handler(a)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
	}
	work, stop := context.WithCancel(ctx)
	defer stop()
	worked := make(chan struct{})
	go func() {
		jobs.Run(work, a)
		close(worked)
	}()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		stop()
		<-worked
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = server.Shutdown(grace)
	<-worked
	return err
}
