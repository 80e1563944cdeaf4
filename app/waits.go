package app

import (
	"context"
	"sync"
	"time"

	"anlo"
)

// PostWait is what everybody may know of a post before they leave.
type PostWait struct {
	anlo.Checkpoint
	Wait  anlo.Wait
	Trend int       // of arrivals: 1 more, -1 fewer
	Surge time.Time // until when less is asked; zero while everything is
}

// Waits is a list of posts as it stood at a moment. It is shared: change nothing.
type Waits struct {
	At    time.Time
	Posts []PostWait
}

// waitsLife is how long one answer serves everybody.
const waitsLife = 30 * time.Second

// fewest is how many readings a figure is made of at least: of fewer, somebody
// could be told apart.
const fewest = 5

// waits keeps the last answer. Whoever comes while it is made anew waits for it.
type waits struct {
	mu   sync.Mutex
	last Waits
}

// Waits returns how long each post takes now. Everybody may know.
func (a *App) Waits(ctx context.Context) (Waits, error) {
	a.waits.mu.Lock()
	defer a.waits.mu.Unlock()
	now := a.Now()
	if age := now.Sub(a.waits.last.At); age >= 0 && age < waitsLife {
		return a.waits.last, nil
	}
	states, err := a.postStates(ctx, anlo.ID{})
	if err != nil {
		return Waits{}, err
	}
	w := Waits{At: now, Posts: make([]PostWait, len(states))}
	for i, s := range states {
		p := PostWait{Checkpoint: s.Checkpoint, Wait: s.Wait, Trend: s.Flow.Trend(), Surge: s.Surge.Ends}
		if s.Flow.Near+s.Flow.Far < fewest {
			p.Wait, p.Trend = anlo.Wait{State: anlo.WaitUnknown}, 0
		}
		w.Posts[i] = p
	}
	a.waits.last = w
	return w, nil
}
