package web

import (
	"net/url"
	"testing"

	"anlo"
	"anlo/anlotest"
	"anlo/locale"
)

// Whatever arrives as a form, either a fault is found or the declaration is
// one that Check lets pass, and the screens can be shown again.
func FuzzForm(f *testing.F) {
	f.Add("who", "id_number=001090123456&full_name=Nguy%E1%BB%85n+V%C4%83n+An&date_of_birth=31011990&sex=male&document=id")
	f.Add("home", "home_commune=ba+dinh&home_commune_pick=16171&home_address=x&stay=yes&stay_commune=hai+chau+da+nang&stay_address=y")
	f.Add("trip", "to_commune=hai+chau+da+nang&depart=later&depart_date=2026-11-24&depart_time=06:00&vehicle=car&plate=29A-12345&reason=work&from=home")
	f.Add("health", "symptoms=none&contact=no&places=a%0d%0ab&test=pcr&test_result=negative&test_date=2026-11-20&doses=2")
	f.Add("person:1", "same_home=yes&document=passport&passport=PA12345&nationality=LA&full_name=X&date_of_birth=1990&sex=other&symptoms=fever&contact=yes")
	f.Add("trip", "depart=kept&departs_at=x&from=%ff&note=%00")
	s := newServer(f)
	full := s.draftOf(declared(anlotest.Noon), "")
	f.Fuzz(func(t *testing.T, step, query string) {
		form, _ := url.ParseQuery(query)
		sealed, err := s.seal(full)
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.openDraft(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if !d.validStep(step) {
			return
		}
		s.take(&d, step, form)
		decl, faults := s.read(d, anlotest.Noon)
		if len(faults) == 0 {
			if err := decl.Check(anlotest.Noon, s.Units.Known); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range faults {
			if !d.validStep(f.step) {
				t.Fatalf("a fault on the step %q", f.step)
			}
		}
		if next := d.next(faults); !d.validStep(next) {
			t.Fatalf("goes on to %q", next)
		}
	})
}

func FuzzDraft(f *testing.F) {
	s := newServer(f)
	sealed, err := s.seal(newDraft())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := s.openDraft(text); err != nil && anlo.KindOf(err) != anlo.Unsigned {
			t.Fatal(err)
		}
	})
}

// Whatever an officer sends as a work either has something wrong with it, or is
// an entry that Check lets pass; and its form can be shown again.
func FuzzWork(f *testing.F) {
	f.Add("check-in", "check-in-way=phone&check-in-symptoms=fever&check-in-temperature=38,2+%C2%B0C")
	f.Add("quarantine", "quarantine-protocol=vn-2022-02&quarantine-from=23/11/2026&quarantine-vaccinated=yes")
	f.Add("test", "test-kind=pcr&test-result=positive&test-taken_at=2026-11-22")
	f.Add("reroute", "reroute-to=hai+chau+da+nang&reroute-to_pick=20242&reroute-note=%00")
	f.Add("note", "note-note=a%0d%0ab%ff")
	f.Add("verify", "visit-note=%e2%80%aex")
	s := newServer(f)
	f.Fuzz(func(t *testing.T, kind, query string) {
		form, _ := url.ParseQuery(query)
		k := anlo.FollowUpKind(kind)
		typed := s.typedWork(k, form)
		entry, wrong := s.readWork(k, typed, anlotest.Noon)
		if len(wrong) == 0 {
			if err := entry.Check(anlotest.Noon, s.Units.Known); err != nil {
				t.Fatal(err)
			}
		}
		s.work(locale.For("vi"), k, typed, wrong, anlotest.Noon)
	})
}

// Whatever is sent from the screen that declares again, nobody is declared who
// was not before, nobody is well who has not said so, and what has nothing wrong
// with it is a declaration that Check lets pass.
func FuzzAgain(f *testing.F) {
	f.Add("who=0&who=1&way=same&depart=now&well=yes")
	f.Add("who=1&way=back&reason=home&depart=later&depart_date=2026-11-24&depart_time=06:30&well=no&symptoms-1=fever&contact-0=yes")
	f.Add("who=7&who=-1&way=x&depart=kept&well=maybe")
	f.Add("who=0&depart=now&well=no&test-0=pcr&test_date-0=2027-01-01&symptoms-0=%ff&symptoms-0=none")
	s := newServer(f)
	before := declared(anlotest.Noon)
	before.Declaration = anlotest.Declaration(anlotest.Noon, anlotest.An, anlotest.Binh)
	f.Fuzz(func(t *testing.T, query string) {
		form, _ := url.ParseQuery(query)
		a := s.readAgain(before, "link", form)
		if len(a.wrong) > 0 {
			return
		}
		decl, faults := s.read(a.draft, anlotest.Noon)
		for _, f := range faults { // goes on to the usual form
			if !a.draft.validStep(f.step) {
				t.Fatalf("a fault on the step %q", f.step)
			}
		}
		if len(faults) > 0 {
			return
		}
		if err := decl.Check(anlotest.Noon, s.Units.Known); err != nil {
			t.Fatal(err)
		}
		for _, p := range decl.Travellers {
			if p.Document != before.Declaration.Travellers[0].Document && p.Document != before.Declaration.Travellers[1].Document {
				t.Fatalf("%s travels too", p.FullName)
			}
		}
		if well := form.Get("well"); well != "yes" && well != "no" {
			t.Fatalf("nobody said how they are, only %q", well)
		}
	})
}
