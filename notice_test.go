package anlo_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"anlo"
)

var commune = anlo.UnitRef{List: "vn-2026", Code: "00004"}

// Whatever officers do in whatever order: work that is open has a due time, work
// that is done has none, nothing climbs above the ministry, and each entry
// counts.
func TestNoOpenNoticeIsWithoutADueTime(t *testing.T) {
	kinds := append([]anlo.FollowUpKind{anlo.DidChange, anlo.DidCancel, anlo.DidClimb}, anlo.FollowUpKinds...)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
		roles := anlo.NoticeRole(rapid.IntRange(1, 63).Draw(t, "roles"))
		n := anlo.Notice{NoticeID: anlo.NoticeID{Commune: commune}, Roles: roles, State: anlo.NoticeInformed, DueAt: anlo.FirstDue(roles, now, now.Add(time.Hour))}
		if !n.DueAt.IsZero() {
			n.State = anlo.NoticeNew
		}
		for range rapid.IntRange(0, 20).Draw(t, "entries") {
			now = now.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour)
			f := anlo.FollowUp{At: now, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Way: anlo.ByLink, Temperature: rapid.SampledFrom([]int{0, 366, 391}).Draw(t, "temperature")}
			f.From = anlo.DateOf(now.In(anlo.Hanoi))
			f.Until = f.From.AddDays(rapid.IntRange(0, 14).Draw(t, "days"))
			if rapid.Bool().Draw(t, "positive") {
				f.Test = &anlo.Test{Kind: anlo.PCR, Result: anlo.Positive, Taken: now}
			}
			next, err := n.Apply(f)
			if err != nil {
				if anlo.KindOf(err) != anlo.Conflict || next != n {
					t.Fatalf("%s on %s: %v, and the notice changed: %v", f.Kind, n.State, err, next != n)
				}
				continue
			}
			if next.State.Open() == next.DueAt.IsZero() {
				t.Fatalf("%s on %s: %s, due %v", f.Kind, n.State, next.State, next.DueAt)
			}
			if next.Version != n.Version+1 || !next.ChangedAt.Equal(now) {
				t.Fatalf("%s is not counted", f.Kind)
			}
			if next.Level < anlo.LevelCommune || next.Level > anlo.LevelMinistry || !next.State.Open() && next.Level != anlo.LevelCommune {
				t.Fatalf("%s on %s: %s at level %d", f.Kind, n.State, next.State, next.Level)
			}
			if next.NoticeID != n.NoticeID || next.Roles != n.Roles {
				t.Fatalf("%s made another notice of it", f.Kind)
			}
			n = next
		}
	})
}

func TestMonitoringEndsOnlyByRelease(t *testing.T) {
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	today := anlo.DateOf(now.In(anlo.Hanoi))
	n, err := anlo.Notice{State: anlo.NoticeVerified}.Apply(anlo.FollowUp{At: now, Kind: anlo.DoQuarantine, From: today, Until: today.AddDays(1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		kind anlo.FollowUpKind
		at   time.Time
		due  time.Time
	}{
		{anlo.DoCheckIn, now, today.AddDays(1).At(18, anlo.Hanoi)},
		{anlo.DoVerify, now, today.AddDays(1).At(18, anlo.Hanoi)},
		{anlo.DoNotFound, now, today.AddDays(1).At(18, anlo.Hanoi)},
		{anlo.DoCheckIn, now.Add(24 * time.Hour), today.AddDays(2).At(18, anlo.Hanoi)}, // the last day is over: to be released by then
		{anlo.DidCancel, now.Add(25 * time.Hour), today.AddDays(2).At(18, anlo.Hanoi)},
	} {
		if n, err = n.Apply(anlo.FollowUp{At: step.at, Kind: step.kind, Way: anlo.ByPhone}); err != nil || n.State != anlo.NoticeMonitoring || !n.DueAt.Equal(step.due) {
			t.Fatalf("%s: %s, due %v, %v", step.kind, n.State, n.DueAt, err)
		}
	}
	if n, err = n.Apply(anlo.FollowUp{At: now, Kind: anlo.DoRelease}); err != nil || n.State != anlo.NoticeReleased {
		t.Fatal(n.State, err)
	}
}

func TestQuarantineOrderedAtNightIsNotOverdueAtOnce(t *testing.T) {
	night := time.Date(2026, 11, 23, 21, 0, 0, 0, anlo.Hanoi)
	today := anlo.DateOf(night)
	n, err := anlo.Notice{State: anlo.NoticeVerified}.Apply(anlo.FollowUp{At: night, Kind: anlo.DoQuarantine, From: today, Until: today.AddDays(6)})
	if want := today.AddDays(1).At(18, anlo.Hanoi); err != nil || !n.DueAt.Equal(want) {
		t.Errorf("due %v, %v; want %v", n.DueAt, err, want)
	}
}

func TestAnAlarmingCheckInIsDueNow(t *testing.T) {
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	n := anlo.Notice{State: anlo.NoticeMonitoring, Until: anlo.Date{Year: 2026, Month: 12, Day: 1}}
	for _, f := range []anlo.FollowUp{{Temperature: 385}, {Symptoms: []anlo.Symptom{anlo.Cough, anlo.Breathlessness}}} {
		f.Kind, f.Way, f.At = anlo.DoCheckIn, anlo.ByLink, now
		if next, err := n.Apply(f); err != nil || !next.DueAt.Equal(now) {
			t.Errorf("due %v, %v", next.DueAt, err)
		}
	}
}

func TestNoticeIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := anlo.NoticeID{Commune: anlo.UnitRef{List: rapid.StringMatching(`[a-z0-9-]{1,12}`).Draw(t, "list"), Code: rapid.StringMatching(`[0-9]{2,5}`).Draw(t, "code")},
			Declaration: anlo.NewID(time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(t, "time"))), Traveller: rapid.IntRange(0, anlo.MaxTravellers-1).Draw(t, "traveller")}
		if got, err := anlo.ParseNoticeID(id.String()); got != id || err != nil {
			t.Fatalf("%s: %v, %v", id, got, err)
		}
	})
	good := anlo.NoticeID{Commune: commune, Declaration: anlo.NewID(time.Now())}.String()
	for _, bad := range []string{"", "....", good + "0", good + ".0", good[1:] + "x", "vn-2026.00004." + good, good[:len(good)-1] + "60", good[:len(good)-1] + "-1", good[:len(good)-1] + "+1"} {
		if id, err := anlo.ParseNoticeID(bad); err == nil && id.String() != bad {
			t.Errorf("%q is read as %s", bad, id)
		}
	}
}

func FuzzNoticeID(f *testing.F) {
	f.Add("vn-2026.00004.0190b5c2-7f3e-7a11-9c3d-0123456789ab.0")
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := anlo.ParseNoticeID(s); err == nil && id.String() != s {
			t.Errorf("%q is read as %s", s, id)
		}
	})
}

func TestFollowUpCheck(t *testing.T) {
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	day := anlo.Date{Year: 2026, Month: 11, Day: 23}
	known := func(u anlo.UnitRef) bool { return u == commune }
	for want, f := range map[string]anlo.FollowUp{
		"kind: required":                 {},
		"kind: choice.unknown":           {Kind: anlo.DidClimb},
		"to: required":                   {Kind: anlo.DoReroute},
		"to: commune.unknown":            {Kind: anlo.DoReroute, To: anlo.UnitRef{List: "vn-2026", Code: "99999"}},
		"protocol: required":             {Kind: anlo.DoQuarantine, From: day, Until: day},
		"until: quarantine.until":        {Kind: anlo.DoQuarantine, Protocol: "vn-2022-02", From: day, Until: day.AddDays(-1)},
		"until: quarantine.long":         {Kind: anlo.DoQuarantine, Protocol: "vn-2022-02", From: day, Until: day.AddDays(61)},
		"from: date.long-ago":            {Kind: anlo.DoQuarantine, Protocol: "vn-2022-02", From: day.AddDays(-61), Until: day.AddDays(-60)},
		"way: required":                  {Kind: anlo.DoCheckIn},
		"temperature: temperature.range": {Kind: anlo.DoCheckIn, Way: anlo.ByVisit, Temperature: 37},
		"symptoms: choice.unknown":       {Kind: anlo.DoCheckIn, Way: anlo.ByVisit, Symptoms: []anlo.Symptom{"hunger"}},
		"test.kind: required":            {Kind: anlo.DoTest},
		"note: required":                 {Kind: anlo.DoEscalate},
		"note: text.characters":          {Kind: anlo.DoVerify, Note: "a\x00b"},
	} {
		if err := f.Check(now, known); err == nil || err.Error() != "invalid ("+want+")" {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, f := range []anlo.FollowUp{
		{Kind: anlo.DoVerify}, {Kind: anlo.DoReroute, To: commune}, {Kind: anlo.DoQuarantine, Protocol: "vn-2021-12", From: day, Until: day.AddDays(13)},
		{Kind: anlo.DoCheckIn, Way: anlo.ByPhone, Temperature: 366}, {Kind: anlo.DoTest, Test: &anlo.Test{Kind: anlo.PCR, Result: anlo.Pending, Taken: now}},
	} {
		if err := f.Check(now, known); err != nil {
			t.Errorf("%s: %v", f.Kind, err)
		}
	}
}
