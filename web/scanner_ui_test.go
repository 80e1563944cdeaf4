package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anlo"
	"anlo/anlotest"
	"anlo/api"
	"anlo/app"
)

// roadside is a post with everything there really is: pages, API, register. It
// listens to what its scanners send.
type roadside struct {
	*site
	by    anlo.Actor
	mu    sync.Mutex
	surge string                 // as JSON, "" for none
	sent  map[string]sentReading // as each reading was sent last
}

type sentReading struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	Number   string    `json:"number"`
	Verdict  string    `json:"verdict"`
	Reasons  []string  `json:"reasons"`
	Decision string    `json:"decision"`
	Compared string    `json:"compared"`
	People   int       `json:"people"`
	Took     int       `json:"took_ms"`
}

func (r sentReading) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s %d", r.Kind, r.Verdict, strings.Join(r.Reasons, "+"), r.Decision, r.Compared, r.People))
}

func newRoadside(t testing.TB) *roadside {
	t.Helper()
	a, clock := anlotest.App(t, func(c *app.Config) { c.Now = time.Now })
	anlotest.Register(t, a)
	r := &roadside{sent: map[string]sentReading{}}
	r.by, _ = anlotest.Post(t, a)
	mux := http.NewServeMux()
	mux.Handle("/", New(a, Options{}))
	door := api.New(a, api.Options{})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/api/v1/scans" {
			body, _ := io.ReadAll(req.Body)
			r.listen(body)
			req.Body = io.NopCloser(bytes.NewReader(body))
		}
		door.ServeHTTP(w, req)
	})
	mux.HandleFunc("/api/v1/devices", func(w http.ResponseWriter, req *http.Request) { r.crowded(door, w, req) })
	mux.HandleFunc("/api/v1/device", func(w http.ResponseWriter, req *http.Request) { r.crowded(door, w, req) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r.site = &site{t, a, clock, server.URL, func() { server.CloseClientConnections(); server.Close() }}
	return r
}

func (r *roadside) listen(body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var batch struct{ Scans []sentReading }
	if err := json.Unmarshal(body, &batch); err != nil {
		r.t.Error(err)
	}
	for _, s := range batch.Scans {
		r.sent[s.ID] = s
	}
}

// crowded answers as the API does, with a surge at the post.
func (r *roadside) crowded(door http.Handler, w http.ResponseWriter, req *http.Request) {
	answer := httptest.NewRecorder()
	door.ServeHTTP(answer, req)
	body := answer.Body.Bytes()
	if r.surge != "" {
		body = bytes.Replace(body, []byte(`"surge":null`), []byte(`"surge":`+r.surge), 1)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(body)
}

// code is one by which a phone is enrolled.
func (r *roadside) code() string {
	r.t.Helper()
	code, _, err := r.app.NewEnrolment(r.t.Context(), anlo.Actor{Role: anlo.Operator}, r.by.Device.Checkpoint.ID, "Làn 2")
	if err != nil {
		r.t.Fatal(err)
	}
	return anlo.ShowCode(code)
}

// pass is that of people who travel together, as their phone shows it.
func (r *roadside) pass(people ...anlo.Registered) string {
	r.t.Helper()
	receipt, err := r.app.Declare(r.t.Context(), anlotest.Citizen, anlotest.Declaration(time.Now(), people...), "")
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt.Main().QR
}

// stranger is somebody whom the register does not know.
var stranger = anlo.Registered{Number: "001192654399", FullName: "Phạm Thị Duyên", BirthDate: anlo.Date{Year: 1992, Month: 5, Day: 7}, Sex: anlo.Female, Permanent: anlotest.An.Permanent}

const (
	binhCard  = "001192654321||Trần Thị Bình|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021"
	duyenCard = "001192654399||Phạm Thị Duyên|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021"
)

// officer holds an enrolled phone in the lane.
type officer struct {
	*browser
	post *roadside
}

func newOfficer(t testing.TB, r *roadside, flags ...chromedp.ExecAllocatorOption) *officer {
	t.Helper()
	b := newBrowser(t, r.site, flags...)
	b.language("vi")
	b.size(360, true)
	return &officer{b, r}
}

func (o *officer) types(id, text string) {
	o.t.Helper()
	o.do(`(() => { const at = document.getElementById(%s); at.value = %s; at.dispatchEvent(new Event("input", { bubbles: true })) })()`, id, text)
}

func (o *officer) tap(id string) {
	o.t.Helper()
	o.wait(fmt.Sprintf("document.getElementById(%q)", id))
	o.do(`document.getElementById(%s).click()`, id)
}

// enrol makes the phone a scanner.
func (o *officer) enrol() *officer {
	o.t.Helper()
	o.get("/scanner/")
	o.wait(`document.getElementById("enrol-code")`)
	o.types("enrol-code", o.post.code())
	o.types("enrol-label", "Làn 2")
	o.tap("enrol-send")
	o.tap("allow")
	o.wait(`document.querySelector(".lane.ready") && !document.getElementById("update")`)
	return o
}

// reads does what a USB reader does: it types, and presses Enter.
func (o *officer) reads(text string) {
	o.t.Helper()
	o.do(`(() => { for (const key of [...%s, "Enter"]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })) })()`, text)
}

// sees waits for a verdict and what is said with it.
func (o *officer) sees(outcome string, words ...string) {
	o.t.Helper()
	o.wait(fmt.Sprintf(`document.querySelector("#scanner.lane.%s .word")`, outcome))
	for _, word := range words {
		o.wait(fmt.Sprintf(`document.querySelector("main").innerText.includes(%q)`, word))
	}
}

// kept waits for the server to have these readings, in the order of their moment.
func (o *officer) kept(want ...string) {
	o.t.Helper()
	var got []string
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		o.post.mu.Lock()
		got = nil
		for _, s := range slices.SortedStableFunc(maps.Values(o.post.sent), func(a, b sentReading) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.String(), b.String()))
		}) {
			got = append(got, s.String())
		}
		o.post.mu.Unlock()
		if fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
	}
	o.t.Errorf("the server has\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
}

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
	r.surge = fmt.Sprintf(`{"until":%q,"skip":["cards","riders","looks"]}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
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

// scannerStates are the scanner as officers see it, in an order in which one
// leads to the next.
func (o *officer) scannerStates(see func(name string)) {
	o.t.Helper()
	an, duyen, bus := o.post.pass(anlotest.An), o.post.pass(stranger), o.post.pass(crew()...)
	now := func(name, outcome string, words ...string) { o.t.Helper(); o.sees(outcome, words...); see(name) }
	close := func() { o.do(`document.querySelector("dialog").close()`) }
	o.get("/scanner/")
	o.wait(`document.getElementById("enrol-code")`)
	see("enrol")
	o.types("enrol-code", "k7qm-3xpo")
	o.tap("enrol-send")
	o.wait(`document.getElementById("enrol-code-error")`)
	see("enrol-wrong")
	o.types("enrol-code", o.post.code())
	o.tap("enrol-send")
	o.wait(`document.getElementById("allow")`)
	see("allow")
	o.tap("allow")
	o.wait(`document.querySelector(".lane.ready") && !document.getElementById("update") && document.querySelector("video").videoWidth`)
	see("ready")
	o.reads(an)
	now("go", "go")
	o.reads(cardText)
	o.wait(`document.querySelector(".beside.agrees")`)
	see("go-card")
	o.reads(duyen)
	now("look", "look")
	o.reads(cardText)
	o.wait(`document.querySelector(".beside.differs")`)
	see("look-card")
	o.tap("sent-aside")
	o.wait(`document.querySelector(".lane.ready #before")`)
	see("ready-again")
	o.reads("https://example.org")
	now("stop", "stop")
	o.reads("AL1:" + strings.Repeat("0", 90))
	now("stop-unreadable", "stop")
	o.reads("001082000001||Lái Xe Một|01011982|Nam|Hà Nội|15042021")
	now("not-declared", "stop")
	o.reads(bus)
	o.sees("look")
	o.tap("rider-0")
	o.tap("more")
	now("bus", "look", "2/30")
	o.do(`localStorage.setItem("anlo_scanner_vehicles", "yes")`)
	o.reads(an)
	now("vehicle", "go")
	o.do(`localStorage.setItem("anlo_scanner_vehicles", "no")`)
	o.tap("menu-button")
	see("menu")
	o.tap("leave")
	see("leave")
	close()
	o.tap("type")
	o.types("typed", "12345")
	o.do(`document.querySelector(".typing .strong").click()`)
	see("type-wrong")
	close()
	o.do(`navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError") }`)
	o.tap("passed")
	o.tap("menu-button")
	o.tap("flip")
	o.wait(`document.querySelector(".blind h1")`)
	see("no-camera")
	o.reads(an)
	now("no-camera-go", "go")
}

// crew are many who travel on one pass.
func crew() (all []anlo.Registered) {
	for i := range 30 {
		one := stranger
		one.Number, one.FullName = fmt.Sprintf("0011926%05d", 54400+i), fmt.Sprintf("Phạm Thị Duyên %s", string(rune('A'+i%26)))
		all = append(all, one)
	}
	return all
}

func TestScannerAccessibility(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"vi", "en"} {
		r := newRoadside(t)
		r.surge = fmt.Sprintf(`{"until":%q,"skip":["cards"]}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		o := newOfficer(t, r)
		o.language(lang)
		o.scannerStates(func(name string) { o.seen(lang + " " + name) })
	}
}
