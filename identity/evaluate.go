package identity

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"text/tabwriter"

	"anlo"
)

// This file measures how good matching is; nothing else uses it.

// Trial is a claim of which the truth is known.
type Trial struct {
	Claim  Claim
	Truth  string   // number of the record of whoever made the claim; empty when they are not in the register
	Errors []string // what was done wrong
}

// Score counts how trials ended.
type Score struct {
	Trials int
	Known  int // of them, made by people in the register
	Exact  int // confirmed as they are, and rightly
	Right  int // confirmed, exactly or probably, as who they are
	Wrong  int // confirmed as somebody else
}

// Recall is the share of those in the register who were confirmed.
func (s Score) Recall() float64 { return share(s.Right, s.Known) }

// Precision is the share of the confirmed who are who they were taken for.
func (s Score) Precision() float64 { return share(s.Right, s.Right+s.Wrong) }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func (s *Score) count(t Trial, m anlo.Match) {
	right := m.Register != nil && m.Register.Number == t.Truth
	s.Trials++
	if t.Truth != "" {
		s.Known++
	}
	switch {
	case !m.Grade.Confirmed():
	case !right:
		s.Wrong++
	default:
		s.Right++
		if m.Grade == anlo.MatchExact {
			s.Exact++
		}
	}
}

// Report is the outcome of an evaluation. A trial with several errors counts
// under each of them, and under "several".
type Report struct {
	All     Score
	ByError map[string]Score // "none" for flawless claims
}

// Evaluate asks the register about every trial. It stops at the first failure.
func Evaluate(ctx context.Context, r Register, trials iter.Seq[Trial]) (Report, error) {
	report := Report{ByError: map[string]Score{}}
	for t := range trials {
		m, err := r.Match(ctx, t.Claim)
		if err != nil {
			return report, fmt.Errorf("trial %d: %w", report.All.Trials+1, err)
		}
		report.All.count(t, m)
		kinds := t.Errors
		switch len(kinds) {
		case 0:
			kinds = []string{"none"}
		case 1:
		default:
			kinds = append(slices.Clone(kinds), "several")
		}
		for _, k := range kinds {
			s := report.ByError[k]
			s.count(t, m)
			report.ByError[k] = s
		}
	}
	return report, nil
}

// WriteTo writes the report as a table, one line for each error.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	out := &countingWriter{w: w}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(name string, s Score) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%.4f\t%.5f\t\n", name, s.Trials, s.Known, s.Exact, s.Right, s.Wrong, s.Recall(), s.Precision())
	}
	fmt.Fprintln(t, "error\tclaims\tin register\texact\tright\twrong\trecall\tprecision\t")
	for _, name := range slices.Sorted(maps.Keys(r.ByError)) {
		line(name, r.ByError[name])
	}
	line("all", r.All)
	err := t.Flush()
	return out.n, err
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// Sample is a register in memory, for measurements: about 600 bytes a person.
type Sample struct {
	people []anlo.Registered
	keys   map[string][]int32 // RecordKeys, to positions in people
}

// NewSample files people as a register does.
func NewSample(people iter.Seq[anlo.Registered]) *Sample {
	s := &Sample{keys: map[string][]int32{}}
	for p := range people {
		for _, k := range RecordKeys(p) {
			s.keys[k] = append(s.keys[k], int32(len(s.people)))
		}
		s.people = append(s.people, p)
	}
	return s
}

// Match implements Register.
func (s *Sample) Match(_ context.Context, c Claim) (anlo.Match, error) {
	var candidates []anlo.Registered
	for _, k := range Keys(c) {
		for _, i := range s.keys[k] {
			candidates = append(candidates, s.people[i])
		}
	}
	return Compare(c, candidates), nil
}
