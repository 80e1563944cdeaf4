package app

import (
	"context"
	"time"

	"anlo"
)

// Monitored is a traveller of somebody's own declaration who is under home
// quarantine.
type Monitored struct {
	Traveller   int
	Until       anlo.Date
	LastCheckIn time.Time // zero before the first
	notice      anlo.NoticeID
}

// Monitoring returns who of the declaration that the actor holds the link of is
// under home quarantine.
func (a *App) Monitoring(ctx context.Context, by anlo.Actor) ([]Monitored, error) {
	if !by.May(anlo.ActReadOwn) || by.ManageOf.IsZero() {
		return nil, anlo.ErrForbidden
	}
	notices, err := a.Store.NoticesOf(ctx, by.ManageOf)
	if err != nil {
		return nil, err
	}
	var out []Monitored
	for _, n := range notices {
		if n.State != anlo.NoticeMonitoring {
			continue
		}
		m := Monitored{Traveller: n.Traveller, Until: n.Until, notice: n.NoticeID}
		done, err := a.Store.FollowUps(ctx, n.NoticeID)
		if err != nil {
			return nil, err
		}
		for _, f := range done {
			if f.Kind == anlo.DoCheckIn {
				m.LastCheckIn = f.At
				break
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// CheckInOwn is the daily check-in by the person, through their link: on every
// desk that monitors the traveller.
// Errors: anlo.ErrInvalid with fields, ErrNotFound when nobody monitors them.
func (a *App) CheckInOwn(ctx context.Context, by anlo.Actor, traveller int, f anlo.FollowUp) error {
	if !by.May(anlo.ActChangeOwn) {
		return anlo.ErrForbidden
	}
	monitored, err := a.Monitoring(ctx, by)
	if err != nil {
		return err
	}
	now := a.Now()
	f = anlo.FollowUp{Kind: anlo.DoCheckIn, Way: anlo.ByLink, At: now, Role: by.Role, Symptoms: f.Symptoms, Temperature: f.Temperature, Note: f.Note}
	if err := f.Check(now, a.known); err != nil {
		return err
	}
	found := false
	for _, m := range monitored {
		if m.Traveller != traveller {
			continue
		}
		found = true
		if _, err := a.follow(ctx, by, m.notice, nil, f); err != nil {
			return err
		}
	}
	if !found {
		return anlo.ErrNotFound
	}
	return nil
}
