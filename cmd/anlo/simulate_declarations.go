package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"time"

	"anlo"
	"anlo/simulate"
)

type simulateDeclarationsCmd struct {
	People int    `help:"How many there are; a quarter as many declarations are made in two weeks." default:"20000"`
	Days   int    `help:"Days in which they declare. The API takes departures up to 14 days ahead." default:"7"`
	From   string `help:"The first of these days; today without it." placeholder:"DATE"`
	Seed   uint64 `help:"The same seed and day make the same declarations, of the same people as simulate population." default:"1"`
	Out    string `help:"File to write; standard output without it." type:"path" short:"o" placeholder:"FILE"`
}

// Run writes bodies of POST /api/v1/declarations.
func (c *simulateDeclarationsCmd) Run(ctx context.Context, s std) (err error) {
	if c.People < 1 || c.Days < 1 {
		return errors.New("--people and --days must be at least 1")
	}
	first := anlo.DateOf(time.Now().In(anlo.Hanoi))
	if c.From != "" {
		if first, err = anlo.ParseDate(c.From); err != nil || first.Day == 0 {
			return errors.New("--from must be a date like 2026-11-24")
		}
	}
	w := s.out
	if c.Out != "" {
		f, err := os.Create(c.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	buffered := bufio.NewWriterSize(w, 1<<20)
	bar := progress(s.err, -1, "declarations")
	lines := json.NewEncoder(buffered)
	for j := range counted(ctx, simulate.Journeys(c.Seed, c.People, communes(), first.At(0, anlo.Hanoi), c.Days), bar) {
		if err = lines.Encode(declarationJSON(j.Declaration)); err != nil {
			break
		}
	}
	return errors.Join(err, buffered.Flush(), bar.Finish(), ctx.Err())
}

// declarationJSON is the body of POST /api/v1/declarations.
func declarationJSON(d anlo.Declaration) map[string]any {
	travellers := make([]any, len(d.Travellers))
	for i, t := range d.Travellers {
		travellers[i] = travellerJSON(t)
	}
	trip := map[string]any{
		"origin": placeJSON(d.Trip.Origin), "destination": placeJSON(d.Trip.Destination),
		"departs_at": d.Trip.DepartsAt.Format(time.RFC3339), "reason": d.Trip.Purpose,
		"vehicle": map[string]any{"kind": d.Trip.Vehicle.Kind, "plate": d.Trip.Vehicle.Plate},
	}
	if d.Trip.Note != "" {
		trip["note"] = d.Trip.Note
	}
	return map[string]any{"travellers": travellers, "trip": trip, "on_behalf": d.OnBehalf}
}

func travellerJSON(t anlo.Traveller) map[string]any {
	residence := map[string]any{"permanent": placeJSON(t.Permanent)}
	if !t.Temporary.IsZero() {
		residence["temporary"] = placeJSON(t.Temporary)
	}
	symptoms := t.Health.Symptoms
	if symptoms == nil {
		symptoms = []anlo.Symptom{}
	}
	health := map[string]any{"symptoms": symptoms, "contact_with_case": t.Health.ContactWithCase, "places": t.Health.Places, "doses": t.Health.Doses}
	if x := t.Health.Test; x != nil {
		health["test"] = map[string]any{"kind": x.Kind, "result": x.Result, "taken_at": x.Taken.Format(time.RFC3339)}
	}
	return map[string]any{"id_number": t.Document.Number, "full_name": t.FullName, "date_of_birth": t.BirthDate, "sex": t.Sex, "nationality": t.Nationality,
		"phone": t.Phone, "residence": residence, "health": health}
}

func placeJSON(r anlo.Residence) map[string]any {
	return map[string]any{"commune": r.Commune.Code, "address": r.Address}
}
