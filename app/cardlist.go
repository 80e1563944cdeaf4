package app

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"anlo"
	"anlo/store"
)

const (
	cardsFresh  = 10 * time.Minute // how long a list is given out before it is made anew
	cardsHurry  = 8 * time.Second  // how long a scanner waits for the first one
	maxSlowKeys = 1 << 18          // kept from one list to the next
)

// cardLists are the lists of cards that posts keep. Those of one province have
// one in common.
type cardLists struct {
	mu    sync.Mutex
	lists map[cardsOf]cardList

	building chan struct{} // holds one while a list is made: one at a time, for it is work
	day      int64         // of the salt
	slow     map[int64][]byte
}

type cardsOf struct {
	province anlo.UnitRef
	hours    int
}

type cardList struct {
	built time.Time
	whole bool // nothing was left out for want of time
	data  []byte
}

// Cards returns the encrypted list of those expected near the post, by which its
// scanners find the pass of whoever shows an identity card alone; nil when the
// post's policy allows none. RefreshCards makes it. The first scanner to ask at a
// post that keeps one since a moment ago waits for it, and gets the newest
// declarations, as many as there is time for.
func (a *App) Cards(ctx context.Context, by anlo.Actor) ([]byte, error) {
	if !by.May(anlo.ActLookUp) || by.Device == nil {
		return nil, anlo.ErrForbidden
	}
	post := by.Device.Checkpoint
	policy, err := a.Store.Policy(ctx, post.ID, a.Now())
	if err != nil {
		return nil, err
	}
	of, ok := a.cardsOf(post.Commune, policy.CardHours)
	if !ok {
		return nil, nil
	}
	l := a.cards.get(of)
	if l.data == nil {
		hurry, cancel := context.WithTimeout(ctx, cardsHurry)
		defer cancel()
		if l, err = a.buildCards(hurry, of); err != nil {
			return nil, err
		}
	}
	return l.data, a.Store.Audit(ctx, a.entry(by, anlo.ActLookUp, anlo.PurposeCheckpoint, 0, post.ID))
}

// cardsOf says which list a post keeps; false for none.
func (a *App) cardsOf(commune anlo.UnitRef, hours int) (cardsOf, bool) {
	path := a.Units.Path(commune)
	if hours == 0 || len(path) == 0 {
		return cardsOf{}, false
	}
	return cardsOf{anlo.UnitRef{List: commune.List, Code: path[0].Code}, hours}, true
}

func (c *cardLists) get(of cardsOf) cardList {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lists[of]
}

// RefreshCards makes the lists that posts keep, each anew when it is ten minutes
// old or was made in a hurry, and forgets those that nobody keeps any more. Call
// it every minute.
func (a *App) RefreshCards(ctx context.Context) error {
	posts, err := a.Store.PostsWithCards(ctx)
	if err != nil {
		return err
	}
	now := a.Now()
	wanted := map[cardsOf]bool{}
	for _, p := range posts {
		if of, ok := a.cardsOf(p.Commune, p.CardHours); ok {
			wanted[of] = true
		}
	}
	a.cards.mu.Lock()
	for of, l := range a.cards.lists {
		if !wanted[of] {
			delete(a.cards.lists, of)
		} else if l.whole && now.Sub(l.built) < cardsFresh {
			delete(wanted, of)
		}
	}
	a.cards.mu.Unlock()
	var errs []error
	for of := range wanted {
		if ctx.Err() == nil {
			_, err := a.buildCards(ctx, of)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// buildCards makes a list. It holds what was ready when ctx was done.
func (a *App) buildCards(ctx context.Context, of cardsOf) (cardList, error) {
	select {
	case a.cards.building <- struct{}{}:
		defer func() { <-a.cards.building }()
	case <-ctx.Done():
		return cardList{}, anlo.ErrUnavailable
	}
	now := a.Now()
	var salt [16]byte
	day := hanoiDay(now)
	code := a.Seal.Authenticate("cards", strconv.AppendInt(nil, day, 10))
	copy(salt[:], code[:])
	if a.cards.day != day || len(a.cards.slow) > maxSlowKeys {
		a.cards.day, a.cards.slow = day, map[int64][]byte{}
	}
	until := now.Add(time.Duration(of.hours) * time.Hour)
	w := newCardWriter(now, until, salt)
	whole, err := a.gatherCards(context.WithoutCancel(ctx), ctx.Done(), w, of)
	if err != nil {
		return cardList{}, err
	}
	l := cardList{built: now, whole: whole, data: w.bytes()}
	a.cards.mu.Lock()
	defer a.cards.mu.Unlock()
	a.cards.lists[of] = l
	return l, nil
}

// cardsAtOnce is how many declarations are read at a time.
const cardsAtOnce = 500

// gatherCards writes the passes of those expected, the newest first, until hurry
// is closed; false when that was too soon for some.
func (a *App) gatherCards(ctx context.Context, hurry <-chan struct{}, w *cardWriter, of cardsOf) (whole bool, err error) {
	communes := a.communesIn(of.province)
	ids, err := a.Store.Expected(ctx, of.province.List, communes, anlo.NewID(w.issued.Add(-anlo.PassLifetime)), w.until, maxCards)
	if err != nil {
		return false, err
	}
	here := make(map[string]bool, len(communes))
	for _, c := range communes {
		here[c] = true
	}
	seen := map[int64]bool{}
	for chunk := range slices.Chunk(ids, cardsAtOnce) {
		parties, err := a.gatherParties(ctx, chunk)
		if err != nil {
			return false, err
		}
		for _, id := range chunk {
			p := parties[id]
			if !p.expected(here, w.issued) {
				continue
			}
			select {
			case <-hurry:
				return false, nil
			default:
			}
			if room, err := a.addCards(ctx, w, p, seen); err != nil || !room {
				return err == nil, err
			}
		}
	}
	return true, nil
}

// party is a declaration with its passes.
type party struct {
	rows   []store.DeclarationRow
	passes []store.PassRow
}

func (a *App) gatherParties(ctx context.Context, ids []anlo.ID) (map[anlo.ID]*party, error) {
	rows, err := a.Store.DeclarationsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	passes, err := a.Store.StandingPasses(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[anlo.ID]*party, len(ids))
	for _, id := range ids {
		all[id] = &party{}
	}
	for _, r := range rows {
		all[r.ID].rows = append(all[r.ID].rows, r)
	}
	for _, p := range passes {
		all[p.Declaration].passes = append(all[p.Declaration].passes, p)
	}
	for _, p := range all {
		slices.SortFunc(p.rows, func(a, b store.DeclarationRow) int { return a.Traveller - b.Traveller })
	}
	return all, nil
}

// expected reports whether a party stands and goes from or to one of the
// communes.
func (p *party) expected(here map[string]bool, now time.Time) bool {
	if len(p.rows) == 0 {
		return false
	}
	d := p.rows[0]
	return d.CancelledAt.IsZero() && now.Before(d.ExpiresAt) && (here[d.Origin] || here[d.Destination])
}

// addCards writes the passes of a party for each of its travellers who has a card
// and is not on the list yet: the newest declaration counts. It reports false
// when the list is full.
func (a *App) addCards(ctx context.Context, w *cardWriter, p *party, seen map[int64]bool) (room bool, err error) {
	passes := map[anlo.ID]store.PassRow{}
	cards := map[anlo.ID][][]byte{} // the slow keys of those who travel by a pass
	for _, r := range p.rows {
		pass, ok := travelsBy(p.rows, p.passes, r.Person, w.issued)
		if !ok {
			continue
		}
		numbers, err := a.numbersOf(ctx, r)
		if err != nil {
			return false, err
		}
		passes[pass.ID] = pass
		for _, n := range numbers {
			person := a.Seal.Index("person", n)
			if seen[person] {
				continue
			}
			seen[person] = true
			if a.cards.slow[person] == nil {
				if a.cards.slow[person], err = slowKey(n, w.salt); err != nil {
					return false, err
				}
			}
			cards[pass.ID] = append(cards[pass.ID], a.cards.slow[person])
		}
	}
	for id, slow := range cards {
		pass, err := a.openPass(ctx, passes[id])
		if err != nil {
			return false, err
		}
		if !w.fits(pass.QR, len(slow)) {
			return false, nil
		}
		if err := w.add(pass.QR, slow); err != nil {
			return false, err
		}
	}
	return true, nil
}

// numbersOf are those that somebody's card may show: the one declared and, where
// that was the old card's or a slip of a finger, the one that the register has.
func (a *App) numbersOf(ctx context.Context, r store.DeclarationRow) ([]string, error) {
	s, err := a.openStatement(ctx, r)
	if err != nil || s.Traveller.Document.Kind == anlo.Passport {
		return nil, err
	}
	numbers := []string{s.Traveller.Document.Number}
	if known := s.Match.Register; known != nil && s.Match.Grade.Confirmed() && known.Number != numbers[0] {
		numbers = append(numbers, known.Number)
	}
	return numbers, nil
}
