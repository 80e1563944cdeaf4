package anlo_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anlo"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "ms"))
		id := anlo.NewID(at)
		if !id.Time().Equal(at) {
			t.Fatalf("time %v, want %v", id.Time(), at)
		}
		back, err := anlo.ParseID(id.String())
		if err != nil || back != id {
			t.Fatalf("%v %v", back, err)
		}
		if s := id.String(); s[14] != '7' || !strings.Contains("89ab", s[19:20]) {
			t.Fatalf("%s is not a UUID of version 7", s)
		}
	})
	for _, bad := range []string{"", "x", strings.Repeat("0", 36), "018F0000-0000-7000-8000-000000000000", "018f0000-0000-7000-8000-00000000000g"} {
		if _, err := anlo.ParseID(bad); !errors.Is(err, anlo.ErrBadID) {
			t.Errorf("%q was taken for an identifier", bad)
		}
	}
}

// Two passes have the same identifier only when they were issued in the same
// second with the same random bytes.
func TestPassIDKeepsAllOfItsParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 1<<36).Draw(t, "at"), 0)
		var a, b [8]byte
		copy(a[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "cti"))
		b = a
		b[rapid.IntRange(0, 7).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if anlo.PassID(at, a) == anlo.PassID(at, b) {
			t.Fatalf("%x and %x share an identifier", a, b)
		}
		if anlo.PassID(at, a) == anlo.PassID(at.Add(time.Second), a) {
			t.Fatal("the second is lost")
		}
	})
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"1990-01-31": "1990-01-31", "1990": "1990", "31/1/1990": "1990-01-31", "31.01.1990": "1990-01-31", "31011990": "1990-01-31", "31321990": "", "1 2 1990": "1990-02-01",
		"30/2/1990": "", "31/01/90": "", "1990-13-01": "", "0000": "", "": "", "abc": "", "٣١/٠١/١٩٩٠": "",
	} {
		d, err := anlo.ParseDateTyped(in)
		if got := d.String(); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestDocuments(t *testing.T) {
	for in, want := range map[string]string{
		"001090123456": "", "001 090 123 456": "", "012345678": "", "01234567890": "id-number.length", "0010901234567": "id-number.length",
		"": "id-number.malformed", "00109012345X": "id-number.malformed",
	} {
		_, err := anlo.ParseIDNumber(in)
		if code(err) != want {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
	if d, err := anlo.ParsePassport(" c1234567 ", "vn"); err != nil || d.Key() != "VN:C1234567" {
		t.Errorf("%v %v", d, err)
	}
	if d, _ := anlo.ParseIDNumber("001090123456"); strings.Contains(d.String(), "0010") {
		t.Error("a number shows in a log")
	}
}

func code(err error) string {
	var e *anlo.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// valid is a declaration without fault.
func valid() anlo.Declaration {
	place := anlo.UnitRef{List: "vn-2026", Code: "00004"}
	return anlo.Declaration{
		Travellers: []anlo.Traveller{{Person: anlo.Person{
			Document: anlo.Document{Kind: anlo.CCCD, Number: "001090123456", Country: "VN"}, FullName: "Nguyễn Văn An",
			BirthDate: anlo.Date{Year: 1990, Month: 1, Day: 31}, Sex: anlo.Male, Nationality: "VN", Phone: "0912345678",
			Permanent: anlo.Residence{Commune: place, Address: "Số 1 Phan Đình Phùng"},
		}}},
		Trip: anlo.Trip{Origin: anlo.Residence{Commune: place}, Destination: anlo.Residence{Commune: place}, DepartsAt: noon,
			Vehicle: anlo.Vehicle{Kind: anlo.Car, Plate: "29A12345"}, Purpose: anlo.Work},
	}
}

func TestCheck(t *testing.T) {
	known := func(u anlo.UnitRef) bool { return u.Code == "00004" }
	for name, c := range map[string]struct {
		spoil func(d *anlo.Declaration)
		want  string // field: code
	}{
		"nothing":          {func(d *anlo.Declaration) {}, ""},
		"nobody":           {func(d *anlo.Declaration) { d.Travellers = nil }, "travellers: required"},
		"born tomorrow":    {func(d *anlo.Declaration) { d.Travellers[0].BirthDate = anlo.DateOf(noon.AddDate(0, 0, 1)) }, "travellers[0].date_of_birth: date.future"},
		"born in 1800":     {func(d *anlo.Declaration) { d.Travellers[0].BirthDate = anlo.Date{Year: 1800} }, "travellers[0].date_of_birth: date.long-ago"},
		"unknown commune":  {func(d *anlo.Declaration) { d.Trip.Destination.Commune.Code = "99999" }, "trip.destination.commune: commune.unknown"},
		"a year ahead":     {func(d *anlo.Declaration) { d.Trip.DepartsAt = noon.AddDate(1, 0, 0) }, "trip.departs_at: departure.far"},
		"companion twice":  {func(d *anlo.Declaration) { d.Travellers = append(d.Travellers, d.Travellers[0]) }, "travellers[1].id_number: traveller.twice"},
		"no plate":         {func(d *anlo.Declaration) { d.Trip.Vehicle.Plate = "" }, "trip.vehicle.plate: required"},
		"plate of smileys": {func(d *anlo.Declaration) { d.Trip.Vehicle.Plate = "☺☺☺☺" }, "trip.vehicle.plate: plate.malformed"},
		"name in digits":   {func(d *anlo.Declaration) { d.Travellers[0].FullName = "12345" }, "travellers[0].full_name: name.letters"},
		"reversed name":    {func(d *anlo.Declaration) { d.Travellers[0].FullName = "A\u202eB" }, "travellers[0].full_name: text.characters"},
		"broken UTF-8":     {func(d *anlo.Declaration) { d.Travellers[0].FullName = "A\xff" }, "travellers[0].full_name: text.characters"},
		"novel as a name":  {func(d *anlo.Declaration) { d.Travellers[0].FullName = strings.Repeat("a", 101) }, "travellers[0].full_name: text.long"},
		"symptom twice":    {func(d *anlo.Declaration) { d.Travellers[0].Health.Symptoms = []anlo.Symptom{anlo.Fever, anlo.Fever} }, "travellers[0].health.symptoms: choice.unknown"},
		"ten doses":        {func(d *anlo.Declaration) { n := 10; d.Travellers[0].Health.Doses = &n }, "travellers[0].health.doses: doses.range"},
		"tested tomorrow": {func(d *anlo.Declaration) {
			d.Travellers[0].Health.Test = &anlo.Test{Kind: anlo.PCR, Result: anlo.Negative, Taken: noon.AddDate(0, 0, 1)}
		}, "travellers[0].health.test.taken_at: date.future"},
		"half a temporary":   {func(d *anlo.Declaration) { d.Travellers[0].Temporary.Address = "x" }, "travellers[0].residence.temporary.commune: required"},
		"phone of letters":   {func(d *anlo.Declaration) { d.Travellers[0].Phone = "abcdefgh" }, "travellers[0].phone: phone.malformed"},
		"sixty-one in a bus": {func(d *anlo.Declaration) { d.Travellers = make([]anlo.Traveller, 61) }, "travellers: travellers.many"},
	} {
		t.Run(name, func(t *testing.T) {
			d := valid()
			c.spoil(&d)
			err := d.Check(noon, known)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var e *anlo.Error
			if !errors.As(err, &e) || !slices.ContainsFunc(e.Fields, func(f anlo.FieldError) bool { return f.Field+": "+f.Code == c.want }) {
				t.Fatalf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestNormalPhoneAndPlate(t *testing.T) {
	for in, want := range map[string]string{"+84 912 345 678": "0912345678", "0912.345.678": "0912345678", "+84(0)912345678": "0912345678", "+856 20 555 1234": "+856205551234"} {
		if got := anlo.NormalPhone(in); got != want {
			t.Errorf("phone %q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"29A-123.45": "29A12345", "29a 12345": "29A12345", "29LĐ-123.45": "29LĐ12345"} {
		if got := anlo.NormalPlate(in); got != want {
			t.Errorf("plate %q: %q, want %q", in, got, want)
		}
	}
}

func TestPermissionsAreRefusedByDefault(t *testing.T) {
	if (anlo.Actor{}).May(anlo.ActDeclare) || (anlo.Actor{Role: anlo.Citizen}).May(anlo.ActJudge) || (anlo.Actor{Role: anlo.CheckpointOfficer}).May(anlo.ActReadOwn) {
		t.Error("somebody may do what they may not")
	}
}
