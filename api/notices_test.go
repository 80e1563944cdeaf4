package api

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/auth"
)

var (
	baDinh = anlo.UnitRef{List: "vn-2026", Code: "00004"} // where An lives
	ngocHa = anlo.UnitRef{List: "vn-2026", Code: "00008"} // where An goes
)

// deskDoor is the API with a key for each kind of caller, and An's trip on the
// desks concerned.
func deskDoor(t *testing.T) *door {
	d := newDoor(t)
	keys := map[string]anlo.Actor{
		"commune":    {Role: anlo.CommuneOfficer, Area: ngocHa},
		"elsewhere":  {Role: anlo.CommuneOfficer, Area: anlo.UnitRef{List: "vn-2026", Code: "20242"}},
		"province":   {Role: anlo.ProvinceSupervisor, Area: anlo.UnitRef{List: "vn-2026", Code: "01"}},
		"reads":      {Role: anlo.CommuneOfficer, Area: ngocHa, Only: []anlo.Action{anlo.ActReadDesk}},
		"national":   {Role: anlo.NationalSupervisor},
		"checkpoint": {Role: anlo.CheckpointOfficer},
		"admin":      {Role: anlo.Administrator},
	}
	d.serve(Options{Metrics: d.metrics, OpenKey: func(_ context.Context, token string) (anlo.Actor, error) {
		by, ok := keys[token]
		if !ok {
			return anlo.Actor{}, anlo.ErrUnsigned
		}
		by.Key = anlo.NewID(anlotest.Noon)
		return by, nil
	}})
	d.trip()
	return d
}

// trip declares one that goes to Ngọc Hà, and returns the manage token.
func (d *door) trip() string {
	d.t.Helper()
	r, err := d.app.Declare(d.t.Context(), anlotest.Citizen, anlotest.Declaration(d.clock.Now(), anlotest.An), "")
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.app.Route(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
	return r.ManageToken
}

func (d *door) as(key, method, path, body string, headers ...string) *response {
	d.t.Helper()
	return d.do(method, path, body, append(headers, "Authorization", "Bearer "+key)...)
}

// feed polls once.
func (d *door) feed(key, cursor string) noticeList {
	d.t.Helper()
	var l noticeList
	d.as(key, "GET", "/api/v1/notices?cursor="+cursor, "").want(200).into(&l)
	return l
}

func TestPolling(t *testing.T) {
	d := deskDoor(t)
	first := d.feed("commune", "")
	if len(first.Notices) != 1 || first.Next == "" {
		t.Fatalf("%+v", first)
	}
	if n := first.Notices[0]; n.FullName != "Nguyễn Văn An" || n.State != "new" || n.Phone != "•••••••678" || n.Commune != "vn-2026/00008" ||
		n.Origin != "vn-2026/00004" || n.Identity != "exact" || n.DueAt == nil || !slices.Equal(n.Roles, []string{"destination"}) {
		t.Errorf("%+v", n)
	}
	if again := d.feed("commune", first.Next); len(again.Notices) != 0 || again.Next != first.Next {
		t.Errorf("nothing new: %+v", again)
	}
	d.as("commune", "POST", "/api/v1/notices/"+first.Notices[0].ID.String()+"/follow-ups", `{"version":0,"kind":"verify"}`).want(200)
	d.trip()
	second := d.feed("commune", first.Next)
	if len(second.Notices) != 2 || second.Notices[0].ID != first.Notices[0].ID || second.Notices[0].State != "verified" || second.Next == first.Next {
		t.Errorf("what changed: %+v", second)
	}
	var one noticeList
	d.as("commune", "GET", "/api/v1/notices?limit=1", "").want(200).into(&one)
	if len(one.Notices) != 1 || one.Notices[0].ID != first.Notices[0].ID {
		t.Errorf("one at a time: %+v", one)
	}
	if all := d.feed("province", ""); len(all.Notices) != 4 {
		t.Errorf("%d notices in the province, want 4", len(all.Notices))
	}
	if none := d.feed("elsewhere", ""); len(none.Notices) != 0 || none.Next == "" {
		t.Errorf("elsewhere: %+v", none)
	}
	for path, code := range map[string]string{
		"?cursor=x": "cursor.malformed", "?cursor=-1": "cursor.malformed", "?limit=0": "invalid", "?limit=201": "invalid", "?view=none": "invalid",
		"?area=00004": "invalid", "?state=new": "invalid", "?page=2": "invalid", "?view=all&cursor=x": "cursor.malformed",
	} {
		if p := d.as("commune", "GET", "/api/v1/notices"+path, "").want(422).problem(); p.Code != code {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

func TestListsOfTheDesk(t *testing.T) {
	d := deskDoor(t)
	d.trip()
	var l noticeList
	d.as("commune", "GET", "/api/v1/notices?view=new&limit=1", "").want(200).into(&l)
	if len(l.Notices) != 1 || l.Next == "" || l.Counts["new"] != 2 {
		t.Errorf("%+v", l)
	}
	next := l.Next
	l = noticeList{}
	d.as("commune", "GET", "/api/v1/notices?view=new&limit=1&cursor="+next, "").want(200).into(&l)
	if len(l.Notices) != 1 || l.Next != "" {
		t.Errorf("the last page: %+v", l)
	}
	d.as("province", "GET", "/api/v1/notices?view=all&area=00008", "").want(200).into(&l)
	if len(l.Notices) != 2 {
		t.Errorf("the province looks at a commune: %+v", l)
	}
	d.as("commune", "GET", "/api/v1/notices?view=all&area=vn-2026/00004", "").want(404)
	for text, want := range map[string]int{"nguyen van an": 2, "001090123456": 2, "29A-123.45": 2, "nobody": 0} {
		l = noticeList{}
		body, _ := json.Marshal(object{"text": text})
		d.as("commune", "POST", "/api/v1/notices/search", string(body)).want(200).into(&l)
		if len(l.Notices) != want {
			t.Errorf("%s: %d found, want %d", text, len(l.Notices), want)
		}
	}
	for _, body := range []string{`{}`, `{"text":" "}`, `{"text":"an","limit":201}`, `{"text":"an","page":1}`, `{"text":"` + strings.Repeat("x", 201) + `"}`} {
		if p := d.as("commune", "POST", "/api/v1/notices/search", body).want(422).problem(); len(p.Errors) != 1 {
			t.Errorf("%s: %+v", body, p)
		}
	}
}

func TestRecord(t *testing.T) {
	d := deskDoor(t)
	id := d.feed("commune", "").Notices[0].ID.String()
	var masked, revealed record
	d.as("commune", "GET", "/api/v1/notices/"+id, "").want(200).into(&masked)
	if masked.Revealed || masked.Traveller.IDNumber != "•••••••••456" || strings.Contains(masked.Traveller.Phone, "0912") || masked.Traveller.FullName != "Nguyễn Văn An" ||
		masked.Register == nil || masked.Register.IDNumber != "" || len(masked.Household) != 1 || len(masked.Elsewhere) != 1 || len(masked.History) != 1 ||
		!slices.Contains(masked.May, "verify") {
		t.Errorf("%+v", masked)
	}
	audited := func() int64 {
		n, err := d.app.Store.AuditCount(t.Context(), anlo.ActReveal)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := audited()
	d.as("commune", "POST", "/api/v1/notices/"+id+"/reveal", `{"purpose":"medical"}`).want(200).into(&revealed)
	if !revealed.Revealed || revealed.Traveller.IDNumber != "001090123456" || revealed.Traveller.Phone != "0912345678" || audited() == before {
		t.Errorf("%+v", revealed)
	}
	for _, body := range []string{`{}`, `{"purpose":"curiosity"}`, `{"purpose":"medical","reason":"x"}`} {
		d.as("commune", "POST", "/api/v1/notices/"+id+"/reveal", body).want(422)
	}
}

// The API lets nobody do what the pages do not: both ask the same use-cases.
func TestSamePermissionsAsThePages(t *testing.T) {
	d := deskDoor(t)
	id := d.feed("commune", "").Notices[0].ID.String()
	calls := []struct{ name, method, path, body string }{
		{"list", "GET", "/api/v1/notices?view=all", ""},
		{"search", "POST", "/api/v1/notices/search", `{"text":"an"}`},
		{"read", "GET", "/api/v1/notices/" + id, ""},
		{"reveal", "POST", "/api/v1/notices/" + id + "/reveal", `{"purpose":"medical"}`},
		{"follow", "POST", "/api/v1/notices/" + id + "/follow-ups", `{"version":0,"kind":"note","note":"x"}`},
		{"many", "POST", "/api/v1/follow-ups", `{"kind":"verify","ids":["` + id + `"]}`},
	}
	for _, c := range []struct{ key, want string }{
		{"", "401 401 401 401 401 401"},
		{"stranger", "401 401 401 401 401 401"},
		{"elsewhere", "200 200 404 404 404 200"}, // of many, each says for itself
		{"reads", "200 200 200 403 403 403"},
		{"checkpoint", "403 403 403 403 403 403"},
		{"admin", "403 403 403 403 403 403"},
		{"province", "200 200 200 200 200 200"},
		{"national", "200 200 200 403 409 200"}, // the province has acted meanwhile
	} {
		var got []string
		for _, call := range calls {
			got = append(got, strconv.Itoa(d.as(c.key, call.method, call.path, call.body).status))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%q: %s, want %s", c.key, got, c.want)
		}
	}
	for _, path := range []string{"x", "vn-2026.00008.x.0", strings.TrimSuffix(id, "0") + "1"} {
		d.as("commune", "GET", "/api/v1/notices/"+path, "").want(404)
	}
	d.serve(Options{}) // an installation without keys
	d.as("commune", "GET", "/api/v1/notices", "").want(401)
}

// A key that an administrator made opens the desk as far as it was allowed to,
// until it is revoked.
func TestKeysOpenTheDesk(t *testing.T) {
	d := newDoor(t)
	d.trip()
	keys := anlotest.Auth(t, d.app)
	d.serve(Options{OpenKey: keys.OpenKey})
	administrator := anlo.Actor{Role: anlo.Administrator, Staff: anlo.NewID(anlotest.Noon)}
	id, token, err := keys.AddKey(t.Context(), administrator, auth.Key{Name: "Công an Ngọc Hà", Role: anlo.CommuneOfficer, Area: ngocHa,
		Only: []anlo.Action{anlo.ActReadDesk}, ExpiresAt: d.clock.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	list := d.feed(token, "")
	if len(list.Notices) != 1 {
		t.Fatalf("%+v", list)
	}
	d.as(token, "POST", "/api/v1/notices/"+list.Notices[0].ID.String()+"/follow-ups", `{"version":0,"kind":"verify"}`).want(403)
	if err := keys.RevokeKey(t.Context(), administrator, id); err != nil {
		t.Fatal(err)
	}
	d.as(token, "GET", "/api/v1/notices", "").want(401)
	if strings.Contains(d.log.String(), token) {
		t.Error("a key is in the log")
	}
}

// What tags spell out is what package app knows.
func TestChoicesOfNotices(t *testing.T) {
	d := newDoor(t)
	for _, p := range d.doc.Paths["/api/v1/notices"].Get.Parameters {
		var want []any
		switch p.Name {
		case "view":
			for _, v := range app.Views {
				want = append(want, string(v))
			}
		case "state":
			for _, s := range anlo.NoticeStates {
				want = append(want, string(s))
			}
		default:
			continue
		}
		if len(p.Schema.Enum) != len(want) {
			t.Errorf("%s: %v, want %v", p.Name, p.Schema.Enum, want)
		}
		for _, v := range want {
			if !slices.Contains(p.Schema.Enum, v) {
				t.Errorf("%s: %v is missing", p.Name, v)
			}
		}
	}
}

// An event speaks of a notice in the words of the API.
func TestEventsAndNoticesAgree(t *testing.T) {
	members := func(v any) map[string]any {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	n := anlo.Notice{NoticeID: anlo.NoticeID{Commune: ngocHa}, Roles: anlo.RoleDestination, State: anlo.NoticeNew, DueAt: anlotest.Noon, DepartsAt: anlotest.Noon, ChangedAt: anlotest.Noon}
	event, here := members(app.EventOf(n).Data.Notice), members(noticeOf(n))
	if len(event) < 8 {
		t.Errorf("an event says only %v", event)
	}
	for name, value := range event {
		if diff := cmp.Diff(value, here[name]); diff != "" {
			t.Errorf("%s: an event and the API differ: %s", name, diff)
		}
	}
}
