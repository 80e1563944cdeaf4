package app

import (
	"context"
	"errors"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// path is a commune and everything that it lies in.
func (a *App) path(u anlo.UnitRef) []anlo.UnitRef {
	units := a.Units.Path(u)
	out := make([]anlo.UnitRef, len(units), len(units)+1)
	for i, p := range units {
		out[i] = p.UnitRef
	}
	if len(out) == 0 {
		out = append(out, u) // of a list that is no longer loaded
	}
	return out
}

// mayAt reports whether the actor may do it in a commune. Somebody who may do
// it, but not there, learns only that there is no such notice, and the audit
// keeps that they asked.
func (a *App) mayAt(ctx context.Context, by anlo.Actor, action anlo.Action, id anlo.NoticeID) error {
	if !by.May(action) {
		return anlo.ErrForbidden
	}
	if by.MayIn(action, a.path(id.Commune)...) {
		return nil
	}
	if err := a.Store.Audit(ctx, a.entry(by, anlo.ActDenied, anlo.PurposeFollowUp, 0, id.Declaration)); err != nil {
		return err
	}
	return anlo.ErrNotFound
}

// FollowUp adds an entry to the history of a notice and moves its work on.
// version is that of the notice which the officer saw.
// Errors: anlo.ErrInvalid with fields, ErrNotFound, ErrNoticeChanged, a
// Conflict "notice.state" where the entry does not fit.
func (a *App) FollowUp(ctx context.Context, by anlo.Actor, id anlo.NoticeID, version int, f anlo.FollowUp) (anlo.Notice, error) {
	if err := a.mayAt(ctx, by, f.Kind.Action(), id); err != nil {
		return anlo.Notice{}, err
	}
	now := a.Now()
	if err := f.Check(now, a.known); err != nil {
		return anlo.Notice{}, err
	}
	if f.Kind == anlo.DoCheckIn && !slices.Contains(anlo.CheckInWays, f.Way) { // only the person's own link speaks for them
		return anlo.Notice{}, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "way", Code: "choice.unknown"}}}
	}
	if f.Kind == anlo.DoReroute && f.To == id.Commune {
		return anlo.Notice{}, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "to", Code: "reroute.same"}}}
	}
	f.At, f.Role, f.By = now, by.Role, by.Staff
	return a.follow(ctx, by, id, &version, f)
}

// FollowUpMany adds the same entry to many notices, each for itself: one that
// is refused stops none of the others. At most 200.
func (a *App) FollowUpMany(ctx context.Context, by anlo.Actor, ids []anlo.NoticeID, f anlo.FollowUp) ([]FollowedUp, error) {
	if len(ids) > maxBulk {
		return nil, anlo.ErrTooLarge
	}
	now := a.Now()
	if err := f.Check(now, a.known); err != nil {
		return nil, err
	}
	f.At, f.Role, f.By = now, by.Role, by.Staff
	out := make([]FollowedUp, len(ids))
	for i, id := range ids {
		err := a.mayAt(ctx, by, f.Kind.Action(), id)
		if err == nil {
			_, err = a.follow(ctx, by, id, nil, f)
		}
		if err != nil && anlo.KindOf(err) == anlo.Internal {
			return nil, err
		}
		out[i] = FollowedUp{id, err}
	}
	return out, nil
}

const maxBulk = 200

// follow applies an entry in one transaction with its history, its figures and
// its audit entry. version, when not nil, must still be the notice's.
func (a *App) follow(ctx context.Context, by anlo.Actor, id anlo.NoticeID, version *int, f anlo.FollowUp) (anlo.Notice, error) {
	var after anlo.Notice
	err := a.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.Notice(ctx, id)
		if err != nil {
			return err
		}
		if version != nil && row.Version != *version {
			return anlo.ErrNoticeChanged
		}
		before := row.Notice
		if row.Notice, err = before.Apply(f); err != nil {
			return err
		}
		f.Level = row.Level
		if err := tx.SaveNotice(ctx, &row, before.Version); err != nil {
			return err
		}
		after = row.Notice
		if err := a.keepFollowUp(ctx, tx, row.Notice, f); err != nil {
			return err
		}
		if f.Kind == anlo.DoReroute {
			if err := a.send(ctx, tx, row, f); err != nil {
				return err
			}
		}
		count := a.newTally()
		count.acted(before, f)
		if err := count.add(ctx, tx); err != nil {
			return err
		}
		return tx.Audit(ctx, a.entry(by, f.Kind.Action(), anlo.PurposeFollowUp, row.Person, id.Declaration))
	})
	if err == nil {
		a.desks.wake()
	}
	return after, err
}

// send puts a notice that was re-routed on the desk where it belongs.
func (a *App) send(ctx context.Context, tx *store.Tx, from store.NoticeRow, f anlo.FollowUp) error {
	row := from
	row.Commune = f.To
	row.Roles = anlo.RoleSent | from.Roles&(anlo.RoleDestination|anlo.RoleTemporary)
	row.State, row.Level, row.Until, row.Changed, row.Version = anlo.NoticeNew, anlo.LevelCommune, anlo.Date{}, false, 0
	row.CreatedAt, row.ChangedAt, row.DueAt = f.At, f.At, anlo.FirstDue(row.Roles, f.At, from.DepartsAt)
	note := anlo.FollowUp{At: f.At, Kind: anlo.DidRoute, Role: f.Role, By: f.By, To: from.Commune, Note: f.Note}
	there, err := tx.Notice(ctx, row.NoticeID)
	switch {
	case errors.Is(err, anlo.ErrNotFound):
		count := a.newTally()
		count.asked(row.Notice)
		if err := count.add(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.AddNotices(ctx, []store.NoticeRow{row}); err != nil {
			return err
		}
	case err != nil:
		return err
	default: // it was concerned already, in another role
		was := there.Version
		there.Roles |= anlo.RoleSent
		there.Version++
		there.ChangedAt, there.Changed = f.At, there.State != anlo.NoticeNew
		if !there.State.Open() {
			there.State, there.DueAt = anlo.NoticeNew, row.DueAt
		}
		if err := tx.SaveNotice(ctx, &there, was); err != nil {
			return err
		}
		row.Notice = there.Notice
	}
	return a.keepFollowUp(ctx, tx, row.Notice, note)
}

// keepFollowUp writes an entry of the history, sealed under the day of the
// declaration, so that both are forgotten together, and under a key that is
// there: one that had to be made would wait for the writer of this transaction.
func (a *App) keepFollowUp(ctx context.Context, tx *store.Tx, n anlo.Notice, f anlo.FollowUp) error {
	f.ID = anlo.NewID(f.At)
	plain, err := cbor.Marshal(f)
	if err != nil {
		return err
	}
	row := store.FollowUpRow{Notice: n.NoticeID, Version: n.Version, FollowUp: f}
	row.Sealed, err = a.Seal.Seal(ctx, seal.DayOf(n.Declaration.Time()), followUpAD(f.ID), plain)
	if err != nil {
		return err
	}
	return tx.AddFollowUps(ctx, row)
}

func (a *App) openFollowUp(ctx context.Context, r store.FollowUpRow) (f anlo.FollowUp, err error) {
	plain, err := a.Seal.Open(ctx, followUpAD(r.ID), r.Sealed)
	if err != nil {
		return f, err
	}
	return f, cbor.Unmarshal(plain, &f)
}

func followUpAD(id anlo.ID) []byte { return seal.AD("follow_up", "sealed", id[:]) }
