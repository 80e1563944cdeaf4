package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/store"
)

const (
	deskLimit    = 50
	maxDeskLimit = 200
)

// scope is where a query looks: one commune with everything on its desk, or a
// wider area with what has climbed there.
type scope struct {
	communes []string   // nil for all
	level    anlo.Level // of what is shown
}

func (s scope) wide() bool { return s.level > anlo.LevelCommune }

// scope checks that the actor may read the desk of the area.
func (a *App) scope(by anlo.Actor, area anlo.UnitRef) (scope, error) {
	if !by.May(anlo.ActReadDesk) {
		return scope{}, anlo.ErrForbidden
	}
	if area.IsZero() {
		area = by.Area
	}
	switch {
	case area.IsZero():
		return scope{nil, anlo.LevelMinistry}, nil
	case !by.MayIn(anlo.ActReadDesk, a.path(area)...):
		return scope{}, anlo.ErrNotFound
	case a.known(area):
		return scope{[]string{area.Code}, anlo.LevelCommune}, nil
	}
	return scope{a.communesIn(area), anlo.LevelProvince}, nil
}

// Desk returns a page of one list. Everybody who is shown is entered into the
// audit. Supervisors see what has climbed to them, and the whole desk of a
// commune that they name.
func (a *App) Desk(ctx context.Context, by anlo.Actor, q DeskQuery) (DeskPage, error) {
	in, err := a.scope(by, q.Area)
	if err != nil {
		return DeskPage{}, err
	}
	now := a.Now()
	if q.Limit <= 0 || q.Limit > maxDeskLimit {
		q.Limit = deskLimit
	}
	page := DeskPage{}
	if page.Seq, err = a.Store.LastSeq(ctx, a.UnitList, a.communesIn(by.Area)); err != nil { // before the list: nothing falls between the two
		return DeskPage{}, err
	}
	if page.Counts, err = a.deskCounts(ctx, in, now); err != nil {
		return DeskPage{}, err
	}
	var found []opened
	if found, page.Next, page.Searched, err = a.find(ctx, in, q, now); err != nil {
		return DeskPage{}, err
	}
	page.Items = make([]DeskItem, len(found))
	for i, f := range found {
		page.Items[i] = f.item(now)
	}
	return page, a.auditShown(ctx, by, found)
}

// find returns a page of what the query asks for. searched is how many were
// looked through for its text when there are more.
func (a *App) find(ctx context.Context, in scope, q DeskQuery, now time.Time) (found []opened, next string, searched int, err error) {
	if strings.TrimSpace(q.Text) != "" {
		return a.search(ctx, in, q)
	}
	found, next, err = a.view(ctx, in, q, now)
	return found, next, 0, err
}

// opened is a notice with what is sealed in it.
type opened struct {
	row store.NoticeRow
	summary
}

func (o opened) item(now time.Time) DeskItem {
	return DeskItem{Notice: o.row.Notice, FullName: o.FullName, BirthYear: o.BirthDate.Year, Sex: o.Sex, Address: o.Address,
		Phone: masked(o.Phone), Plate: o.Plate, Vehicle: o.Vehicle, Origin: o.Origin, To: o.To, Party: o.Party, Overdue: o.row.Overdue(now)}
}

// masked shows the last three characters.
func masked(s string) string {
	r := []rune(s)
	if len(r) <= 3 {
		return strings.Repeat("•", len(r))
	}
	return strings.Repeat("•", len(r)-3) + string(r[len(r)-3:])
}

func (a *App) open(ctx context.Context, rows []store.NoticeRow) ([]opened, error) {
	out := make([]opened, len(rows))
	for i, r := range rows {
		s, err := a.openSummary(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("notice of declaration %s: %w", r.Declaration, err)
		}
		out[i] = opened{r, s}
	}
	return out, nil
}

// view returns a page without a search.
func (a *App) view(ctx context.Context, in scope, q DeskQuery, now time.Time) (found []opened, next string, err error) {
	n := store.NoticeQuery{List: a.UnitList, Communes: in.communes, State: q.State, MinLevel: in.level, Open: in.wide(), Limit: q.Limit + 1}
	switch q.View {
	case ViewNew, "":
		n.Open, n.State = true, anlo.NoticeNew
	case ViewToday:
		n.Open, n.DueFrom, n.DueBefore = true, now, midnight(now)
	case ViewOverdue:
		n.Open, n.DueBefore = true, now
	case ViewMonitoring:
		n.Open, n.State = true, anlo.NoticeMonitoring
	case ViewArrivals:
		n.Roles = anlo.RoleDestination | anlo.RoleTemporary | anlo.RoleSent
	case ViewDepartures:
		n.Roles, n.Without = anlo.RoleOrigin, anlo.RoleDestination
	case ViewAll:
		n.BySeq = true
	default:
		return nil, "", anlo.ErrNotFound
	}
	if q.State != "" {
		n.State = q.State
	}
	if n.After, err = parseCursor(q.Cursor, a.UnitList); err != nil {
		return nil, "", err
	}
	rows, err := a.Store.Notices(ctx, n)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		next = cursor(rows[q.Limit-1])
	}
	found, err = a.open(ctx, rows)
	return found, next, err
}

// midnight is the end of the day in Hanoi.
func midnight(t time.Time) time.Time {
	return anlo.DateOf(t.In(anlo.Hanoi)).AddDays(1).At(0, anlo.Hanoi)
}

func (a *App) deskCounts(ctx context.Context, in scope, now time.Time) (DeskCounts, error) {
	works, err := a.Store.CountWork(ctx, a.UnitList, in.communes, in.level, now, midnight(now))
	if err != nil {
		return nil, err
	}
	c := DeskCounts{ViewNew: 0, ViewToday: 0, ViewOverdue: 0, ViewMonitoring: 0}
	for _, w := range works {
		c[ViewNew] += int(w.Fresh)
		c[ViewToday] += int(w.Today)
		c[ViewOverdue] += int(w.Overdue)
		c[ViewMonitoring] += int(w.Monitoring)
	}
	return c, nil
}

// Changes returns the notices of the actor's area in the order in which they
// changed, after a cursor ("" for the beginning): for systems that poll. next is
// the cursor to go on from, also when there was nothing new.
func (a *App) Changes(ctx context.Context, by anlo.Actor, cursor string, limit int) (items []DeskItem, next string, err error) {
	if !by.May(anlo.ActReadDesk) {
		return nil, "", anlo.ErrForbidden
	}
	var after int64
	if cursor != "" {
		if after, err = strconv.ParseInt(cursor, 10, 64); err != nil || after < 0 {
			return nil, "", errCursor
		}
	}
	if limit <= 0 || limit > maxDeskLimit {
		limit = deskLimit
	}
	rows, err := a.Store.Notices(ctx, store.NoticeQuery{List: a.UnitList, Communes: a.communesIn(by.Area), BySeq: true, Ascending: true,
		After: &store.NoticeRow{Notice: anlo.Notice{Seq: after}}, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	found, err := a.open(ctx, rows)
	if err != nil {
		return nil, "", err
	}
	now := a.Now()
	for _, f := range found {
		items = append(items, f.item(now))
		after = f.row.Seq
	}
	return items, strconv.FormatInt(after, 10), a.auditShown(ctx, by, found)
}

var errCursor = &anlo.Error{Kind: anlo.Invalid, Code: "cursor.malformed"}

// cursor names the last row of a page; it says nothing about the person.
func cursor(n store.NoticeRow) string {
	return fmt.Sprintf("%d.%d.%s.%d.%s", n.DueAt.UnixMilli(), n.Seq, n.Declaration, n.Traveller, n.Commune.Code)
}

func parseCursor(s, list string) (*store.NoticeRow, error) {
	if s == "" {
		return nil, nil
	}
	p := strings.Split(s, ".")
	if len(p) != 5 {
		return nil, errCursor
	}
	due, err1 := strconv.ParseInt(p[0], 10, 64)
	seq, err2 := strconv.ParseInt(p[1], 10, 64)
	id, err3 := anlo.ParseNoticeID(list + "." + p[4] + "." + p[2] + "." + p[3])
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, errCursor
	}
	return &store.NoticeRow{Notice: anlo.Notice{NoticeID: id, DueAt: time.UnixMilli(due), Seq: seq}}, nil
}

// auditShown enters everybody who was shown. A page that refreshes itself shows
// the same people over and over: somebody is entered again after shownAgain.
func (a *App) auditShown(ctx context.Context, by anlo.Actor, found []opened) error {
	var entries []store.AuditRow
	for _, f := range found {
		if !a.shown.lately(by, f.row.Person, a.Now()) {
			entries = append(entries, a.entry(by, anlo.ActReadDesk, anlo.PurposeFollowUp, f.row.Person, anlo.ID{}))
		}
	}
	if len(entries) == 0 {
		return nil
	}
	err := a.Store.Update(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, entries...) })
	if err == nil {
		a.shown.add(by, found)
	}
	return err
}
