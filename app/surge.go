package app

import (
	"context"

	"anlo"
)

// Policy is what the post of a device asks of its lanes now.
func (a *App) Policy(ctx context.Context, by anlo.Actor) (anlo.Policy, error) {
	if by.Device == nil {
		return anlo.Policy{}, anlo.ErrForbidden
	}
	return a.Store.Policy(ctx, by.Device.Checkpoint.ID, a.Now())
}
