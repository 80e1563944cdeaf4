package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"anlo"
	"anlo/identity"
	"anlo/seal"
	"anlo/store"
)

// Declared is a declaration as its owner sees it through the secret link.
type Declared struct {
	ID          anlo.ID
	Revision    int // counts corrections from 0
	DeclaredAt  time.Time
	ExpiresAt   time.Time // of the passes: DeclaredAt + 72 h, whatever was corrected since
	CancelledAt time.Time // zero while it stands
	FollowedBy  string    // the manage token of the declaration by which it was made once more, see Again
	Declaration anlo.Declaration
	Confirmed   []bool      // for each traveller: has the register confirmed who they are?
	Passes      []anlo.Pass // for each traveller, in order
	PartyPass   *anlo.Pass  // nil when somebody travels alone
}

// Receipt answers a declaration. ManageToken opens the secret link; it is the
// only proof of ownership and is never kept.
type Receipt struct {
	Declared
	ManageToken string
}

// Declare issues the passes. key, when not empty, makes a repetition of the
// same request return the same receipt (draft-ietf-httpapi-idempotency-key);
// with another body it fails with anlo.ErrIdempotencyUsed.
// Errors: anlo.ErrInvalid with fields, ErrTooMany, ErrStorageFull.
func (a *App) Declare(ctx context.Context, by anlo.Actor, d anlo.Declaration, key string) (Receipt, error) {
	if !by.May(anlo.ActDeclare) {
		return Receipt{}, anlo.ErrForbidden
	}
	return a.declare(ctx, by, anlo.ActDeclare, d, key)
}

// declare is what Declare and DeclareFor have in common. action is what the
// audit says was done.
func (a *App) declare(ctx context.Context, by anlo.Actor, action anlo.Action, d anlo.Declaration, key string) (Receipt, error) {
	now := a.Now().Truncate(time.Second)
	clean(&d)
	asked := d // a repetition asks the same, at another moment
	if d.Trip.DepartsAt.IsZero() && action == anlo.ActDeclareFor {
		d.Trip.DepartsAt = now
	}
	if err := d.Check(now, a.known); err != nil {
		return Receipt{}, err
	}
	lead := a.person(d.Travellers[0].Document)
	var once *store.IdempotencyRow
	if key != "" {
		code, err := a.requestCode(asked)
		if err != nil {
			return Receipt{}, err
		}
		once = &store.IdempotencyRow{Person: lead, Key: a.Seal.Index("idempotency", key), Request: code, CreatedAt: now}
	}
	if err := a.slow(by, d); err != nil {
		return Receipt{}, err
	}
	id := anlo.NewID(now)
	w, err := a.issue(ctx, by, action, Declared{ID: id, DeclaredAt: now, ExpiresAt: now.Add(anlo.PassLifetime), Declaration: d}, now)
	if err != nil {
		return Receipt{}, err
	}
	if once != nil {
		once.Declaration = id
		w.rows.Idempotency = once
	}
	if err := a.Store.Declare(ctx, w.rows); err != nil {
		if once != nil && errors.Is(err, anlo.ErrIdempotencyUsed) { // nothing was written: the request was answered before
			return a.replay(ctx, by, action, once)
		}
		return Receipt{}, err
	}
	a.recent.add(w.rows.Outbox[len(w.rows.Outbox)-1].ID, said{w.rows.Rows, w.statements})
	a.routeSoon()
	if a.OnDeclared != nil {
		a.OnDeclared(!slices.Contains(w.declared.Confirmed, false))
	}
	return Receipt{w.declared, a.manageToken(id)}, nil
}

// clean writes names the way the register does, whichever door they came in by.
func clean(d *anlo.Declaration) {
	d.Travellers = slices.Clone(d.Travellers)
	for i := range d.Travellers {
		if name := d.Travellers[i].FullName; utf8.ValidString(name) {
			d.Travellers[i].FullName = identity.CleanName(name)
		}
	}
}

// slow counts the numbers that a citizen names: whether the register confirms
// them would else be an oracle for guessing at people's data.
func (a *App) slow(by anlo.Actor, d anlo.Declaration) error {
	if by.Role != anlo.Citizen {
		return nil
	}
	for _, t := range d.Travellers {
		if a.numbers.Allow(a.person(t.Document)) > 0 {
			return anlo.ErrTooMany
		}
	}
	return nil
}

// requestCode is a keyed digest of what was asked, to tell a repetition from
// another request under the same key.
func (a *App) requestCode(d anlo.Declaration) ([]byte, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	code := a.Seal.Authenticate("request", body)
	return code[:], nil
}

// replay answers a request as it was answered before; anlo.ErrNotFound when it
// never was.
func (a *App) replay(ctx context.Context, by anlo.Actor, action anlo.Action, once *store.IdempotencyRow) (Receipt, error) {
	before, err := a.Store.Idempotent(ctx, once.Person, once.Key)
	if err != nil {
		return Receipt{}, err
	}
	if !seal.Equal(before.Request, once.Request) {
		return Receipt{}, anlo.ErrIdempotencyUsed
	}
	d, err := a.declared(ctx, before.Declaration)
	if err != nil {
		return Receipt{}, err
	}
	if action == anlo.ActDeclare {
		action = anlo.ActReadOwn
	}
	return Receipt{d, a.manageToken(d.ID)}, a.Store.Audit(ctx, a.entry(by, action, anlo.PurposeTravel, once.Person, d.ID))
}

// Declaration returns the declaration that the actor holds the link of.
func (a *App) Declaration(ctx context.Context, by anlo.Actor) (Declared, error) {
	if !by.May(anlo.ActReadOwn) || by.ManageOf.IsZero() {
		return Declared{}, anlo.ErrForbidden
	}
	d, err := a.declared(ctx, by.ManageOf)
	if err != nil {
		return Declared{}, err
	}
	lead := a.person(d.Declaration.Travellers[0].Document)
	return d, a.Store.Audit(ctx, a.entry(by, anlo.ActReadOwn, anlo.PurposeTravel, lead, d.ID))
}

// Pass returns one pass of the declaration that the actor holds the link of,
// anlo.ErrNotFound for any other.
func (a *App) Pass(ctx context.Context, by anlo.Actor, id anlo.ID) (anlo.Pass, error) {
	d, err := a.Declaration(ctx, by)
	if err != nil {
		return anlo.Pass{}, err
	}
	for _, p := range d.all() {
		if p.ID == id {
			return p, nil
		}
	}
	return anlo.Pass{}, anlo.ErrNotFound
}

// all returns the passes of the travellers and of the party.
func (d Declared) all() []anlo.Pass {
	if d.PartyPass == nil {
		return d.Passes
	}
	return append(d.Passes[:len(d.Passes):len(d.Passes)], *d.PartyPass)
}

// declared loads and opens a declaration.
func (a *App) declared(ctx context.Context, id anlo.ID) (Declared, error) {
	rows, passes, err := a.Store.Declaration(ctx, id)
	if err != nil {
		return Declared{}, err
	}
	return a.assemble(ctx, rows, passes)
}

func (a *App) assemble(ctx context.Context, rows []store.DeclarationRow, passes []store.PassRow) (Declared, error) {
	first := rows[0]
	d := Declared{ID: first.ID, Revision: first.Revision, DeclaredAt: first.DeclaredAt, ExpiresAt: first.ExpiresAt,
		CancelledAt: first.CancelledAt, Passes: make([]anlo.Pass, len(rows))}
	if !first.FollowedBy.IsZero() {
		d.FollowedBy = a.manageToken(first.FollowedBy)
	}
	for _, r := range rows {
		s, err := a.openStatement(ctx, r)
		if err != nil {
			return Declared{}, err
		}
		d.Declaration.Travellers = append(d.Declaration.Travellers, s.Traveller)
		d.Declaration.Trip, d.Declaration.OnBehalf = s.Trip, s.OnBehalf
		d.Confirmed = append(d.Confirmed, r.Grade.Confirmed())
	}
	for _, row := range passes { // those that stand come first, so the first of each traveller counts
		p, err := a.openPass(ctx, row)
		if err != nil {
			return Declared{}, err
		}
		switch {
		case row.Traveller == anlo.PartyTraveller && d.PartyPass == nil && len(rows) > 1 && row.IssuedAt.Equal(passes[0].IssuedAt):
			d.PartyPass = &p
		case row.Traveller >= 0 && row.Traveller < len(rows) && d.Passes[row.Traveller].ID.IsZero():
			d.Passes[row.Traveller] = p
		}
	}
	return d, nil
}
