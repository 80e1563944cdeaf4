package store

import (
	"context"
	"strings"

	"anlo"
)

// NewScan is one reading at a checkpoint and the audit entry of what it showed.
type NewScan struct {
	anlo.Scan
	Person int64 // 0 when the code was not one of our passes
	Audit  AuditRow
}

var scanTable = &table[NewScan]{
	name: "scan",
	columns: `id uuid, person bigint, pass uuid, checkpoint uuid, device uuid, scanned_at bigint, recorded_at bigint,
		outcome text, reasons text`,
	row: func(s NewScan) []any {
		reasons := make([]string, len(s.Verdict.Reasons))
		for i, r := range s.Verdict.Reasons {
			reasons[i] = string(r)
		}
		return []any{uid(s.ID), s.Person, uid(s.Pass), uid(s.Checkpoint), uid(s.Device), ms(s.At), ms(s.RecordedAt),
			string(s.Verdict.Outcome), strings.Join(reasons, " ")}
	},
	suffix: "ON CONFLICT DO NOTHING",
}

// Scan keeps a reading; the same identifier twice is kept once.
func (db *DB) Scan(ctx context.Context, s NewScan) error {
	return failure(db.scans.do(ctx, s))
}

func (db *DB) insertScans(ctx context.Context, scans []NewScan) ([]error, error) {
	audit := make([]AuditRow, len(scans))
	for i, s := range scans {
		audit[i] = s.Audit
	}
	return nil, db.Update(ctx, func(tx *Tx) error {
		return all(
			func() (int64, error) { return scanTable.insert(ctx, tx, scans) },
			func() (int64, error) { return auditTable.insert(ctx, tx, audit) },
		)
	})
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
