package app

import (
	"context"
	"strings"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/store"
)

// SetZone puts a commune, or all communes of a province, under a level: from the
// next bundle on, within seconds, every reader looks more closely at whoever
// travels there. From zero is now; until zero, until EndZone.
func (a *App) SetZone(ctx context.Context, by anlo.Actor, unit anlo.UnitRef, level int, from, until time.Time, why string) (anlo.Zone, error) {
	if !by.May(anlo.ActZones) {
		return anlo.Zone{}, anlo.ErrForbidden
	}
	now := a.Now().Truncate(time.Second)
	if from.IsZero() {
		from = now
	}
	z := anlo.Zone{ID: anlo.NewID(now), Unit: unit, Level: level, From: from.Truncate(time.Second), Until: until.Truncate(time.Second),
		Why: strings.TrimSpace(why), By: by.ID()}
	known := func(u anlo.UnitRef) bool { return u.List == a.UnitList && a.Units.Contains(u) }
	if known(unit) && !by.MayIn(anlo.ActZones, a.path(unit)...) {
		return anlo.Zone{}, anlo.ErrForbidden
	}
	if err := z.Check(now, known); err != nil {
		return anlo.Zone{}, err
	}
	zones, err := a.Store.Zones(ctx, now)
	if err != nil {
		return anlo.Zone{}, err
	}
	if len(a.zonesByCommune(append(zones, z))) > credential.MaxZones {
		return anlo.Zone{}, &anlo.Error{Kind: anlo.Conflict, Code: "zone.many"}
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActZones, anlo.PurposeOperation, 0, z.ID)); err != nil {
			return err
		}
		return tx.KeepZone(ctx, z)
	})
	if err == nil {
		a.bundle.markDirty()
	}
	return z, err
}

// EndZone lifts a zone at once. One that has not begun never will.
func (a *App) EndZone(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	if !by.May(anlo.ActZones) {
		return anlo.ErrForbidden
	}
	now := a.Now().Truncate(time.Second)
	z, err := a.Store.Zone(ctx, id, now)
	if err != nil {
		return err
	}
	if !by.MayIn(anlo.ActZones, a.path(z.Unit)...) {
		return anlo.ErrNotFound
	}
	err = a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActZones, anlo.PurposeOperation, 0, id)); err != nil {
			return err
		}
		return tx.EndZone(ctx, id, now)
	})
	if err == nil {
		a.bundle.markDirty()
	}
	return err
}

// Zones lists the zones in the actor's area that have not ended, the newest
// first.
func (a *App) Zones(ctx context.Context, by anlo.Actor) ([]anlo.Zone, error) {
	if !by.May(anlo.ActZones) {
		return nil, anlo.ErrForbidden
	}
	all, err := a.Store.Zones(ctx, a.Now())
	if err != nil {
		return nil, err
	}
	var own []anlo.Zone
	for i := len(all) - 1; i >= 0; i-- {
		if by.MayIn(anlo.ActZones, a.path(all[i].Unit)...) {
			own = append(own, all[i])
		}
	}
	return own, nil
}

// forever stands in the bundle for the end of a zone that nobody has set.
var forever = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// zonesByCommune lists zones by the communes in them: a commune is all that a
// pass names.
func (a *App) zonesByCommune(zones []anlo.Zone) (out []credential.Zone) {
	for _, z := range zones {
		until := z.Until
		if until.IsZero() {
			until = forever
		}
		if z.Unit.List != a.UnitList {
			continue // no declaration of today names it
		}
		for _, code := range a.communesIn(z.Unit) {
			out = append(out, credential.Zone{List: z.Unit.List, Code: code, Level: z.Level, From: z.From, To: until})
		}
	}
	return out
}
