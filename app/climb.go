package app

import (
	"context"
	"errors"
	"time"

	"anlo"
	"anlo/store"
)

// Climb moves what has been overdue for anlo.ClimbAfter to the level above, so
// that nothing lies silently, and returns how many moved. Call it every minute.
func (a *App) Climb(ctx context.Context) (climbed int, err error) {
	communes := a.lowest("") // the index of open work begins with them
	for {
		due, err := a.Store.Notices(ctx, store.NoticeQuery{List: a.UnitList, Communes: communes, Open: true, Below: anlo.LevelMinistry,
			DueBefore: a.Now().Add(-anlo.ClimbAfter), Limit: 500})
		if err != nil {
			return climbed, err
		}
		for _, n := range due {
			switch err := a.climb(ctx, n.NoticeID); {
			case err == nil:
				climbed++
			case errors.Is(err, anlo.ErrNoticeChanged): // somebody acted just now
			default:
				return climbed, err
			}
		}
		if len(due) < 500 {
			return climbed, nil
		}
	}
}

func (a *App) climb(ctx context.Context, id anlo.NoticeID) error {
	defer a.desks.wake()
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		now := a.Now()
		if row.DueAt.IsZero() || row.DueAt.After(now.Add(-anlo.ClimbAfter)) {
			return anlo.ErrNoticeChanged
		}
		f := anlo.FollowUp{At: now, Kind: anlo.DidClimb, Role: anlo.System}
		was := row.Version
		if row.Notice, err = row.Apply(f); err != nil {
			return err
		}
		f.Level = row.Level
		if err := tx.SaveNotice(ctx, &row, was); err != nil {
			return err
		}
		return a.keepFollowUp(ctx, tx, row.Notice, f)
	})
}

// CountWork counts the open work by area anew, for the pages of supervisors.
// Call it every half minute.
func (a *App) CountWork(ctx context.Context) error {
	now := a.Now()
	works, err := a.Store.CountWork(ctx, a.UnitList, nil, anlo.LevelCommune, now, midnight(now))
	if err != nil {
		return err
	}
	sums := map[string]*store.Work{}
	order := []string{}
	for _, w := range works {
		areas := (&tally{app: a}).areas(anlo.UnitRef{List: a.UnitList, Code: w.Area})
		for _, area := range areas {
			s := sums[area]
			if s == nil {
				s = &store.Work{List: a.UnitList, Area: area, CountedAt: now}
				sums[area], order = s, append(order, area)
			}
			s.Fresh += w.Fresh
			s.Open += w.Open
			s.Overdue += w.Overdue
			s.Monitoring += w.Monitoring
			s.AtProvince += w.AtProvince
			s.AtMinistry += w.AtMinistry
		}
	}
	if sums[""] == nil { // counted, and there is none
		sums[""], order = &store.Work{List: a.UnitList, CountedAt: now}, append(order, "")
	}
	all := make([]store.Work, len(order))
	for i, area := range order {
		all[i] = *sums[area]
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error { return tx.ReplaceWork(ctx, a.UnitList, all) })
}

// MergeCommunes moves the open notices of communes of older lists to those that
// they became, and returns how many moved. A commune that was divided leaves its
// notices to the first of its successors, which sends on what is not its own.
func (a *App) MergeCommunes(ctx context.Context, by anlo.Actor) (moved int, err error) {
	if !by.May(anlo.ActMoveArea) {
		return 0, anlo.ErrForbidden
	}
	lists, err := a.Store.OtherLists(ctx, a.UnitList)
	if err != nil {
		return 0, err
	}
	for _, list := range lists {
		codes, err := a.Store.OpenCommunes(ctx, list)
		if err != nil {
			return moved, err
		}
		for _, code := range codes {
			to := a.today(anlo.UnitRef{List: list, Code: code})
			if to.IsZero() {
				a.Log.Warn("a commune has open notices and no successor", "list", list, "commune", code)
				continue
			}
			n, err := a.MergeCommune(ctx, by, anlo.UnitRef{List: list, Code: code}, to)
			moved += n
			if err != nil {
				return moved, err
			}
		}
	}
	return moved, nil
}

// MergeCommune moves the open notices of one commune to another.
func (a *App) MergeCommune(ctx context.Context, by anlo.Actor, from, to anlo.UnitRef) (moved int, err error) {
	if !by.May(anlo.ActMoveArea) {
		return 0, anlo.ErrForbidden
	}
	if !a.known(to) || from == to {
		return 0, &anlo.Error{Kind: anlo.Invalid, Code: "commune.unknown"}
	}
	for {
		rows, err := a.Store.Notices(ctx, store.NoticeQuery{List: from.List, Communes: []string{from.Code}, Open: true, Limit: 200})
		if err != nil || len(rows) == 0 {
			return moved, err
		}
		for _, r := range rows {
			if err := a.merge(ctx, by, r.NoticeID, to); err != nil {
				return moved, err
			}
			moved++
		}
	}
}

// merge moves one notice. Where the other commune has one of the same traveller
// already, that one takes over the work and the roles.
func (a *App) merge(ctx context.Context, by anlo.Actor, id anlo.NoticeID, to anlo.UnitRef) error {
	defer a.desks.wake()
	now := a.Now()
	f := anlo.FollowUp{At: now, Kind: anlo.DidMerge, Role: by.Role, By: by.Staff, To: id.Commune}
	there := anlo.NoticeID{Commune: to, Declaration: id.Declaration, Traveller: id.Traveller}
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		other, err := tx.Notice(ctx, there)
		switch {
		case errors.Is(err, anlo.ErrNotFound):
			if err := tx.MoveNotice(ctx, id, to); err != nil {
				return err
			}
			row.NoticeID = there
			err = a.saveMerged(ctx, tx, &row, now)
			other = row
		case err == nil:
			other.Roles |= row.Roles
			if !other.State.Open() {
				other.State, other.DueAt, other.Level, other.Until = row.State, row.DueAt, row.Level, row.Until
			}
			if err := a.saveMerged(ctx, tx, &other, now); err != nil {
				return err
			}
			row.State, row.DueAt, row.Level = anlo.NoticeMoved, time.Time{}, anlo.LevelCommune
			err = a.saveMerged(ctx, tx, &row, now)
		}
		if err != nil {
			return err
		}
		if err := a.keepFollowUp(ctx, tx, other.Notice, f); err != nil {
			return err
		}
		return tx.Audit(ctx, a.entry(by, anlo.ActMoveArea, anlo.PurposeOperation, row.Person, id.Declaration))
	})
}

func (a *App) saveMerged(ctx context.Context, tx *store.Tx, row *store.NoticeRow, now time.Time) error {
	was := row.Version
	row.Version++
	row.ChangedAt = now
	return tx.SaveNotice(ctx, row, was)
}
