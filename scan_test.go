package anlo

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A scanner's clock is put right by what it showed when it sent the reading;
// nothing was read later than it arrived.
func TestCorrected(t *testing.T) {
	noon := time.Date(2026, 8, 5, 5, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name               string
		at, sent, received time.Time
		want               time.Time
	}{
		{"right", noon.Add(-time.Hour), noon, noon.Add(time.Second), noon.Add(-time.Hour)},
		{"a little off", noon.Add(-time.Hour), noon.Add(4 * time.Minute), noon, noon.Add(-time.Hour)},
		{"five hours ahead", noon.Add(4 * time.Hour), noon.Add(5 * time.Hour), noon, noon.Add(-time.Hour)},
		{"five hours behind", noon.Add(-6 * time.Hour), noon.Add(-5 * time.Hour), noon, noon.Add(-time.Hour)},
		{"next year, by a clock that was set since", noon.AddDate(1, 0, 0), noon, noon, noon},
		{"a moment ahead", noon.Add(time.Minute), noon.Add(time.Minute), noon, noon},
	} {
		if got := Corrected(c.at, c.sent, c.received); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestCorrectedIsNeverLaterThanArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Custom(func(t *rapid.T) time.Time { return time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")) })
		at, sent, received := moment.Draw(t, "at"), moment.Draw(t, "sent"), moment.Draw(t, "received")
		if got := Corrected(at, sent, received); got.After(received) {
			t.Fatalf("%v is later than %v", got, received)
		}
	})
}

func TestScanCheck(t *testing.T) {
	good := Scan{ID: NewID(time.Now()), Kind: ReadPass, Pass: NewID(time.Now()), At: time.Now(), Verdict: Verdict{Outcome: Look, Reasons: []Reason{ReasonZone}},
		Decision: Passed, Compared: Agrees, People: 4, Took: time.Second}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*Scan){
		"id":       func(s *Scan) { s.ID = ID{} },
		"at":       func(s *Scan) { s.At = time.Time{} },
		"kind":     func(s *Scan) { s.Kind = "poster" },
		"pass":     func(s *Scan) { s.Pass = ID{} },
		"verdict":  func(s *Scan) { s.Verdict.Outcome = "" },
		"reasons":  func(s *Scan) { s.Verdict.Reasons = []Reason{"because"} },
		"decision": func(s *Scan) { s.Decision = "waved" },
		"compared": func(s *Scan) { s.Compared = "perhaps" },
		"people":   func(s *Scan) { s.People = 0 },
		"took_ms":  func(s *Scan) { s.Took = -1 },
		"revision": func(s *Scan) { s.Revision = -1 },
	} {
		s := good
		spoil(&s)
		e, ok := s.Check().(*Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Field != field {
			t.Errorf("%s: %v", field, s.Check())
		}
	}
	other := good
	other.Kind = ReadOther
	if other.Check() == nil {
		t.Error("a code of somebody else names a pass of ours")
	}
}

// However the copies of a reading come, the one with the highest revision holds;
// among those of one revision the first that had a decision.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		copyOf := rapid.Custom(func(t *rapid.T) Scan {
			return Scan{Revision: rapid.IntRange(0, 3).Draw(t, "revision"), Decision: rapid.SampledFrom(append([]Decision{""}, Decisions...)).Draw(t, "decision"), People: rapid.IntRange(1, 60).Draw(t, "people"),
				Took: time.Duration(rapid.IntRange(0, 9).Draw(t, "took")), Compared: rapid.SampledFrom([]Compared{"", Agrees, Differs}).Draw(t, "compared")}
		})
		copies := rapid.SliceOfN(copyOf, 1, 6).Draw(t, "copies")
		want, got := copies[0], copies[0]
		for _, c := range copies {
			if c.Revision > want.Revision || c.Revision == want.Revision && want.Decision == "" && c.Decision != "" {
				want = c
			}
		}
		for _, c := range copies[1:] {
			got.Merge(c)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if got.Merge(got) {
			t.Fatalf("%+v is later than itself", got)
		}
	})
}

func TestVerdictFor(t *testing.T) {
	for _, c := range []struct {
		reasons []Reason
		want    Outcome
		first   Reason
	}{
		{nil, Go, ""},
		{[]Reason{ReasonBundleStale, ReasonElsewhere}, Look, ReasonElsewhere},
		{[]Reason{ReasonZone, ReasonUndeclared}, Stop, ReasonUndeclared},
	} {
		said := map[Reason]bool{ReasonForged: false}
		for _, r := range c.reasons {
			said[r] = true
		}
		v := VerdictFor(said)
		if v.Outcome != c.want || len(v.Reasons) != len(c.reasons) || c.first != "" && v.Reasons[0] != c.first {
			t.Errorf("%v: %+v", c.reasons, v)
		}
	}
}
