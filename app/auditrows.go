package app

import (
	"context"
	"time"

	"anlo"
	"anlo/store"
)

// rowMatch holds the entries of the log against the rows of the database. Both
// come nearly in the order of their identifiers, so what waits for its other
// half stays small, however long the log is.
type rowMatch struct {
	app    *App
	seal   auditSeal
	report *AuditReport
	now    time.Time

	entries map[anlo.ID]auditEntry // whose row has not been seen
	rows    map[anlo.ID]auditEntry // what the entry of a row must be that has not been seen
	done    map[anlo.ID]auditEntry // lately matched, to know a repeated entry
	before  map[anlo.ID]auditEntry
	newest  anlo.ID // of the entries
	page    []store.AuditRow
	last    store.AuditRow
	ended   bool
}

const rowPage = 2000

func newRowMatch(a *App, r *AuditReport) *rowMatch {
	return &rowMatch{app: a, seal: newAuditSeal(a.Seal), report: r, now: a.Now(), entries: map[anlo.ID]auditEntry{},
		rows: map[anlo.ID]auditEntry{}, done: map[anlo.ID]auditEntry{}}
}

// sealed takes the next entry of the log.
func (m *rowMatch) sealed(e auditEntry) {
	id := m.seal.id(e)
	if id[6]>>4 != 7 || id.Time().After(m.now.Add(time.Hour)) {
		m.report.fault(AuditFault{What: FaultEntry, ID: id})
		return
	}
	m.newest = later(m.newest, id)
	if of, there := m.rows[id]; there {
		delete(m.rows, id)
		m.compare(id, e, of)
		return
	}
	if m.repeated(id, e) {
		m.report.Repeated++
		return
	}
	if _, there := m.entries[id]; there {
		m.report.fault(AuditFault{What: FaultChanged, ID: id})
	}
	m.entries[id] = e
}

// repeated reports whether the same entry has been there already: a process
// that lost its turn may have sealed rows twice, alike.
func (m *rowMatch) repeated(id anlo.ID, e auditEntry) bool {
	for _, seen := range []map[anlo.ID]auditEntry{m.entries, m.done, m.before} {
		if of, there := seen[id]; there && of == e {
			return true
		}
	}
	return false
}

// compare holds an entry against what the entry of its row must be.
func (m *rowMatch) compare(id anlo.ID, e, of auditEntry) {
	if e != of {
		m.report.fault(AuditFault{What: FaultChanged, ID: id})
	}
	m.report.Rows++
	if m.done[id] = e; len(m.done) > 1<<16 {
		m.before, m.done = m.done, map[anlo.ID]auditEntry{}
	}
}

// catchUp reads rows as far as the log has come.
func (m *rowMatch) catchUp(ctx context.Context) error {
	return m.read(ctx, func(id anlo.ID) bool { return compareIDs(id, m.newest) <= 0 })
}

func (m *rowMatch) read(ctx context.Context, wanted func(anlo.ID) bool) (err error) {
	for {
		if len(m.page) == 0 {
			if m.ended {
				return nil
			}
			if m.page, err = m.app.Store.AuditAfter(ctx, m.last, rowPage); err != nil {
				return err
			}
			if m.ended = len(m.page) < rowPage; len(m.page) == 0 {
				return nil
			}
			m.last = m.page[len(m.page)-1]
		}
		for len(m.page) > 0 {
			if !wanted(m.page[0].ID) {
				return nil
			}
			m.row(m.page[0])
			m.page = m.page[1:]
		}
	}
}

func (m *rowMatch) row(r store.AuditRow) {
	of := m.seal.entry(r)
	if e, there := m.entries[r.ID]; there {
		delete(m.entries, r.ID)
		m.compare(r.ID, e, of)
		return
	}
	if _, twice := m.rows[r.ID]; twice { // one identifier, two rows
		m.report.fault(AuditFault{What: FaultUnsealed, ID: r.ID})
	}
	m.rows[r.ID] = of
}

// finish reads the rest of the rows and says what has stayed without its other
// half.
func (m *rowMatch) finish(ctx context.Context) error {
	if err := m.read(ctx, func(anlo.ID) bool { return true }); err != nil {
		return err
	}
	for id := range m.entries {
		m.report.fault(AuditFault{What: FaultGone, ID: id})
	}
	for id := range m.rows {
		if age := m.now.Sub(id.Time()); age > unsealedAfter || age < -unsealedAfter {
			m.report.fault(AuditFault{What: FaultUnsealed, ID: id})
			continue
		}
		m.report.Waiting++
	}
	return nil
}
