package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anlo"
)

// object is a JSON object under construction.
type object = map[string]any

// body returns a declaration of one traveller that nothing is wrong with,
// after edit changed it.
func (d *door) body(edit func(declaration, lead object)) string {
	lead := personWith("001090123456", "Nguyễn Văn An")
	b := object{
		"travellers": []any{lead},
		"trip": object{
			"origin":      object{"commune": "00004", "address": "12 Hàng Bài"},
			"destination": object{"commune": "vn-2026/00004"},
			"departs_at":  d.app.Now().Add(time.Hour).Format(time.RFC3339),
			"vehicle":     object{"kind": "car", "plate": "29A-123.45"},
			"reason":      "work",
		},
	}
	if edit != nil {
		edit(b, lead)
	}
	out, err := json.Marshal(b)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out)
}

func personWith(number, name string) object {
	return object{
		"id_number":     number,
		"full_name":     name,
		"date_of_birth": "1990-01-31",
		"sex":           "male",
		"phone":         "+84 912 345 678",
		"residence":     object{"permanent": object{"commune": "00004", "address": "12 Hàng Bài"}},
		"health":        object{"symptoms": []any{}, "contact_with_case": false},
	}
}

func (d *door) declare(edit func(declaration, lead object)) receipt {
	d.t.Helper()
	var r receipt
	d.do("POST", "/api/v1/declarations", d.body(edit)).want(201).into(&r)
	return r
}

func bearerOf(r receipt) []string { return []string{"Authorization", "Bearer " + r.ManageToken} }

func TestDeclareReadChangeCancel(t *testing.T) {
	d := newDoor(t)
	full := func(b, lead object) {
		b["on_behalf"] = true
		lead["health"] = object{
			"symptoms": []any{"fever", "cough"}, "contact_with_case": true, "places": []any{"Chợ Đồng Xuân"}, "doses": 2,
			"test": object{"kind": "pcr", "result": "pending", "taken_at": d.app.Now().Add(-time.Hour).UTC().Format(time.RFC3339)},
		}
		lead["residence"].(object)["temporary"] = object{"commune": "00004", "address": "3 Lê Lợi"}
		guest := personWith("", "Jane Doe")
		delete(guest, "id_number")
		guest["passport"], guest["nationality"] = "x 1234567", "gb"
		b["travellers"] = append(b["travellers"].([]any), guest)
		b["trip"].(object)["note"] = "thăm nhà"
	}
	res := d.do("POST", "/api/v1/declarations", d.body(full)).want(201)
	var r receipt
	res.into(&r)
	location := res.header.Get("Location")
	if location != "/api/v1/declarations/"+r.DeclarationID.String() || strings.Contains(location, r.ManageToken) {
		t.Errorf("Location %q", location)
	}
	if r.ManageToken == "" || len(r.Passes) != 2 || r.PartyPass == nil || r.PartyPass.Traveller != nil || *r.Passes[1].Traveller != 1 {
		t.Fatalf("receipt %+v", r)
	}
	if got := r.ExpiresAt.Sub(r.DeclaredAt); got != anlo.PassLifetime {
		t.Errorf("passes live for %v", got)
	}

	res = d.do("GET", location, "", bearerOf(r)...).want(200)
	var read declared
	res.into(&read)
	if diff := cmp.Diff(r.Passes, read.Passes); diff != "" {
		t.Errorf("passes read differ from those issued:\n%s", diff)
	}
	lead, guest := read.Declaration.Travellers[0], read.Declaration.Travellers[1]
	if lead.Nationality != "VN" || lead.Phone != "0912345678" || *lead.Health.Doses != 2 || lead.Health.Test.Result != "pending" ||
		lead.Residence.Temporary.Address != "3 Lê Lợi" || guest.Passport != "X1234567" || guest.Nationality != "GB" ||
		read.Declaration.Trip.Destination.Commune != "00004" || read.Declaration.Trip.Vehicle.Plate != "29A12345" || !read.Declaration.OnBehalf {
		t.Errorf("declaration read back: %s", res.body)
	}

	// What is read may be sent back as it is.
	again, err := json.Marshal(read.Declaration)
	if err != nil {
		t.Fatal(err)
	}
	var changed declared
	d.do("PUT", location, string(again), bearerOf(r)...).want(200).into(&changed)
	if diff := cmp.Diff(read.Declaration, changed.Declaration); diff != "" || changed.Revision != 1 || !changed.ExpiresAt.Equal(r.ExpiresAt) {
		t.Errorf("revision %d until %v:\n%s", changed.Revision, changed.ExpiresAt, diff)
	}

	for range 2 {
		if res := d.do("DELETE", location, "", bearerOf(r)...).want(204); len(res.body) > 0 {
			t.Errorf("DELETE answered %s", res.body)
		}
	}
	d.do("GET", location, "", bearerOf(r)...).want(200).into(&read)
	if read.CancelledAt == nil {
		t.Error("a cancelled declaration that does not say so")
	}
	if got := d.do("PUT", location, string(again), bearerOf(r)...).want(409).problem().Code; got != "declaration.cancelled" {
		t.Errorf("correcting what was cancelled: %s", got)
	}
}

func TestNamesAreTidied(t *testing.T) {
	d := newDoor(t)
	r := d.declare(func(_, lead object) { lead["full_name"] = " Hoa\u0300 \t Nguye\u0302\u0303n\u00a0An " })
	var read declared
	d.do("GET", "/api/v1/declarations/"+r.DeclarationID.String(), "", bearerOf(r)...).want(200).into(&read)
	if got := read.Declaration.Travellers[0].FullName; got != "Hoà Nguyễn An" {
		t.Errorf("kept as %q", got)
	}
}

func TestIdempotencyKey(t *testing.T) {
	d := newDoor(t)
	body := d.body(nil)
	post := func(body string, key ...string) *response {
		return d.do("POST", "/api/v1/declarations", body, append([]string{"Idempotency-Key"}, key...)...)
	}
	first := post(body, "7f1c").want(201)
	if again := post(body, "7f1c").want(201); string(again.body) != string(first.body) {
		t.Errorf("a repetition was answered differently:\n%s\n%s", first.body, again.body)
	}
	if other := post(body, "7f1d").want(201); string(other.body) == string(first.body) {
		t.Error("another key, the same answer")
	}
	changed := d.body(func(b, _ object) { b["trip"].(object)["reason"] = "home" })
	if got := post(changed, "7f1c").want(409).problem().Code; got != "idempotency.reused" {
		t.Errorf("code %q", got)
	}
	for _, bad := range []string{"", "two words", "đ", "tab\t", strings.Repeat("k", 201)} {
		p := post(body, bad).want(422).problem()
		if len(p.Errors) != 1 || p.Errors[0].Field != "header.Idempotency-Key" {
			t.Errorf("key %q: %+v", bad, p)
		}
	}
}

// TestBadInput says, for every sort of wrong body, the status, the code and
// the field that a program can rely on, and that people are told in words.
func TestBadInput(t *testing.T) {
	d := newDoor(t)
	day := func(years, days int) string { return anlo.DateOf(d.app.Now().AddDate(years, 0, days)).String() }
	edit := func(f func(b, lead object)) string { return d.body(f) }
	trip := func(name string, v any) string {
		return edit(func(b, _ object) { b["trip"].(object)[name] = v })
	}
	lead := func(name string, v any) string {
		return edit(func(_, lead object) { lead[name] = v })
	}
	for _, c := range []struct {
		name, body   string
		status       int
		code, fields string // fields: "field code" joined by ", "
	}{
		{"unknown commune", trip("origin", object{"commune": "99999"}), 422, "invalid", "trip.origin.commune commune.unknown"},
		{"commune of an unknown list", trip("origin", object{"commune": "xx/00004"}), 422, "invalid", "trip.origin.commune commune.unknown"},
		{"a province is no commune", trip("origin", object{"commune": "01"}), 422, "invalid", "trip.origin.commune commune.unknown"},
		{"born tomorrow", lead("date_of_birth", day(0, 1)), 422, "invalid", "travellers[0].date_of_birth date.future"},
		{"born 31 February", lead("date_of_birth", "1990-02-31"), 422, "invalid", "travellers[0].date_of_birth date.malformed"},
		{"day first", lead("date_of_birth", "31/01/1990"), 422, "invalid", "travellers[0].date_of_birth date.malformed"},
		{"eleven digits", lead("id_number", "00109012345"), 422, "invalid", "travellers[0].id_number id-number.length"},
		{"letters in the number", lead("id_number", "00109012345a"), 422, "invalid", "travellers[0].id_number id-number.malformed"},
		{"no document", lead("id_number", ""), 422, "invalid", "travellers[0].id_number required, travellers[0].nationality required"},
		{"both documents", lead("passport", "C1234567"), 422, "invalid", "travellers[0].passport document.both"},
		{"passport of nowhere", edit(func(_, l object) { delete(l, "id_number"); l["passport"] = "C1234567" }), 422, "invalid", "travellers[0].nationality required"},
		{"a companion twice", edit(func(b, _ object) {
			b["travellers"] = append(b["travellers"].([]any), personWith("001090123456", "Trần Thị B"))
		}), 422, "invalid", "travellers[1].id_number traveller.twice"},
		{"nobody", edit(func(b, _ object) { b["travellers"] = []any{} }), 422, "invalid", "travellers required"},
		{"a coach and a half", edit(func(b, l object) {
			for range 99 {
				b["travellers"] = append(b["travellers"].([]any), object{})
			}
			for i := range 60 {
				b["travellers"].([]any)[i] = personWith("0010901234"+string(rune('0'+i/10))+string(rune('0'+i%10)), "Nguyễn Văn An")
			}
		}), 422, "invalid", "travellers travellers.many"},
		{"departs in a year", trip("departs_at", d.app.Now().AddDate(1, 0, 0).Format(time.RFC3339)), 422, "invalid", "trip.departs_at departure.far"},
		{"departs whenever", trip("departs_at", "tomorrow"), 422, "invalid", "trip.departs_at datetime.malformed"},
		{"no time zone", trip("departs_at", "2026-11-24T06:00:00"), 422, "invalid", "trip.departs_at datetime.malformed"},
		{"a car without a plate", trip("vehicle", object{"kind": "car"}), 422, "invalid", "trip.vehicle.plate required"},
		{"by rocket", trip("vehicle", object{"kind": "rocket"}), 422, "invalid", "trip.vehicle.kind choice.unknown"},
		{"a control character", lead("full_name", "An\u0007"), 422, "invalid", "travellers[0].full_name text.characters"},
		{"two faults of two sorts", edit(func(b, l object) { l["id_number"], l["full_name"] = "1", "" }), 422, "invalid", "travellers[0].id_number id-number.length, travellers[0].full_name required"},
		{"unknown member", lead("vaccinated", true), 422, "invalid", "travellers[0].vaccinated unknown-field"},
		{"a name for a member", edit(func(_, l object) { l["Nguyễn Văn An"] = 1 }), 422, "invalid", "travellers[0] unknown-field"},
		{"another case", edit(func(b, _ object) { b["Trip"] = object{} }), 422, "invalid", "Trip unknown-field"},
		{"a number for a name", lead("full_name", 12), 422, "invalid", "travellers[0].full_name type"},
		{"a name for a number", lead("health", object{"doses": "two"}), 422, "invalid", "travellers[0].health.doses type"},
		{"half a dose", lead("health", object{"doses": 1.5}), 422, "invalid", "travellers[0].health.doses type"},
		{"an object for a list", edit(func(b, _ object) { b["travellers"] = object{} }), 422, "invalid", "travellers type"},
		{"a list for a declaration", "[]", 422, "invalid", "body type"},
		{"nothing declared", "{}", 422, "invalid", "travellers required, trip.origin.commune required, trip.destination.commune required, trip.departs_at required, trip.vehicle.kind required, trip.reason required"},
		{"a member twice", `{"travellers":[],"travellers":[]}`, 422, "invalid", "travellers duplicate-field"},
		{"not JSON", "travellers=1", 400, "body.json", ""},
		{"half of it", d.body(nil)[:100], 400, "body.json", ""},
		{"more after it", d.body(nil) + "{}", 400, "body.json", ""},
		{"invalid UTF-8", strings.Replace(d.body(nil), "An", "A\xff", 1), 400, "body.utf8", ""},
		{"Latin-1", strings.Replace(d.body(nil), "Nguyễn", "Nguy\xean", 1), 400, "body.utf8", ""},
		{"a lone surrogate", strings.Replace(d.body(nil), "An", `A\ud800`, 1), 400, "body.json", ""},
		{"four megabytes", `{"x":"` + strings.Repeat("x", 4<<20) + `"}`, 413, "too-large", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.t = t
			messages := map[string]string{}
			for _, lang := range []string{"vi", "en"} {
				res := d.do("POST", "/api/v1/declarations", c.body, "Accept-Language", lang)
				p := res.problem()
				var fields []string
				for _, f := range p.Errors {
					fields = append(fields, f.Field+" "+f.Code)
					if f.Message == "" || f.Message == f.Code {
						t.Errorf("%s: no words for %s", lang, f.Code)
					}
				}
				if got := strings.Join(fields, ", "); res.status != c.status || p.Code != c.code || got != c.fields {
					t.Errorf("%d %s: %s\nwant %d %s: %s", res.status, p.Code, got, c.status, c.code, c.fields)
				}
				if p.Title == p.Code {
					t.Errorf("%s: no words for %s", lang, p.Code)
				}
				messages[lang] = string(res.body)
				for _, typed := range []string{"Nguyễn", "0010901", "rocket", "tomorrow"} {
					if strings.Contains(messages[lang], typed) {
						t.Errorf("%s: the answer repeats %q: %s", lang, typed, res.body)
					}
				}
			}
			if messages["vi"] == messages["en"] {
				t.Error("both languages say the same")
			}
		})
	}
	if strings.Contains(d.log.String(), "Nguy") {
		t.Errorf("the log knows a name: %s", d.log)
	}
}

func TestBodyThatNeverEndsIsNotRead(t *testing.T) {
	d := newDoor(t)
	endless := &endlessBody{}
	r, err := http.NewRequest("POST", "/api/v1/declarations", endless)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	res := d.send(r).want(413)
	if endless.read > 2*maxDeclaration {
		t.Errorf("read %d bytes of a body limited to %d", endless.read, maxDeclaration)
	}
	if res.header.Get("Connection") != "close" {
		t.Error("the connection stays open for the rest of the body")
	}
}

type endlessBody struct{ read int }

func (e *endlessBody) Read(b []byte) (int, error) {
	e.read += len(b)
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestContentType(t *testing.T) {
	d := newDoor(t)
	for contentType, status := range map[string]int{
		"application/json":                  201,
		"application/json; charset=utf-8":   201,
		"Application/JSON":                  201,
		"text/plain":                        415,
		"application/x-www-form-urlencoded": 415,
		"application/merge-patch+json":      415,
		"":                                  415,
		"nonsense;;":                        415,
	} {
		res := d.do("POST", "/api/v1/declarations", d.body(nil), "Content-Type", contentType)
		if res.status != status {
			t.Errorf("Content-Type %q: %d, want %d", contentType, res.status, status)
		}
	}
	d.do("POST", "/api/v1/declarations", d.body(nil), "Content-Encoding", "gzip").want(415)
}

// TestStrangersLearnNothing compares what is answered about things that exist
// and things that do not: byte for byte the same.
func TestStrangersLearnNothing(t *testing.T) {
	d := newDoor(t)
	mine, theirs := d.declare(nil), d.declare(nil)
	never := anlo.NewID(d.app.Now()).String()
	for _, path := range []string{"/api/v1/declarations/%", "/api/v1/passes/%/qr.svg", "/api/v1/passes/%/qr.png", "/api/v1/passes/%/pass.pdf"} {
		exists := theirs.DeclarationID.String()
		if strings.Contains(path, "passes") {
			exists = theirs.Passes[0].ID.String()
		}
		for _, who := range [][]string{
			nil,
			{"Authorization", "Bearer nonsense"},
			{"Authorization", "Basic " + theirs.ManageToken},
			bearerOf(mine),
		} {
			status := 401
			if len(who) > 0 && who[1] == "Bearer "+mine.ManageToken {
				status = 404
			}
			var answers []string
			for _, id := range []string{exists, never, "nonsense", "%00", strings.ToUpper(exists)} {
				res := d.do("GET", strings.Replace(path, "%", id, 1), "", who...).want(status)
				answers = append(answers, string(res.body))
			}
			for _, a := range answers {
				if a != answers[0] {
					t.Errorf("%s as %v: answers differ:\n%s\n%s", path, who, answers[0], a)
				}
			}
		}
	}
	// Knocking with a body that is wrong in every way tells no more.
	for _, body := range []string{"", "{}", "[", d.body(nil)} {
		d.do("PUT", "/api/v1/declarations/"+theirs.DeclarationID.String(), body).want(401)
		d.do("PUT", "/api/v1/declarations/"+theirs.DeclarationID.String(), body, bearerOf(mine)...).want(404)
		d.do("DELETE", "/api/v1/declarations/"+theirs.DeclarationID.String(), body, bearerOf(mine)...).want(404)
		d.do("POST", "/api/v1/verdicts", body, bearerOf(mine)...).want(401)
	}
	// A token in the address is no token.
	d.do("GET", "/api/v1/declarations/"+mine.DeclarationID.String()+"?access_token="+mine.ManageToken, "").want(422)
}

func TestLimitedWrites(t *testing.T) {
	d := newDoor(t)
	d.serve(Options{Limiter: anlo.NewLimiter(10*time.Second, 2, d.app.Now)})
	d.declare(nil)
	d.declare(nil)
	res := d.do("POST", "/api/v1/declarations", d.body(nil)).want(429)
	if got := res.header.Get("Retry-After"); got != "10" {
		t.Errorf("Retry-After %q, want 10", got)
	}
	if got := res.problem().Code; got != "too-many" {
		t.Errorf("code %q", got)
	}
	d.do("GET", "/api/v1/units", "").want(200)
	d.clock.Add(10 * time.Second)
	d.declare(nil)
}
