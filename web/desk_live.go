package web

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"anlo"
)

const (
	heartbeat  = 20 * time.Second // proxies hang up on who is silent for longer
	maxStreams = 4                // open pages of one officer that are told of changes
)

// streams counts the open pages of each officer.
type streams struct {
	mu   sync.Mutex
	open map[anlo.ID]int
}

func (o *streams) enter(id anlo.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open == nil {
		o.open = map[anlo.ID]int{}
	}
	if o.open[id] >= maxStreams {
		return false
	}
	o.open[id]++
	return true
}

func (o *streams) leave(id anlo.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open[id]--; o.open[id] <= 0 {
		delete(o.open, id)
	}
}

// deskEvents tells a page that something in its officer's area has changed,
// and nothing else: the page fetches its list again, under its own permission.
func (s *server) deskEvents(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	since, err := strconv.ParseInt(r.FormValue("since"), 10, 64)
	if err != nil {
		s.problem(w, r, http.StatusUnprocessableEntity)
		return
	}
	if !s.streams.enter(by.Staff) {
		s.fail(w, r, anlo.ErrTooMany)
		return
	}
	defer s.streams.leave(by.Staff)
	s.stream(w, r, by, heartbeat, func(ctx context.Context, changed func()) error { return s.Watch(ctx, by, since, changed) })
}

// stream tells a page what watch tells, until the page is closed, the officer's
// session ends or the program stops.
func (s *server) stream(w http.ResponseWriter, r *http.Request, by anlo.Actor, beat time.Duration, watch func(context.Context, func()) error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	changes := make(chan struct{}, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- watch(ctx, func() {
			select {
			case changes <- struct{}{}:
			default: // the page has not yet fetched what changed before
			}
		})
	}()

	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep the events for itself
	out := http.NewResponseController(w)
	out.SetWriteDeadline(time.Time{}) // a recorder in a test has none
	send := func(text string) bool {
		_, err := io.WriteString(w, text)
		return err == nil && out.Flush() == nil
	}
	alive := send(": here\n\n")
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for alive {
		select {
		case <-changes:
			alive = send("event: changed\ndata:\n\n")
		case <-ticker.C:
			now, err := s.signedIn(r)
			alive = err == nil && now.Staff == by.Staff && now.Role == by.Role && now.Area == by.Area && send(": here\n\n")
		case <-ended:
			return
		case <-ctx.Done():
			return
		case <-s.done:
			return
		}
	}
}
