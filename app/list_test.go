package app_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

func coach(now time.Time) app.ListTrip {
	d := anlotest.Declaration(now)
	d.Trip.Vehicle = anlo.Vehicle{Kind: anlo.Bus}
	return app.ListTrip{Trip: d.Trip, Healthy: true}
}

func listRow(line int, p anlo.Registered, plate string) app.ListRow {
	return app.ListRow{Line: line, FullName: p.FullName, IDNumber: p.Number, DateOfBirth: p.BirthDate.Typed(), Phone: "0912 345 678",
		Commune: "ba dinh ha noi", Address: p.Permanent.Address, Plate: plate, Seat: fmt.Sprint(line)}
}

func summary(l app.List) string {
	var parts []string
	for _, v := range l.Vehicles {
		parts = append(parts, fmt.Sprint(v.Declaration.Trip.Vehicle.Plate, v.Lines, v.Failed))
	}
	for _, r := range l.Rejected {
		parts = append(parts, fmt.Sprint(r.Line, r.Faults))
	}
	return strings.Join(parts, " ")
}

// One bad row keeps nobody else from travelling, and each vehicle has a code.
func TestList(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		wrong := listRow(4, anlotest.Binh, "29B-111.11")
		wrong.IDNumber, wrong.DateOfBirth = "12", "31/02/1990"
		driver := listRow(5, anlotest.Binh, "29B 222.22")
		rows := []app.ListRow{listRow(2, anlotest.An, "29B-111.11"), listRow(3, anlotest.An, "29B 222.22"), wrong, driver}
		trip := coach(clock.Now())
		const want = "29B11111[2] 29B22222[5] 3 [{id_number traveller.twice}] 4 [{id_number id-number.length} {date_of_birth date.malformed}]"
		l, err := a.ReadList(anlotest.Citizen, trip, rows)
		if err != nil || summary(l) != want || l.In() != 4 || l.Accepted() != 2 {
			t.Errorf("%v\n%s\nwant\n%s", err, summary(l), want)
		}
		done, err := a.DeclareList(t.Context(), anlotest.Citizen, trip, rows, "key")
		if err != nil || summary(done) != want {
			t.Fatalf("%v\n%s", err, summary(done))
		}
		for _, v := range done.Vehicles {
			if got := judge(t, a, officer, v.Receipt.Passes[0].QR); got != "go []" {
				t.Errorf("%s: %s", v.Declaration.Trip.Vehicle.Plate, got)
			}
			owner, err := a.OpenLink(v.Receipt.ManageToken)
			if err != nil {
				t.Fatal(err)
			}
			if d, err := a.Declaration(t.Context(), owner); err != nil || !d.Declaration.OnBehalf {
				t.Errorf("%+v %v", d, err)
			}
		}
		clock.Add(time.Minute)
		again, err := a.DeclareList(t.Context(), anlotest.Citizen, trip, rows, "key")
		if err != nil || again.Vehicles[0].Receipt.ManageToken != done.Vehicles[0].Receipt.ManageToken || again.Vehicles[1].Receipt.ID != done.Vehicles[1].Receipt.ID {
			t.Errorf("a repetition declares anew: %v", err)
		}
		rows[0].Phone = "0987654321"
		if other, err := a.DeclareList(t.Context(), anlotest.Citizen, trip, rows, "key"); err != nil || summary(other) != strings.Replace(want, "[2]", "[2]idempotency.reused", 1) {
			t.Errorf("another list under the same key: %s %v", summary(other), err)
		}
	})
}

// A coach has one code for all who ride, in the order of the list.
func TestListOfACoach(t *testing.T) {
	a, clock := anlotest.App(t)
	anlotest.Register(t, a)
	rows := []app.ListRow{listRow(2, anlotest.An, ""), listRow(3, anlotest.Binh, "")}
	rows[1].Symptoms, rows[1].Contact = "Sốt, ho", "có"
	l, err := a.DeclareList(t.Context(), anlotest.Citizen, coach(clock.Now()), rows, "")
	if err != nil || len(l.Vehicles) != 1 || l.Vehicles[0].Receipt.PartyPass == nil {
		t.Fatalf("%+v %v", l, err)
	}
	v := l.Vehicles[0]
	binh := v.Declaration.Travellers[1]
	if fmt.Sprintf("%v %v %v %s %s", v.Seats, binh.Health.Symptoms, binh.Health.ContactWithCase, binh.Sex, binh.Phone) != "[2 3] [fever cough] true female 0912345678" {
		t.Errorf("%v %+v %s", v.Seats, binh.Health, binh.Sex)
	}
	if got := offline(t, a, v.Receipt.PartyPass.QR, clock.Now()); got != "go []" {
		t.Errorf("%s", got)
	}
}

func TestListRows(t *testing.T) {
	a, clock := anlotest.App(t)
	base := listRow(2, anlotest.An, "")
	for _, c := range []struct {
		name   string
		change func(*app.ListRow, *app.ListTrip)
		want   string // a fault, or what was read
	}{
		{"a number that lost its zeros", func(r *app.ListRow, _ *app.ListTrip) { r.IDNumber = "1090123456" }, "001090123456 male 00004"},
		{"a number that was rounded", func(r *app.ListRow, _ *app.ListTrip) { r.IDNumber = "1.09012E+11" }, "[{id_number list.rounded}]"},
		{"a phone that lost its zero", func(r *app.ListRow, _ *app.ListTrip) { r.Phone = "912345678" }, "001090123456 male 00004"},
		{"a passport", func(r *app.ListRow, _ *app.ListTrip) { r.IDNumber, r.Nationality, r.Sex = "p123456", "la", "Nam" }, "P123456 male 00004"},
		{"an old card says no sex", func(r *app.ListRow, _ *app.ListTrip) { r.IDNumber = "012345678" }, "[{sex required}]"},
		{"an old card", func(r *app.ListRow, _ *app.ListTrip) { r.IDNumber, r.Sex = "012345678", "NỮ" }, "012345678 female 00004"},
		{"a sex of no such name", func(r *app.ListRow, _ *app.ListTrip) { r.Sex = "?!a" }, "[{sex choice.unknown}]"},
		{"a code", func(r *app.ListRow, _ *app.ListTrip) { r.Commune = "00008" }, "001090123456 male 00008"},
		{"a commune of the old list", func(r *app.ListRow, _ *app.ListTrip) {
			r.Commune = "Phường Phúc Xá, Quận Ba Đình, Thành phố Hà Nội"
		}, "001090123456 male 00097"},
		{"an address that ends with it", func(r *app.ListRow, _ *app.ListTrip) {
			r.Commune, r.Address = "", "Số 1, Phúc Xá, Ba Đình, Hà Nội"
		}, "001090123456 male 00097"},
		{"several of the name", func(r *app.ListRow, _ *app.ListTrip) { r.Commune = "tân an" }, "[{commune commune.choose}]"},
		{"no such commune", func(r *app.ListRow, _ *app.ListTrip) { r.Commune = "xyzzy" }, "[{commune commune.unknown}]"},
		{"nothing", func(r *app.ListRow, _ *app.ListTrip) { *r = app.ListRow{Line: 2} },
			"[{commune required} {id_number required} {full_name required} {date_of_birth required} {sex required} {address required}]"},
		{"ill, but how", func(r *app.ListRow, _ *app.ListTrip) { r.Symptoms = "có" }, "[{symptoms list.symptoms}]"},
		{"ill of something", func(r *app.ListRow, _ *app.ListTrip) { r.Symptoms = "sốt, buồn" }, "[{symptoms list.symptoms}]"},
		{"asked and well", func(r *app.ListRow, l *app.ListTrip) { r.Symptoms, r.Contact, l.Healthy = "không", "Không", false }, "001090123456 male 00004"},
		{"perhaps in contact", func(r *app.ListRow, _ *app.ListTrip) { r.Contact = "?a" }, "[{contact choice.unknown}]"},
		{"a truck without a plate", func(_ *app.ListRow, l *app.ListTrip) { l.Vehicle.Kind = anlo.Truck }, "[{plate required}]"},
		{"a plate that is none", func(r *app.ListRow, _ *app.ListTrip) { r.Plate = "!" }, "[{plate plate.malformed}]"},
		{"control characters", func(r *app.ListRow, _ *app.ListTrip) { r.Address = "a\u202eb" }, "001090123456 male 00004"},
	} {
		row, trip := base, coach(clock.Now())
		c.change(&row, &trip)
		l, err := a.ReadList(anlotest.Citizen, trip, []app.ListRow{row})
		got := fmt.Sprint(err)
		switch {
		case err == nil && len(l.Rejected) == 1:
			got = fmt.Sprint(l.Rejected[0].Faults)
		case err == nil:
			p := l.Vehicles[0].Declaration.Travellers[0]
			got = fmt.Sprint(p.Document.Number, " ", p.Sex, " ", p.Permanent.Commune.Code)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestListIsRefused(t *testing.T) {
	a, clock := anlotest.App(t)
	row := listRow(2, anlotest.An, "")
	for _, c := range []struct {
		name   string
		change func(*app.ListTrip)
		rows   []app.ListRow
		want   string
	}{
		{"nobody", func(*app.ListTrip) {}, nil, "invalid (rows: required)"},
		{"too many", func(*app.ListTrip) {}, make([]app.ListRow, app.MaxListRows+1), "invalid (rows: file.rows)"},
		{"nobody was asked", func(l *app.ListTrip) { l.Healthy = false }, []app.ListRow{row}, "invalid (healthy: list.health)"},
		{"no trip", func(l *app.ListTrip) { l.Trip = anlo.Trip{} }, []app.ListRow{row},
			"invalid (trip.origin.commune: required, trip.destination.commune: required, trip.departs_at: required, trip.vehicle.kind: required, trip.reason: required)"},
	} {
		trip := coach(clock.Now())
		c.change(&trip)
		if _, err := a.DeclareList(t.Context(), anlotest.Citizen, trip, c.rows, ""); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := a.DeclareList(t.Context(), anlo.Actor{Role: anlo.Auditor}, coach(clock.Now()), []app.ListRow{row}, ""); !errors.Is(err, anlo.ErrForbidden) {
		t.Errorf("an auditor declares: %v", err)
	}
}

// A list has no more vehicles than may be, and a vehicle no more travellers;
// what is too much stays behind, each with its reason.
func TestListIsBounded(t *testing.T) {
	a, clock := anlotest.App(t)
	var rows []app.ListRow
	for i := range anlo.MaxTravellers + 2 {
		row := listRow(i+2, anlotest.An, "29B11111")
		row.IDNumber = fmt.Sprintf("0010901%05d", i)
		rows = append(rows, row)
	}
	for i := range app.MaxListVehicles {
		row := listRow(100+i, anlotest.An, fmt.Sprintf("29C%05d", i))
		row.IDNumber = fmt.Sprintf("0010902%05d", i)
		rows = append(rows, row)
	}
	l, err := a.ReadList(anlotest.Citizen, coach(clock.Now()), rows)
	if err != nil || len(l.Vehicles) != app.MaxListVehicles || l.In() != len(rows) {
		t.Fatalf("%d vehicles, %d of %d rows, %v", len(l.Vehicles), l.In(), len(rows), err)
	}
	l.Vehicles = nil
	if got, want := summary(l), "62 [{plate list.full}] 63 [{plate list.full}] 149 [{plate list.vehicles}]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
