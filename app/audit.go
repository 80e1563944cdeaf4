package app

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"

	"anlo"
	"anlo/store"
)

// AuditQuery says which entries an auditor wants to see, newest first. The zero
// value is all of the officers', the machines' and the operators' entries.
type AuditQuery struct {
	Officer string // login, or the identifier of an account, a device, an API key
	Subject string // identity number, or LA:P1234567 for a passport: whose data
	Action  anlo.Action
	Purpose anlo.Purpose
	From    anlo.Date // zero for the beginning
	Until   anlo.Date // this day included; zero for today
	Cursor  string    // AuditPage.Next of the page before
	Limit   int       // at most 200; 0 for 50
}

// AuditItem is one entry as an auditor sees it. Nobody's name is in it.
type AuditItem struct {
	At      time.Time
	Role    anlo.Role
	Area    anlo.UnitRef // zero for the country
	Actor   anlo.ID      // zero for background work and operators
	Officer string       // login of an officer, "" for others
	Action  anlo.Action
	Purpose anlo.Purpose
	Subject string // a pseudonym, the same for the same person; "" when nobody's data was touched
	Object  anlo.ID
}

// AuditPage is one page of entries.
type AuditPage struct {
	Items   []AuditItem
	Subject string // the pseudonym of whom the query asks about
	// Next is the cursor of the next page, "" on the last. A page that is not
	// full and has a next one says only that the search has not come further.
	Next string
}

const maxAuditLimit = 200

// SearchAudit finds entries. Searching is itself on record.
func (a *App) SearchAudit(ctx context.Context, by anlo.Actor, q AuditQuery) (AuditPage, error) {
	if !by.May(anlo.ActAudit) {
		return AuditPage{}, anlo.ErrForbidden
	}
	f, err := a.auditFilter(ctx, q)
	if err != nil {
		return AuditPage{}, err
	}
	if err := a.Store.Audit(ctx, a.entry(by, anlo.ActAudit, anlo.PurposeAudit, f.Person, f.Actor)); err != nil {
		return AuditPage{}, err
	}
	rows, next, err := a.Store.SearchAudit(ctx, f)
	if err != nil {
		return AuditPage{}, err
	}
	page := AuditPage{Items: make([]AuditItem, len(rows)), Subject: a.pseudonym(f.Person)}
	if !next.IsZero() {
		page.Next = next.String()
	}
	logins := map[anlo.ID]string{}
	for i, r := range rows {
		page.Items[i] = AuditItem{At: r.At, Role: r.Role, Area: areaOf(r.Area), Actor: r.Actor, Action: r.Action, Purpose: r.Purpose,
			Subject: a.pseudonym(r.Person), Object: r.Object}
		if page.Items[i].Officer, err = a.login(ctx, logins, r.Actor); err != nil {
			return AuditPage{}, err
		}
	}
	return page, nil
}

func (a *App) auditFilter(ctx context.Context, q AuditQuery) (f store.AuditFilter, err error) {
	f = store.AuditFilter{Action: q.Action, Purpose: q.Purpose, Until: a.Now().Add(time.Minute), Limit: q.Limit}
	if f.Limit <= 0 || f.Limit > maxAuditLimit {
		f.Limit = 50
	}
	if q.Cursor != "" {
		if f.Before, err = anlo.ParseID(q.Cursor); err != nil {
			return f, &anlo.Error{Kind: anlo.Invalid, Code: "cursor.malformed"}
		}
	}
	if !q.From.IsZero() {
		f.From = q.From.At(0, anlo.Hanoi)
	}
	if !q.Until.IsZero() {
		f.Until = q.Until.AddDays(1).At(0, anlo.Hanoi)
	}
	var wrong []anlo.FieldError
	if q.Officer != "" {
		f.Actor, err = a.actorCalled(ctx, q.Officer)
		if anlo.KindOf(err) == anlo.NotFound {
			wrong = append(wrong, anlo.FieldError{Field: "officer", Code: "audit.officer-unknown"})
		} else if err != nil {
			return f, err
		}
	}
	if q.Subject != "" {
		key, ok := subjectKey(q.Subject)
		if !ok {
			wrong = append(wrong, anlo.FieldError{Field: "subject", Code: "audit.subject-malformed"})
		}
		f.Person = a.Seal.Index("person", key)
	}
	if !q.From.IsZero() && !q.Until.IsZero() && q.From.After(q.Until) {
		wrong = append(wrong, anlo.FieldError{Field: "until", Code: "audit.until"})
	}
	if len(wrong) > 0 {
		return f, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: wrong}
	}
	return f, nil
}

// subjectKey is the key of a document that an auditor names.
func subjectKey(text string) (string, bool) {
	if d, err := anlo.ParseIDNumber(text); err == nil {
		return d.Key(), true
	}
	country, number, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(text)), ":")
	return anlo.Document{Kind: anlo.Passport, Country: country, Number: number}.Key(), ok && len(country) == 2 && len(number) >= 5
}

// actorCalled finds who is meant by a login or an identifier.
func (a *App) actorCalled(ctx context.Context, text string) (anlo.ID, error) {
	if id, err := anlo.ParseID(text); err == nil {
		return id, nil
	}
	staff, err := a.Store.StaffByLogin(ctx, strings.ToLower(strings.TrimSpace(text)))
	return staff.ID, err
}

// login returns how an officer is called, "" for who has no account.
func (a *App) login(ctx context.Context, known map[anlo.ID]string, id anlo.ID) (string, error) {
	name, there := known[id]
	if there || id.IsZero() {
		return name, nil
	}
	staff, err := a.Store.Staff(ctx, id)
	if err != nil && anlo.KindOf(err) != anlo.NotFound {
		return "", err
	}
	known[id] = staff.Login
	return staff.Login, nil
}

// pseudonym names a person in the audit: short enough to compare by eye, and of
// no use anywhere else.
func (a *App) pseudonym(person int64) string {
	if person == 0 {
		return ""
	}
	code := a.Seal.Authenticate("audit-subject", binary.BigEndian.AppendUint64(nil, uint64(person)))
	text := strings.ToLower(base32.StdEncoding.EncodeToString(code[:5]))
	return text[:4] + "-" + text[4:]
}

// areaOf reads an area as the audit keeps it.
func areaOf(text string) anlo.UnitRef {
	list, code, _ := strings.Cut(text, "/")
	return anlo.UnitRef{List: list, Code: code}
}

// Flag is unusual reading as an auditor sees it.
type Flag struct {
	store.AuditFlag
	Officer string // login
	Noted   string // login of the auditor who has looked into it
}

// AuditFlags returns the flags that nobody has looked into, and the latest of
// the others.
func (a *App) AuditFlags(ctx context.Context, by anlo.Actor) ([]Flag, error) {
	if !by.May(anlo.ActAudit) {
		return nil, anlo.ErrForbidden
	}
	rows, err := a.Store.AuditFlags(ctx, maxAuditLimit)
	if err != nil {
		return nil, err
	}
	logins := map[anlo.ID]string{}
	flags := make([]Flag, len(rows))
	for i, r := range rows {
		flags[i].AuditFlag = r
		if flags[i].Officer, err = a.login(ctx, logins, r.Actor); err != nil {
			return nil, err
		}
		if flags[i].Noted, err = a.login(ctx, logins, r.NotedBy); err != nil {
			return nil, err
		}
	}
	return flags, nil
}

// NoteFlag records that an auditor has looked into a flag. seen is its number
// as they saw it: when more has happened since, it is anlo.ErrNotFound.
func (a *App) NoteFlag(ctx context.Context, by anlo.Actor, id anlo.ID, seen int64) error {
	if !by.May(anlo.ActAudit) || by.Staff.IsZero() {
		return anlo.ErrForbidden
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		f, err := tx.NoteFlag(ctx, id, by.Staff, seen, a.Now())
		if err != nil {
			return err
		}
		return tx.Audit(ctx, a.entry(by, anlo.ActAudit, anlo.PurposeAudit, 0, f.ID))
	})
}
