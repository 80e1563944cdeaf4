package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/credential"
)

// twins runs f with two processes on one database.
func twins(t *testing.T, f func(t *testing.T, a, b *app.App, clock *anlotest.Clock)) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		clock, master := anlotest.NewClock(), filepath.Join(t.TempDir(), "master.key")
		same := func(c *app.Config) { c.RootKey, c.MasterKey, c.Now = root, master, clock.Now }
		a, _ := anlotest.AppOn(t, url, same)
		b, _ := anlotest.AppOn(t, url, same)
		f(t, a, b, clock)
	})
}

func refresh(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.RefreshBundle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func bundleOf(t *testing.T, a *app.App, at time.Time) *credential.Bundle {
	t.Helper()
	data, _, err := a.Bundle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := credential.OpenBundle(data, a.Root, at)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What one process withdraws signs nothing in another after its next refresh,
// and the scanners of that one hear of it.
func TestKeyWithdrawnByAnotherProcess(t *testing.T) {
	twins(t, func(t *testing.T, a, b *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		operator := anlo.Actor{Role: anlo.Operator}
		before := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		seen := bundleOf(t, a, clock.Now())
		keys, err := b.Keys(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys { // what signs passes, and what signs bundles
			if err := b.Withdraw(t.Context(), operator, k.KID); err != nil {
				t.Fatal(err)
			}
		}
		clock.Add(5 * time.Second)
		refresh(t, a)
		if got := offline(t, a, before.Passes[0].QR, clock.Now()); got != "stop [key-unknown]" {
			t.Errorf("signed by the withdrawn key: %s", got)
		}
		if err := bundleOf(t, a, clock.Now()).Newer(seen); err != nil {
			t.Errorf("a scanner refuses the new bundle: %v", err)
		}
		after := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.Binh))
		for name, process := range map[string]*app.App{"the one": a, "the other": b} {
			refresh(t, process)
			if got := offline(t, process, after.Passes[0].QR, clock.Now()); got != "go []" {
				t.Errorf("signed afterwards, judged by %s: %s", name, got)
			}
		}
	})
}

// An old process that signs its own bundles does not bring a key back.
func TestRefreshesOfTwoProcessesAgree(t *testing.T) {
	twins(t, func(t *testing.T, a, b *app.App, clock *anlotest.Clock) {
		operator := anlo.Actor{Role: anlo.Operator}
		if err := b.Rotate(t.Context(), operator, 0); err != nil {
			t.Fatal(err)
		}
		clock.Add(5 * time.Second)
		newest := bundleOf(t, b, clock.Now())
		for range 3 {
			clock.Add(11 * time.Minute)
			for _, process := range []*app.App{a, b} {
				refresh(t, process)
				next := bundleOf(t, process, clock.Now())
				if err := next.Newer(newest); err != nil {
					t.Fatalf("version %d of keys %d after %d of %d: %v", next.Version, next.Keys.Version, newest.Version, newest.Keys.Version, err)
				}
				newest = next
			}
		}
	})
}

func TestPassRevokedByAnotherProcess(t *testing.T) {
	twins(t, func(t *testing.T, a, b *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		owner, err := b.OpenLink(r.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		clock.Add(5 * time.Second)
		refresh(t, a)
		if got := offline(t, a, r.Passes[0].QR, clock.Now()); got != "stop [revoked]" {
			t.Errorf("cancelled elsewhere: %s", got)
		}
	})
}

// Ngọc Hà, where tests go, lies in Hà Nội.
func TestZones(t *testing.T) {
	twins(t, func(t *testing.T, a, b *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer := anlo.Actor{Role: anlo.HealthOfficer, Area: hanoi, Staff: anlo.NewID(clock.Now())}
		r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		judged := func() string { return offline(t, a, r.Passes[0].QR, clock.Now()) }
		z, err := b.SetZone(t.Context(), officer, ngocHa, 3, time.Time{}, time.Time{}, " QĐ 12 ")
		if err != nil {
			t.Fatal(err)
		}
		if got := judged(); got != "go []" {
			t.Errorf("before the process looks: %s", got)
		}
		clock.Add(5 * time.Second)
		refresh(t, a)
		if got := judged(); got != "look [zone]" {
			t.Errorf("in a zone: %s", got)
		}
		zones, err := a.Zones(t.Context(), officer)
		if err != nil || len(zones) != 1 || zones[0] != z || z.Why != "QĐ 12" || z.By != officer.Staff || z.State(clock.Now()) != "now" {
			t.Errorf("%+v, want %+v: %v", zones, z, err)
		}
		if err := a.EndZone(t.Context(), officer, z.ID); err != nil {
			t.Fatal(err)
		}
		if got := judged(); got != "go []" {
			t.Errorf("after its end, in the process that ended it: %s", got)
		}
		if err := a.EndZone(t.Context(), officer, z.ID); !errors.Is(err, anlo.ErrNotFound) {
			t.Errorf("ended twice: %v", err)
		}

		// A province is all of its communes, from a moment on.
		from := clock.Now().Add(time.Hour).Truncate(time.Second)
		if _, err := a.SetZone(t.Context(), officer, hanoi, 4, from, from.Add(12*time.Hour), "QĐ 13"); err != nil {
			t.Fatal(err)
		}
		if got, want := len(bundleOf(t, a, clock.Now()).Zones), len(a.Units.Children("vn-2026", hanoi.Code)); got != want || want < 100 {
			t.Errorf("%d communes in the bundle, %d in the province", got, want)
		}
		for _, at := range []struct {
			after time.Duration
			want  string
		}{{0, "go []"}, {time.Hour, "look [zone]"}, {13 * time.Hour, "go []"}} {
			if got := offline(t, a, r.Passes[0].QR, from.Add(at.after-time.Hour)); got != at.want {
				t.Errorf("after %v: %s, want %s", at.after, got, at.want)
			}
		}
		log, err := a.SearchAudit(t.Context(), anlo.Actor{Role: anlo.Auditor, Staff: officer.Staff}, app.AuditQuery{Action: anlo.ActZones})
		if err != nil || len(log.Items) != 3 {
			t.Errorf("%d entries in the audit, want 3: %v", len(log.Items), err)
		}
	})
}

func TestZonesAreRefused(t *testing.T) {
	a, clock := anlotest.App(t)
	officer := anlo.Actor{Role: anlo.HealthOfficer, Area: hanoi}
	now := clock.Now()
	nowhere := anlo.UnitRef{List: "vn-2026", Code: "99999"}
	for _, c := range []struct {
		name        string
		by          anlo.Actor
		unit        anlo.UnitRef
		level       int
		from, until time.Time
		why, want   string
	}{
		{"no unit", officer, anlo.UnitRef{}, 1, now, time.Time{}, "x", "invalid (unit: required)"},
		{"no such unit", officer, nowhere, 1, now, time.Time{}, "x", "invalid (unit: commune.unknown)"},
		{"of an old list", officer, anlo.UnitRef{List: "vn-63", Code: "00001"}, 1, now, time.Time{}, "x", "invalid (unit: commune.unknown)"},
		{"no level", officer, ngocHa, 0, now, time.Time{}, "x", "invalid (level: zone.level)"},
		{"too grave", officer, ngocHa, 5, now, time.Time{}, "x", "invalid (level: zone.level)"},
		{"over before it begins", officer, ngocHa, 1, now, now, "x", "invalid (until: zone.until)"},
		{"over already", officer, ngocHa, 1, now.Add(-2 * time.Hour), now.Add(-time.Hour), "x", "invalid (until: zone.until)"},
		{"for ever", officer, ngocHa, 1, now, now.AddDate(5, 0, 0), "x", "invalid (until: zone.far)"},
		{"in years", officer, ngocHa, 1, now.AddDate(5, 0, 0), time.Time{}, "x", "invalid (from: zone.far)"},
		{"no reason", officer, ngocHa, 1, now, time.Time{}, " ", "invalid (why: required)"},
		{"in another province", officer, haiChau, 1, now, time.Time{}, "x", "forbidden"},
		{"by a commune officer", anlo.Actor{Role: anlo.CommuneOfficer, Area: ngocHa}, ngocHa, 1, now, time.Time{}, "x", "forbidden"},
	} {
		if _, err := a.SetZone(t.Context(), c.by, c.unit, c.level, c.from, c.until, c.why); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	z, err := a.SetZone(t.Context(), anlo.Actor{Role: anlo.Operator}, haiChau, 1, time.Time{}, time.Time{}, "x")
	if err != nil {
		t.Fatal(err)
	}
	if zones, err := a.Zones(t.Context(), officer); err != nil || len(zones) != 0 {
		t.Errorf("another province's zones are listed: %v %v", zones, err)
	}
	if err := a.EndZone(t.Context(), officer, z.ID); !errors.Is(err, anlo.ErrNotFound) {
		t.Errorf("another province's zone is ended: %v", err)
	}
}
