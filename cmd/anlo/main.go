// Command anlo runs and examines the whole system: `anlo demo` shows it,
// `anlo serve` runs it, the others import, sign, verify, simulate and measure.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"anlo"
)

// Exit codes.
const (
	exitOK      = 0
	exitRefused = 1 // the code is not valid, or the command failed
	exitUsage   = 2
)

type cli struct {
	Demo     demoCmd     `cmd:"" help:"Run everything with made-up people, for looking around."`
	Serve    serveCmd    `cmd:"" help:"Run the system."`
	Import   importCmd   `cmd:"" help:"Import units or the population register from CSV."`
	Verify   verifyCmd   `cmd:"" help:"Judge a pass or a vaccination certificate, offline."`
	Keys     keysCmd     `cmd:"" help:"List, rotate and withdraw the keys that sign passes."`
	Staff    staffCmd    `cmd:"" help:"Open accounts for officers, and give and take their roles."`
	Devices  devicesCmd  `cmd:"" help:"Enrol and revoke the phones and readers of checkpoints."`
	Zones    zonesCmd    `cmd:"" help:"Put areas under a level, so that scanners look more closely at who travels there."`
	Audit    auditCmd    `cmd:"" help:"Verify the audit and its tamper-evident log."`
	Desk     deskCmd     `cmd:"" help:"Look after the desks of the communes."`
	Webhooks webhooksCmd `cmd:"" help:"Tell other systems when notices change."`
	Simulate simulateCmd `cmd:"" help:"Make up a population and its careless declarations; play through a day at a post."`
	Bench    benchCmd    `cmd:"" help:"Measure against the limit of this machine."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// std is where a command reads and writes, so that tests can give their own.
type std struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	if os.Getenv("GOGC") == "" {
		// What lives is small (tens of megabytes): letting garbage grow to four
		// times that saves a tenth of the processor under load.
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], std{os.Stdin, os.Stdout, os.Stderr}))
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, s std) (code int) {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("anlo"),
		kong.Description("An Lộ, safe road: how a country keeps moving through an epidemic."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.err, "anlo:", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exited >= 0 { // --help was printed
		return exited
	}
	if err != nil {
		fmt.Fprintln(s.err, "anlo:", err)
		fmt.Fprintln(s.err, "Try: anlo --help")
		return exitUsage
	}
	switch err := k.Run(); {
	case err == nil:
		return exitOK
	case errors.Is(err, errRefused):
		return exitRefused
	case anlo.KindOf(err) == anlo.Invalid:
		fmt.Fprintln(s.err, "anlo:", explain(err))
		return exitUsage
	default:
		fmt.Fprintln(s.err, "anlo:", explain(err))
		return exitRefused
	}
}

// errRefused ends a command that has already said why.
var errRefused = errors.New("refused")

type versionCmd struct{}

// Run prints the version of the module and of its source.
func (versionCmd) Run(s std) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("built without version information")
	}
	version := info.Main.Version
	for _, v := range info.Settings {
		if v.Key == "vcs.revision" {
			version += " " + v.Value
		}
	}
	_, err := fmt.Fprintln(s.out, "anlo", version, info.GoVersion)
	return err
}
