package web

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
)

// An officer opens the page for the first time.
func TestScannerEnrols(t *testing.T) {
	t.Parallel()
	o := newOfficer(t, newRoadside(t))
	o.get("/scanner/#k7qm-3xpo")
	o.wait(`document.getElementById("enrol-code")?.value === "K7QM3XP0"`)
	if got := o.do(`location.href`); strings.Contains(got, "#") {
		t.Errorf("the code stays in the address: %s", got)
	}
	o.tap("enrol-send")
	o.wait(`document.getElementById("enrol-code-error")?.textContent.includes("Xin mã mới")`)
	o.types("enrol-code", "K7QM")
	o.tap("enrol-send")
	o.wait(`document.getElementById("enrol-code-error")?.textContent.includes("8 ký tự")`)
	code := strings.ToLower(strings.NewReplacer("-", " ", "0", "o", "1", "l").Replace(o.post.code()))
	o.types("enrol-code", code) // as somebody types what they read from a sheet of paper
	o.tap("enrol-send")
	o.wait(`document.getElementById("allow")`)
	o.tap("allow")
	o.wait(`document.querySelector(".line")?.innerText.includes("Pháp Vân – Cầu Giẽ Làn 2")`) // the name that came with the code
	o.get("/scanner/")
	o.wait(`document.querySelector(".lane.ready")`)
	o.tap("menu-button")
	o.tap("leave")
	o.tap("leave-yes")
	o.wait(`document.getElementById("enrol-code")`)

	o.enrol()
	devices, err := o.post.app.Devices(t.Context(), anlo.Actor{Role: anlo.Operator})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		if err := o.post.app.RevokeDevice(t.Context(), anlo.Actor{Role: anlo.Operator}, d.ID); err != nil {
			t.Fatal(err)
		}
	}
	o.tap("menu-button")
	o.tap("send") // it asks the server, and learns
	o.wait(`document.querySelector(".enrol .error")?.textContent.includes("đã bị thu hồi")`)
}

// Every kind of traveller, one after the other, with a USB reader.
func TestScannerLane(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	an, duyen, both := r.pass(anlotest.An), r.pass(stranger), r.pass(anlotest.An, anlotest.Binh)
	o := newOfficer(t, r).enrol()

	o.reads(an)
	o.sees("go", "Nguyễn Văn An", "1990", "29A12345", "1 người", "Phường Ngọc Hà", "Đi làm")
	o.reads(cardText)
	o.sees("go", "Giấy tờ khớp")
	o.reads(duyen) // An has gone
	o.sees("look", "Phạm Thị Duyên", "Danh tính chưa được xác nhận")
	o.reads(cardText) // of somebody else
	o.sees("look", "Giấy tờ không khớp", "Thẻ: Nguyễn Văn An")
	o.tap("sent-aside")
	o.wait(`document.querySelector(".lane.ready #before")?.innerText.includes("Phạm Thị Duyên")`)
	o.reads("https://example.org/declare")
	o.sees("stop", "mã QR của một trang web")
	o.reads(both) // no tap: the lane moves
	o.sees("go", "2 người", "0/2")
	o.reads(binhCard)
	o.sees("go", "1/2")
	o.reads(duyenCard)
	o.sees("look", "Giấy tờ không khớp")
	o.tap("more")
	o.sees("look", "2/2")
	o.tap("turned-back")
	o.kept("pass go  passed agrees 1",
		"pass look identity-not-confirmed+id-tag-differs sent-aside differs 1",
		"other stop unreadable   1",
		"pass look id-tag-differs turned-back differs 2")
}

// Who shows no pass is found by card, number or short code; who has declared
// nothing is helped at once.
func TestScannerWithoutPass(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	r.pass(anlotest.An)
	o := newOfficer(t, r).enrol()
	o.reads(cardText)
	o.sees("go", "Nguyễn Văn An", "29A12345")
	o.tap("passed")
	o.tap("type")
	o.types("typed", "12345")
	o.do(`document.querySelector(".typing .strong").click()`)
	o.wait(`document.getElementById("typed-error").textContent !== ""`)
	o.types("typed", "001 090 123 456")
	o.do(`document.querySelector(".typing .strong").click()`)
	o.sees("go", "Nguyễn Văn An")
	o.tap("passed")
	o.reads(duyenCard)
	o.sees("stop", "Chưa có tờ khai còn hiệu lực", "Phạm Thị Duyên")
	o.tap("declare")
	o.wait(`location.pathname === "/checkpoint/assist" && document.getElementById("person")?.textContent.includes("Phạm Thị Duyên")`)
	if o.do(`sessionStorage.getItem("anlo_card") === null && !location.href.includes("0011")`) != "true" {
		t.Error("the card stays behind")
	}
	o.fill("to-home", "✓", "vehicle-foot", "✓", "reason-medical", "✓", "asked-nothing", "✓")
	o.press("#send")
	o.wait(`document.querySelector(".slip")`)
	o.wait(`!document.querySelector("[data-scanner]").hidden`)
	o.press("[data-scanner]")
	o.wait(`document.querySelector(".lane.ready")`)
	o.reads(duyenCard)
	o.sees("look", "Phạm Thị Duyên")
	o.tap("passed")
	o.kept("card go  passed  1", "card go  passed  1", "card stop not-declared sent-aside  1", "card look identity-not-confirmed passed  1")
}

// A picture of a pass that somebody else has shown, and what is no pass.
func TestScannerForeignAndUsed(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	an := r.pass(anlotest.An)
	o := newOfficer(t, r).enrol()
	o.reads(an)
	o.sees("go", "Nguyễn Văn An")
	o.tap("passed")
	o.do(`(() => { const now = Date.now; Date.now = () => now() + 20 * 60_000 })()`)
	o.reads(an)
	o.sees("look", "Mã vừa được quét ở chốt này", "20 phút trước")
	o.reads(certificate(t))
	o.sees("stop", "Không rõ nơi cấp mã")
	o.do(`document.activeElement.blur()`)
	o.reads("AL1:" + strings.Repeat("0", 90))
	o.sees("stop", "Không đọc được mã", "Tăng độ sáng")
	o.do(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }))`) // a key is no reading
	o.kept("pass go  passed  1", "pass look used-again   1", "certificate stop key-unknown   1", "other stop unreadable   1")
}

// certificate is a European one by an issuer whom nobody here knows.
func certificate(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../credential/testdata/verdicts.json")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`"HC1:[^"]+"`).Find(data)
	var hc1 string
	if err := json.Unmarshal(text, &hc1); err != nil {
		t.Fatal(err)
	}
	return hc1
}

// What the server knows better arrives while the traveller is still near.
func TestScannerWarns(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	receipt, err := r.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(time.Now(), anlotest.An), "")
	if err != nil {
		t.Fatal(err)
	}
	o := newOfficer(t, r).enrol()
	if err := r.app.Cancel(t.Context(), anlo.Actor{Role: anlo.Citizen, ManageOf: receipt.ID}); err != nil {
		t.Fatal(err)
	}
	o.reads(receipt.Main().QR) // the bundle on the phone does not know yet
	o.sees("go", "Nguyễn Văn An")
	o.wait(`document.querySelector(".warning")?.innerText.includes("Nguyễn Văn An 1990 · 29A12345")`)
	o.wait(`document.querySelector(".warning").innerText.includes("Mã đã hủy")`)
	o.tap("dismiss")
	o.wait(`!document.querySelector(".warning")`)
}

// In a crowd less is asked, and what was judged is recorded as it was.
func TestScannerSurge(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	r.crowded(anlo.SkipCards, anlo.SkipRiders, anlo.SkipLooks)
	an, duyen, both := r.pass(anlotest.An), r.pass(stranger), r.pass(anlotest.An, anlotest.Binh)
	o := newOfficer(t, r).enrol()
	o.wait(`document.querySelector(".surge")?.innerText.includes("Đông: bớt yêu cầu đến")`)
	o.reads(an)
	o.sees("go", "không cần xem giấy tờ")
	o.reads(duyen)
	o.sees("look", "Danh tính chưa được xác nhận")
	o.reads(both)
	o.sees("go", "2 người")
	if o.do(`document.querySelector(".counter") === null`) != "true" {
		t.Error("riders are counted")
	}
	o.tap("passed")
	for range 2 {
		o.reads("https://example.org")
		o.sees("stop")
	}
	o.kept("pass go  passed  1", "pass look identity-not-confirmed passed  1", "pass go  passed  2", "other stop unreadable   1", "other stop unreadable   1")
}

// Where the post allows it, a card is found without a network: in the list that
// the phone keeps.
func TestScannerCardOffline(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	r.pass(anlotest.An)
	if _, err := r.app.Route(t.Context()); err != nil { // the post expects whom the communes were told of
		t.Fatal(err)
	}
	if err := r.app.SetCardHours(t.Context(), anlo.Actor{Role: anlo.Operator}, r.by.Device.Checkpoint.ID, 4); err != nil {
		t.Fatal(err)
	}
	o := newOfficer(t, r).enrol()
	o.comes(`import(document.querySelector("script[src]").src.replace("app.js", "keep.js")).then((m) => m.openKeep()).then((keep) => keep.cards())`)
	r.stop()
	o.reads(cardText)
	o.sees("go", "Nguyễn Văn An", "29A12345")
	o.reads(duyenCard)
	o.sees("look", "Chưa kiểm tra được vì không có mạng", "Phạm Thị Duyên")
	o.wait(`document.querySelector(".signs").innerText.includes("Mất mạng")`)
}

// The line at the top says what is not in order, and what to do about it.
func TestScannerLine(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	b := newBrowser(t, r.site)
	b.language("vi")
	b.get("/scanner/")
	b.wait(`document.getElementById("enrol-code")`)
	const hour = 3600_000
	for _, c := range []struct {
		age    float64 // of the bundle, in hours; below zero: there is none
		change map[string]any
		want   string
	}{
		{0.2, nil, "fine: Có mạng | fine: Dữ liệu: 12 phút trước"},
		{0.2, map[string]any{"online": false, "waiting": 12}, "plainly: Mất mạng | plainly: Chờ gửi: 12 | fine: Dữ liệu: 12 phút trước"},
		{7, nil, "fine: Có mạng | warn: Dữ liệu: 7 giờ trước"},
		{72, nil, "fine: Có mạng | bad: Dữ liệu: 3 ngày trước – Cập nhật ngay"},
		{-1, nil, "fine: Có mạng | bad: Chưa có dữ liệu – Cập nhật ngay"},
		{0, map[string]any{"storage": "low", "clockOff": -5 * hour}, "fine: Có mạng | fine: Dữ liệu mới | warn: Bộ nhớ sắp đầy | warn: Đồng hồ máy lệch 5 giờ"},
		{0, map[string]any{"storage": "full", "clockOff": 60_000}, "fine: Có mạng | fine: Dữ liệu mới | bad: Bộ nhớ đầy – tìm mạng để gửi"},
	} {
		got := b.do(`(async (age, change) => {
			const { bar } = await import(document.querySelector("script[src]").src.replace("app.js", "bar.js"));
			const now = Date.now(), hour = 3600_000;
			const status = { online: true, waiting: 0, syncedAt: now, bundleIssued: age < 0 ? 0 : now - age * hour, clockOff: 0, storage: "ok", refused: 0, ...change };
			const bundle = age < 0 ? null : { rules: { staleAfter: 6 * hour, rejectAfter: 48 * hour, skew: 0 } };
			const line = bar({ label: "Làn 2", checkpoint: { name: "Pháp Vân" } }, { status, bundle, now: () => now }, () => {}, null);
			return [...line.querySelectorAll("li")].map((li) => li.className + ": " + li.textContent).join(" | ");
		})(...%s)`, any([]any{c.age, c.change}))
		if got != c.want {
			t.Errorf("%v hours, %v: %s, want %s", c.age, c.change, got, c.want)
		}
	}
}

// A pass that was let through by itself and sent, and then the card beside it is
// another's: the post learns of that too.
func TestScannerLearnsLater(t *testing.T) {
	t.Parallel()
	r := newRoadside(t)
	o := newOfficer(t, r).enrol()
	o.reads(r.pass(anlotest.An))
	o.sees("go", "Nguyễn Văn An")
	o.kept("pass go  passed  1") // nobody touched anything
	o.reads(duyenCard)
	o.sees("look", "Giấy tờ không khớp")
	o.kept("pass look id-tag-differs passed differs 1")
	head := anlotest.Officer(t, r.app, anlo.CheckpointOfficer, r.by.Device.Checkpoint.Commune)
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		post, err := r.app.ReadPost(t.Context(), head, r.by.Device.Checkpoint.ID)
		if err != nil {
			t.Fatal(err)
		}
		if post.Reasons[anlo.ReasonIDTag] == 1 && post.Verdicts[anlo.Look] == 1 && post.Verdicts[anlo.Go] == 0 {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("the post has %v for %v", post.Verdicts, post.Reasons)
		}
	}
}
