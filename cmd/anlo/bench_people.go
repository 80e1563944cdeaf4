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
