package main

import (
	"context"
	"fmt"

	"anlo/app"
)

type deskCmd struct {
	Merge deskMergeCmd `cmd:"" help:"Move open notices of older lists of communes to those that they became."`
}

type deskMergeCmd struct {
	place
	Units string `help:"The list that is in force now." default:"vn-2026" env:"ANLO_UNITS" placeholder:"LIST"`
}

// Run moves the notices, by the mapping that came with the list.
func (c *deskMergeCmd) Run(ctx context.Context, s std) error {
	config, err := c.config(nil)
	if err != nil {
		return err
	}
	config.UnitList = c.Units
	a, err := app.Open(ctx, config)
	if err != nil {
		return err
	}
	defer a.Close()
	moved, err := a.MergeCommunes(ctx, operator)
	fmt.Fprintf(s.out, "moved %d\n", moved)
	return err
}
