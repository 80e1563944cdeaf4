package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"github.com/schollz/progressbar/v3"

	"anlo"
	"anlo/geo"
	"anlo/simulate"
)

type simulateCmd struct {
	Population   simulatePopulationCmd   `cmd:"" help:"People with names, households and residences, as a register file."`
	Declarations simulateDeclarationsCmd `cmd:"" help:"What the same people declare when they travel, as JSON for the API, one a line."`
	Queue        simulateQueueCmd        `cmd:"" help:"A post over a day: how long the queue grows, and how many lanes suffice."`
}

type simulatePopulationCmd struct {
	People  int    `help:"How many." default:"20000"`
	Seed    uint64 `help:"The same seed makes the same people." default:"1"`
	Corrupt bool   `help:"Write what they type when they declare in a hurry, with the truth beside."`
	Out     string `help:"File to write; standard output without it." type:"path" short:"o" placeholder:"FILE"`
}

// Run writes CSV.
func (c *simulatePopulationCmd) Run(ctx context.Context, s std) (err error) {
	if c.People < 1 {
		return errors.New("--people must be at least 1")
	}
	w := s.out
	if c.Out != "" {
		f, err := os.Create(c.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	buffered := bufio.NewWriterSize(w, 1<<20)
	bar := progress(s.err, int64(c.People), "people")
	if c.Corrupt {
		err = simulate.WriteDeclarations(buffered, counted(ctx, simulate.Declarations(c.Seed, c.People, communes()), bar))
	} else {
		err = simulate.WriteRegister(buffered, counted(ctx, simulate.Population(c.Seed, c.People, communes()), bar))
	}
	return errors.Join(err, buffered.Flush(), bar.Finish(), ctx.Err())
}

// communes are those that made-up people live in.
func communes() (out []anlo.Unit) {
	vn := geo.Vietnam()
	for _, p := range vn.Children("vn-2026", "") {
		out = append(out, vn.Children("vn-2026", p.Code)...)
	}
	return out
}

// counted moves the bar with each element and stops when ctx is done.
func counted[T any](ctx context.Context, seq iter.Seq[T], bar *progressbar.ProgressBar) iter.Seq[T] {
	return func(yield func(T) bool) {
		n := 0
		for v := range seq {
			if n++; n%1000 == 0 {
				bar.Set(n)
				if ctx.Err() != nil {
					return
				}
			}
			if !yield(v) {
				return
			}
		}
	}
}

// progress draws a bar on a terminal and stays silent elsewhere.
func progress(w io.Writer, total int64, what string) *progressbar.ProgressBar {
	f, ok := w.(*os.File)
	if !ok || !isTerminal(f) {
		w = io.Discard
	}
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(progressThrottle), progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionClearOnFinish())
}
