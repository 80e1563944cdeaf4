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
	cardsWanted = time.Hour        // how long after it was last asked for it is kept fresh
	cardsHurry  = 8 * time.Second  // how long a scanner waits for the first one
	maxSlowKeys = 1 << 18          // kept from one list to the next
)

// cardLists are the lists of cards that were asked for. Posts of one province
// have one in common.
type cardLists struct {
	mu    sync.Mutex
	lists map[cardsOf]*cardList

	building chan struct{} // holds one while a list is made: one at a time, for it is work
	day      int64         // of the salt
	slow     map[int64][]byte
}

type cardsOf struct {
	province anlo.UnitRef
	hours    int
}

type cardList struct {
	asked time.Time
	built time.Time
	whole bool // nothing was left out for want of time
	data  []byte
}

// Cards returns the encrypted list of those expected near the post, by which its
// scanners find the pass of whoever shows an identity card alone; nil when the
// post's policy allows none. Lists are made every ten minutes at most, by
// RefreshCards; the first, when nobody has asked for an hour, while the scanner
// waits, the newest declarations first, as many as there is time for.
func (a *App) Cards(ctx context.Context, by anlo.Actor) ([]byte, error) {
	if !by.May(anlo.ActLookUp) || by.Device == nil {
		return nil, anlo.ErrForbidden
	}
	now := a.Now()
	post := by.Device.Checkpoint
	policy, err := a.Store.Policy(ctx, post.ID, now)
	path := a.Units.Path(post.Commune)
	if err != nil || policy.CardHours == 0 || len(path) == 0 {
		return nil, err
	}
	of := cardsOf{anlo.UnitRef{List: post.Commune.List, Code: path[0].Code}, policy.CardHours}
	l := a.cards.ask(of, now)
	if l.data == nil || now.Sub(l.built) > cardsWanted {
		hurry, cancel := context.WithTimeout(ctx, cardsHurry)
		defer cancel()
		if l, err = a.buildCards(hurry, of); err != nil {
			return nil, err
		}
	}
	return l.data, a.Store.Audit(ctx, a.entry(by, anlo.ActLookUp, anlo.PurposeCheckpoint, 0, post.ID))
}

// ask notes that a list is wanted, and returns it as it is.
func (c *cardLists) ask(of cardsOf, now time.Time) cardList {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lists == nil {
		c.lists = map[cardsOf]*cardList{}
	}
	if c.lists[of] == nil {
		c.lists[of] = &cardList{}
	}
	c.lists[of].asked = now
	return *c.lists[of]
}

// RefreshCards makes the lists anew that scanners ask for, and forgets the
// others. Call it every minute.
func (a *App) RefreshCards(ctx context.Context) error {
	now := a.Now()
	var due []cardsOf
	a.cards.mu.Lock()
	for of, l := range a.cards.lists {
		switch {
		case now.Sub(l.asked) > cardsWanted:
			delete(a.cards.lists, of)
		case !l.whole, now.Sub(l.built) >= cardsFresh:
			due = append(due, of)
		}
	}
	a.cards.mu.Unlock()
	var errs []error
	for _, of := range due {
		_, err := a.buildCards(ctx, of)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// buildCards makes a list. When ctx has a deadline it holds what was ready by
// then.
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
	l := cardList{asked: now, built: now, whole: whole, data: w.bytes()}
	a.cards.mu.Lock()
	defer a.cards.mu.Unlock()
	if kept := a.cards.lists[of]; kept != nil {
		l.asked = kept.asked
		*kept = l
	}
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
