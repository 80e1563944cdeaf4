package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/app"
)

func TestFollowUp(t *testing.T) {
	d := deskDoor(t)
	id := d.feed("commune", "").Notices[0].ID.String()
	path := "/api/v1/notices/" + id + "/follow-ups"
	today := anlo.DateOf(d.clock.Now().In(anlo.Hanoi))
	dates := `"from":"` + today.String() + `","until":"` + today.AddDays(6).String() + `"`
	for _, c := range []struct {
		body  string
		want  int
		field string // at fault, or the state afterwards
	}{
		{`{"kind":"verify"}`, 422, "version"},
		{`{"version":0}`, 422, "kind"},
		{`{"version":0,"kind":"dance"}`, 422, "kind"},
		{`{"version":0,"kind":"verify","colour":"red"}`, 422, "colour"},
		{`{"version":"0","kind":"verify"}`, 422, "version"},
		{`{"version":0,"kind":"note"}`, 422, "note"},
		{`{"version":0,"kind":"reroute","to":"99999"}`, 422, "to"},
		{`{"version":0,"kind":"quarantine","protocol":"vn-2022-02","from":"2026-11","until":"x"}`, 422, "from until"},
		{`{"version":0,"kind":"test","test":{"kind":"pcr","result":"negative","taken_at":"yesterday"}}`, 422, "test.taken_at"},
		{`{"version":0,"kind":"release"}`, 409, ""},
		{`{"version":7,"kind":"verify"}`, 409, ""},
		{`{"version":0,"kind":"quarantine","protocol":"vn-2022-02",` + dates + `}`, 200, "monitoring"},
		{`{"version":0,"kind":"verify"}`, 409, ""},
		{`{"version":1,"kind":"check-in","way":"phone","temperature":55}`, 422, "temperature"},
		{`{"version":1,"kind":"check-in","way":"phone","temperature":-1e300}`, 422, "temperature"},
		{`{"version":1,"kind":"check-in","way":"phone","temperature":37.9,"symptoms":["cough"]}`, 200, "monitoring"},
		{`{"version":2,"kind":"test","test":{"kind":"antigen","result":"negative","taken_at":"2026-11-23T08:30:00+07:00"}}`, 200, "monitoring"},
		{`{"version":3,"kind":"release","note":"xong"}`, 200, "released"},
	} {
		res := d.as("commune", "POST", path, c.body).want(c.want)
		switch c.want {
		case 200:
			var n Notice
			if res.into(&n); n.State != c.field {
				t.Errorf("%s: %s", c.body, res.body)
			}
		case 422:
			var fields []string
			for _, e := range res.problem().Errors {
				fields = append(fields, e.Field)
			}
			if got := strings.Join(fields, " "); got != c.field {
				t.Errorf("%s: %s, want %s", c.body, got, c.field)
			}
		}
	}
	var r record
	d.as("commune", "GET", "/api/v1/notices/"+id, "").want(200).into(&r)
	var kinds []string
	for _, h := range r.History {
		kinds = append(kinds, h.Kind)
	}
	if got := strings.Join(kinds, " "); got != "release test check-in quarantine routed" || r.History[2].Temperature != 37.9 || r.History[2].Symptoms[0] != "cough" {
		t.Errorf("%s %+v", got, r.History)
	}
}

func TestFollowUpMany(t *testing.T) {
	d := deskDoor(t)
	d.trip()
	list := d.feed("commune", "").Notices
	foreign := anlo.NoticeID{Commune: baDinh, Declaration: list[0].ID.Declaration}
	d.as("commune", "POST", "/api/v1/notices/"+list[1].ID.String()+"/follow-ups", `{"version":0,"kind":"reroute","to":"00004"}`).want(200)
	body, _ := json.Marshal(object{"ids": []any{list[0].ID, list[1].ID, foreign}, "kind": "not-found"})
	var out followedUp
	d.as("commune", "POST", "/api/v1/follow-ups", string(body), "Accept-Language", "en").want(200).into(&out)
	if len(out.Results) != 3 || !out.Results[0].Done || out.Results[1].Code != "notice.state" || out.Results[2].Code != "not-found" || out.Results[2].Title == "" {
		t.Errorf("%+v", out)
	}
	for _, body := range []string{`{"kind":"verify"}`, `{"kind":"verify","ids":["x"]}`, `{"kind":"","ids":["` + list[0].ID.String() + `"]}`} {
		d.as("commune", "POST", "/api/v1/follow-ups", body).want(422)
	}
	ids := strings.Repeat(`"`+list[0].ID.String()+`",`, 201)
	d.as("commune", "POST", "/api/v1/follow-ups", `{"kind":"verify","ids":[`+strings.TrimSuffix(ids, ",")+`]}`).want(413)
}

// FuzzFollowUp reads any bytes as what an officer did.
func FuzzFollowUp(f *testing.F) {
	f.Add(`{"version":0,"kind":"quarantine","protocol":"vn-2022-02","from":"2026-11-24","until":"2026-12-01"}`)
	f.Add(`{"version":1,"kind":"check-in","way":"phone","temperature":1e999,"symptoms":["cough"]}`)
	f.Add(`{"version":2,"kind":"reroute","to":"vn-63/00001","note":"\u0000"}`)
	s := &server{App: &app.App{UnitList: "vn-2026"}}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		b, err := decode[followUpOnce](&Call{r: r, w: httptest.NewRecorder()}, maxFollowUp)
		if err != nil {
			if p := fromError(err); p.Status != 400 && p.Status != 422 && p.Status != 413 {
				t.Fatalf("status %d", p.Status)
			}
			return
		}
		read, err := s.readFollowUp(&b.FollowUp)
		if err == nil {
			read.Check(time.Unix(1764000000, 0), func(anlo.UnitRef) bool { return true })
		}
	})
}
