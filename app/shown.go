package app

import (
	"sync"
	"time"

	"anlo"
)

// shownAgain is how long somebody who was shown to an officer in a list counts
// as shown.
const shownAgain = 10 * time.Minute

// shown remembers whom lists have shown to whom, so that a page which refreshes
// itself does not fill the audit with repetitions.
type shown struct {
	mu     sync.Mutex
	now    map[shownKey]bool
	before map[shownKey]bool // of the half span before
	since  time.Time
}

type shownKey struct {
	who    anlo.ID
	area   anlo.UnitRef
	person int64
}

func keyOf(by anlo.Actor, person int64) shownKey {
	if by.Staff.IsZero() {
		return shownKey{by.Key, by.Area, person}
	}
	return shownKey{by.Staff, by.Area, person}
}

// lately reports whether the person was shown to the actor already.
func (s *shown) lately(by anlo.Actor, person int64, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil || now.Sub(s.since) > shownAgain/2 || now.Before(s.since) {
		s.before, s.now, s.since = s.now, map[shownKey]bool{}, now
	}
	k := keyOf(by, person)
	return s.now[k] || s.before[k]
}

// add notes that people were shown, once that is in the audit.
func (s *shown) add(by anlo.Actor, found []opened) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range found {
		s.now[keyOf(by, f.row.Person)] = true
	}
}
