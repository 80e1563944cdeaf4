package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// scanner is one at a post, and who sends.
type scanner struct {
	t     *testing.T
	app   *app.App
	clock *anlotest.Clock
	by    anlo.Actor
}

// newPost sets up a post in a commune and a scanner there.
func newPost(t *testing.T, a *app.App, clock *anlotest.Clock, name string, commune anlo.UnitRef) *scanner {
	t.Helper()
	c, err := a.AddCheckpoint(t.Context(), anlo.Actor{Role: anlo.Operator}, name, commune)
	if err != nil {
		t.Fatal(err)
	}
	l := &scanner{t: t, app: a, clock: clock}
	return l.another(c)
}

// another is one more scanner at a post.
func (l *scanner) another(c anlo.Checkpoint) *scanner {
	l.t.Helper()
	_, token, err := l.app.AddDevice(l.t.Context(), anlo.Actor{Role: anlo.Operator}, c, "làn")
	if err != nil {
		l.t.Fatal(err)
	}
	by, err := l.app.OpenDeviceForDelivery(l.t.Context(), token)
	if err != nil {
		l.t.Fatal(err)
	}
	return &scanner{l.t, l.app, l.clock, by}
}

// reading is one of a pass some time ago that the officer let through.
func (l *scanner) reading(pass anlo.ID, ago time.Duration, seen ...anlo.Reason) app.Reading {
	r := app.Reading{Scan: anlo.Scan{ID: anlo.NewID(l.clock.Now()), Kind: anlo.ReadPass, Pass: pass, At: l.clock.Now().Add(-ago),
		Decision: anlo.Passed, People: 1, Took: time.Second}}
	r.Scan.Verdict.Outcome = anlo.Go
	for _, reason := range seen {
		o := anlo.Look
		if reason.Stops() {
			o = anlo.Stop
		}
		r.Scan.Verdict.Add(o, reason)
	}
	return r
}

func (l *scanner) send(readings ...app.Reading) app.ScanReceipt {
	l.t.Helper()
	r, err := l.app.KeepScans(l.t.Context(), l.by, app.ScanBatch{SentAt: l.clock.Now(), Readings: readings})
	if err != nil {
		l.t.Fatal(err)
	}
	return r
}

// says is the answer about one reading: its verdict, and an exclamation mark for
// an alert.
func (l *scanner) says(r app.Reading) string {
	l.t.Helper()
	return shown(l.send(r).Results[0])
}

func shown(r app.ScanResult) string {
	s := strings.TrimSpace(fmt.Sprintln(r.Verdict.Outcome, r.Verdict.Reasons))
	switch {
	case r.Refused != nil:
		return "refused " + r.Refused.Error()
	case r.Alert:
		return s + " !"
	}
	return s
}

func (l *scanner) want(what, want string, r app.Reading) {
	l.t.Helper()
	if got := l.says(r); got != want {
		l.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

func TestReadingsAreJudgedAgain(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		pass := r.Passes[0].ID
		l.want("good", "go []", l.reading(pass, 0))
		l.want("a pass that was never issued", "stop [unknown] !", l.reading(anlo.NewID(clock.Now()), 0))
		l.want("the same, long ago", "stop [unknown]", l.reading(anlo.NewID(clock.Now()), time.Hour))
		turned := l.reading(anlo.NewID(clock.Now()), 0)
		turned.Decision = anlo.TurnedBack
		l.want("the same, turned back", "stop [unknown]", turned)
		open := l.reading(anlo.NewID(clock.Now()), 0)
		open.Decision = ""
		l.want("the same, not decided", "stop [unknown] !", open)
		l.want("what only the lane saw stays", "look [id-tag-differs zone]", l.reading(pass, time.Minute/2, anlo.ReasonZone, anlo.ReasonIDTag))
		l.want("an old bundle is no matter here", "go []", l.reading(pass, time.Minute/3, anlo.ReasonBundleStale))
		other := l.reading(anlo.ID{}, 0, anlo.ReasonForged)
		other.Kind = anlo.ReadOther
		l.want("somebody else's code", "stop [forged]", other)
		certificate := l.reading(anlo.ID{}, 0, anlo.ReasonNotPass)
		certificate.Kind = anlo.ReadCertificate
		l.want("a certificate", "look [certificate-only]", certificate)

		clock.Add(3 * time.Hour)
		owner, err := a.OpenLink(r.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Minute)
		l.want("before it was cancelled", "go []", l.reading(pass, 90*time.Second))
		clock.Add(3 * time.Hour)
		l.want("after", "stop [revoked] !", l.reading(pass, 0))
		clock.Add(72 * time.Hour)
		l.want("after its time", "stop [expired revoked] !", l.reading(pass, 0))
		l.want("a scanner whose clock was wrong", "stop [expired revoked]", l.reading(pass, 0, anlo.ReasonExpired, anlo.ReasonNotYetValid, anlo.ReasonRevoked))
	})
}

// The register answers late: what the printed pass says is not so any more.
func TestConfirmedSince(t *testing.T) {
	register := &flaky{}
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		register.down.Store(true)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		pass := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		l.want("before", "look [identity-not-confirmed]", l.reading(pass, 0, anlo.ReasonIdentity))
		register.down.Store(false)
		clock.Add(2 * time.Hour)
		if n, err := a.ConfirmWaiting(t.Context()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		clock.Add(time.Hour)
		l.want("after", "go []", l.reading(pass, 0, anlo.ReasonIdentity))
		l.want("a reading of long ago", "go []", l.reading(pass, 59*time.Minute, anlo.ReasonIdentity, anlo.ReasonNotYetValid))
	}, anlotest.WithRegister(register))
}

// What somebody said of their health matters while they stand at the post, and
// is not told afterwards.
func TestHealthIsForNow(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		d := anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh)
		d.Travellers[1].Health.Symptoms = []anlo.Symptom{anlo.Fever}
		r := declare(t, a, d)
		clock.Add(time.Hour)
		l.want("well", "go []", l.reading(r.Passes[0].ID, 0))
		l.want("ill", "look [symptoms] !", l.reading(r.Passes[1].ID, 0))
		l.want("ill, and the officer knows", "look [symptoms]", l.reading(r.Passes[1].ID, 10*time.Second, anlo.ReasonSymptoms))
		l.want("ill, a quarter of an hour ago", "go []", l.reading(r.Passes[1].ID, 15*time.Minute))
		far := newPost(t, a, clock, "Ngọc Hồi", baDinh)
		far.want("one of the party is ill", "look [symptoms] !", far.reading(r.PartyPass.ID, 0))
	})
}

func TestUsedAgain(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		next := l.another(l.by.Device.Checkpoint)
		pass := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		clock.Add(time.Hour)
		aside := l.reading(pass, 0)
		aside.Decision = anlo.SentAside
		l.want("sent aside", "go []", aside)
		clock.Add(5 * time.Second)
		next.want("and read there", "go []", next.reading(pass, 0))
		clock.Add(40 * time.Second)
		next.want("read again in the same encounter", "go []", next.reading(pass, 0))
		clock.Add(40 * time.Second)
		next.want("and again, 80 seconds after the first", "go []", next.reading(pass, 0))
		clock.Add(30 * time.Second)
		l.want("a picture of it in the other lane", "look [used-again] !", l.reading(pass, 0))
		clock.Add(2 * time.Minute)
		seen := next.reading(pass, 0, anlo.ReasonUsedAgain)
		next.want("seen by the officer", "look [used-again]", seen)
		if alerts := alertsAt(t, a, l); len(alerts) != 1 || !strings.HasPrefix(alerts[0], "used-again 0 km") {
			t.Errorf("%v", alerts)
		}
		clock.Add(2*time.Hour + time.Second)
		l.want("much later", "go []", l.reading(pass, 0))
		// Within one batch, in any order.
		clock.Add(3 * time.Hour)
		first, second := l.reading(pass, 10*time.Minute), l.reading(pass, 0)
		r := l.send(second, first)
		if shown(r.Results[0]) != "look [used-again] !" || shown(r.Results[1]) != "go []" {
			t.Errorf("%s, %s", shown(r.Results[0]), shown(r.Results[1]))
		}
	})
}

// alertsAt are the alerts of a post as text, oldest first.
func alertsAt(t *testing.T, a *app.App, l *scanner) (out []string) {
	t.Helper()
	alerts, err := a.Store.PostAlerts(t.Context(), l.by.Device.Checkpoint.ID, time.UnixMilli(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range alerts {
		out = append([]string{fmt.Sprintf("%s %d km", x.Reason, x.Km)}, out...)
	}
	return out
}

func TestSeenElsewhere(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		here, near := newPost(t, a, clock, "Pháp Vân", baDinh), newPost(t, a, clock, "Ngọc Hồi", ngocHa)
		far := newPost(t, a, clock, "Hòa Phước", haiChau)
		pass := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		clock.Add(time.Hour)
		here.send(here.reading(pass, 0))
		clock.Add(2 * time.Minute)
		near.want("two kilometres on", "go []", near.reading(pass, 0))
		clock.Add(28 * time.Minute)
		r := far.send(far.reading(pass, 0)).Results[0]
		if shown(r) != "look [seen-elsewhere] !" {
			t.Errorf("six hundred kilometres in half an hour: %s", shown(r))
		}
		if e := r.Elsewhere; e == nil || e.Post != "Ngọc Hồi" || e.Minutes != 28 || e.Km < 580 || e.Km > 630 {
			t.Errorf("%+v", e)
		}
		if alerts := alertsAt(t, a, far); len(alerts) != 1 || alerts[0] != fmt.Sprintf("seen-elsewhere %d km", r.Elsewhere.Km) {
			t.Errorf("%v", alerts)
		}
		clock.Add(time.Minute)
		late := here.reading(pass, 10*time.Minute) // read before, sent after
		if got := shown(here.send(late).Results[0]); got != "look [seen-elsewhere used-again] !" {
			t.Errorf("a reading that comes late: %s", got)
		}
		clock.Add(6 * time.Hour)
		here.want("six hours later", "go []", here.reading(pass, 0))
	})
}

// A reading that is sent again is answered alike, and nothing happens twice.
func TestSendingAgain(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		pass := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		good, bad := l.reading(pass, 0), l.reading(anlo.NewID(clock.Now()), 0)
		good.Decision, bad.Decision = "", ""
		judged := 0
		a.OnJudged = func(anlo.Outcome) { judged++ }
		first := l.send(good, bad, good)
		clock.Add(time.Minute)
		again := l.send(bad, good)
		for i, known := range []bool{false, false, true} {
			if first.Results[i].Known != known {
				t.Errorf("result %d: %+v", i, first.Results[i])
			}
		}
		if !again.Results[0].Known || !again.Results[0].Alert || again.Results[1].Alert {
			t.Errorf("%+v", again.Results)
		}
		if n := len(alertsAt(t, a, l)); n != 1 || judged != 2 {
			t.Errorf("%d alerts, %d judged", n, judged)
		}
		if n, err := a.Store.AuditCount(t.Context(), anlo.ActJudge); n != 1 || err != nil {
			t.Errorf("%d audit entries of one person, %v", n, err)
		}
	})
}

func TestClocksAreWrong(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		pass := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).Passes[0].ID
		clock.Add(time.Hour)
		for name, c := range map[string]struct{ ahead, ago time.Duration }{
			"five hours ahead":  {5 * time.Hour, 20 * time.Minute},
			"five hours behind": {-5 * time.Hour, 20 * time.Minute},
			"a year ahead":      {365 * 24 * time.Hour, 20 * time.Minute},
		} {
			r := l.reading(pass, c.ago)
			r.At = r.At.Add(c.ahead)
			if _, err := a.KeepScans(t.Context(), l.by, app.ScanBatch{SentAt: clock.Now().Add(c.ahead), Readings: []app.Reading{r}}); err != nil {
				t.Fatal(err)
			}
			if at := recorded(t, a, r.ID); !at.Equal(clock.Now().Add(-c.ago)) {
				t.Errorf("%s: read at %v, want %v", name, at, clock.Now().Add(-c.ago))
			}
		}
		r := l.reading(pass, 0)
		r.At = r.At.AddDate(1, 0, 0) // by a clock that was put right before it was sent
		l.send(r)
		if at := recorded(t, a, r.ID); !at.Equal(clock.Now()) {
			t.Errorf("next year: read at %v", at)
		}
	})
}

// recorded is when a reading was made, as it was kept.
func recorded(t *testing.T, a *app.App, id anlo.ID) time.Time {
	t.Helper()
	scans, err := a.Store.RecentScans(t.Context(), []int64{a.Seal.Index("person", anlotest.Declaration(a.Now(), anlotest.An).Travellers[0].Document.Key())}, time.UnixMilli(0), a.Now().AddDate(2, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scans {
		if s.ID == id {
			return s.At
		}
	}
	t.Fatalf("%s was not kept", id)
	return time.Time{}
}

func TestDeviceSaysHowItIs(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		issued := clock.Now().Add(-time.Hour)
		if _, err := a.KeepScans(t.Context(), l.by, app.ScanBatch{SentAt: clock.Now(), BundleAt: issued, Waiting: 12}); err != nil {
			t.Fatal(err)
		}
		devices, err := a.Devices(t.Context(), anlo.Actor{Role: anlo.Operator})
		if err != nil || len(devices) != 1 {
			t.Fatal(devices, err)
		}
		if s := devices[0].Sync; !s.At.Equal(clock.Now()) || !s.BundleAt.Equal(issued) || s.Waiting != 12 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWatchPost(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		post := l.by.Device.Checkpoint.ID
		head := officer(anlo.CheckpointOfficer, baDinh)
		ctx, stop := context.WithCancel(t.Context())
		changed, ended := make(chan struct{}, 100), make(chan error, 1)
		go func() {
			ended <- a.WatchPost(ctx, head, post, func() { changed <- struct{}{} })
		}()
		for range 2 {
			<-changed // the test's own time limit ends this
			clock.Add(time.Second)
			other := l.reading(anlo.ID{}, 0, anlo.ReasonForged)
			other.Kind = anlo.ReadOther
			l.send(other)
		}
		<-changed
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for _, by := range []anlo.Actor{officer(anlo.CheckpointOfficer, haiChau), officer(anlo.CommuneOfficer, baDinh), anlotest.Citizen} {
			if err := a.WatchPost(t.Context(), by, post, func() {}); err == nil {
				t.Errorf("%s in %s watches", by.Role, by.Area)
			}
		}
	})
}

// The figures of a month ago go, those of today stay.
func TestPrunePosts(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		l := newPost(t, a, clock, "Pháp Vân", baDinh)
		read := func(ago time.Duration) {
			r := l.reading(anlo.ID{}, ago, anlo.ReasonForged)
			r.Kind = anlo.ReadOther
			l.send(r)
		}
		minutes := func() int {
			rows, err := a.Store.PostMinutes(t.Context(), l.by.Device.Checkpoint.ID, 0)
			if err != nil {
				t.Fatal(err)
			}
			return len(rows)
		}
		read(0)
		today := minutes()
		read(31 * 24 * time.Hour)
		if n := minutes(); n != 2*today {
			t.Fatalf("%d rows, want %d", n, 2*today)
		}
		if err := a.PrunePosts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := minutes(); n != today {
			t.Errorf("%d rows are left, want %d", n, today)
		}
	})
}
