package app

import (
	"context"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// summary is what is sealed in a notice: what a list shows of the traveller.
type summary struct {
	_         struct{} `cbor:",toarray"`
	FullName  string
	BirthDate anlo.Date
	Sex       anlo.Sex
	Document  string // key of the document declared
	Phone     string
	Plate     string
	Address   string // in the commune of the notice
	Vehicle   anlo.VehicleKind
	Origin    anlo.UnitRef
	To        anlo.UnitRef
	Party     int
}

// notices are those that a party's declaration asks for: none when it is
// cancelled.
func (a *App) notices(ctx context.Context, party said) (out []store.NoticeRow, err error) {
	for i, r := range party.rows {
		var s statement
		if party.statements != nil {
			s = party.statements[i]
		} else if s, err = a.openStatement(ctx, r); err != nil {
			return nil, err
		}
		if !r.CancelledAt.IsZero() {
			continue
		}
		for commune, c := range a.concerned(s) {
			n, err := a.notice(ctx, r, s, commune, c, len(party.rows))
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		}
	}
	return out, nil
}

// concern is the part that a commune has in one traveller's declaration.
type concern struct {
	roles   anlo.NoticeRole
	address string // the one to go to, where several are named
}

// concerned returns the communes that must be told, with their roles.
func (a *App) concerned(s statement) map[anlo.UnitRef]concern {
	out := make(map[anlo.UnitRef]concern, 4)
	add := func(r anlo.Residence, role anlo.NoticeRole) {
		if r.Commune.Code == "" {
			return
		}
		c := out[r.Commune]
		c.roles |= role
		if c.address == "" {
			c.address = r.Address
		}
		out[r.Commune] = c
	}
	t := s.Traveller
	add(s.Trip.Destination, anlo.RoleDestination)
	add(t.Temporary, anlo.RoleTemporary)
	add(t.Permanent, anlo.RolePermanent)
	add(s.Trip.Origin, anlo.RoleOrigin)
	if reg := s.Match.Register; reg != nil && s.Match.Grade.Confirmed() {
		for _, r := range []anlo.Residence{reg.Permanent, reg.Temporary} {
			r.Commune = a.today(r.Commune)
			if r.Commune != t.Permanent.Commune && r.Commune != t.Temporary.Commune {
				add(r, anlo.RoleRegistered)
			}
		}
	}
	return out
}

// today is the commune of the current list that a unit of an older one became;
// zero when that cannot be said.
func (a *App) today(u anlo.UnitRef) anlo.UnitRef {
	if u.List == a.UnitList || u.IsZero() {
		return u
	}
	if to, _ := a.Units.Successors(u); len(to) > 0 && to[0].List == a.UnitList {
		return to[0]
	}
	return anlo.UnitRef{}
}

func (a *App) notice(ctx context.Context, r store.DeclarationRow, s statement, commune anlo.UnitRef, c concern, party int) (store.NoticeRow, error) {
	now := a.Now()
	n := store.NoticeRow{Person: r.Person, Revision: r.Revision, Notice: anlo.Notice{
		NoticeID: anlo.NoticeID{Commune: commune, Declaration: r.ID, Traveller: r.Traveller},
		Roles:    c.roles, State: anlo.NoticeInformed, DueAt: anlo.FirstDue(c.roles, r.DeclaredAt, r.DepartsAt),
		DepartsAt: r.DepartsAt, CreatedAt: now, ChangedAt: now, Grade: r.Grade,
	}}
	if !n.DueAt.IsZero() {
		n.State = anlo.NoticeNew
	}
	return n, a.sealSummary(ctx, &n, summary{
		FullName: s.Traveller.FullName, BirthDate: s.Traveller.BirthDate, Sex: s.Traveller.Sex, Document: s.Traveller.Document.Key(),
		Phone: s.Traveller.Phone, Plate: s.Trip.Vehicle.Plate, Address: c.address, Vehicle: s.Trip.Vehicle.Kind,
		Origin: s.Trip.Origin.Commune, To: s.Trip.Destination.Commune, Party: party,
	}, r.DeclaredAt)
}

func (a *App) sealSummary(ctx context.Context, n *store.NoticeRow, s summary, day time.Time) error {
	plain, err := cbor.Marshal(s)
	if err != nil {
		return err
	}
	n.Sealed, err = a.Seal.Seal(ctx, seal.DayOf(day), noticeAD(n.NoticeID), plain)
	return err
}

func (a *App) openSummary(ctx context.Context, n store.NoticeRow) (s summary, err error) {
	plain, err := a.Seal.Open(ctx, noticeAD(n.NoticeID), n.Sealed)
	if err != nil {
		return s, err
	}
	return s, cbor.Unmarshal(plain, &s)
}

// noticeAD leaves the commune out, so that a notice may move to another desk.
func noticeAD(id anlo.NoticeID) []byte {
	return seal.AD("notice", "sealed", append(id.Declaration[:], byte(id.Traveller)))
}
