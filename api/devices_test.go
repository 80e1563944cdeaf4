package api

import (
	"crypto/x509"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

func TestAPhoneEnrolsAndLeaves(t *testing.T) {
	d := newDoor(t)
	officer, _ := anlotest.Post(t, d.app)
	operator := anlo.Actor{Role: anlo.Operator}
	code, _, err := d.app.NewEnrolment(t.Context(), operator, officer.Device.Checkpoint.ID, "Làn 1")
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]int{`{"code":"K7QM-3XPD"}`: 404, `{}`: 404, `{"code":"` + code + `","label":" "}`: 422, `{"code":1}`: 422, `x`: 400} {
		if p := d.do("POST", "/api/v1/devices", body).want(want).problem(); want == 404 && p.Code != "enrolment.unknown" {
			t.Errorf("%s: %s", body, p.Code)
		}
	}
	var e enrolled
	d.do("POST", "/api/v1/devices", `{"code":"`+anlo.ShowCode(code)+`","label":"Làn 2"}`).want(201).into(&e)
	if e.Device.Label != "Làn 2" || e.Checkpoint.Name != "Pháp Vân – Cầu Giẽ" || e.Checkpoint.Commune != "Phường Ba Đình, Thành phố Hà Nội" ||
		e.Policy.Surge != nil || e.Now != d.clock.Now().UTC() {
		t.Errorf("%+v", e)
	}
	if key, err := x509.ParsePKIXPublicKey(e.Root); err != nil || !d.app.Root.Equal(key) {
		t.Errorf("the root is %v, %v", key, err)
	}
	itself := []string{"Authorization", "Bearer " + e.Token}
	var s deviceState
	d.do("GET", "/api/v1/device", "", itself...).want(200).into(&s)
	if s.Device != e.Device || s.Checkpoint != e.Checkpoint || s.Device.ExpiresAt.Sub(s.Now) != 90*24*time.Hour {
		t.Errorf("%+v", s)
	}
	d.do("DELETE", "/api/v1/device", "", itself...).want(204)
	if p := d.do("GET", "/api/v1/device", "", itself...).want(401).problem(); p.Code != "token.device" {
		t.Error(p.Code)
	}
}

func TestEverybodyMayKnowHowLongPostsTake(t *testing.T) {
	d := newDoor(t)
	officer, _ := anlotest.Post(t, d.app)
	var readings []app.Reading
	for i := range 30 {
		at := d.clock.Now().Add(-time.Duration(i+1) * 20 * time.Second)
		readings = append(readings, app.Reading{Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadOther, At: at, Verdict: anlo.Verdict{Outcome: anlo.Go}, People: 1}})
	}
	if _, err := d.app.KeepScans(t.Context(), officer, app.ScanBatch{SentAt: d.clock.Now(), Readings: readings}); err != nil {
		t.Fatal(err)
	}
	read := func() (w waitList) {
		t.Helper()
		res := d.do("GET", "/api/v1/waits", "").want(200)
		if got := res.header.Get("Cache-Control"); got != "public, max-age=30" {
			t.Errorf("kept for %q", got)
		}
		d.do("GET", "/api/v1/waits", "", "If-None-Match", res.header.Get("ETag")).want(304)
		res.into(&w)
		if len(w.Posts) != 1 {
			t.Fatalf("%+v", w)
		}
		return w
	}
	if p := read().Posts[0]; p.State != "known" || p.Minutes == nil || *p.Minutes != 0 || p.Over || p.Surge != nil || p.Commune.Name != "Phường Ba Đình, Thành phố Hà Nội" {
		t.Errorf("%+v", p)
	}
	operator := anlo.Actor{Role: anlo.Operator}
	surge := anlo.Surge{Ends: d.clock.Now().Add(time.Hour), Skip: anlo.Skips, Reason: anlo.SurgeQueue}
	if err := d.app.BeginSurge(t.Context(), operator, officer.Device.Checkpoint.ID, surge); err != nil {
		t.Fatal(err)
	}
	d.clock.Add(30 * time.Minute)
	if p := read().Posts[0]; p.State != "unknown" || p.Minutes != nil || p.Surge == nil {
		t.Errorf("half an hour later: %+v", p)
	}
}
