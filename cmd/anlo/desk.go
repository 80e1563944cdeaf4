package main

import (
	"context"
	"fmt"
	"strings"

	"anlo"
	"anlo/app"
)

type deskCmd struct {
	Merge deskMergeCmd `cmd:"" help:"Move open notices of older lists of communes to those that they became."`
}

type deskMergeCmd struct {
	place
	Units string `help:"The list that is in force now." default:"vn-2026" env:"ANLO_UNITS" placeholder:"LIST"`
	From  string `help:"One commune that became part of another, as LIST/CODE; without it all, by the mapping that came with the list." placeholder:"LIST/CODE"`
	To    string `help:"The commune that it is part of now." placeholder:"CODE"`
}

// Run moves the notices.
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
	moved, err := c.merge(ctx, a)
	fmt.Fprintf(s.out, "moved %d\n", moved)
	return err
}

func (c *deskMergeCmd) merge(ctx context.Context, a *app.App) (int, error) {
	if c.From == "" && c.To == "" {
		return a.MergeCommunes(ctx, operator)
	}
	list, code, ok := strings.Cut(c.From, "/")
	if !ok || c.To == "" {
		return 0, &anlo.Error{Kind: anlo.Invalid, Code: "commune.unknown"}
	}
	return a.MergeCommune(ctx, operator, anlo.UnitRef{List: list, Code: code}, anlo.UnitRef{List: c.Units, Code: c.To})
}
