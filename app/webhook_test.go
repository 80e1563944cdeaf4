package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

func TestReceiversAreTold(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		trip(t, a, clock) // before anybody asked to be told
		commune, province, country, elsewhere := newReceiver(t, clock), newReceiver(t, clock), newReceiver(t, clock), newReceiver(t, clock)
		commune.connect(a, ngocHa)
		province.connect(a, hanoi)
		country.connect(a, anlo.UnitRef{})
		elsewhere.connect(a, haiChau)
		work(t, a)
		for _, r := range []*receiver{commune, province, country, elsewhere} {
			is(t, "at first", r.take(), "webhook.test")
		}
		owner := trip(t, a, clock)
		work(t, a)
		work(t, a)
		is(t, "the commune", commune.take(), "notice.created vn-2026/00008")
		for _, r := range []*receiver{province, country} {
			got := r.take()
			slices.Sort(got)
			is(t, "the area", got, "notice.created vn-2026/00004", "notice.created vn-2026/00008")
		}
		clock.Add(time.Minute)
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Route(t.Context()); err != nil {
			t.Fatal(err)
		}
		work(t, a)
		is(t, "after cancelling", commune.take(), "notice.cancelled vn-2026/00008")
		is(t, "elsewhere", elsewhere.take())
	}, withLoopback(0))
}

// What leaves names a notice and nobody.
func TestEventsAreThin(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	var bodies strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(&bodies, r.Body) }))
	defer server.Close()
	if _, _, err := a.AddWebhook(t.Context(), administrator, server.URL, "Công an", hanoi); err != nil {
		t.Fatal(err)
	}
	useEverything(t, a, clock)
	if _, err := a.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	work(t, a)
	if !strings.Contains(bodies.String(), `"type":"notice.`) {
		t.Fatalf("nothing was sent: %s", bodies.String())
	}
	for _, m := range markers {
		if strings.Contains(bodies.String(), m) {
			t.Errorf("%q was sent", m)
		}
	}
}

func TestSecretsAreReplacedInPeace(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	r := newReceiver(t, clock)
	w := r.connect(a, ngocHa)
	old := r.secret
	_, text, err := a.RotateWebhook(t.Context(), administrator, w.ID)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := notify.ParseSecret(text)
	if err != nil || string(fresh) == string(old) {
		t.Fatal(err)
	}
	work(t, a) // verified with the old one
	r.secret = fresh
	trip(t, a, clock)
	work(t, a)
	is(t, "with either", r.take(), "webhook.test", "notice.created vn-2026/00008")
	clock.Add(25 * time.Hour)
	trip(t, a, clock)
	work(t, a)
	is(t, "with the new one", r.take(), "notice.created vn-2026/00008")
	if n := len(strings.Fields(r.signature)); n != 1 {
		t.Errorf("a day later there are %d signatures", n)
	}
}

func TestWhoMayConnect(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		ctx, r := t.Context(), newReceiver(t, clock)
		w := r.connect(a, ngocHa)
		inHanoi := anlo.Actor{Role: anlo.Administrator, Area: hanoi, Staff: anlo.NewID(anlotest.Noon)}
		inDaNang := anlo.Actor{Role: anlo.Administrator, Area: anlo.UnitRef{List: "vn-2026", Code: "48"}, Staff: anlo.NewID(anlotest.Noon)}
		everything := func(by anlo.Actor) (outcomes []string) {
			note := func(what string, err error) {
				if err != nil {
					outcomes = append(outcomes, what+" "+err.Error())
				}
			}
			_, _, err := a.AddWebhook(ctx, by, r.url, "x", ngocHa)
			note("add", err)
			_, _, _, err = a.Webhook(ctx, by, w.ID)
			note("read", err)
			note("pause", a.PauseWebhook(ctx, by, w.ID))
			note("resume", a.ResumeWebhook(ctx, by, w.ID))
			_, err = a.ResendWebhook(ctx, by, w.ID, anlo.ID{})
			note("resend", err)
			return outcomes
		}
		is(t, "in the area", everything(inHanoi))
		is(t, "in another", everything(inDaNang), "add forbidden", "read not-found", "pause not-found", "resume not-found", "resend not-found")
		if list, err := a.Webhooks(ctx, inDaNang); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		for _, role := range anlo.StaffRoles {
			if role != anlo.Administrator {
				is(t, string(role), everything(anlo.Actor{Role: role, Area: hanoi}), "add forbidden", "read forbidden", "pause forbidden", "resume forbidden", "resend forbidden")
			}
		}
		before, err := a.Store.AuditCount(ctx, anlo.ActWebhooks)
		if err != nil || before != 5 { // twice added, paused, resumed, sent again
			t.Errorf("%d audit entries, %v", before, err)
		}
		if _, _, err := a.RotateWebhook(ctx, administrator, w.ID); err != nil {
			t.Error(err)
		}
		if err := a.RemoveWebhook(ctx, administrator, w.ID); err != nil {
			t.Error(err)
		}
		if after, err := a.Store.AuditCount(ctx, anlo.ActWebhooks); after != before+2 || err != nil {
			t.Errorf("%d audit entries after %d, %v", after, before, err)
		}
		if err := a.RemoveWebhook(ctx, administrator, w.ID); anlo.KindOf(err) != anlo.NotFound {
			t.Errorf("removed twice: %v", err)
		}
	}, withLoopback(0))
}

// Neither secret nor anything else that a thief of the database could send with
// lies there in the clear.
func TestSecretsAreNotOnDisk(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		a, _ := anlotest.AppOn(t, url)
		w, secret, err := a.AddWebhook(t.Context(), administrator, "https://example.vn/hook", "Công an Ngọc Hà", ngocHa)
		if err != nil {
			t.Fatal(err)
		}
		_, fresh, err := a.RotateWebhook(t.Context(), administrator, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		files := databaseFiles(t, a, url)
		if find(t, files, "Công an Ngọc Hà") == 0 {
			t.Fatal("the search does not even find what is there in the clear")
		}
		for _, s := range []string{secret, fresh} {
			if key, _ := notify.ParseSecret(s); find(t, files, s) > 0 || find(t, files, string(key)) > 0 {
				t.Error("a secret lies in the database's files")
			}
		}
	})
}

func TestWhatIsWrongWithAWebhook(t *testing.T) {
	a, _ := anlotest.App(t)
	for _, c := range []struct {
		url, label string
		area       anlo.UnitRef
		want       string
	}{
		{"", "", ngocHa, "invalid (url: required, label: required)"},
		{"http://example.vn/", "a\x00", anlo.UnitRef{List: "vn-63", Code: "00001"}, "invalid (url: webhook.https, label: text.characters, area: commune.unknown)"},
		{"https://127.0.0.1/", strings.Repeat("x", 81), anlo.UnitRef{List: "vn-2026", Code: "none"}, "invalid (url: webhook.private, label: text.long, area: commune.unknown)"},
	} {
		_, _, err := a.AddWebhook(t.Context(), administrator, c.url, c.label, c.area)
		if got := fmt.Sprint(err); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// The body says how a notice stands; what was sent is counted.
func TestWhatAnEventSays(t *testing.T) {
	a, clock := anlotest.App(t, withLoopback(0))
	counted := map[string]int{}
	a.OnSent = func(outcome string, n int) { counted[outcome] += n }
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { body, _ = io.ReadAll(r.Body) }))
	defer server.Close()
	if _, _, err := a.AddWebhook(t.Context(), administrator, server.URL, "Công an", ngocHa); err != nil {
		t.Fatal(err)
	}
	_, receipt := declareAndRoute(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	work(t, a)
	want := `{"type":"notice.created","timestamp":"2026-11-23T05:00:00Z","data":{"notice":{"id":"vn-2026.00008.` + receipt.ID.String() + `.0","commune":"vn-2026/00008",` +
		`"roles":["destination"],"state":"new","level":0,"version":0,"due_at":"2026-11-24T06:00:00Z","departs_at":"2026-11-23T06:00:00Z","changed_at":"2026-11-23T05:00:00Z"}}}`
	if string(body) != want {
		t.Errorf("%s\nwant %s", body, want)
	}
	if counted["delivered"] != 2 || len(counted) != 1 {
		t.Errorf("%v", counted)
	}
}
