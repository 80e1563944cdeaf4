package app

import (
	"context"

	"anlo"
	"anlo/store"
)

// MaxExport is how many notices leave in one file: a list that somebody works
// through elsewhere, not the whole desk of a year.
const MaxExport = 10_000

// ExportDesk calls each for every notice of a list, in its order, and reports
// whether there are more than MaxExport. What it gives is what the list shows,
// phones masked. Everybody in a file is entered into the audit before each sees
// them: once in each file, and whether or not they were shown on a page before.
func (a *App) ExportDesk(ctx context.Context, by anlo.Actor, q DeskQuery, each func(DeskItem) error) (more bool, err error) {
	if !by.May(anlo.ActExport) {
		return false, anlo.ErrForbidden
	}
	in, err := a.scope(by, q.Area)
	if err != nil {
		return false, err
	}
	now := a.Now()
	entered := map[int64]bool{}
	q.Cursor, q.Limit = "", maxDeskLimit
	for n := 0; ; {
		found, next, _, err := a.find(ctx, in, q, now)
		if err != nil {
			return false, err
		}
		if over := n + len(found) - MaxExport; over > 0 {
			found, more = found[:len(found)-over], true
		}
		if err := a.auditExported(ctx, by, found, entered); err != nil {
			return false, err
		}
		for _, f := range found {
			if err := each(f.item(now)); err != nil {
				return false, err
			}
		}
		if n += len(found); next == "" || n == MaxExport {
			return more || next != "", nil
		}
		q.Cursor = next
	}
}

func (a *App) auditExported(ctx context.Context, by anlo.Actor, found []opened, entered map[int64]bool) error {
	var entries []store.AuditRow
	for _, f := range found {
		if p := f.row.Person; !entered[p] {
			entered[p] = true
			entries = append(entries, a.entry(by, anlo.ActExport, anlo.PurposeFollowUp, p, anlo.ID{}))
		}
	}
	if len(entries) == 0 {
		return nil
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, entries...) })
}
