package main

import (
	"context"
	"fmt"
	"iter"
	"os"

	"anlo"
	"anlo/app"
	"anlo/identity"
	"anlo/simulate"
)

type benchMatchCmd struct {
	People int    `help:"People in the register." default:"100000"`
	Seed   uint64 `help:"Seed of the population." default:"1"`
	JSON   bool   `help:"Print JSON."`
}

// Run prints the scores by kind of mistake.
func (c *benchMatchCmd) Run(ctx context.Context, s std) error {
	r, err := c.evaluate(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return report(s.out, true, c.rows(r))
	}
	if _, err := r.WriteTo(s.out); err != nil {
		return err
	}
	return report(s.out, false, c.rows(r))
}

func (c *benchMatchCmd) measure(ctx context.Context) ([]row, error) {
	r, err := c.evaluate(ctx)
	if err != nil {
		return nil, err
	}
	return c.rows(r), nil
}

func (c *benchMatchCmd) rows(r identity.Report) []row {
	note := fmt.Sprintf("%d declarations, %d people, seed %d", r.All.Trials, c.People, c.Seed)
	return []row{
		{What: "match precision", Got: r.All.Precision(), Bound: "≥ 0.999", Note: note},
		{What: "match recall", Got: r.All.Recall(), Bound: "≥ 0.95", Note: note},
	}
}

// evaluate asks the embedded register, filled with made-up people and sealed as
// any other, about their careless declarations.
func (c *benchMatchCmd) evaluate(ctx context.Context) (identity.Report, error) {
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return identity.Report{}, err
	}
	defer os.RemoveAll(dir)
	a, err := place{Data: dir}.open(ctx, nil)
	if err != nil {
		return identity.Report{}, err
	}
	defer a.Close()
	if err := fillRegister(ctx, a, simulate.Population(c.Seed, c.People, communes())); err != nil {
		return identity.Report{}, err
	}
	return identity.Evaluate(ctx, a.Register, trials(simulate.Declarations(c.Seed, c.People, communes())))
}

// fillRegister puts made-up people into the embedded register.
func fillRegister(ctx context.Context, a *app.App, people iter.Seq[simulate.Person]) error {
	batch := make([]anlo.Registered, 0, 2000)
	for p := range people {
		if batch = append(batch, p.Registered); len(batch) == cap(batch) {
			if err := a.KeepRegistered(ctx, operator, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return a.KeepRegistered(ctx, operator, batch)
}

func trials(typed iter.Seq[simulate.Typed]) iter.Seq[identity.Trial] {
	return func(yield func(identity.Trial) bool) {
		for t := range typed {
			if !yield(identity.Trial{Claim: identity.NewClaim(t.Person), Truth: t.Truth, Errors: t.Errors}) {
				return
			}
		}
	}
}
