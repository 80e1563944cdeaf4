package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"
	"time"

	"anlo"
	"anlo/app"
	"anlo/notify"
)

type webhooksCmd struct {
	Add    webhooksAddCmd    `cmd:"" help:"Tell another system of changes; prints its secret, once."`
	List   webhooksListCmd   `cmd:"" help:"List the systems that are told, and how it goes."`
	Resend webhooksResendCmd `cmd:"" help:"Send what did not arrive within a day again."`
	Remove webhooksRemoveCmd `cmd:"" help:"Tell a system no longer."`
}

// networks says what webhooks may reach although it is not public.
type networks struct {
	WebhookNetworks []string `name:"webhook-network" help:"Networks (CIDR) that webhooks may reach although they are not public." env:"ANLO_WEBHOOK_NETWORKS" placeholder:"CIDR"`
}

func (n networks) sender() (*notify.Sender, error) {
	s := new(notify.Sender)
	for _, text := range n.WebhookNetworks {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--webhook-network %s is not a network like 10.20.0.0/16", text)
		}
		s.Networks = append(s.Networks, prefix)
	}
	return s, nil
}

type webhooksAddCmd struct {
	place
	networks
	URL   string `arg:"" help:"Address of the receiver, https://…"`
	Label string `help:"Name of the other system." required:""`
	Area  string `help:"Code of the commune or province whose notices it is told of; the whole country without it." placeholder:"CODE"`
}

// Run adds a webhook.
func (c *webhooksAddCmd) Run(ctx context.Context, s std) error {
	sender, err := c.sender()
	if err != nil {
		return err
	}
	config, err := c.config(nil)
	if err != nil {
		return err
	}
	config.Sender = sender
	a, err := app.Open(ctx, config)
	if err != nil {
		return err
	}
	defer a.Close()
	var area anlo.UnitRef
	if c.Area != "" {
		area = anlo.UnitRef{List: a.UnitList, Code: c.Area}
	}
	w, secret, err := a.AddWebhook(ctx, operator, c.URL, c.Label, area)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Added %s. A running server sends it a test within a second. The secret is shown this once:\n", w.ID)
	_, err = fmt.Fprintln(s.out, secret)
	return err
}

type webhooksListCmd struct {
	place
	JSON bool `help:"Print JSON."`
}

// Run lists webhooks.
func (c *webhooksListCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	hooks, err := a.Webhooks(ctx, operator)
	if err != nil {
		return err
	}
	if c.JSON {
		type webhook struct {
			ID       anlo.ID   `json:"id"`
			Label    string    `json:"label"`
			URL      string    `json:"url"`
			Area     string    `json:"area,omitempty"`
			PausedAt time.Time `json:"paused_at,omitzero"`
			Failures int       `json:"failures"`
			Waiting  int       `json:"waiting"`
			Dead     int       `json:"dead"`
		}
		out := []webhook{}
		for _, w := range hooks {
			out = append(out, webhook{w.ID, w.Label, w.URL, strings.Trim(w.Area.String(), "/"), w.PausedAt.UTC(), w.Failures, w.Waiting, w.Dead})
		}
		return json.NewEncoder(s.out).Encode(out)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tlabel\tarea\tstate\twaiting\tdead\taddress")
	for _, w := range hooks {
		state := "working"
		switch {
		case w.Gone:
			state = "gone"
		case !w.PausedAt.IsZero():
			state = "paused"
		case w.Failures > 0:
			state = "failing"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", w.ID, w.Label, strings.Trim(w.Area.String(), "/"), state, w.Waiting, w.Dead, w.URL)
	}
	return t.Flush()
}

type webhooksResendCmd struct {
	place
	ID string `arg:"" help:"Identifier from anlo webhooks list."`
}

// Run queues the dead letters of a webhook again.
func (c *webhooksResendCmd) Run(ctx context.Context, s std) error {
	id, err := anlo.ParseID(c.ID)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.ResendWebhook(ctx, operator, id, anlo.ID{})
	if err == nil {
		fmt.Fprintf(s.out, "%d messages are sent again\n", n)
	}
	return err
}

type webhooksRemoveCmd struct {
	place
	ID string `arg:"" help:"Identifier from anlo webhooks list."`
}

// Run forgets a webhook.
func (c *webhooksRemoveCmd) Run(ctx context.Context, s std) error {
	id, err := anlo.ParseID(c.ID)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.RemoveWebhook(ctx, operator, id)
}
