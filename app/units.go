package app

import (
	"context"
	"fmt"

	"anlo"
	"anlo/geo"
	"anlo/store"
)

// loadUnits joins the lists that came with the program and those imported.
func (a *App) loadUnits(ctx context.Context) error {
	lists, err := a.Store.UnitLists(ctx)
	if err != nil {
		return err
	}
	atlas := geo.Vietnam()
	for _, l := range lists {
		if atlas, err = atlas.With(geo.List(l)); err != nil {
			return fmt.Errorf("list %s: %w", l.Name, err)
		}
	}
	a.Units = atlas
	return nil
}

// ImportUnits adds a list of units, or replaces the one of that name. Servers
// that run already see it when they start again.
func (a *App) ImportUnits(ctx context.Context, by anlo.Actor, list geo.List) error {
	if !by.May(anlo.ActImportUnits) {
		return anlo.ErrForbidden
	}
	if _, err := a.Units.With(list); err != nil {
		return err
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActImportUnits, anlo.PurposeOperation, 0, anlo.ID{})); err != nil {
			return err
		}
		return tx.ReplaceUnits(ctx, store.UnitList(list))
	})
}
