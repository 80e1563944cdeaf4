package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"anlo"
	"anlo/app"
	"anlo/store"
)

// phone is a scanner and the bodies that it will send.
type phone struct {
	token   string
	batches [][]byte
}

// phones sets up posts and scanners, has everybody read once yesterday, and
// writes what the scanners will deliver.
func (c *benchScansCmd) phones(ctx context.Context, a *app.App, passes []anlo.Pass) ([]phone, error) {
	places := communes()
	var posts []anlo.Checkpoint
	for i := range postsOfBench {
		post, err := a.AddCheckpoint(ctx, operator, fmt.Sprintf("Chốt %d", i+1), places[i*len(places)/postsOfBench].UnitRef)
		if err != nil {
			return nil, err
		}
		posts = append(posts, post)
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(passes), func(i, j int) { passes[i], passes[j] = passes[j], passes[i] })
	var phones []phone
	var last []map[string]any // of the batch before
	now := a.Now()
	for first := 0; first < len(passes); {
		d, token, err := a.AddDevice(ctx, operator, posts[len(phones)%len(posts)], fmt.Sprintf("Làn %d", len(phones)+1))
		if err != nil {
			return nil, err
		}
		p := phone{token: token}
		last = nil
		for len(p.batches) < scansAPhone/scansABatch && first < len(passes) {
			n := min(scansABatch-len(last[:min(len(last), againInABatch)]), len(passes)-first)
			again := last[:min(len(last), scansABatch-n)]
			items := make([]map[string]any, 0, scansABatch)
			if err := readYesterday(ctx, a, d, passes[first:first+n]); err != nil {
				return nil, err
			}
			for i, pass := range passes[first : first+n] {
				items = append(items, benchScan(random, now.Add(-time.Duration(i)*scansEvery), pass))
			}
			first += n
			last = items
			body, err := json.Marshal(map[string]any{"sent_at": now.Format(rfc3339ms), "bundle_issued_at": now.Add(-10 * time.Minute).Format(rfc3339ms),
				"waiting": 0, "scans": append(items[:n:n], again...)})
			if err != nil {
				return nil, err
			}
			p.batches = append(p.batches, body)
		}
		phones = append(phones, p)
	}
	return phones, nil
}

const rfc3339ms = "2006-01-02T15:04:05.000Z07:00"

// benchScan is a reading as a scanner sends it: nine of ten were go.
func benchScan(random *rand.Rand, at time.Time, pass anlo.Pass) map[string]any {
	s := map[string]any{"id": anlo.NewID(at).String(), "at": at.Format(rfc3339ms), "kind": "pass", "pass": pass.ID.String(), "number": "", "code": "",
		"verdict": "go", "reasons": []string{}, "decision": "passed", "compared": "", "people": 1 + random.IntN(4), "took_ms": 700 + random.IntN(4000)}
	if random.IntN(10) == 0 {
		s["verdict"], s["reasons"], s["compared"] = "look", []string{"identity-not-confirmed"}, "agrees"
	}
	return s
}

// readYesterday keeps a reading of each pass, as it comes to lie in the database.
func readYesterday(ctx context.Context, a *app.App, d anlo.Device, passes []anlo.Pass) error {
	ids := make([]anlo.ID, len(passes))
	for i, p := range passes {
		ids[i] = p.ID
	}
	known, err := a.Store.PassesOf(ctx, ids)
	if err != nil {
		return err
	}
	by := anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d}
	scans := make([]store.NewScan, len(passes))
	for i, p := range passes {
		at := a.Now().Add(-24*time.Hour - time.Duration(i)*scansEvery)
		person := known[p.ID].Person
		scans[i] = store.NewScan{Person: person, Audit: store.NewAuditRow(at, by, anlo.ActJudge, anlo.PurposeCheckpoint, person, p.ID),
			Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadPass, Pass: p.ID, Checkpoint: d.Checkpoint.ID, Device: d.ID, At: at, RecordedAt: at,
				Verdict: anlo.Verdict{Outcome: anlo.Go}, Decision: anlo.Passed, People: 1, Took: time.Second}}
	}
	_, err = a.Store.KeepScans(ctx, d.ID, anlo.Sync{At: a.Now()}, scans)
	return err
}
