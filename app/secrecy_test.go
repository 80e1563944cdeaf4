package app_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

// planted is somebody whose data must not be found anywhere.
var planted = anlo.Registered{
	Number: "038187918273", OldNumber: "172839405", FullName: "Tôn Nữ Quỳnh Xuyến", BirthDate: anlo.Date{Year: 1987, Month: 3, Day: 29}, Sex: anlo.Female,
	Household: "HO-PLANTED-7", Permanent: anlo.Residence{Commune: anlotest.An.Permanent.Commune, Address: "Ngách 77/8 Ngõ Trời Xanh"},
	Temporary: anlo.Residence{Commune: anlotest.An.Permanent.Commune, Address: "Lán 9 Bãi Phù Sa"},
}

// markers are pieces of it, in the ways in which they might be kept.
var markers = []string{"038187918273", "172839405", "Xuyến", "Xuyen", "xuyen", "XUYEN", "Quỳnh", "1987-03-29", "29/03/1987", "29031987",
	"0987612345", "987612345", "30H98765", "Trời Xanh", "troi xanh", "Phù Sa", "Chợ Mơ Ước", "HO-PLANTED-7", "Ghi chú bí mật", "7Q7Q7Q7Q", "7Q7Q-7Q7Q"}

func TestNothingPersonalIsOnDisk(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		var log bytes.Buffer
		sealed := filepath.Join(t.TempDir(), "audit-log")
		texts := &notify.Console{}
		a, clock := anlotest.AppOn(t, url, func(c *app.Config) { c.AuditLog, c.Texter = sealed, texts }, anlotest.WithLog(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		useEverything(t, a, clock)
		clock.Add(2 * time.Second)
		if err := a.SealAudit(t.Context()); err != nil {
			t.Fatal(err)
		}
		files := databaseFiles(t, a, url)
		if n := find(t, files, "Pháp Vân"); n == 0 {
			t.Fatal("the search does not even find what is there in the clear")
		}
		if len(texts.Last()) == 0 {
			t.Fatal("nobody was sent a text")
		}
		code := codeIn.FindString(texts.Last()[0].Body)
		for _, m := range append(slices.Clone(markers), code, strings.ReplaceAll(code, "-", ""), "AN LO: ma di duong") {
			if n := find(t, files, m) + find(t, sealed, m); n > 0 {
				t.Errorf("%q lies in %d places of the database's files", m, n)
			}
			if strings.Contains(log.String(), m) {
				t.Errorf("%q is in the log", m)
			}
		}
	})
}

// useEverything takes the planted person through every use-case.
func useEverything(t *testing.T, a *app.App, clock *anlotest.Clock) {
	t.Helper()
	ctx := t.Context()
	if err := a.KeepRegistered(ctx, anlo.Actor{Role: anlo.Operator}, []anlo.Registered{planted, anlotest.An}); err != nil {
		t.Fatal(err)
	}
	officer, _ := anlotest.Post(t, a)
	d := anlotest.Declaration(clock.Now(), planted, anlotest.An)
	d.Travellers[0].Phone = "0987612345"
	d.Travellers[0].Temporary = planted.Temporary
	d.Travellers[0].Health.Places = []string{"Chợ Mơ Ước"}
	d.Trip.Vehicle.Plate = "30H98765"
	d.Trip.Destination.Address = planted.Permanent.Address
	d.Trip.Note = "Ghi chú bí mật"
	r, err := a.Declare(ctx, anlotest.Citizen, d, "key-of-038187918273")
	if err != nil {
		t.Fatal(err)
	}
	owner, err := a.OpenLink(r.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(r.Passes, *r.PartyPass) {
		if _, err := a.Judge(ctx, officer, p.QR, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	deliver(t, a, officer)
	useWithoutAPhone(t, a, owner, officer)
	followUp(t, a, owner)
	clock.Add(time.Minute)
	d.Travellers[0].FullName = "Tôn Nữ Xuyến"
	if _, err := a.Change(ctx, owner, d); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Declaration(ctx, owner); err != nil {
		t.Fatal(err)
	}
	bad := d
	bad.Trip.Vehicle.Plate = ""
	if _, err := a.Change(ctx, owner, bad); err == nil {
		t.Fatal("a wrong correction was taken")
	}
	if err := a.Cancel(ctx, owner); err != nil {
		t.Fatal(err)
	}
	bad.Trip.Vehicle.Plate, bad.Travellers = "30H98765", bad.Travellers[:1]
	assisted, err := a.DeclareFor(ctx, officer, bad, "for-038187918273")
	if err != nil {
		t.Fatal(err)
	}
	reference, err := a.SlipReference(officer, assisted.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.AssistedPass(ctx, officer, reference); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ConfirmWaiting(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Route(ctx); err != nil {
		t.Fatal(err)
	}
}

// deliver has a scanner send that it read the planted person's card alone, and a
// short code: one that is judged, and one of long ago.
func deliver(t *testing.T, a *app.App, by anlo.Actor) {
	t.Helper()
	var b app.ScanBatch
	b.SentAt = a.Now()
	for _, ago := range []time.Duration{0, time.Hour} {
		for kind, reading := range map[anlo.ScanKind]app.Reading{
			anlo.ReadCard: {Card: anlo.Document{Kind: anlo.CCCD, Number: planted.Number, Country: "VN"}},
			anlo.ReadCode: {Code: "7Q7Q7Q7Q"},
		} {
			reading.Scan = anlo.Scan{ID: anlo.NewID(a.Now()), Kind: kind, At: a.Now().Add(-ago), People: 1,
				Verdict: anlo.Verdict{Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonNotChecked}}}
			b.Readings = append(b.Readings, reading)
			a.Log.Info("a reading", "reading", reading, "text", fmt.Sprint(reading), "value", fmt.Sprintf("%+v", b.Readings))
		}
	}
	if r, err := a.KeepScans(t.Context(), by, b); err != nil || len(r.Results) != 4 || r.Results[0].Refused != nil || r.Results[1].Refused != nil {
		t.Fatal(r, err)
	}
}

// useWithoutAPhone has the code sent, and looks the planted person up by their
// card.
func useWithoutAPhone(t *testing.T, a *app.App, owner, officer anlo.Actor) {
	t.Helper()
	if !a.Texts() {
		return
	}
	if err := a.TextOwn(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	send(t, a)
	if _, _, err := a.LookUp(t.Context(), officer, app.Sought{Number: planted.Number}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.JudgeTyped(t.Context(), officer, planted.Number); err != nil {
		t.Fatal(err)
	}
}

// followUp takes the planted person over the desk of the commune they go to.
func followUp(t *testing.T, a *app.App, owner anlo.Actor) {
	t.Helper()
	ctx := t.Context()
	if _, err := a.Route(ctx); err != nil {
		t.Fatal(err)
	}
	by := officer(anlo.CommuneOfficer, ngocHa)
	page, err := a.Desk(ctx, by, app.DeskQuery{Text: "quynh xuyen"})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%d found, %v", len(page.Items), err)
	}
	n := page.Items[0].Notice
	if _, err := a.Record(ctx, by, n.NoticeID); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reveal(ctx, by, n.NoticeID, anlo.PurposeComplaint); err != nil {
		t.Fatal(err)
	}
	today := anlo.DateOf(a.Now().In(anlo.Hanoi))
	for _, f := range []anlo.FollowUp{
		{Kind: anlo.DoVerify, Note: "Ghi chú bí mật"},
		{Kind: anlo.DoQuarantine, Protocol: "vn-2022-02", From: today, Until: today.AddDays(6), Note: "Lán 9 Bãi Phù Sa"},
		{Kind: anlo.DoCheckIn, Way: anlo.ByPhone, Note: "0987612345"},
		{Kind: anlo.DoReroute, To: haiChau, Note: "Tôn Nữ Quỳnh Xuyến"},
	} {
		if n, err = a.FollowUp(ctx, by, n.NoticeID, n.Version, f); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Monitoring(ctx, owner); err != nil {
		t.Fatal(err)
	}
}

func databaseFiles(t *testing.T, a *app.App, url string) string {
	if a.Store.Engine() == "sqlite" {
		return filepath.Dir(url)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	return anlotest.PostgresFolder()
}

func find(t *testing.T, dir, marker string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server is at work, and has removed it since
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		n += bytes.Count(data, []byte(marker))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Every use-case that touches personal data leaves a trace of who and why.
func TestEverythingIsAudited(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		useEverything(t, a, clock)
		for action, want := range map[anlo.Action]int64{
			anlo.ActDeclare:    2, // one for each traveller
			anlo.ActJudge:      5, // codes of passes, and cards that a scanner read alone
			anlo.ActChangeOwn:  4, // changed and cancelled, two travellers
			anlo.ActReadOwn:    1,
			anlo.ActDevices:    2,
			anlo.ActReadDesk:   3, // in a list; in a record with the companion
			anlo.ActReveal:     2,
			anlo.ActFollowUp:   2,
			anlo.ActDeclareFor: 2, // declared, and printed again
		} {
			if n, err := a.Store.AuditCount(t.Context(), action); n != want || err != nil {
				t.Errorf("%s: %d entries, %v; want %d", action, n, err, want)
			}
		}
	})
}
