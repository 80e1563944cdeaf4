package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"anlo"
	"anlo/store"
)

// Record returns everything about one notice that its officer works with, with
// what is sensitive masked. Everybody in it is entered into the audit.
// Errors: anlo.ErrNotFound, also for another commune's.
func (a *App) Record(ctx context.Context, by anlo.Actor, id anlo.NoticeID) (Record, error) {
	if err := a.mayAt(ctx, by, anlo.ActReadDesk, id); err != nil {
		return Record{}, err
	}
	return a.record(ctx, by, id, anlo.ActReadDesk, anlo.PurposeFollowUp)
}

// Reveal is Record with nothing masked, for a purpose that the audit keeps.
// Errors: those of Record, and anlo.ErrInvalid for a purpose that is none.
func (a *App) Reveal(ctx context.Context, by anlo.Actor, id anlo.NoticeID, purpose anlo.Purpose) (Record, error) {
	if err := a.mayAt(ctx, by, anlo.ActReveal, id); err != nil {
		return Record{}, err
	}
	if !slices.Contains(anlo.RevealPurposes, purpose) {
		return Record{}, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "purpose", Code: "required"}}}
	}
	return a.record(ctx, by, id, anlo.ActReveal, purpose)
}

func (a *App) record(ctx context.Context, by anlo.Actor, id anlo.NoticeID, action anlo.Action, purpose anlo.Purpose) (Record, error) {
	row, err := a.Store.Notice(ctx, id)
	if err != nil {
		return Record{}, err
	}
	party, _, err := a.Store.Declaration(ctx, id.Declaration)
	if err != nil {
		return Record{}, err
	}
	i := slices.IndexFunc(party, func(r store.DeclarationRow) bool { return r.Traveller == id.Traveller })
	if i < 0 { // a correction left this traveller out
		return a.leftOut(ctx, by, row, action, purpose)
	}
	said, err := a.openStatement(ctx, party[i])
	if err != nil {
		return Record{}, err
	}
	d := party[i]
	r := Record{Notice: row.Notice, Traveller: said.Traveller, Trip: said.Trip, OnBehalf: said.OnBehalf, Match: said.Match,
		DeclaredAt: d.DeclaredAt, ExpiresAt: d.ExpiresAt, CancelledAt: d.CancelledAt, Revision: d.Revision, Revealed: action == anlo.ActReveal}
	seen := []int64{d.Person}
	if err := a.fillRecord(ctx, &r, id, party, &seen); err != nil {
		return Record{}, err
	}
	if !r.Revealed {
		r.mask()
	}
	r.May = a.possible(by, row.Notice)
	return r, a.auditPeople(ctx, by, action, purpose, seen, id.Declaration)
}

// leftOut is the record of a traveller whom a correction took off the
// declaration after somebody had acted: what the notice itself says.
func (a *App) leftOut(ctx context.Context, by anlo.Actor, row store.NoticeRow, action anlo.Action, purpose anlo.Purpose) (Record, error) {
	s, err := a.openSummary(ctx, row)
	if err != nil {
		return Record{}, err
	}
	r := Record{Notice: row.Notice, Revealed: action == anlo.ActReveal, CancelledAt: row.ChangedAt}
	r.Traveller.Person = anlo.Person{FullName: s.FullName, BirthDate: s.BirthDate, Sex: s.Sex, Phone: s.Phone,
		Document: anlo.Document{Kind: anlo.CCCD, Number: s.Document, Country: "VN"}}
	r.Trip = anlo.Trip{Origin: anlo.Residence{Commune: s.Origin}, Destination: anlo.Residence{Commune: s.To, Address: s.Address}, DepartsAt: row.DepartsAt,
		Vehicle: anlo.Vehicle{Kind: s.Vehicle, Plate: s.Plate}}
	if r.History, err = a.history(ctx, row); err != nil {
		return Record{}, err
	}
	if !r.Revealed {
		r.mask()
	}
	r.May = a.possible(by, row.Notice)
	return r, a.auditPeople(ctx, by, action, purpose, []int64{row.Person}, row.Declaration)
}

// fillRecord adds what other tables know. seen gathers whose data it shows.
func (a *App) fillRecord(ctx context.Context, r *Record, id anlo.NoticeID, party []store.DeclarationRow, seen *[]int64) error {
	all, err := a.Store.NoticesOf(ctx, id.Declaration)
	if err != nil {
		return err
	}
	here := map[int]anlo.NoticeID{}
	for _, n := range all {
		switch {
		case n.Commune == id.Commune:
			here[n.Traveller] = n.NoticeID
		case n.Traveller == id.Traveller:
			r.Elsewhere = append(r.Elsewhere, n.Notice)
		}
	}
	for _, other := range party {
		if other.Traveller == id.Traveller {
			continue
		}
		s, err := a.openStatement(ctx, other)
		if err != nil {
			return err
		}
		c := Companion{FullName: s.Traveller.FullName, BirthYear: s.Traveller.BirthDate.Year, Sex: s.Traveller.Sex}
		if n, ok := here[other.Traveller]; ok {
			c.Notice = &n
		}
		r.Companions = append(r.Companions, c)
		*seen = append(*seen, other.Person)
	}
	row, err := a.Store.Notice(ctx, id)
	if err != nil {
		return err
	}
	if r.History, err = a.history(ctx, row); err != nil {
		return err
	}
	if r.Household, err = a.household(ctx, r.Match.Register, seen); err != nil {
		return err
	}
	if r.Declarations, err = a.pastOf(ctx, row); err != nil {
		return err
	}
	scans, err := a.Store.ScansOf(ctx, id.Declaration, []int64{row.Person, party[0].Person})
	for _, s := range scans {
		r.Scans = append(r.Scans, RecordScan(s))
	}
	return err
}

// household returns who else the embedded register has at the same household;
// nobody where it does not say.
func (a *App) household(ctx context.Context, me *anlo.Registered, seen *[]int64) (out []Companion, err error) {
	if me == nil || me.Household == "" {
		return nil, nil
	}
	rows, err := a.Store.Candidates(ctx, []int64{a.householdKey(me.Household)})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		r, err := embedded{a}.open(ctx, row)
		if err != nil {
			return nil, err
		}
		if r.Household == me.Household && r.Number != me.Number {
			out = append(out, Companion{FullName: r.FullName, BirthYear: r.BirthDate.Year, Sex: r.Sex})
			*seen = append(*seen, row.Person)
		}
	}
	slices.SortFunc(out, func(a, b Companion) int { return a.BirthYear - b.BirthYear })
	return out, nil
}

// pastOf returns the person's other declarations as far as they concern this
// desk: where else somebody went is not the commune's to know.
func (a *App) pastOf(ctx context.Context, row store.NoticeRow) (out []PastDeclaration, err error) {
	others, err := a.Store.DeclarationsBy(ctx, "person", row.Person, 50)
	if err != nil {
		return nil, err
	}
	for _, d := range others {
		id := anlo.NoticeID{Commune: row.Commune, Declaration: d.ID, Traveller: d.Traveller}
		if d.ID == row.Declaration {
			continue
		}
		switch _, err := a.Store.Notice(ctx, id); anlo.KindOf(err) {
		case anlo.NotFound:
			continue
		default:
			if err != nil {
				return nil, err
			}
		}
		out = append(out, PastDeclaration{ID: d.ID, DeclaredAt: d.DeclaredAt, DepartsAt: d.DepartsAt, Cancelled: !d.CancelledAt.IsZero(), Notice: &id,
			Origin: anlo.UnitRef{List: d.List, Code: d.Origin}, Destination: anlo.UnitRef{List: d.List, Code: d.Destination}})
	}
	return out, nil
}

// history opens what was done, newest first, and ends with how it came in.
func (a *App) history(ctx context.Context, row store.NoticeRow) (out []HistoryEntry, err error) {
	rows, err := a.Store.FollowUps(ctx, row.NoticeID)
	if err != nil {
		return nil, err
	}
	var who []anlo.ID
	sent := false
	for _, r := range rows {
		f, err := a.openFollowUp(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("history of declaration %s: %w", row.Declaration, err)
		}
		sent = sent || f.Kind == anlo.DidRoute
		who = append(who, f.By)
		out = append(out, HistoryEntry{FollowUp: f})
	}
	names, err := a.StaffNames(ctx, who)
	for i := range out {
		out[i].Name = names[out[i].By]
	}
	if !sent {
		out = append(out, HistoryEntry{FollowUp: anlo.FollowUp{At: row.CreatedAt, Kind: anlo.DidRoute, Role: anlo.System}})
	}
	return out, err
}

// mask hides what a desk need not show until it is asked for.
func (r *Record) mask() {
	r.Traveller.Document.Number = r.Traveller.Document.Masked()
	r.Traveller.Phone = masked(r.Traveller.Phone)
	if n := len(r.Trip.Note); n > 0 {
		r.Trip.Note = strings.Repeat("•", 5)
	}
	r.Traveller.Health.Places = nil
	if reg := r.Match.Register; reg != nil {
		m := *reg
		m.Number, m.OldNumber = "", ""
		r.Match.Register = &m
	}
}

// possible are the kinds of follow-up that the actor may add now.
func (a *App) possible(by anlo.Actor, n anlo.Notice) (kinds []anlo.FollowUpKind) {
	path := a.path(n.Commune)
	for _, k := range anlo.FollowUpKinds {
		if !by.MayIn(k.Action(), path...) {
			continue
		}
		if _, err := n.Apply(anlo.FollowUp{Kind: k, At: a.Now(), Until: anlo.DateOf(a.Now())}); err == nil {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

func (a *App) auditPeople(ctx context.Context, by anlo.Actor, action anlo.Action, purpose anlo.Purpose, people []int64, object anlo.ID) error {
	slices.Sort(people)
	var entries []store.AuditRow
	for _, p := range slices.Compact(people) {
		entries = append(entries, a.entry(by, action, purpose, p, object))
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error { return tx.Audit(ctx, entries...) })
}
