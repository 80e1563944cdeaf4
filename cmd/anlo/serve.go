package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"anlo/app"
	"anlo/auth"
	"anlo/identity"
	"anlo/jobs"
)

type serveCmd struct {
	place
	networks
	gateway
	Units          string   `help:"List of units that declarations name." default:"vn-2026" env:"ANLO_UNITS" placeholder:"LIST"`
	Listen         string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"ANLO_LISTEN" placeholder:"ADDR"`
	TrustProxy     []string `help:"Addresses (CIDR) of reverse proxies whose X-Forwarded-For is believed." env:"ANLO_TRUST_PROXY" placeholder:"CIDR"`
	Register       string   `help:"Base URL of an OSIA 7 Data Access register; without it the embedded one is used." env:"ANLO_REGISTER" placeholder:"URL"`
	RegisterKey    string   `help:"File with the bearer token for the register." env:"ANLO_REGISTER_TOKEN_FILE" placeholder:"FILE"`
	RegisterRead   bool     `help:"The register lets us read records, and not only compare." env:"ANLO_REGISTER_READ"`
	RegisterSearch bool     `help:"The register lets us search by name and birth date." env:"ANLO_REGISTER_SEARCH"`
	RegisterMap    string   `help:"JSON file naming the register's attributes where they differ from OSIA's." type:"existingfile" env:"ANLO_REGISTER_MAP" placeholder:"FILE"`
	BaseURL        string   `help:"Address at which browsers reach this server: passkeys are bound to its host, and a sign-in provider sends people back to it." env:"ANLO_BASE_URL" placeholder:"URL"`
	OIDC           string   `name:"oidc" help:"JSON file describing a provider of OpenID Connect at which officers may sign in; needs --base-url." type:"existingfile" env:"ANLO_OIDC" placeholder:"FILE"`
	MetricsToken   string   `help:"Bearer token asked for at /metrics; without it only loopback may read them." env:"ANLO_METRICS_TOKEN" placeholder:"TOKEN"`
}

// Run serves until it is told to stop, then finishes what is under way.
func (c *serveCmd) Run(ctx context.Context, s std) error {
	log := slog.New(slog.NewJSONHandler(s.err, nil))
	config, err := c.config(log)
	if err != nil {
		return err
	}
	config.UnitList = c.Units
	d, err := c.doors()
	if err != nil {
		return err
	}
	if config.Sender, err = c.sender(); err != nil {
		return err
	}
	if config.Texter, err = c.texter(); err != nil {
		return err
	}
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
	return errors.Join(serve(ctx, a, l, d), a.Close())
}

// doors reads what differs from the usual about the way in.
func (c *serveCmd) doors() (d doors, err error) {
	d = doors{TrustProxy: c.TrustProxy, MetricsToken: c.MetricsToken}
	if c.BaseURL != "" {
		if d.Base, err = auth.ParseOrigin(c.BaseURL); err != nil {
			return d, fmt.Errorf("--base-url: %w", err)
		}
	}
	if c.OIDC == "" {
		return d, nil
	}
	if d.Base == nil {
		return d, errors.New("--oidc needs --base-url: the provider sends people back to it")
	}
	config, err := auth.ReadOIDC(c.OIDC)
	d.OIDC = &config
	return d, err
}

func (c *serveCmd) register() (identity.Register, error) {
	config := identity.OSIAConfig{URL: c.Register, Read: c.RegisterRead, Search: c.RegisterSearch, Token: c.token}
	if c.RegisterMap != "" {
		text, err := os.ReadFile(c.RegisterMap)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &config.Attributes); err != nil {
			return nil, fmt.Errorf("%s: %w", c.RegisterMap, err)
		}
	}
	return identity.NewOSIA(config)
}

// token is read anew each time: tokens are renewed.
func (c *serveCmd) token(context.Context) (string, error) {
	if c.RegisterKey == "" {
		return "", nil
	}
	token, err := os.ReadFile(c.RegisterKey)
	return strings.TrimSpace(string(token)), err
}

// serve runs the doors and the background work until ctx is done.
func serve(ctx context.Context, a *app.App, l net.Listener, d doors) error {
	d.Done = ctx.Done()
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
