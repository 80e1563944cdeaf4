package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"anlo"
	"anlo/store"
)

// alertTime is after which an alert changes nothing at a post.
const alertTime = 15 * time.Minute

// judgeAgain judges readings by what is on record and makes alerts of what the
// lane did not know, while that still matters. A device that was withdrawn
// learns nothing any more.
func (a *App) judgeAgain(ctx context.Context, by anlo.Actor, taken []takenScan, now time.Time) error {
	withdrawn := !by.Device.RevokedAt.IsZero()
	for i := range taken {
		t := &taken[i]
		t.result.Verdict = t.Scan.Verdict
		if !t.Pass.IsZero() { // which says whose it is, whatever number stands beside it
			t.holder = 0
		}
		t.Person = t.holder
	}
	if !withdrawn {
		if err := a.findCards(ctx, by, taken, now); err != nil {
			return err
		}
	}
	known, err := a.recordOf(ctx, taken, withdrawn, now)
	if err != nil || withdrawn {
		return err
	}
	for i := range taken {
		t := &taken[i]
		var used *store.PastScan
		var elsewhere *Elsewhere
		if _, issued := known.passes[t.Pass]; issued { // a number alone tells nobody where somebody was
			used, elsewhere = known.usedBefore(t), a.elsewhere(known, t)
		}
		v := a.judgedAgain(ctx, t, known, now, used, elsewhere)
		t.result.Verdict, t.result.Elsewhere = v, elsewhere
		if reason := surprise(t.Scan, v); reason != "" && now.Sub(t.At) < alertTime {
			t.result.Alert = true
			t.Alert = alertOf(t.Scan, reason, used, elsewhere)
		}
	}
	return nil
}

// findCards finds the passes that stand behind identity cards and short codes
// which were read a moment ago. They count as look-ups of the device: one in
// wrong hands must not learn about more people here than there. What was read
// before, or is one too many, is kept and not judged.
func (a *App) findCards(ctx context.Context, by anlo.Actor, taken []takenScan, now time.Time) error {
	for i := range taken {
		t := &taken[i]
		names := t.card.Number != "" || t.code != ""
		if !names || !t.Pass.IsZero() || now.Sub(t.At) >= alertTime || a.lookups.Allow(by.Device.ID) > 0 {
			continue
		}
		var pass store.PassRow
		var person int64
		var err error
		if t.code != "" {
			pass, _, person, err = a.standingBehind(ctx, t.code, t.At)
		} else {
			pass, _, person, err = a.standingOf(ctx, t.card, t.At)
		}
		switch {
		case errors.Is(err, anlo.ErrNotFound):
			t.undeclared = true
		case err != nil:
			return err
		}
		t.Pass, t.holder = pass.ID, cmp.Or(person, t.holder)
	}
	return nil
}

// onRecord is what the server knows of a batch: a handful of queries, however
// many readings there are.
type onRecord struct {
	passes     map[anlo.ID]store.PassRow
	statements map[anlo.ID][]store.DeclarationRow // in order; only of those that are looked at
	scans      map[int64][]store.PastScan         // of a person, newest first, this batch among them
	posts      map[anlo.ID]anlo.Checkpoint        // nil when nobody was anywhere else
}

// recordOf reads what is on record, and says whose each reading is.
func (a *App) recordOf(ctx context.Context, taken []takenScan, withdrawn bool, now time.Time) (k onRecord, err error) {
	ids := make([]anlo.ID, 0, len(taken))
	for _, t := range taken {
		if !t.Pass.IsZero() {
			ids = append(ids, t.Pass)
		}
	}
	if len(ids) == 0 {
		return k, nil
	}
	if k.passes, err = a.Store.PassesOf(ctx, ids); err != nil {
		return k, err
	}
	var looked []anlo.ID
	for i := range taken {
		t := &taken[i]
		p, issued := k.passes[t.Pass]
		if !issued {
			continue
		}
		t.Person = cmp.Or(t.holder, p.Person)
		if now.Sub(t.At) < alertTime || slices.Contains(t.Verdict.Reasons, anlo.ReasonIdentity) {
			looked = append(looked, p.Declaration)
		}
	}
	if withdrawn {
		return k, nil
	}
	if k.statements, err = a.statementsOf(ctx, looked); err != nil {
		return k, err
	}
	return k, a.addScans(ctx, &k, taken)
}

func (a *App) statementsOf(ctx context.Context, ids []anlo.ID) (map[anlo.ID][]store.DeclarationRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := a.Store.DeclarationsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	parties := make(map[anlo.ID][]store.DeclarationRow, len(ids))
	for _, r := range rows {
		parties[r.ID] = append(parties[r.ID], r)
	}
	for _, party := range parties {
		slices.SortFunc(party, func(a, b store.DeclarationRow) int { return cmp.Compare(a.Traveller, b.Traveller) })
	}
	return parties, nil
}

// judgedAgain is the verdict by everything that is known now. What only the
// lane could see stays: the signature, the card beside it, the zone.
func (a *App) judgedAgain(ctx context.Context, t *takenScan, k onRecord, now time.Time, used *store.PastScan, elsewhere *Elsewhere) anlo.Verdict {
	switch {
	case t.undeclared:
		return anlo.VerdictFor(map[anlo.Reason]bool{anlo.ReasonUndeclared: true})
	case t.Pass.IsZero():
		return t.Scan.Verdict
	}
	p, issued := k.passes[t.Pass]
	reasons := map[anlo.Reason]bool{}
	for _, r := range t.Scan.Verdict.Reasons {
		reasons[r] = !recorded[r] || !issued && (r == anlo.ReasonExpired || r == anlo.ReasonNotYetValid)
	}
	if !issued {
		reasons[anlo.ReasonUnknown] = true
		return anlo.VerdictFor(reasons)
	}
	reasons[anlo.ReasonRevoked] = !p.RevokedAt.IsZero() && !t.At.Before(p.RevokedAt)
	reasons[anlo.ReasonExpired] = !t.At.Before(p.ExpiresAt.Add(clockSkew))
	reasons[anlo.ReasonNotYetValid] = p.IssuedAt.After(t.At.Add(clockSkew))
	reasons[anlo.ReasonElsewhere] = elsewhere != nil
	reasons[anlo.ReasonUsedAgain] = used != nil
	for _, r := range a.statedNow(ctx, t, p, k.statements[p.Declaration], now) {
		reasons[r] = true
	}
	return anlo.VerdictFor(reasons)
}

// recorded are the reasons that the record knows better than a scanner.
var recorded = map[anlo.Reason]bool{
	anlo.ReasonIdentity: true, anlo.ReasonRevoked: true, anlo.ReasonBundleStale: true, anlo.ReasonUnknown: true, anlo.ReasonUndeclared: true,
	anlo.ReasonElsewhere: true, anlo.ReasonUsedAgain: true, anlo.ReasonNotChecked: true, anlo.ReasonExpired: true, anlo.ReasonNotYetValid: true,
}

// statedNow are the reasons that the statement behind a pass gives: the
// identity and, of a reading of this moment, the health. Of a pass that was
// replaced the statement on record says nothing; what the code said holds.
func (a *App) statedNow(ctx context.Context, t *takenScan, p store.PassRow, rows []store.DeclarationRow, now time.Time) []anlo.Reason {
	var said []anlo.Reason
	if slices.Contains(t.Scan.Verdict.Reasons, anlo.ReasonIdentity) {
		said = []anlo.Reason{anlo.ReasonIdentity}
	}
	if rows == nil || !p.RevokedAt.IsZero() {
		return said
	}
	concerned, err := covered(p, rows)
	if err != nil { // it was replaced this very moment
		return said
	}
	stated, err := a.lookAt(ctx, concerned, now.Sub(t.At) < alertTime)
	if err != nil { // one that cannot be opened holds up none of the others
		a.Log.ErrorContext(ctx, "a statement cannot be read", "declaration", p.Declaration, "error", err)
		return said
	}
	return stated
}

// surprise is the weightiest reason that the officer did not see, of somebody
// who was not stopped; "" for none. Whoever was not checked had a document
// looked at, which is all that an identity in doubt asks for.
func surprise(s anlo.Scan, v anlo.Verdict) anlo.Reason {
	stopped := s.Decision == anlo.TurnedBack || s.Decision != anlo.Passed && s.Verdict.Outcome == anlo.Stop
	if stopped {
		return ""
	}
	for _, r := range v.Reasons {
		looked := r == anlo.ReasonIdentity && slices.Contains(s.Verdict.Reasons, anlo.ReasonNotChecked)
		if !looked && !slices.Contains(s.Verdict.Reasons, r) {
			return r
		}
	}
	return ""
}

func alertOf(s anlo.Scan, reason anlo.Reason, used *store.PastScan, elsewhere *Elsewhere) *store.AlertRow {
	row := &store.AlertRow{Checkpoint: s.Checkpoint, Scan: s.ID, Device: s.Device, ScannedAt: s.At, Reason: reason}
	switch reason {
	case anlo.ReasonElsewhere:
		row.Elsewhere, row.SeenAt, row.Km = elsewhere.id, elsewhere.at, elsewhere.Km
	case anlo.ReasonUsedAgain:
		row.SeenAt = used.At
	}
	return row
}
