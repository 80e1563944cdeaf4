package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"anlo/app"
)

type keysCmd struct {
	List     keysListCmd     `cmd:"" help:"List the issuing keys and when they sign."`
	Rotate   keysRotateCmd   `cmd:"" help:"Publish new keys now and let the present ones retire."`
	Withdraw keysWithdrawCmd `cmd:"" help:"Refuse at once everything that a key has signed."`
	Request  keysRequestCmd  `cmd:"" help:"Where the root key is elsewhere: write the keys that are due, to be signed."`
	Sign     keysSignCmd     `cmd:"" help:"Where the root key is: sign such a request."`
	Install  keysInstallCmd  `cmd:"" help:"Take a signed list of keys into use."`
}

type keysListCmd struct {
	place
	JSON bool `help:"Print JSON."`
}

// Run lists keys.
func (c *keysListCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return printKeys(ctx, a, s, c.JSON)
}

func printKeys(ctx context.Context, a *app.App, s std, asJSON bool) error {
	keys, err := a.Keys(ctx, operator)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(s.out).Encode(keys)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "key\tuse\tstate\tsigns from\tuntil\tbelieved until")
	for _, k := range keys {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", k.KID, k.Use, k.State, day(k.NotBefore), day(k.SignUntil), day(k.NotAfter))
	}
	return t.Flush()
}

func day(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

type keysRotateCmd struct {
	place
	In time.Duration `help:"When the new keys begin to sign: long enough for every scanner to have fetched a bundle." default:"24h"`
}

// Run rotates.
func (c *keysRotateCmd) Run(ctx context.Context, s std) error {
	if c.In < 0 {
		return errors.New("--in must not be negative")
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Rotate(ctx, operator, c.In); err != nil {
		return err
	}
	return printKeys(ctx, a, s, false)
}

type keysWithdrawCmd struct {
	place
	KID string `arg:"" help:"Key from anlo keys list."`
}

// Run withdraws a key.
func (c *keysWithdrawCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Withdraw(ctx, operator, c.KID)
}

type keysRequestCmd struct {
	place
	Out string `help:"File to write." default:"keys.request" type:"path" short:"o"`
}

// Run writes the request.
func (c *keysRequestCmd) Run(ctx context.Context, s std) error {
	config, err := c.config(nil)
	if err != nil {
		return err
	}
	request, err := app.RequestKeys(ctx, config)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Out, request, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Carry %s to the root key, run `anlo keys sign` there, and bring the result back.\n", c.Out)
	return nil
}

type keysSignCmd struct {
	Root    string `help:"The root key." required:"" type:"existingfile" placeholder:"root.key"`
	Request string `arg:"" help:"File from anlo keys request." type:"existingfile"`
	Out     string `help:"File to write." default:"keys.signed" type:"path" short:"o"`
}

// Run shows what is signed, and signs it.
func (c *keysSignCmd) Run(s std) error {
	root, err := readPrivate(c.Root)
	if err != nil {
		return err
	}
	request, err := os.ReadFile(c.Request)
	if err != nil {
		return err
	}
	list, err := app.ReadKeyRequest(request)
	if err != nil {
		return err
	}
	for _, k := range list.Keys {
		fmt.Fprintf(s.err, "%x  %s  %s – %s\n", k.ID, k.Use, day(k.NotBefore), day(k.NotAfter))
	}
	signed, err := list.Sign(root)
	if err != nil {
		return err
	}
	return os.WriteFile(c.Out, signed, 0o644)
}

type keysInstallCmd struct {
	place
	Signed string `arg:"" help:"File from anlo keys sign." type:"existingfile"`
}

// Run installs a signed list.
func (c *keysInstallCmd) Run(ctx context.Context, s std) error {
	signed, err := os.ReadFile(filepath.Clean(c.Signed))
	if err != nil {
		return err
	}
	config, err := c.config(nil)
	if err != nil {
		return err
	}
	return app.InstallKeys(ctx, config, signed)
}
