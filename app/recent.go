package app

import (
	"sync"

	"anlo"
	"anlo/store"
)

// recent holds what was declared a moment ago through this process, by the
// outbox row that has it routed: the router need not read it back and open it.
// It only saves work; what is missing here is on disk.
type recent struct {
	mu sync.Mutex
	by map[anlo.ID]said
}

// said is a declaration as it is kept, and what is sealed in it.
type said struct {
	rows       []store.DeclarationRow
	statements []statement
}

// recentMost bounds it: another process may have routed what lies here.
const recentMost = 4 * routeBatch

func (r *recent) add(outbox anlo.ID, s said) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil || len(r.by) >= recentMost {
		r.by = map[anlo.ID]said{}
	}
	r.by[outbox] = s
}

// take returns it once.
func (r *recent) take(outbox anlo.ID) (said, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.by[outbox]
	delete(r.by, outbox)
	return s, ok
}
