package app

import (
	"context"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/credential"
	"anlo/identity"
	"anlo/seal"
	"anlo/store"
)

const (
	registerPatience = 2 * time.Second // a declaration waits no longer for the register
	firstRetry       = 15 * time.Second
	lastRetry        = time.Hour
	lease            = time.Minute
)

// identify compares every traveller with the register. A register that is down
// or slow makes the match unavailable, never an error.
func (a *App) identify(ctx context.Context, d anlo.Declaration) []anlo.Match {
	ctx, cancel := context.WithTimeout(ctx, registerPatience)
	defer cancel()
	matches := make([]anlo.Match, len(d.Travellers))
	if len(d.Travellers) == 1 {
		matches[0] = a.match(ctx, d, 0)
		return matches
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i := range d.Travellers {
		wg.Go(func() {
			slots <- struct{}{}
			matches[i] = a.match(ctx, d, i)
			<-slots
		})
	}
	wg.Wait()
	return matches
}

func (a *App) match(ctx context.Context, d anlo.Declaration, i int) anlo.Match {
	var companions []anlo.Document
	for j, other := range d.Travellers {
		if j != i {
			companions = append(companions, other.Document)
		}
	}
	claim := identity.NewClaim(d.Travellers[i].Person, companions...)
	m, err := a.Register.Match(ctx, claim)
	if err != nil {
		a.Log.Warn("register does not answer", "kind", anlo.KindOf(err))
		return anlo.Match{Grade: anlo.MatchUnavailable}
	}
	return m
}

// embedded is the register that `anlo import register` fills.
type embedded struct{ a *App }

// Match implements identity.Register. Nearly everybody is found by the number
// of their card alone; the other keys are asked only for the rest.
func (e embedded) Match(ctx context.Context, c identity.Claim) (anlo.Match, error) {
	if c.Document.Kind == anlo.CCCD {
		row, err := e.a.Store.Registered(ctx, e.a.person(c.Document))
		if err == nil {
			r, err := e.open(ctx, row)
			if err != nil {
				return anlo.Match{}, err
			}
			if m := identity.Compare(c, []anlo.Registered{r}); m.Grade == anlo.MatchExact {
				return m, nil
			}
		} else if anlo.KindOf(err) != anlo.NotFound {
			return anlo.Match{}, err
		}
	}
	found, err := e.candidates(ctx, identity.Keys(c))
	if err != nil {
		return anlo.Match{}, err
	}
	return identity.Compare(c, found), nil
}

func (e embedded) open(ctx context.Context, row store.RegisterRow) (r anlo.Registered, err error) {
	plain, err := e.a.Seal.Open(ctx, registerAD(row.Person), row.Sealed)
	if err != nil {
		return r, err
	}
	return r, cbor.Unmarshal(plain, &r)
}

func (e embedded) candidates(ctx context.Context, keys []string) ([]anlo.Registered, error) {
	indexes := make([]int64, len(keys))
	for i, k := range keys {
		indexes[i] = e.a.Seal.Index("register", k)
	}
	rows, err := e.a.Store.Candidates(ctx, indexes)
	if err != nil {
		return nil, err
	}
	found := make([]anlo.Registered, len(rows))
	for i, r := range rows {
		if found[i], err = e.open(ctx, r); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// ConfirmWaiting asks the register again about travellers it had no answer
// for, and re-signs their passes without the remark: same pass, same expiry, so
// a printed copy stays good. It returns how many it settled. Call it every few
// seconds.
func (a *App) ConfirmWaiting(ctx context.Context) (settled int, err error) {
	due, err := a.Store.Due(ctx, a.Now(), lease, 100)
	if err != nil {
		return 0, err
	}
	for _, o := range due {
		done, err := a.confirm(ctx, o)
		if err != nil {
			return settled, err
		}
		if done {
			settled++
			continue
		}
		pause := min(firstRetry<<min(o.Attempts, 20), lastRetry)
		if err := a.Store.Postpone(ctx, o, a.Now().Add(pause)); err != nil {
			return settled, err
		}
	}
	return settled, nil
}

func (a *App) confirm(ctx context.Context, o store.OutboxRow) (done bool, err error) {
	rows, passes, err := a.Store.Declaration(ctx, o.Declaration)
	if anlo.KindOf(err) == anlo.NotFound || err == nil && o.Traveller >= len(rows) {
		return true, a.Store.Update(ctx, func(tx *store.Tx) error { return tx.Done(ctx, o) })
	}
	if err != nil {
		return false, err
	}
	d, err := a.assemble(ctx, rows, passes)
	if err != nil {
		return false, err
	}
	m := a.match(ctx, d.Declaration, o.Traveller)
	if m.Grade == anlo.MatchUnavailable {
		return false, nil
	}
	row := rows[o.Traveller]
	row.Grade = m.Grade
	if m.Grade.Confirmed() && m.Register != nil {
		row.Matched = a.Seal.Index("person", m.Register.Number)
	}
	rows[o.Traveller] = row
	t := d.Declaration.Travellers[o.Traveller]
	if err := a.sealStatement(ctx, &row, statement{t, d.Declaration.Trip, d.Declaration.OnBehalf, m}); err != nil {
		return false, err
	}
	fresh, err := a.resign(ctx, rows, passes, o.Traveller)
	if err != nil {
		return false, err
	}
	defer a.routeSoon()
	return true, a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Confirm(ctx, row, fresh, outgoing(store.Reroute, row.ID, row.Person, a.Now())); err != nil {
			return err
		}
		if err := tx.Audit(ctx, a.entry(anlo.Actor{Role: anlo.System}, anlo.ActConfirm, anlo.PurposeIdentity, row.Person, row.ID)); err != nil {
			return err
		}
		return tx.Done(ctx, o)
	})
}

// resign signs the standing passes of a traveller again now that they are
// confirmed, and the pass of the party when everybody in it is.
func (a *App) resign(ctx context.Context, rows []store.DeclarationRow, passes []store.PassRow, traveller int) ([]store.PassRow, error) {
	if !rows[traveller].Grade.Confirmed() {
		return nil, nil
	}
	everybody := true
	for _, r := range rows {
		everybody = everybody && r.Grade.Confirmed()
	}
	now := a.Now()
	var fresh []store.PassRow
	for _, row := range passes {
		mine := row.Traveller == traveller || row.Traveller == anlo.PartyTraveller && everybody
		if !mine || !row.RevokedAt.IsZero() || !now.Before(row.ExpiresAt) {
			continue
		}
		p, err := a.openPass(ctx, row)
		if err != nil {
			return nil, err
		}
		claims, err := credential.ReadPass(p.QR)
		if err != nil {
			return nil, err
		}
		claims.IdentityConfirmed = true
		text, err := a.signText(ctx, *claims, row.IssuedAt) // a newer key would not be believed for that time
		if err != nil {
			return nil, err
		}
		row.Sealed, err = a.Seal.Seal(ctx, seal.DayOf(row.IssuedAt), seal.AD("pass", "sealed", row.ID[:]), []byte(text))
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, row)
	}
	return fresh, nil
}
