package main

import (
	"context"
	"fmt"
	"iter"

	"anlo"
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

// evaluate asks a register of made-up people about their careless declarations.
func (c *benchMatchCmd) evaluate(ctx context.Context) (identity.Report, error) {
	places := communes()
	register := identity.NewSample(func(yield func(anlo.Registered) bool) {
		for p := range simulate.Population(c.Seed, c.People, places) {
			if !yield(p.Registered) {
				return
			}
		}
	})
	return identity.Evaluate(ctx, register, trials(simulate.Declarations(c.Seed, c.People, places)))
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
