package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"anlo"
)

// Expected returns the declarations that concern some communes, made since an
// identifier and departing before a moment, the newest first.
func (db *DB) Expected(ctx context.Context, listName string, communes []string, since anlo.ID, departs time.Time, limit int) ([]anlo.ID, error) {
	b := &builder{db: db}
	b.where("list = %s", listName)
	b.communes(communes)
	b.where("declaration >= %s", uid(since))
	b.where("departs_at < %s", ms(departs))
	query := "SELECT DISTINCT declaration FROM notice WHERE " + strings.Join(b.conditions, " AND ") + " ORDER BY declaration DESC LIMIT " + b.arg(limit)
	return list(ctx, db.read, scanID, query, b.args...)
}

// StandingPasses returns the passes of several declarations that are not
// revoked, in no order.
func (db *DB) StandingPasses(ctx context.Context, declarations []anlo.ID) ([]PassRow, error) {
	return list(ctx, db.read, scanPass, passColumns+" FROM pass WHERE revoked_at IS NULL AND declaration "+db.amongIDs(), db.ids(declarations))
}

// PostWithCards is a post that keeps a list of cards.
type PostWithCards struct {
	Commune   anlo.UnitRef
	CardHours int
}

// PostsWithCards returns those posts.
func (db *DB) PostsWithCards(ctx context.Context) ([]PostWithCards, error) {
	return list(ctx, db.read, func(r *sql.Rows) (p PostWithCards, err error) {
		return p, r.Scan(&p.Commune.List, &p.Commune.Code, &p.CardHours)
	}, "SELECT DISTINCT list, commune, card_hours FROM checkpoint WHERE card_hours > 0")
}
