package app

import (
	"context"

	"anlo"
)

func (a *App) Desk(ctx context.Context, by anlo.Actor, q DeskQuery) (DeskPage, error) {
	return DeskPage{}, anlo.ErrUnavailable
}

func (a *App) Record(ctx context.Context, by anlo.Actor, id anlo.NoticeID) (Record, error) {
	return Record{}, anlo.ErrUnavailable
}

// Reveal is Record with nothing masked, for a purpose.
func (a *App) Reveal(ctx context.Context, by anlo.Actor, id anlo.NoticeID, purpose anlo.Purpose) (Record, error) {
	return Record{}, anlo.ErrUnavailable
}

// FollowUp adds an entry; version is that of the notice which the officer saw.
func (a *App) FollowUp(ctx context.Context, by anlo.Actor, id anlo.NoticeID, version int, f anlo.FollowUp) (anlo.Notice, error) {
	return anlo.Notice{}, anlo.ErrUnavailable
}

// FollowUpMany adds the same entry to many notices, each in its own right.
func (a *App) FollowUpMany(ctx context.Context, by anlo.Actor, ids []anlo.NoticeID, f anlo.FollowUp) ([]FollowedUp, error) {
	return nil, anlo.ErrUnavailable
}

// Watch calls changed, at most twice a second, after a notice in the actor's
// area has changed; until ctx is done. It says only that something changed.
func (a *App) Watch(ctx context.Context, by anlo.Actor, changed func()) error {
	return anlo.ErrUnavailable
}

// Changes returns the notices of the actor's area in the order in which they
// changed, after a cursor ("" for the beginning), for systems that poll.
func (a *App) Changes(ctx context.Context, by anlo.Actor, cursor string, limit int) (items []DeskItem, next string, err error) {
	return nil, "", anlo.ErrUnavailable
}
