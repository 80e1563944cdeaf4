package app

import "context"

// VerifyFiles is VerifyAudit without the rows of the database: fast enough to be
// asked about every byte.
func VerifyFiles(ctx context.Context, a *App) (*AuditReport, error) {
	r := &AuditReport{}
	w := newLogWalk(a.auditLog.dir, r)
	w.entry, w.pause = func(auditEntry) {}, func(context.Context) error { return nil }
	return r, a.verifyFiles(ctx, w, 0, nil)
}
