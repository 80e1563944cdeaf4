package store

import (
	"context"
	"database/sql"

	"anlo"
)

// NoticeRow is a notice as it is kept. Sealed holds what a list shows of the
// person.
type NoticeRow struct {
	anlo.Notice
	Person   int64
	Revision int // of the declaration
	Sealed   []byte
}

const noticeColumns = `list text, commune text, declaration uuid, traveller bigint, person bigint, revision bigint, roles bigint, state text,
		level bigint, due_at bigint, departs_at bigint, created_at bigint, changed_at bigint, version bigint, seq bigint, until text,
		grade text, changed bigint, sealed bytea`

var noticeTable = &table[NoticeRow]{
	name:    "notice",
	columns: noticeColumns,
	row: func(n NoticeRow) []any {
		return []any{n.Commune.List, n.Commune.Code, uid(n.Declaration), int64(n.Traveller), n.Person, int64(n.Revision), int64(n.Roles),
			string(n.State), int64(n.Level), nullMs(n.DueAt), ms(n.DepartsAt), ms(n.CreatedAt), ms(n.ChangedAt), int64(n.Version), n.Seq,
			n.Until.String(), string(n.Grade), bit(n.Changed), n.Sealed}
	},
	suffix: "ON CONFLICT DO NOTHING",
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

const selectNotice = `SELECT list, commune, declaration, traveller, person, revision, roles, state, level, coalesce(due_at, 0), departs_at,
	created_at, changed_at, version, seq, until, grade, changed, sealed FROM notice`

func scanNotice(r *sql.Rows) (n NoticeRow, err error) {
	var due, departs, created, changed, corrected int64
	var until string
	err = r.Scan(&n.Commune.List, &n.Commune.Code, (*uid)(&n.Declaration), &n.Traveller, &n.Person, &n.Revision, &n.Roles, &n.State, &n.Level,
		&due, &departs, &created, &changed, &n.Version, &n.Seq, &until, &n.Grade, &corrected, &n.Sealed)
	if err != nil {
		return n, err
	}
	n.DueAt, n.DepartsAt, n.CreatedAt, n.ChangedAt, n.Changed = at(due), at(departs), at(created), at(changed), corrected != 0
	return n, n.Until.UnmarshalText([]byte(until))
}

// Notice returns one notice, anlo.ErrNotFound when the commune has none such.
func (db *DB) Notice(ctx context.Context, id anlo.NoticeID) (NoticeRow, error) {
	return oneNotice(ctx, db.read, id, "")
}

// Notice is the same inside a transaction, with the row locked.
func (tx *Tx) Notice(ctx context.Context, id anlo.NoticeID) (NoticeRow, error) {
	return oneNotice(ctx, tx, id, tx.forUpdate())
}

func (tx *Tx) forUpdate() string {
	if tx.db.pg {
		return " FOR UPDATE"
	}
	return ""
}

func oneNotice(ctx context.Context, q querier, id anlo.NoticeID, lock string) (NoticeRow, error) {
	rows, err := list(ctx, q, scanNotice, selectNotice+" WHERE list = $1 AND commune = $2 AND declaration = $3 AND traveller = $4"+lock,
		id.Commune.List, id.Commune.Code, uid(id.Declaration), id.Traveller)
	if err != nil {
		return NoticeRow{}, err
	}
	if len(rows) == 0 {
		return NoticeRow{}, anlo.ErrNotFound
	}
	return rows[0], nil
}

// NoticesOf returns the notices of a declaration on all desks.
func (db *DB) NoticesOf(ctx context.Context, declaration anlo.ID) ([]NoticeRow, error) {
	return noticesOf(ctx, db.read, declaration, "")
}

// NoticesOf is the same inside a transaction, with the rows locked.
func (tx *Tx) NoticesOf(ctx context.Context, declaration anlo.ID) ([]NoticeRow, error) {
	return noticesOf(ctx, tx, declaration, tx.forUpdate())
}

func noticesOf(ctx context.Context, q querier, declaration anlo.ID, lock string) ([]NoticeRow, error) {
	return list(ctx, q, scanNotice, selectNotice+" WHERE declaration = $1 ORDER BY traveller, list, commune"+lock, uid(declaration))
}

// nextSeq gives out n numbers in the order of commits and returns the first.
func (tx *Tx) nextSeq(ctx context.Context, n int) (first int64, err error) {
	err = tx.QueryRowContext(ctx, "UPDATE sequence SET last = last + $1 WHERE name = 'notice' RETURNING last", n).Scan(&first)
	return first - int64(n) + 1, err
}

// AddNotices writes fresh notices; those that are there already stay as they
// are. It returns how many were not.
func (tx *Tx) AddNotices(ctx context.Context, rows []NoticeRow) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	seq, err := tx.nextSeq(ctx, len(rows))
	if err != nil {
		return 0, err
	}
	for i := range rows {
		rows[i].Seq = seq + int64(i)
	}
	return noticeTable.insert(ctx, tx, rows)
}

// SaveNotice writes a notice after a change. was is the version it had before:
// anlo.ErrNoticeChanged when it no longer has.
func (tx *Tx) SaveNotice(ctx context.Context, n *NoticeRow, was int) error {
	seq, err := tx.nextSeq(ctx, 1)
	if err != nil {
		return err
	}
	n.Seq = seq
	res, err := tx.ExecContext(ctx, `UPDATE notice SET revision = $1, roles = $2, state = $3, level = $4, due_at = $5, departs_at = $6,
		changed_at = $7, version = $8, seq = $9, until = $10, grade = $11, changed = $12, sealed = $13, person = $14
		WHERE list = $15 AND commune = $16 AND declaration = $17 AND traveller = $18 AND version = $19`,
		n.Revision, int64(n.Roles), string(n.State), int64(n.Level), nullMs(n.DueAt), ms(n.DepartsAt),
		ms(n.ChangedAt), n.Version, n.Seq, n.Until.String(), string(n.Grade), bit(n.Changed), n.Sealed, n.Person,
		n.Commune.List, n.Commune.Code, uid(n.Declaration), n.Traveller, was)
	if err != nil {
		return err
	}
	if changed, err := res.RowsAffected(); err != nil || changed == 0 {
		return orElse(err, anlo.ErrNoticeChanged)
	}
	return nil
}

// MoveNotice gives a notice and its history to another commune.
func (tx *Tx) MoveNotice(ctx context.Context, id anlo.NoticeID, to anlo.UnitRef) error {
	for _, table := range []string{"notice", "follow_up"} {
		if _, err := tx.ExecContext(ctx, "UPDATE "+table+" SET list = $1, commune = $2 WHERE list = $3 AND commune = $4 AND declaration = $5 AND traveller = $6",
			to.List, to.Code, id.Commune.List, id.Commune.Code, uid(id.Declaration), id.Traveller); err != nil {
			return err
		}
	}
	return nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// FollowUpRow is one entry in the history of a notice; Sealed holds its content.
type FollowUpRow struct {
	Notice  anlo.NoticeID
	Version int // of the notice, after it
	anlo.FollowUp
	Sealed []byte
}

var followUpTable = &table[FollowUpRow]{
	name: "follow_up",
	columns: `list text, commune text, declaration uuid, traveller bigint, id uuid, version bigint, at bigint, kind text, role text,
		actor uuid, sealed bytea`,
	row: func(f FollowUpRow) []any {
		return []any{f.Notice.Commune.List, f.Notice.Commune.Code, uid(f.Notice.Declaration), int64(f.Notice.Traveller), uid(f.ID), int64(f.Version), ms(f.At),
			string(f.Kind), string(f.Role), uid(f.By), f.Sealed}
	},
}

// AddFollowUps adds to the histories.
func (tx *Tx) AddFollowUps(ctx context.Context, rows ...FollowUpRow) error {
	_, err := followUpTable.insert(ctx, tx, rows)
	return err
}

// FollowUps returns the history of a notice, newest first.
func (db *DB) FollowUps(ctx context.Context, id anlo.NoticeID) ([]FollowUpRow, error) {
	return list(ctx, db.read, func(r *sql.Rows) (f FollowUpRow, err error) {
		var when int64
		f.Notice = id
		err = r.Scan((*uid)(&f.ID), &when, &f.Kind, &f.Role, (*uid)(&f.By), &f.Sealed)
		f.At = at(when)
		return f, err
	}, `SELECT id, at, kind, role, actor, sealed FROM follow_up
		WHERE list = $1 AND commune = $2 AND declaration = $3 AND traveller = $4 ORDER BY version DESC, id DESC`,
		id.Commune.List, id.Commune.Code, uid(id.Declaration), id.Traveller)
}
