package web

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/locale"
)

func newServer(t testing.TB) *server {
	a, _ := anlotest.App(t)
	return &server{App: a}
}

// Correcting a declaration and sending it as it was changes nothing.
func TestDraftsLoseNothing(t *testing.T) {
	s := newServer(t)
	communes := s.Units.Children(s.UnitList, "01")
	rapid.Check(t, func(t *rapid.T) {
		commune := func(name string) anlo.UnitRef { return rapid.SampledFrom(communes).Draw(t, name).UnitRef }
		residence := func(name string) anlo.Residence {
			return anlo.Residence{Commune: commune(name), Address: rapid.StringMatching(`[A-Z][a-z]{1,8}( [0-9]{1,3})?`).Draw(t, name+" address")}
		}
		now := anlotest.Noon
		d := app.Declared{DeclaredAt: now, ExpiresAt: now.Add(anlo.PassLifetime)}
		decl := &d.Declaration
		decl.OnBehalf = rapid.Bool().Draw(t, "behalf")
		for i := range rapid.IntRange(1, 4).Draw(t, "people") {
			decl.Travellers = append(decl.Travellers, drawTraveller(t, i, residence))
		}
		lead := decl.Travellers[0].Person
		for i := range decl.Travellers[1:] {
			if rapid.Bool().Draw(t, "same home") {
				decl.Travellers[i+1].Permanent, decl.Travellers[i+1].Temporary = lead.Permanent, lead.Temporary
			}
		}
		decl.Trip = anlo.Trip{
			Origin: staysAt(lead), Destination: residence("to"), DepartsAt: now.Add(time.Duration(rapid.Int64Range(-24*3600, 14*24*3600).Draw(t, "departs")) * time.Second),
			Vehicle: anlo.Vehicle{Kind: rapid.SampledFrom(anlo.VehicleKinds).Draw(t, "vehicle")}, Purpose: rapid.SampledFrom(anlo.TripPurposes).Draw(t, "purpose"),
			Note: rapid.StringMatching(`([a-z]{3} [a-z]{2})?`).Draw(t, "note"),
		}
		if decl.Trip.Vehicle.Kind.NeedsPlate() {
			decl.Trip.Vehicle.Plate = rapid.StringMatching(`[0-9]{2}[A-Z][0-9]{5}`).Draw(t, "plate")
		}
		if rapid.Bool().Draw(t, "elsewhere") {
			decl.Trip.Origin = residence("from")
		}
		got, faults := s.read(s.draftOf(d, "link"), now.Add(20*time.Hour))
		if len(faults) > 0 {
			t.Fatalf("faults: %v", faults)
		}
		if diff := cmp.Diff(*decl, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" {
			t.Fatal(diff)
		}
	})
}

func drawTraveller(t *rapid.T, i int, residence func(string) anlo.Residence) anlo.Traveller {
	p := anlo.Traveller{Person: anlo.Person{
		FullName: rapid.SampledFrom([]string{"Nguyễn Văn An", "Đặng Thị Hoà", "H'Hen Niê"}).Draw(t, "name"), Sex: rapid.SampledFrom([]anlo.Sex{anlo.Male, anlo.Female, anlo.Other}).Draw(t, "sex"),
		BirthDate: anlo.Date{Year: rapid.IntRange(1930, 2020).Draw(t, "year")}, Nationality: "VN", Permanent: residence("home"),
		Document: anlo.Document{Kind: anlo.CCCD, Number: "00109012345" + string(rune('0'+i)), Country: "VN"},
	}}
	if rapid.Bool().Draw(t, "day known") {
		p.BirthDate.Month, p.BirthDate.Day = rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")
	}
	if rapid.Bool().Draw(t, "passport") {
		p.Nationality = "LA"
		p.Document = anlo.Document{Kind: anlo.Passport, Number: "PA12345" + string(rune('0'+i)), Country: "LA"}
	}
	if rapid.Bool().Draw(t, "phone") {
		p.Phone = "0912345678"
	}
	if rapid.Bool().Draw(t, "stays elsewhere") {
		p.Temporary = residence("stay")
	}
	h := &p.Health
	for _, s := range anlo.Symptoms {
		if rapid.Bool().Draw(t, string(s)) {
			h.Symptoms = append(h.Symptoms, s)
		}
	}
	h.ContactWithCase = rapid.Bool().Draw(t, "contact")
	for range rapid.IntRange(0, 3).Draw(t, "places") {
		h.Places = append(h.Places, rapid.StringMatching(`[A-Z][a-z]{2,9}`).Draw(t, "place"))
	}
	if rapid.Bool().Draw(t, "tested") {
		day := anlotest.Noon.In(locale.Zone).AddDate(0, 0, -rapid.IntRange(0, 300).Draw(t, "days ago"))
		h.Test = &anlo.Test{Kind: rapid.SampledFrom([]anlo.TestKind{anlo.PCR, anlo.Antigen}).Draw(t, "test"), Result: anlo.Negative,
			Taken: time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, locale.Zone)}
	}
	if rapid.Bool().Draw(t, "vaccinated") {
		n := rapid.IntRange(0, 9).Draw(t, "doses")
		h.Doses = &n
	}
	return p
}

// Whatever Check finds wrong, the form has a place to show it.
func TestEveryFaultHasAPlace(t *testing.T) {
	ten, now := 10, anlotest.Noon
	long := strings.Repeat("x", 400)
	wrong := anlo.Traveller{
		Person: anlo.Person{FullName: long, BirthDate: anlo.Date{Year: 3000}, Sex: "x", Nationality: "x", Phone: "x", Permanent: anlo.Residence{Address: long}, Temporary: anlo.Residence{Address: long}},
		Health: anlo.Health{Symptoms: []anlo.Symptom{"x"}, Places: append(make([]string, 25), long), Test: &anlo.Test{Kind: "x", Result: "x"}, Doses: &ten},
	}
	twice := wrong
	wrong.Document, twice.Document = anlo.Document{Kind: anlo.Passport, Number: "PA123456", Country: "LA"}, anlo.Document{Kind: anlo.Passport, Number: "PA123456", Country: "LA"}
	wrong.Health.Places[0] = long
	far := anlo.Trip{Origin: anlo.Residence{Address: long}, Destination: anlo.Residence{Address: long}, DepartsAt: now.AddDate(1, 0, 0),
		Vehicle: anlo.Vehicle{Kind: "x", Plate: "☺"}, Purpose: "x", Note: long}
	fields := map[string]bool{}
	for _, d := range []anlo.Declaration{{}, {Travellers: make([]anlo.Traveller, 61)}, {Travellers: []anlo.Traveller{wrong, twice}, Trip: far}, {Travellers: make([]anlo.Traveller, 2)}} {
		var e *anlo.Error
		if !errors.As(d.Check(now, func(anlo.UnitRef) bool { return false }), &e) {
			t.Fatal("a wrong declaration was found right")
		}
		form := newDraft()
		for range d.Travellers {
			form.People = append(form.People, answers{})
		}
		for _, f := range e.Fields {
			fields[f.Field] = true
			name, person := inputAt(f.Field, form)
			step := stepOf(name, person)
			found := step == "check" && name == "companions"
			for _, in := range inputsOf(step) {
				found = found || in.name == name
			}
			if !found {
				t.Errorf("%s: the form has no place for it (%s on %s)", f.Field, name, step)
			}
		}
	}
	if len(fields) < 30 {
		t.Errorf("only %d fields were found wrong", len(fields))
	}
}

func TestTypedDates(t *testing.T) {
	for typed, want := range map[string]string{"31011990": "1990-01-31", "31/1/1990": "1990-01-31", "1990": "1990", "31021990": "", "3101199": ""} {
		if d, err := typedDate(typed); d.String() != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v", typed, d, err)
		}
	}
}

// Cards name communes as they were; the form wants them as they are.
func TestFromCard(t *testing.T) {
	s := newServer(t)
	for line, want := range map[string][2]string{
		"Số 1 Tổ 2, Phúc Xá, Ba Đình, Hà Nội":   {"Số 1 Tổ 2", "Phường Hồng Hà, Thành phố Hà Nội"},
		"Số 1 Phan Đình Phùng, Ba Đình, Hà Nội": {"Số 1 Phan Đình Phùng", "Phường Ba Đình, Thành phố Hà Nội"},
		"Thôn Đông, Nơi Nào Đó":                 {"Thôn Đông, Nơi Nào Đó", ""},
		"":                                      {"", ""},
	} {
		address, commune := s.DivideAddress(line)
		if address != want[0] || commune != want[1] {
			t.Errorf("%q: %q in %q, want %q", line, address, commune, want)
		}
	}
}

func TestCommune(t *testing.T) {
	s := newServer(t)
	for text, want := range map[string]string{
		"Phường Ba Đình, Thành phố Hà Nội": "00004",
		"ba dinh ha noi":    "00004",
		"Ba Đình, Hà Nội":   "00004",
		"ba dinh thanh hoa": "16171",
		"ba dinh":           "",
		"ha noi":            "",
		"qqqq":              "",
		"":                  "",
	} {
		if got, _ := s.commune(text); got.Code != want {
			t.Errorf("%q is %s, want %q", text, got, want)
		}
	}
	for _, province := range s.Units.Children(s.UnitList, "") {
		communes := s.Units.Children(s.UnitList, province.Code)
		for i := 0; i < len(communes); i += 9 { // every one takes long under the race detector
			name := s.Units.FullName(communes[i].UnitRef)
			if got, _ := s.commune(name); got != communes[i].UnitRef {
				t.Errorf("%s is taken for %s", name, got)
			}
		}
	}
	for _, full := range []string{"Xã Văn Lang, Tỉnh Thái Nguyên", "Xã Văn Lăng, Tỉnh Thái Nguyên"} { // one name without accents
		if got, _ := s.commune(full); s.Units.FullName(got) != full {
			t.Errorf("%s is taken for %q", full, s.Units.FullName(got))
		}
	}
}

// declared is a declaration that An made.
func declared(at time.Time) app.Declared {
	return app.Declared{DeclaredAt: at, ExpiresAt: at.Add(anlo.PassLifetime), Declaration: anlotest.Declaration(at, anlotest.An)}
}
