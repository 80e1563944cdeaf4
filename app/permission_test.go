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

// useCases are what actors may ask for. Each is called so that an actor who may
// do it changes nothing: what comes after the permission is refused or empty.
func useCases(a *app.App, n anlo.NoticeID, commune anlo.UnitRef, post anlo.ID) []struct {
	name string
	call func(context.Context, anlo.Actor) error
} {
	follow := func(f anlo.FollowUp) func(context.Context, anlo.Actor) error {
		return func(ctx context.Context, by anlo.Actor) error {
			_, err := a.FollowUp(ctx, by, n, -1, f)
			return err
		}
	}
	today := anlo.DateOf(a.Now().In(anlo.Hanoi))
	return []struct {
		name string
		call func(context.Context, anlo.Actor) error
	}{
		{"Declare", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.Declare(ctx, by, anlo.Declaration{}, "")
			return err
		}},
		{"DeclareFor", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.DeclareFor(ctx, by, anlo.Declaration{}, "k")
			return err
		}},
		{"DeclareList", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.DeclareList(ctx, by, app.ListTrip{}, nil, "")
			return err
		}},
		{"LookUp", func(ctx context.Context, by anlo.Actor) error {
			_, _, err := a.LookUp(ctx, by, app.Sought{})
			return err
		}},
		{"Judge", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.Judge(ctx, by, "x", time.Time{})
			return err
		}},
		{"KeepScans", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.KeepScans(ctx, by, app.ScanBatch{})
			return err
		}},
		{"Desk", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.Desk(ctx, by, app.DeskQuery{Area: commune})
			return err
		}},
		{"Record", func(ctx context.Context, by anlo.Actor) error { _, err := a.Record(ctx, by, n); return err }},
		{"Reveal", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.Reveal(ctx, by, n, anlo.PurposeFollowUp)
			return err
		}},
		{"FollowUp verify", follow(anlo.FollowUp{Kind: anlo.DoVerify})},
		{"FollowUp check-in", follow(anlo.FollowUp{Kind: anlo.DoCheckIn, Way: anlo.ByPhone})},
		{"FollowUp test", follow(anlo.FollowUp{Kind: anlo.DoTest, Test: &anlo.Test{Kind: anlo.PCR, Result: anlo.Negative, Taken: a.Now()}})},
		{"FollowUp quarantine", follow(anlo.FollowUp{Kind: anlo.DoQuarantine, Protocol: "vn-2022-02", From: today, Until: today})},
		{"FollowUp reroute", follow(anlo.FollowUp{Kind: anlo.DoReroute, To: haiChau})},
		{"FollowUp escalate", follow(anlo.FollowUp{Kind: anlo.DoEscalate, Note: "x"})},
		{"ExportDesk", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.ExportDesk(ctx, by, app.DeskQuery{Area: commune}, func(app.DeskItem) error { return nil })
			return err
		}},
		{"Changes", func(ctx context.Context, by anlo.Actor) error { _, _, err := a.Changes(ctx, by, "x", 1); return err }},
		{"Figures", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.Figures(ctx, by, app.FiguresQuery{Area: commune})
			return err
		}},
		{"ExportFigures", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.ExportFigures(ctx, by, app.FiguresQuery{Area: commune})
			return err
		}},
		{"MergeCommunes", func(ctx context.Context, by anlo.Actor) error { _, err := a.MergeCommunes(ctx, by); return err }},
		{"SearchAudit", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.SearchAudit(ctx, by, app.AuditQuery{})
			return err
		}},
		{"AuditFlags", func(ctx context.Context, by anlo.Actor) error { _, err := a.AuditFlags(ctx, by); return err }},
		{"Webhooks", func(ctx context.Context, by anlo.Actor) error { _, err := a.Webhooks(ctx, by); return err }},
		{"AddWebhook", func(ctx context.Context, by anlo.Actor) error {
			_, _, err := a.AddWebhook(ctx, by, "", "", anlo.UnitRef{})
			return err
		}},
		{"Zones", func(ctx context.Context, by anlo.Actor) error { _, err := a.Zones(ctx, by); return err }},
		{"SetZone", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.SetZone(ctx, by, commune, 0, time.Time{}, time.Time{}, "")
			return err
		}},
		{"AddCheckpoint", func(ctx context.Context, by anlo.Actor) error {
			_, err := a.AddCheckpoint(ctx, by, "", anlo.UnitRef{})
			return err
		}},
		{"Devices", func(ctx context.Context, by anlo.Actor) error { _, err := a.Devices(ctx, by); return err }},
		{"NewEnrolment", func(ctx context.Context, by anlo.Actor) error {
			_, _, err := a.NewEnrolment(ctx, by, post, "")
			return err
		}},
		{"Posts", func(ctx context.Context, by anlo.Actor) error { _, err := a.Posts(ctx, by); return err }},
		{"ReadPost", func(ctx context.Context, by anlo.Actor) error { _, err := a.ReadPost(ctx, by, post); return err }},
		{"CountQueue", func(ctx context.Context, by anlo.Actor) error { return a.CountQueue(ctx, by, post, -1) }},
		{"BeginSurge", func(ctx context.Context, by anlo.Actor) error { return a.BeginSurge(ctx, by, post, anlo.Surge{}) }},
		{"EndSurge", func(ctx context.Context, by anlo.Actor) error { return a.EndSurge(ctx, by, post) }},
		{"SetCardHours", func(ctx context.Context, by anlo.Actor) error { return a.SetCardHours(ctx, by, post, -1) }},
		{"KeepRegistered", func(ctx context.Context, by anlo.Actor) error { return a.KeepRegistered(ctx, by, nil) }},
		{"Keys", func(ctx context.Context, by anlo.Actor) error { _, err := a.Keys(ctx, by); return err }},
		{"Withdraw", func(ctx context.Context, by anlo.Actor) error { return a.Withdraw(ctx, by, "x") }},
	}
}

// Every use-case with every role, in the area of the notice and in another.
func TestWhoMayUseWhat(t *testing.T) {
	a, clock := anlotest.App(t)
	_, r := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	n := anlo.NoticeID{Commune: ngocHa, Declaration: r.ID}
	c, err := a.AddCheckpoint(t.Context(), anlo.Actor{Role: anlo.Operator}, "Ngọc Hà", ngocHa)
	if err != nil {
		t.Fatal(err)
	}
	areas := func(role anlo.Role) (own, other anlo.UnitRef) {
		switch role {
		case anlo.ProvinceSupervisor, anlo.HealthOfficer:
			return hanoi, anlo.UnitRef{List: "vn-2026", Code: "48"}
		case anlo.CommuneOfficer, anlo.CheckpointOfficer, anlo.Vaccinator:
			return ngocHa, haiChau
		}
		return anlo.UnitRef{}, anlo.UnitRef{}
	}
	roles := append([]anlo.Role{anlo.Citizen}, anlo.StaffRoles...)
	var b strings.Builder
	b.WriteString("# Which role may use what. yes: anywhere; area: in its own area only.\n")
	fmt.Fprintf(&b, "%-20s", "")
	for _, role := range roles {
		fmt.Fprintf(&b, " %s", role)
	}
	b.WriteByte('\n')
	for _, u := range useCases(a, n, ngocHa, c.ID) {
		fmt.Fprintf(&b, "%-20s", u.name)
		for _, role := range roles {
			may := func(area anlo.UnitRef) bool {
				by := anlo.Actor{Role: role, Area: area}
				if role != anlo.Citizen {
					by.Staff = anlo.NewID(clock.Now())
				}
				err := u.call(t.Context(), by)
				switch anlo.KindOf(err) {
				case anlo.Forbidden, anlo.NotFound:
					return false
				case anlo.Internal:
					if err != nil {
						t.Errorf("%s by %s: %v", u.name, role, err)
					}
				}
				return true
			}
			own, other := areas(role)
			cell := "-"
			switch here, there := may(own), may(other); {
			case here && there:
				cell = "yes"
			case here:
				cell = "area"
			case there:
				t.Errorf("%s: %s may do it elsewhere and not in the own area", u.name, role)
			}
			fmt.Fprintf(&b, " %-*s", len(role), cell)
		}
		b.WriteByte('\n')
	}
	anlotest.Golden(t, "testdata/who-may.golden.txt", b.String())
}
