package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/store"
)

// Judge says whether the bearer may pass, and records the reading as a scan.
// at is when the device read it; zero means now. It judges as a scanner does
// with the newest bundle, and adds what only the server knows: whether we
// issued the pass at all, what the register has answered since, and what the
// traveller said about their health.
func (a *App) Judge(ctx context.Context, by anlo.Actor, code string, at time.Time) (anlo.Verdict, error) {
	if !by.May(anlo.ActJudge) || by.Device == nil || !by.Device.RevokedAt.IsZero() {
		return anlo.Verdict{}, anlo.ErrForbidden
	}
	now := a.Now()
	if at.IsZero() {
		at = now
	}
	v, pass := a.current().Judge(code, at)
	scan := store.NewScan{Scan: anlo.Scan{ID: anlo.NewID(now), Checkpoint: by.Device.Checkpoint.ID, Device: by.Device.ID,
		At: at, RecordedAt: now, Kind: kindOf(code, pass), People: 1}}
	if pass != nil {
		scan.Pass = pass.ID()
		row, rows, err := a.Store.Pass(ctx, pass.ID())
		switch {
		case errors.Is(err, anlo.ErrNotFound):
			v.Add(anlo.Stop, anlo.ReasonUnknown)
		case err != nil:
			return anlo.Verdict{}, err
		default:
			scan.Person = row.Person
			if v, err = a.knowing(ctx, v, *pass, row, rows, at); err != nil {
				return anlo.Verdict{}, err
			}
		}
	}
	scan.Verdict = v
	if v.Bearer != nil {
		scan.People = max(1, v.Bearer.Party)
	}
	scan.Audit = a.entry(by, anlo.ActJudge, anlo.PurposeCheckpoint, scan.Person, scan.Pass)
	if err := a.Store.Scan(ctx, scan); err != nil {
		return anlo.Verdict{}, err
	}
	a.posts.wake()
	if a.OnJudged != nil {
		a.OnJudged(v.Outcome)
	}
	return v, nil
}

// kindOf says what sort of code was judged.
func kindOf(code string, pass *credential.Pass) anlo.ScanKind {
	switch {
	case pass != nil:
		return anlo.ReadPass
	case credential.IsHCERT(code):
		return anlo.ReadCertificate
	}
	return anlo.ReadOther
}

// knowing corrects an offline verdict by what is on record.
func (a *App) knowing(ctx context.Context, v anlo.Verdict, p credential.Pass, row store.PassRow, rows []store.DeclarationRow, at time.Time) (anlo.Verdict, error) {
	out := anlo.Verdict{Outcome: anlo.Go, Bearer: v.Bearer}
	for _, r := range v.Reasons {
		switch r {
		case anlo.ReasonIdentity, anlo.ReasonRevoked, anlo.ReasonBundleStale: // the record below knows better
		case anlo.ReasonZone:
			out.Add(anlo.Look, r)
		default:
			out.Add(anlo.Stop, r)
		}
	}
	if !row.RevokedAt.IsZero() { // the statement on record is another one: it says nothing of this pass
		if !at.Before(row.RevokedAt) {
			out.Add(anlo.Stop, anlo.ReasonRevoked)
		}
		if !p.IdentityConfirmed {
			out.Add(anlo.Look, anlo.ReasonIdentity)
		}
		return out, nil
	}
	concerned, err := covered(row, rows)
	if err != nil {
		return v, err
	}
	reasons, err := a.lookAt(ctx, concerned, true)
	out.Add(anlo.Look, reasons...)
	return out, err
}

// covered are the statements of those for whom a pass stands. rows are all of
// its declaration, in order.
func covered(p store.PassRow, rows []store.DeclarationRow) ([]store.DeclarationRow, error) {
	switch {
	case p.Traveller >= len(rows):
		return nil, fmt.Errorf("pass %s stands for a traveller who is not declared", p.ID)
	case p.Traveller >= 0:
		return rows[p.Traveller : p.Traveller+1], nil
	}
	return rows, nil
}

// lookAt are the reasons for a closer look that are on record: whom the register
// has not confirmed and, with health, what they said of theirs.
func (a *App) lookAt(ctx context.Context, rows []store.DeclarationRow, health bool) (reasons []anlo.Reason, err error) {
	said := map[anlo.Reason]bool{}
	for _, r := range rows {
		if !r.Grade.Confirmed() {
			said[anlo.ReasonIdentity] = true
		}
		if !health {
			continue
		}
		s, err := a.openStatement(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, reason := range s.Traveller.Health.NeedsLook() {
			said[reason] = true
		}
	}
	for _, r := range []anlo.Reason{anlo.ReasonIdentity, anlo.ReasonTest, anlo.ReasonSymptoms, anlo.ReasonContact} {
		if said[r] {
			reasons = append(reasons, r)
		}
	}
	return reasons, nil
}
