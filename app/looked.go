package app

import (
	"context"

	"anlo"
)

// Look is somebody in office who had the person's data before them on a day.
type Look struct {
	Day     anlo.Date
	Role    anlo.Role
	Area    anlo.UnitRef // zero for the country, and for posts on the road
	Purpose anlo.Purpose
}

// maxLooked bounds how many entries are gone through; what is older is left
// out.
const maxLooked = 500

// WhoLooked tells whoever holds the link of a declaration who has had the data
// of its first traveller before them: roles, areas, purposes and days, newest
// first. Officers are not named, and auditors, who see no data, are left out.
func (a *App) WhoLooked(ctx context.Context, by anlo.Actor) ([]Look, error) {
	if !by.May(anlo.ActReadOwn) || by.ManageOf.IsZero() {
		return nil, anlo.ErrForbidden
	}
	rows, _, err := a.Store.Declaration(ctx, by.ManageOf)
	if err != nil {
		return nil, err
	}
	lead := rows[0].Person
	entries, err := a.Store.Looked(ctx, lead, maxLooked)
	if err != nil {
		return nil, err
	}
	var looks []Look
	seen := map[Look]bool{}
	for _, e := range entries {
		if e.Action == anlo.ActAudit || e.Action == anlo.ActDenied {
			continue
		}
		l := Look{anlo.DateOf(e.At.In(anlo.Hanoi)), e.Role, areaOf(e.Area), e.Purpose}
		if !seen[l] {
			seen[l] = true
			looks = append(looks, l)
		}
	}
	return looks, a.Store.Audit(ctx, a.entry(by, anlo.ActReadOwn, anlo.PurposeTravel, lead, by.ManageOf))
}
