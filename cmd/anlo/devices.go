package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"anlo"
	"anlo/app"
)

type devicesCmd struct {
	Add    devicesAddCmd    `cmd:"" help:"Enrol a device; prints its token, once."`
	Code   devicesCodeCmd   `cmd:"" help:"Make a code by which a phone enrols itself; good once, for 15 minutes."`
	List   devicesListCmd   `cmd:"" help:"List the enrolled devices and when they were last heard of."`
	Revoke devicesRevokeCmd `cmd:"" help:"Withdraw a device at once."`
}

// operator is whoever runs commands on the machine itself.
var operator = anlo.Actor{Role: anlo.Operator}

type devicesAddCmd struct {
	place
	Checkpoint string `arg:"" help:"Name of the checkpoint; set up when there is none of that name."`
	Commune    string `help:"Code of the commune where a new checkpoint stands." placeholder:"CODE"`
	Label      string `help:"What is written on the device." default:"device"`
}

// Run enrols a device.
func (c *devicesAddCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	post, err := checkpoint(ctx, a, c.Checkpoint, c.Commune)
	if err != nil {
		return err
	}
	d, token, err := a.AddDevice(ctx, operator, post, c.Label)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Enrolled %s at %s until %s. The token is shown this once:\n", d.ID, post.Name, d.ExpiresAt.Format("2006-01-02"))
	_, err = fmt.Fprintln(s.out, token)
	return err
}

type devicesCodeCmd struct {
	place
	Checkpoint string `arg:"" help:"Name of the checkpoint; set up when there is none of that name."`
	Commune    string `help:"Code of the commune where a new checkpoint stands." placeholder:"CODE"`
	Label      string `help:"What the phone is called." default:"1"`
}

// Run makes a code.
func (c *devicesCodeCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	post, err := checkpoint(ctx, a, c.Checkpoint, c.Commune)
	if err != nil {
		return err
	}
	code, expires, err := a.NewEnrolment(ctx, operator, post.ID, c.Label)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Open /scanner/ on the phone and type this code, once, before %s:\n", expires.In(anlo.Hanoi).Format("15:04"))
	_, err = fmt.Fprintln(s.out, anlo.ShowCode(code))
	return err
}

// checkpoint finds the post of that name or sets it up.
func checkpoint(ctx context.Context, a *app.App, name, commune string) (anlo.Checkpoint, error) {
	posts, err := a.Store.Checkpoints(ctx)
	if err != nil {
		return anlo.Checkpoint{}, err
	}
	for _, p := range posts {
		if p.Name == name {
			return p, nil
		}
	}
	if commune == "" {
		return anlo.Checkpoint{}, errors.New("there is no checkpoint of that name: say with --commune where to set it up")
	}
	return a.AddCheckpoint(ctx, operator, name, anlo.UnitRef{List: a.UnitList, Code: commune})
}

type devicesListCmd struct {
	place
	JSON bool `help:"Print JSON."`
}

// Run lists devices.
func (c *devicesListCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	devices, err := a.Devices(ctx, operator)
	if err != nil {
		return err
	}
	if c.JSON {
		type device struct {
			ID         anlo.ID `json:"id"`
			Checkpoint string  `json:"checkpoint"`
			Label      string  `json:"label"`
			ExpiresAt  string  `json:"expires_at"`
			SeenAt     string  `json:"seen_at,omitempty"`
			BundleAt   string  `json:"bundle_at,omitempty"`
			Waiting    int     `json:"waiting"`
		}
		out := []device{}
		for _, d := range devices {
			out = append(out, device{d.ID, d.Checkpoint.Name, d.Label, stamp(d.ExpiresAt), stamp(d.Sync.At), stamp(d.Sync.BundleAt), d.Sync.Waiting})
		}
		return json.NewEncoder(s.out).Encode(out)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tcheckpoint\tlabel\tuntil\tlast heard of\tto send")
	for _, d := range devices {
		seen := "never"
		if !d.Sync.At.IsZero() {
			seen = d.Sync.At.Format("2006-01-02 15:04")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\n", d.ID, d.Checkpoint.Name, d.Label, d.ExpiresAt.Format("2006-01-02"), seen, d.Sync.Waiting)
	}
	return t.Flush()
}

// stamp writes a moment for programs; "" when there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

type devicesRevokeCmd struct {
	place
	ID string `arg:"" help:"Identifier from anlo devices list."`
}

// Run withdraws a device.
func (c *devicesRevokeCmd) Run(ctx context.Context, s std) error {
	id, err := anlo.ParseID(c.ID)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.RevokeDevice(ctx, operator, id)
}
