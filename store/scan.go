package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"anlo"
)

// NewScan is one reading at a checkpoint, the audit entry of what it showed, and
// what we knew better.
type NewScan struct {
	anlo.Scan
	Person int64     // 0 when the code was not one of our passes
	Audit  AuditRow  // left out while its ID is zero: nobody's data was shown
	Alert  *AlertRow // nil for none
}

var scanTable = &table[NewScan]{
	name: "scan",
	columns: `id uuid, person bigint, pass uuid, checkpoint uuid, device uuid, scanned_at bigint, recorded_at bigint,
		outcome text, reasons text, kind text, decision text, compared text, people bigint, took bigint, revision bigint`,
	row: func(s NewScan) []any {
		return []any{uid(s.ID), s.Person, uid(s.Pass), uid(s.Checkpoint), uid(s.Device), ms(s.At), ms(s.RecordedAt),
			string(s.Verdict.Outcome), joined(s.Verdict.Reasons), string(s.Kind), string(s.Decision), string(s.Compared),
			int64(s.People), s.Took.Milliseconds(), int64(s.Revision)}
	},
	suffix: `ON CONFLICT (id, person) DO UPDATE SET outcome = excluded.outcome, reasons = excluded.reasons,
		revision = excluded.revision, decision = excluded.decision, compared = excluded.compared,
		people = excluded.people, took = excluded.took
		WHERE scan.device = excluded.device AND (excluded.revision > scan.revision
			OR excluded.revision = scan.revision AND scan.decision = '' AND excluded.decision <> '')`,
}

func joined(reasons []anlo.Reason) string {
	switch len(reasons) {
	case 0:
		return ""
	case 1:
		return string(reasons[0])
	}
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = string(r)
	}
	return strings.Join(texts, " ")
}

// Scan keeps a reading; the same identifier twice is kept once.
func (db *DB) Scan(ctx context.Context, s NewScan) error {
	return failure(db.scans.do(ctx, s))
}

func (db *DB) insertScans(ctx context.Context, scans []NewScan) ([]error, error) {
	return nil, db.Update(ctx, func(tx *Tx) error {
		_, err := tx.keepScans(ctx, scans)
		return err
	})
}

// KeepScans keeps what a device sends, all of it or nothing, and what the device
// said of itself. It reports which readings were new. A reading that was there
// takes from a later copy of the same device what the officer found out or did since;
// else it changes nothing.
func (db *DB) KeepScans(ctx context.Context, device anlo.ID, sync anlo.Sync, scans []NewScan) (fresh []bool, err error) {
	for range maxRaces {
		err = db.Update(ctx, func(tx *Tx) error {
			// The row stays locked: the batches of one device come one after the other.
			_, err := tx.ExecContext(ctx, "UPDATE device SET seen_at = $1, bundle_at = $2, waiting = $3 WHERE id = $4",
				ms(sync.At), ms(sync.BundleAt), sync.Waiting, uid(device))
			if err != nil || len(scans) == 0 {
				return err
			}
			fresh, err = tx.keepScans(ctx, scans)
			return err
		})
		if !errors.Is(err, errScanRaced) {
			break
		}
	}
	return fresh, err
}

// errScanRaced means that another device sent one of the readings at the same
// moment. Identifiers are random: only a copied phone or a liar does that. With
// each race another batch has got through, so trying again comes to an end.
var errScanRaced = errors.New("a reading was kept by somebody else at the same moment")

const maxRaces = 50

func (tx *Tx) keepScans(ctx context.Context, scans []NewScan) ([]bool, error) {
	known, err := tx.knownScans(ctx, scans)
	if err != nil {
		return nil, err
	}
	m := mergeScans(known, scans)
	n, err := scanTable.insert(ctx, tx, m.rows)
	if err != nil {
		return nil, err
	}
	if n != int64(len(m.rows)) {
		return nil, errScanRaced
	}
	return m.fresh, all(
		func() (int64, error) { return auditTable.insert(ctx, tx, m.audit) },
		func() (int64, error) { return tx.keepAlerts(ctx, m.alerts) },
		func() (int64, error) { return minuteTable.insert(ctx, tx, m.minutes.sorted()) },
	)
}

// knownScans returns those of the readings that are there already. The range is
// for PostgreSQL: a plan that was made while the table was small would else read
// all of it, until somebody analyses it.
func (tx *Tx) knownScans(ctx context.Context, scans []NewScan) (map[anlo.ID]*NewScan, error) {
	ids := make([]anlo.ID, len(scans))
	for i, s := range scans {
		ids[i] = s.ID
	}
	query, args := scanColumns+" WHERE id "+tx.db.amongIDs(), []any{tx.db.ids(ids)}
	if tx.db.pg {
		order := func(a, b anlo.ID) int { return bytes.Compare(a[:], b[:]) }
		query += " AND id >= $2 AND id <= $3"
		args = append(args, rawID(slices.MinFunc(ids, order)), rawID(slices.MaxFunc(ids, order)))
	}
	rows, err := list(ctx, tx, scanScan, query, args...)
	if err != nil {
		return nil, err
	}
	known := make(map[anlo.ID]*NewScan, len(rows))
	for _, s := range rows {
		known[s.ID] = s
	}
	return known, nil
}

const scanColumns = `SELECT id, person, pass, checkpoint, device, scanned_at, recorded_at, outcome, reasons, kind, decision, compared, people, took, revision
	FROM scan`

func scanScan(r *sql.Rows) (*NewScan, error) {
	var s NewScan
	var scanned, recorded, took int64
	var reasons string
	err := r.Scan((*uid)(&s.ID), &s.Person, (*uid)(&s.Pass), (*uid)(&s.Checkpoint), (*uid)(&s.Device), &scanned, &recorded,
		&s.Verdict.Outcome, &reasons, &s.Kind, &s.Decision, &s.Compared, &s.People, &took, &s.Revision)
	s.At, s.RecordedAt, s.Took = at(scanned), at(recorded), time.Duration(took)*time.Millisecond
	for r := range strings.FieldsSeq(reasons) {
		s.Verdict.Reasons = append(s.Verdict.Reasons, anlo.Reason(r))
	}
	return &s, err
}

// mergedScans is what a batch changes.
type mergedScans struct {
	fresh   []bool    // of each reading sent
	rows    []NewScan // new ones, and known ones with their decision, in the order of their keys
	audit   []AuditRow
	alerts  []AlertRow
	minutes minutes
}

// mergeScans compares what is sent with what is known, and with itself.
func mergeScans(known map[anlo.ID]*NewScan, scans []NewScan) mergedScans {
	m := mergedScans{fresh: make([]bool, len(scans)), minutes: minutes{}}
	changed := make([]*NewScan, 0, len(scans))
	added := make(map[anlo.ID]bool, len(scans)) // to changed
	for i, s := range scans {
		if s.Alert != nil {
			m.alerts = append(m.alerts, *s.Alert)
		}
		old := known[s.ID]
		if old == nil {
			fresh := s
			known[s.ID], added[s.ID], m.fresh[i] = &fresh, true, true
			changed = append(changed, &fresh)
			m.minutes.read(fresh.Scan, 1)
			if !s.Audit.ID.IsZero() {
				m.audit = append(m.audit, s.Audit)
			}
			continue
		}
		before := old.Scan
		if old.Device == s.Device && old.Merge(s.Scan) {
			m.minutes.read(before, -1)
			m.minutes.read(old.Scan, 1)
			if !added[s.ID] {
				added[s.ID] = true
				changed = append(changed, old)
			}
		}
	}
	slices.SortFunc(changed, func(a, b *NewScan) int {
		return cmp.Or(bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.Person, b.Person))
	})
	m.rows = make([]NewScan, len(changed))
	for i, s := range changed {
		m.rows[i] = *s
	}
	return m
}

// PastScan is what judging a reading needs to know of others of the same person.
type PastScan struct {
	Person     int64
	ID         anlo.ID
	Checkpoint anlo.ID
	Device     anlo.ID
	At         time.Time
	LetThrough bool
}

// RecentScans returns the readings of several people between two moments.
func (db *DB) RecentScans(ctx context.Context, persons []int64, from, until time.Time) ([]PastScan, error) {
	return list(ctx, db.read, func(r *sql.Rows) (p PastScan, err error) {
		var s anlo.Scan
		var scanned int64
		err = r.Scan(&p.Person, (*uid)(&p.ID), (*uid)(&p.Checkpoint), (*uid)(&p.Device), &scanned, &s.Verdict.Outcome, &s.Decision)
		p.At, p.LetThrough = at(scanned), s.LetThrough()
		return p, err
	}, `SELECT person, id, checkpoint, device, scanned_at, outcome, decision FROM scan
		WHERE person `+db.among()+` AND person <> 0 AND scanned_at >= $2 AND scanned_at <= $3`, db.oneOf(persons), ms(from), ms(until))
}

// ScanCount counts the readings of a checkpoint by outcome.
func (db *DB) ScanCount(ctx context.Context, checkpoint anlo.ID) (map[anlo.Outcome]int, error) {
	rows, err := db.read.QueryContext(ctx, "SELECT outcome, count(*) FROM scan WHERE checkpoint = $1 GROUP BY outcome", uid(checkpoint))
	if err != nil {
		return nil, failure(err)
	}
	defer rows.Close()
	counts := map[anlo.Outcome]int{}
	for rows.Next() {
		var o anlo.Outcome
		var n int
		if err := rows.Scan(&o, &n); err != nil {
			return nil, err
		}
		counts[o] = n
	}
	return counts, failure(rows.Err())
}
