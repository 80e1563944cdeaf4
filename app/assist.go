package app

import (
	"context"
	"time"

	"anlo"
)

// slipLife is how long the officer who made a declaration may print its pass
// again.
const slipLife = 15 * time.Minute

// DeclareFor makes the declaration of somebody who cannot do it themselves: an
// officer at a window, or at a post, types what they are told. It is Declare in
// everything but this: any destination is allowed, since people pass through;
// each officer is limited, so that a stolen session mints no passes without
// end; and what is left empty is filled in. A permanent residence is the one
// that the register has, once it confirms who the person is; the origin is that
// residence; the departure is now. The receipt is for the officer to print, and
// the manage token in it belongs to the traveller: no page shows it to officers.
func (a *App) DeclareFor(ctx context.Context, by anlo.Actor, d anlo.Declaration, key string) (Receipt, error) {
	if !by.May(anlo.ActDeclareFor) || by.ID().IsZero() {
		return Receipt{}, anlo.ErrForbidden
	}
	if a.assists.Allow(by.ID()) > 0 {
		return Receipt{}, anlo.ErrTooMany
	}
	d.OnBehalf = true
	clean(&d)
	a.settle(ctx, &d)
	if key != "" {
		key = by.ID().String() + " " + key // one officer's key is no other's
	}
	return a.declare(ctx, by, anlo.ActDeclareFor, d, key)
}

// settle fills in the residence of travellers who name none. Only whom the
// register confirms by number, name and birth date is given theirs, and the
// officer is not shown it.
func (a *App) settle(ctx context.Context, d *anlo.Declaration) {
	ctx, cancel := context.WithTimeout(ctx, registerPatience)
	defer cancel()
	for i := range d.Travellers {
		t := &d.Travellers[i]
		if !t.Permanent.IsZero() || t.Document.Number == "" || t.FullName == "" || t.BirthDate.IsZero() {
			continue
		}
		if m := a.match(ctx, *d, i); m.Grade.Confirmed() && m.Register != nil && a.known(m.Register.Permanent.Commune) {
			t.Permanent = m.Register.Permanent
		}
	}
	if len(d.Travellers) > 0 && d.Trip.Origin.IsZero() {
		d.Trip.Origin = d.Travellers[0].Permanent
	}
}

// SlipReference names a declaration to whoever made it for somebody, for
// slipLife and for them alone, so that an address on their screen opens
// nothing for anybody else.
func (a *App) SlipReference(by anlo.Actor, declaration anlo.ID) (string, error) {
	return a.SealForm("slip "+by.ID().String(), declaration[:])
}

// AssistedPass returns the pass to print, that of the party where several
// travel. Errors: anlo.ErrUnsigned for a reference that is too old or
// another's, anlo.ErrCancelled.
func (a *App) AssistedPass(ctx context.Context, by anlo.Actor, reference string) (anlo.Pass, error) {
	if !by.May(anlo.ActDeclareFor) || by.ID().IsZero() {
		return anlo.Pass{}, anlo.ErrForbidden
	}
	plain, err := a.OpenForm("slip "+by.ID().String(), reference, slipLife)
	if err != nil {
		return anlo.Pass{}, err
	}
	d, err := a.declared(ctx, anlo.ID(plain))
	switch {
	case err != nil:
		return anlo.Pass{}, err
	case !d.CancelledAt.IsZero():
		return anlo.Pass{}, anlo.ErrCancelled
	}
	person := a.person(d.Declaration.Travellers[0].Document)
	return d.Main(), a.Store.Audit(ctx, a.entry(by, anlo.ActDeclareFor, anlo.PurposeTravel, person, d.ID))
}

// Main is the pass that stands for the declaration: that of the party, or of
// whoever travels alone.
func (d Declared) Main() anlo.Pass {
	if d.PartyPass != nil {
		return *d.PartyPass
	}
	return d.Passes[0]
}
