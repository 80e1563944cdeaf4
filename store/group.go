package store

import (
	"context"
	"sync"

	"anlo"
)

// maxGroup bounds how many callers share one transaction.
const maxGroup = 256

// grouper collects the callers that wait at the same moment and writes what
// they bring in one transaction. There is no timer: a lone caller is served at
// once, and under load the group is whoever arrived while the last one was
// being written. A group that fails is replayed one by one, so that nobody
// fails for another's fault.
type grouper[T any] struct {
	run    func(context.Context, []T) ([]error, error) // one outcome an item, or one failure for all
	calls  chan call[T]
	mu     sync.RWMutex // held for reading while a call is handed over
	closed bool
	done   sync.WaitGroup
}

type call[T any] struct {
	item T
	err  chan error
}

func newGrouper[T any](writers int, run func(context.Context, []T) ([]error, error)) *grouper[T] {
	g := &grouper[T]{run: run, calls: make(chan call[T], 2*maxGroup)}
	for range writers {
		g.done.Go(g.loop)
	}
	return g
}

// do returns once item is committed or has failed. A caller that goes away
// early leaves its item to be written all the same.
func (g *grouper[T]) do(ctx context.Context, item T) error {
	c := call[T]{item, make(chan error, 1)}
	if err := g.hand(ctx, c); err != nil {
		return err
	}
	select {
	case err := <-c.err:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *grouper[T]) hand(ctx context.Context, c call[T]) error {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closed {
		return anlo.ErrUnavailable
	}
	select {
	case g.calls <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *grouper[T]) loop() {
	group := make([]call[T], 0, maxGroup)
	items := make([]T, 0, maxGroup)
	for c := range g.calls {
		group, items = append(group[:0], c), append(items[:0], c.item)
	fill:
		for len(group) < maxGroup {
			select {
			case c, ok := <-g.calls:
				if !ok {
					break fill
				}
				group, items = append(group, c), append(items, c.item)
			default:
				break fill
			}
		}
		g.write(group, items)
	}
}

func (g *grouper[T]) write(group []call[T], items []T) {
	outcomes, err := g.run(context.Background(), items)
	for i, c := range group {
		switch {
		case err == nil && outcomes == nil:
			c.err <- nil
		case err == nil:
			c.err <- outcomes[i]
		case len(group) == 1:
			c.err <- err
		default:
			g.write(group[i:i+1], items[i:i+1])
		}
	}
}

// close refuses new calls and returns when the accepted ones are written.
func (g *grouper[T]) close() {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		close(g.calls)
	}
	g.mu.Unlock()
	g.done.Wait()
}
