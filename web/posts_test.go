package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/credential"
)

// crossing is two posts with a morning behind them: one in Hà Nội with two lanes
// and a phone that is silent, one in Đà Nẵng. Somebody came through both.
type crossing struct {
	*site
	here, there anlo.Checkpoint
	lanes       []anlo.Actor
}

func newCrossing(t testing.TB) *crossing {
	t.Helper()
	s := newOffice(t)
	c := &crossing{site: s}
	c.here, c.there = c.newPost("Pháp Vân – Cầu Giẽ", baDinh), c.newPost("Hải Vân", haiChau)
	silent := c.lane(c.here, "Làn 3")
	c.lanes = []anlo.Actor{c.lane(c.here, "Làn 1"), c.lane(c.here, "Làn 2")}
	far := c.lane(c.there, "Làn 1")
	r := s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	pass := func(at time.Time, v anlo.Verdict) app.Reading {
		return app.Reading{Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadPass, Pass: r.Passes[0].ID, At: at, Verdict: v, Decision: anlo.Passed, People: 1, Took: 2 * time.Second}}
	}
	c.send(silent, pass(s.clock.Now(), anlo.Verdict{Outcome: anlo.Go}))
	s.clock.Add(2 * time.Hour)
	now := s.clock.Now()
	c.send(far, pass(now.Add(-12*time.Minute), anlo.Verdict{Outcome: anlo.Go}))
	for i, lane := range c.lanes {
		c.send(lane, c.morning(now, 6+3*i)...)
	}
	c.send(c.lanes[0], pass(now.Add(-time.Minute), anlo.Verdict{Outcome: anlo.Go}))
	return c
}

func (c *crossing) newPost(name string, commune anlo.UnitRef) anlo.Checkpoint {
	c.t.Helper()
	p, err := c.app.AddCheckpoint(c.t.Context(), anlo.Actor{Role: anlo.Operator}, name, commune)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c *crossing) lane(p anlo.Checkpoint, label string) anlo.Actor {
	c.t.Helper()
	d, _, err := c.app.AddDevice(c.t.Context(), anlo.Actor{Role: anlo.Operator}, p, label)
	if err != nil {
		c.t.Fatal(err)
	}
	return anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d}
}

// morning is an hour and a half of readings, so many in each minute.
func (c *crossing) morning(now time.Time, each int) (all []app.Reading) {
	verdicts := []anlo.Verdict{{Outcome: anlo.Go}, {Outcome: anlo.Go}, {Outcome: anlo.Go}, {Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonIdentity}},
		{Outcome: anlo.Go}, {Outcome: anlo.Stop, Reasons: []anlo.Reason{anlo.ReasonExpired}}, {Outcome: anlo.Go}}
	decisions := map[anlo.Outcome]anlo.Decision{anlo.Go: anlo.Passed, anlo.Look: anlo.SentAside, anlo.Stop: anlo.TurnedBack}
	for m := range 90 {
		for i := range each - m%3 {
			at := now.Add(-time.Duration(m+1)*time.Minute + time.Duration(i)*time.Second)
			v := verdicts[(m+i)%len(verdicts)]
			all = append(all, app.Reading{Scan: anlo.Scan{ID: anlo.NewID(at), Kind: anlo.ReadOther, At: at, Verdict: v, Decision: decisions[v.Outcome], People: 1 + i%3, Took: 2400 * time.Millisecond}})
		}
	}
	return all
}

func (c *crossing) send(by anlo.Actor, readings ...app.Reading) {
	c.t.Helper()
	now := c.clock.Now()
	r, err := c.app.KeepScans(c.t.Context(), by, app.ScanBatch{SentAt: now, BundleAt: now.Add(-10 * time.Minute), Readings: readings})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, one := range r.Results {
		if one.Refused != nil {
			c.t.Fatal(one.Refused)
		}
	}
}

// namesNobody fails when a page holds anything of the one person who was read.
func namesNobody(t testing.TB, v *visitor) {
	t.Helper()
	for _, personal := range []string{anlotest.An.FullName, "Văn An", anlotest.An.Number, "0912345678", "29A", "1990"} {
		if strings.Contains(v.body, personal) {
			t.Errorf("%s shows %q", v.at.Path, personal)
		}
	}
	if got := v.header.Get("Cache-Control"); v.at.Path != "/wait" && got != "no-store" {
		t.Errorf("%s may be kept: %s", v.at.Path, got)
	}
}

func TestThePageOfAPost(t *testing.T) {
	c := newCrossing(t)
	v := c.at("head")
	page := postPath(c.here.ID)
	v.get("/posts").expect(200, "Pháp Vân – Cầu Giẽ", "1 cảnh báo", "Máy mất liên lạc")
	namesNobody(t, v)
	if strings.Contains(v.body, "Hải Vân") {
		t.Error("a post of another province is in the list")
	}
	v.get(page).expect(200, "Dưới 5 phút", "Vừa qua một chốt ở quá xa", "phút trước đó ở chốt Hải Vân", "Danh tính chưa được xác nhận", "Làn 3", "Mất liên lạc", "2,4 giây")
	namesNobody(t, v)
	if v.get(page + "/part"); !strings.Contains(v.body, "Làn 3") || strings.Contains(v.body, "<html") {
		t.Errorf("the part that changes is %.300s", v.body)
	}
	namesNobody(t, v)
	for _, at := range []string{postPath(c.there.ID), "/posts/x", page + "/phones/" + c.there.ID.String()} {
		v.get(at).expect(404)
	}

	v.get(page).post(page+"/queue", url.Values{"queue": {"100"}}).expect(200, "khoảng 100 xe đếm lúc", "Khoảng", "phút")
	v.post(page+"/queue", url.Values{"queue": {"7"}}).expect(422)
	v.post(page+"/surge", url.Values{}).expect(403)
}

// Pages that are open are told when to read again, in the area of the officer.
func TestPostsTellWhenTheyChange(t *testing.T) {
	c := newCrossing(t)
	page := c.url + postPath(c.here.ID) + "/events"
	for _, address := range []string{page, c.url + "/posts/events"} {
		l := listenTo(t, address, "head")
		l.expect(t, "event: changed")
		l.close()
	}
	for officer, status := range map[string]int{"hai-chau": 403, "auditor": 403} {
		if l := listenTo(t, page, officer); l.status != status {
			t.Errorf("%s listens: %d", officer, l.status)
		}
	}
	if v := c.at("head").get("/posts/part?q=phap"); !strings.Contains(v.body, "Pháp Vân") || strings.Contains(v.body, "<html") {
		t.Errorf("the part that changes is %.300s", v.body)
	}
}

func TestPhonesAreEnrolledFromThePost(t *testing.T) {
	c := newCrossing(t)
	v := c.at("head")
	page := postPath(c.here.ID)
	v.get(page+"/enrol").expect(200, "Kích hoạt máy quét")
	if got := v.form(page + "/enrol").Get("phone_label"); got != "Làn 4" {
		t.Errorf("it suggests %q", got)
	}
	v.post(page+"/enrol", url.Values{"phone_label": {" "}}).expect(422)
	v.post(page+"/enrol", url.Values{"phone_label": {"Làn 4"}}).expect(200, "Dùng một lần", c.url+"/scanner/")
	namesNobody(t, v)
	var code string
	for n := range v.all("p") {
		if attr(n, "class") == "one-time" {
			code = strings.TrimPrefix(strings.TrimSpace(text(n)), "Mã kích hoạt:")
		}
	}
	code = strings.TrimSpace(code)
	if strings.Contains(v.at.String(), code) {
		t.Error("the address has the code")
	}
	if drawn, err := credential.SVG(c.url + "/scanner/#" + code); err != nil || !strings.Contains(v.body, strings.TrimSpace(string(drawn))) {
		t.Errorf("the QR code does not open the scanner with %s: %v", code, err)
	}
	d, token, err := c.app.Enrol(t.Context(), anlo.Actor{Role: anlo.Citizen, RemoteAddr: "192.0.2.1:1"}, code, "")
	if err != nil || d.Label != "Làn 4" || d.Checkpoint.ID != c.here.ID {
		t.Fatal(code, d, err)
	}
	v.get(page).expect(200, "Làn 4", "Chưa gửi gì")
	v.get(page+"/phones/"+d.ID.String()).expect(200, "Thu hồi Làn 4")
	v.post(page+"/phones/"+d.ID.String()+"/withdraw", nil).expect(200, "Đã thu hồi")
	if _, err := c.app.OpenDevice(t.Context(), token); err == nil {
		t.Error("a withdrawn phone still reads")
	}
	v.post(page+"/phones/"+d.ID.String()+"/withdraw", nil).expect(404)
}

func TestASupervisorAsksLessForAWhile(t *testing.T) {
	c := newCrossing(t)
	v := c.at("hanoi")
	page := postPath(c.here.ID)
	v.get(page).expect(200, "Giảm bớt yêu cầu")
	v.post(page+"/surge", url.Values{"for": {"60"}, "reason": {"queue"}}).expect(422, "Chọn ít nhất một việc")
	v.post(page+"/surge", url.Values{"for": {"60"}, "reason": {"queue"}, "skip": {"cards", "looks"}}).
		expect(200, "Đang giảm yêu cầu đến", "Xe chờ quá dài", "Chỉ thỉnh thoảng so thẻ căn cước", "Các máy quét biết trong vòng một phút")
	v.get("/posts").expect(200, "Đang giảm yêu cầu đến")
	v.get("/wait").expect(200, "Chốt đang hỏi ít hơn")
	v.get(page).post(page+"/surge/end", nil).expect(200, "hỏi đầy đủ như thường")
	v.post(page+"/cards", url.Values{"card_hours": {"12"}}).expect(200, "Đã lưu")
	v.post(page+"/cards", url.Values{"card_hours": {"13"}}).expect(422)
	v.post(postPath(c.there.ID)+"/cards", url.Values{"card_hours": {"12"}}).expect(404)
	if p, err := c.app.Policy(t.Context(), c.lanes[0]); err != nil || p.CardHours != 12 || !p.Surge.IsZero() {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestAnAdministratorAddsAPost(t *testing.T) {
	c := newCrossing(t)
	v := c.at("admin")
	v.get("/posts").expect(200, "Thêm chốt", "Hải Vân")
	v.get("/posts?q=da+nang").expect(200, "Hải Vân").without("Pháp Vân")
	v.get("/posts?q=zzz").expect(200, "Không tìm thấy chốt nào")
	v.get("/posts/new").expect(200)
	v.post("/posts/new", url.Values{"post_name": {""}, "post_commune": {""}}).expect(422)
	v.post("/posts/new", url.Values{"post_name": {"Cầu Nhật Tân"}, "post_commune": {"xyz qwe"}}).expect(422)
	v.post("/posts/new", url.Values{"post_name": {"Cầu Nhật Tân"}, "post_commune": {"Phường Ba Đình, Thành phố Hà Nội"}}).
		expect(200, "Cầu Nhật Tân", "Đã thêm chốt", "chưa có máy quét nào")
	enrol := v.at.Path + "/enrol"
	if got := v.get(enrol).form(enrol).Get("phone_label"); got != "Làn 1" {
		t.Errorf("its first phone is called %q", got)
	}
}

// Everybody sees how long posts take, and nothing else of them.
func TestWaitingTimesForEverybody(t *testing.T) {
	c := newCrossing(t)
	v := c.visitor("vi")
	v.get("/wait").expect(200, "Pháp Vân – Cầu Giẽ", "Dưới 5 phút", "Còn 1 chốt chưa có số liệu")
	namesNobody(t, v)
	if strings.Contains(v.body, "cảnh báo") || strings.Contains(v.body, "Làn") {
		t.Error("it shows more than waiting times")
	}
	v.get("/wait?q=da+nang").expect(200, "Hải Vân", "Chưa rõ")
	v.get("/wait?q=ph%C3%A1p+v%C3%A2n").expect(200, "Pháp Vân")
	v.get("/wait?q=zzz").expect(200, "Không tìm thấy chốt nào")
	c.visitor("en").get("/wait").expect(200, "Under 5 minutes", "Posts without figures: 1")
	v.get("/").expect(200, "Qua chốt mất bao lâu")
}
