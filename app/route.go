package app

import (
	"context"
	"time"

	"anlo"
	"anlo/store"
)

const (
	// routeBatch bounds how many declarations are routed in one transaction.
	routeBatch = 500
	// routeGather is how long the first declaration waits for others to be
	// routed with it: many in one transaction cost half as much.
	routeGather = 500 * time.Millisecond
)

// outgoing is the outbox row that has a declaration routed.
func outgoing(kind string, d anlo.ID, person int64, now time.Time) store.OutboxRow {
	return store.OutboxRow{ID: anlo.NewID(now), Person: person, Kind: kind, Declaration: d, DueAt: now}
}

// routeSoon wakes the router in a moment. Declarations do so once they are on
// disk.
func (a *App) routeSoon() {
	if a.gathering.Swap(true) {
		return
	}
	time.AfterFunc(routeGather, func() {
		a.gathering.Store(false)
		select {
		case a.routes <- struct{}{}:
		default: // it is awake already
		}
	})
}

// Routes is what the background work waits on: it receives when there is
// something to route.
func (a *App) Routes() <-chan struct{} { return a.routes }

// Route tells the communes concerned about declarations that were made,
// corrected, cancelled or confirmed since, and returns how many it settled. Call
// it when Routes receives and every second besides.
func (a *App) Route(ctx context.Context) (settled int, err error) {
	for {
		due, err := a.Store.RoutesDue(ctx, a.Now(), routeBatch)
		if err != nil || len(due) == 0 {
			return settled, err
		}
		n, err := a.route(ctx, due)
		settled += n
		if err != nil {
			return settled, err
		}
		if n > 0 {
			a.desks.wake()
		}
		if len(due) < routeBatch {
			return settled, nil
		}
	}
}

// route settles what is due: fresh declarations together, the others one by
// one, so that one that fails holds up nobody.
func (a *App) route(ctx context.Context, due []store.OutboxRow) (settled int, err error) {
	parties, err := a.parties(ctx, due)
	if err != nil {
		return 0, err
	}
	var fresh, again []routed
	for i, o := range due {
		r := routed{outbox: o, party: parties[i].rows}
		r.notices, err = a.notices(ctx, parties[i])
		switch {
		case err != nil:
			err = a.later(ctx, o, err)
		case o.Kind == store.Route:
			fresh = append(fresh, r)
		default:
			again = append(again, r)
		}
		if err != nil {
			return settled, err
		}
	}
	if len(fresh) > 0 {
		if settled, err = a.deliver(ctx, fresh); err != nil {
			return settled, err
		}
	}
	for _, r := range again {
		if err := a.reroute(ctx, r); err != nil {
			if err := a.later(ctx, r.outbox, err); err != nil {
				return settled, err
			}
			continue
		}
		settled++
	}
	return settled, nil
}

// later has a declaration tried again that could not be routed.
func (a *App) later(ctx context.Context, o store.OutboxRow, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	a.Log.Error("declaration not routed", "declaration", o.Declaration, "attempts", o.Attempts, "error", cause)
	o.Attempts++
	return a.Store.Postpone(ctx, o, a.Now().Add(min(firstRetry<<min(o.Attempts, 20), lastRetry)))
}

// routed is an outbox row and the notices that its declaration asks for.
type routed struct {
	outbox  store.OutboxRow
	party   []store.DeclarationRow
	notices []store.NoticeRow
}

// parties returns the declarations of outbox rows, those that this process has
// not just taken itself from disk.
func (a *App) parties(ctx context.Context, due []store.OutboxRow) ([]said, error) {
	parties := make([]said, len(due))
	var missing []anlo.ID
	for i, o := range due {
		var ok bool
		if parties[i], ok = a.recent.take(o.ID); !ok {
			missing = append(missing, o.Declaration)
		}
	}
	if len(missing) == 0 {
		return parties, nil
	}
	rows, err := a.Store.DeclarationsOf(ctx, missing)
	if err != nil {
		return nil, err
	}
	kept := make(map[anlo.ID][]store.DeclarationRow, len(missing))
	for _, r := range rows {
		kept[r.ID] = append(kept[r.ID], r)
	}
	for i, o := range due {
		if parties[i].rows == nil {
			parties[i].rows = kept[o.Declaration]
		}
	}
	return parties, nil
}

// deliver writes the notices of fresh declarations, and counts them, in one
// transaction with the end of their outbox rows.
func (a *App) deliver(ctx context.Context, fresh []routed) (settled int, err error) {
	ids := make([]anlo.ID, len(fresh))
	for i, r := range fresh {
		ids[i] = r.outbox.ID
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		claimed, err := tx.Claim(ctx, ids)
		if err != nil {
			return err
		}
		var rows []store.NoticeRow
		count := a.newTally()
		for _, r := range fresh {
			if claimed[r.outbox.ID] {
				settled++
				rows = append(rows, r.notices...)
				for _, t := range r.party {
					count.declared(t)
				}
			}
		}
		for _, n := range rows {
			count.asked(n.Notice)
		}
		if _, err := tx.AddNotices(ctx, rows); err != nil {
			return err
		}
		return count.add(ctx, tx)
	})
	return settled, err
}

// reroute brings the notices of a declaration in line with how it stands now:
// new communes are told, others that it changed or is off.
func (a *App) reroute(ctx context.Context, r routed) error {
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		claimed, err := tx.Claim(ctx, []anlo.ID{r.outbox.ID})
		if err != nil || !claimed[r.outbox.ID] {
			return err
		}
		before, err := tx.NoticesOf(ctx, r.outbox.Declaration)
		if err != nil {
			return err
		}
		wanted := map[anlo.NoticeID]store.NoticeRow{}
		for _, n := range r.notices {
			wanted[n.NoticeID] = n
		}
		for _, old := range before {
			n, still := wanted[old.NoticeID]
			delete(wanted, old.NoticeID)
			if !still && old.Roles&anlo.RoleSent != 0 && len(r.notices) > 0 { // an officer knows better than the declaration
				n, still = old, true
				n.Revision = r.party[0].Revision
			}
			if err := a.correct(ctx, tx, old, n, still); err != nil {
				return err
			}
		}
		var fresh []store.NoticeRow
		count := a.newTally()
		if len(before) == 0 { // corrected before it was routed at all
			for _, t := range r.party {
				count.declared(t)
			}
		}
		for _, n := range r.notices {
			if _, left := wanted[n.NoticeID]; left {
				fresh = append(fresh, n)
				count.asked(n.Notice)
			}
		}
		if _, err := tx.AddNotices(ctx, fresh); err != nil {
			return err
		}
		return count.add(ctx, tx)
	})
}

// correct brings one notice in line with n, or marks it as off.
func (a *App) correct(ctx context.Context, tx *store.Tx, old, n store.NoticeRow, still bool) error {
	f := anlo.FollowUp{At: a.Now(), Kind: anlo.DidCancel, Role: anlo.System}
	if still {
		if old.Revision == n.Revision && old.Grade == n.Grade && old.Roles&^anlo.RoleSent == n.Roles&^anlo.RoleSent && old.State != anlo.NoticeCancelled {
			return nil
		}
		f.Kind = anlo.DidChange
	} else if old.State == anlo.NoticeCancelled || old.State == anlo.NoticeMoved {
		return nil
	}
	next, err := old.Notice.Apply(f)
	if err != nil {
		return nil // what is released or moved stays as it is
	}
	row := old
	row.Notice = next
	if still {
		row.Roles, row.Revision, row.Grade, row.DepartsAt, row.Sealed, row.Person = n.Roles|old.Roles&anlo.RoleSent, n.Revision, n.Grade, n.DepartsAt, n.Sealed, n.Person
		switch {
		case row.State == anlo.NoticeInformed && n.State == anlo.NoticeNew, row.State == anlo.NoticeNew:
			row.State, row.DueAt = n.State, n.DueAt
		}
		if old.Revision == n.Revision { // the register answered late: nothing that the traveller said has changed
			row.Changed = old.Changed
		}
	}
	if err := tx.SaveNotice(ctx, &row, old.Version); err != nil {
		return err
	}
	return a.keepFollowUp(ctx, tx, row.Notice, f)
}
