package main

import (
	"fmt"
	"time"

	"anlo"
	"anlo/simulate"
)

// benchDeclarations are what n different people of a made-up country declare,
// without mistakes, so that every one is found in the register.
func benchDeclarations(n int) ([]anlo.Declaration, error) {
	places := communes()
	out := make([]anlo.Declaration, 0, n)
	for p := range simulate.Population(1, n+n/2, places) {
		doc, err := anlo.ParseIDNumber(p.Number)
		if err != nil {
			return nil, err
		}
		if p.BirthDate.After(anlo.DateOf(time.Now())) {
			continue
		}
		i := len(out)
		doses := i % 4
		out = append(out, anlo.Declaration{
			Travellers: []anlo.Traveller{{
				Person: anlo.Person{Document: doc, FullName: p.FullName, BirthDate: p.BirthDate, Sex: p.Sex, Nationality: "VN",
					Phone: fmt.Sprintf("09%08d", i), Permanent: p.Permanent, Temporary: p.Temporary},
				Health: anlo.Health{Places: []string{"Chợ Hôm, Hai Bà Trưng"}, Doses: &doses},
			}},
			Trip: anlo.Trip{
				Origin:      anlo.Residence{Commune: p.Permanent.Commune, Address: p.Permanent.Address},
				Destination: anlo.Residence{Commune: places[i%len(places)].UnitRef, Address: "Số 1 Đường Giải Phóng"},
				DepartsAt:   time.Now().Add(time.Hour), Purpose: anlo.TripPurposes[i%len(anlo.TripPurposes)],
				Vehicle: anlo.Vehicle{Kind: anlo.Car, Plate: fmt.Sprintf("29A%05d", i%100000)},
			},
		})
		if len(out) == n {
			return out, nil
		}
	}
	return nil, fmt.Errorf("only %d of %d people could be made up", len(out), n)
}

// declarationJSON is the body of POST /api/v1/declarations.
func declarationJSON(d anlo.Declaration) map[string]any {
	t := d.Travellers[0]
	residence := map[string]any{"permanent": placeJSON(t.Permanent)}
	if !t.Temporary.IsZero() {
		residence["temporary"] = placeJSON(t.Temporary)
	}
	return map[string]any{
		"travellers": []any{map[string]any{
			"id_number": t.Document.Number, "full_name": t.FullName, "date_of_birth": t.BirthDate, "sex": t.Sex, "nationality": "VN",
			"phone": t.Phone, "residence": residence,
			"health": map[string]any{"symptoms": []string{}, "contact_with_case": false, "places": t.Health.Places, "doses": t.Health.Doses},
		}},
		"trip": map[string]any{
			"origin": placeJSON(d.Trip.Origin), "destination": placeJSON(d.Trip.Destination),
			"departs_at": d.Trip.DepartsAt.Format(time.RFC3339), "reason": d.Trip.Purpose,
			"vehicle": map[string]any{"kind": d.Trip.Vehicle.Kind, "plate": d.Trip.Vehicle.Plate},
		},
	}
}

func placeJSON(r anlo.Residence) map[string]any {
	return map[string]any{"commune": r.Commune.Code, "address": r.Address}
}
