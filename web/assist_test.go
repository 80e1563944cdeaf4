package web

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/credential"
	"anlo/locale"
)

// as lets everybody in as one officer.
func as(by anlo.Actor) Options {
	return Options{SignedIn: func(*http.Request) (anlo.Actor, error) { return by, nil }}
}

var window = anlo.Actor{Role: anlo.CommuneOfficer, Area: anlotest.An.Permanent.Commune, Staff: anlo.NewID(anlotest.Noon)}

// trip is what is tapped and typed after the card.
var tripPairs = []string{"to_commune", "hai chau da nang", "vehicle", "motorcycle", "plate", "29-H1 234.56", "reason", "family", "asked", "nothing"}

func TestAssistWithoutJavaScript(t *testing.T) {
	post := anlo.Actor{Role: anlo.CheckpointOfficer, Area: anlo.UnitRef{List: "vn-2026", Code: "01"}, Staff: anlo.NewID(anlotest.Noon)}
	for _, by := range []anlo.Actor{window, post} {
		for _, lang := range []string{"vi", "en"} {
			w := locale.For(lang)
			s := newSite(t, as(by))
			v := s.visitor(lang)
			v.get("/assist").expect(200, w.T("assist.title"))
			if !strings.Contains(v.header.Get("Permissions-Policy"), "camera=(self)") {
				t.Error("the page may not use the camera")
			}
			v.submit("/assist", "card", cardText).expect(200, "Nguyễn Văn An · 31/01/1990 · "+w.T("sex.male"))
			if v.value("home_commune") != "Phường Hồng Hà, Thành phố Hà Nội" || v.value("home_address") != "Số 1 Tổ 2" || v.value("card") != "" {
				t.Errorf("the card became %q, %q", v.value("home_commune"), v.value("home_address"))
			}
			v.submit("/assist", tripPairs...).expect(200, w.T("slip.title"), "Nguyễn Văn An, "+w.T("slip.born", "Year", 1990), "Phường Hải Châu", "29H123456",
				w.T("reason-of-trip.family"))
			if v.at.Path != "/assist" || v.header.Get("Cache-Control") != "no-store" {
				t.Errorf("the slip is at %s, %s", v.at, v.header.Get("Cache-Control"))
			}
			if strings.Contains(v.body, "/my/") || strings.Contains(v.text(), "001090123456") || strings.Contains(v.text(), "Tổ 2") {
				t.Error("the page with the slip gives away more than the pass")
			}
		}
	}
}

func TestAssistAtAPost(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	v.get("/checkpoint/assist").expect(200, "Vào chốt")
	_, token := anlotest.Post(t, s.app)
	v.submit("/checkpoint/enter", "token", token).link("/checkpoint/assist").expect(200, "Khai hộ", "Pháp Vân – Cầu Giẽ")
	v.submit("/checkpoint/assist", "card", cardText).submit("/checkpoint/assist", tripPairs...).expect(200, "MÃ ĐI ĐƯỜNG", "Nguyễn Văn An")
	if v.linkWith("/slip/"); v.status != 200 || !strings.HasPrefix(v.body, "%PDF-") {
		t.Errorf("%d %.40q", v.status, v.body)
	}
	if x := s.visitor("vi").get(v.at.Path); x.at.Path != "/checkpoint" {
		t.Errorf("without the device the slip opens: %d at %s", x.status, x.at)
	}
}

func TestAssistIsForOfficers(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if v.get("/assist"); v.status != http.StatusSeeOther || v.header.Get("Location") != "/signin?to=%2Fassist" {
		t.Errorf("a stranger: %d to %s", v.status, v.header.Get("Location"))
	}
	for _, role := range []anlo.Role{anlo.Citizen, anlo.Auditor, anlo.Administrator, anlo.HealthOfficer} {
		v := newSite(t, as(anlo.Actor{Role: role, Staff: anlo.NewID(anlotest.Noon)})).visitor("vi")
		v.get("/assist").expect(403)
		res, err := v.client.PostForm(v.site.url+"/assist", url.Values{"card": {cardText}})
		v.read(res, err).expect(403)
		v.get("/assist/slip/AAAA").expect(403)
	}
}

func TestAssistPressedTwice(t *testing.T) {
	s := newSite(t, as(window))
	v := s.visitor("vi")
	v.get("/assist").submit("/assist", "card", cardText)
	form := v.form("/assist")
	for i := 0; i < len(tripPairs); i += 2 {
		form.Set(tripPairs[i], tripPairs[i+1])
	}
	press := func() string {
		t.Helper()
		res, err := v.client.PostForm(s.url+"/assist", form)
		v.read(res, err).expect(200, "MÃ ĐI ĐƯỜNG")
		_, code, _ := strings.Cut(v.body, `<div class="qr"`)
		return code[:strings.Index(code, "</div>")]
	}
	one := press()
	s.clock.Add(3 * time.Second)
	if press() != one {
		t.Error("a second press makes a second pass")
	}
	if n, err := s.app.Store.AuditCount(t.Context(), anlo.ActDeclareFor); n != 2 || err != nil { // declared, and shown again
		t.Errorf("%d entries, %v", n, err)
	}
	if form.Set("plate", "30A12345"); press() == one {
		t.Error("another plate gets the old pass")
	}
}

func TestAssistFaults(t *testing.T) {
	v := newSite(t, as(window)).visitor("vi")
	v.get("/assist").submit("/assist", "card", "https://example.org").expect(422, "Đây không phải mã QR của thẻ căn cước")
	v.submit("/assist").expect(422, "Hãy điền mục này", "phải hỏi người đi")
	v.submit("/assist", "card", cardText).expect(200)
	v.submit("/assist", tripPairs[:8]...).expect(422, "phải hỏi người đi")
	v.submit("/assist", "asked", "some").expect(422)
	if v.value("plate") != "29-H1 234.56" || v.value("full_name") != "Nguyễn Văn An" {
		t.Error("what was typed is lost")
	}
	v.submit("/assist", "to", "home").expect(422, "Chỉ giữ lại một")
	v.submit("/assist", "asked", "some", "symptoms", "fever", "contact", "yes", "to", "home", "to_commune", "").expect(200, "MÃ ĐI ĐƯỜNG", "Phường Hồng Hà")
}

func TestAssistByHand(t *testing.T) {
	v := newSite(t, as(window)).visitor("en")
	v.get("/assist").submit("/assist", append([]string{"document", "passport", "passport", "PA 0123456", "nationality", "LA", "full_name", "Somchai Vong",
		"date_of_birth", "1/2/1980", "sex", "male", "home_commune", "ba dinh ha noi", "home_address", "1 Kim Mã"}, tripPairs...)...).
		expect(200, "TRAVEL PASS", "Somchai Vong, born 1980", "Identity not confirmed")
	if strings.Contains(v.text(), "PA0123456") || strings.Contains(v.text(), "Kim Mã") {
		t.Error("the slip names the document or the address")
	}
}

// Whose address the card does not tell lives where the register says, which
// the officer does not learn; who is not in the register is asked.
func TestAssistResidenceUnknown(t *testing.T) {
	card := "001090123456||Nguyễn Văn An|31011990|Nam|Khu phố không ai biết|15042021"
	v := newSite(t, as(window)).visitor("vi")
	v.get("/assist").submit("/assist", "card", card)
	v.submit("/assist", append(slices.Clone(tripPairs[2:]), "to", "home")...).expect(422, "Không rõ nơi thường trú")
	v.submit("/assist", append(slices.Clone(tripPairs), "to", "")...).expect(200, "MÃ ĐI ĐƯỜNG", "Nguyễn Văn An")
	if strings.Contains(v.text(), "Ba Đình") || strings.Contains(v.text(), "Phan Đình Phùng") {
		t.Error("the page tells where the register says that they live")
	}
	card = strings.Replace(card, "Nguyễn Văn An", "Trần Quốc Toản", 1)
	v.get("/assist").submit("/assist", "card", card)
	v.submit("/assist", tripPairs...).expect(422, "Xã, phường nơi thường trú: Hãy điền mục này")
	v.submit("/assist", "home_commune", "ba dinh ha noi").expect(200, "MÃ ĐI ĐƯỜNG", "Trần Quốc Toản")
}

func TestAssistNextPerson(t *testing.T) {
	s := newSite(t, as(window))
	v := s.visitor("vi")
	v.get("/assist").submit("/assist", "card", cardText).submit("/assist", tripPairs...).expect(200, "Người tiếp theo")
	v.submit("/assist", "card", "001192654321||Trần Thị Bình|07051992|Nữ|Phúc Xá, Ba Đình, Hà Nội|15042021", "same", "yes").expect(200, "Trần Thị Bình · 07/05/1992 · Nữ")
	if v.value("to_commune") != "Phường Hải Châu, Thành phố Đà Nẵng" || v.value("plate") != "29-H1 234.56" {
		t.Errorf("the trip became %q, %q", v.value("to_commune"), v.value("plate"))
	}
	if v.form("/assist").Has("asked") {
		t.Error("what one person said of their health is taken for another's")
	}
	v.submit("/assist", "asked", "nothing").expect(200, "MÃ ĐI ĐƯỜNG", "Trần Thị Bình", "29H123456")
	v.submit("/assist").expect(200, "Phường Hải Châu") // offered to tap
	if v.value("full_name") != "" || v.value("plate") != "" {
		t.Error("another trip begins with the last one")
	}
	danang := s.app.Units.Search(s.app.UnitList, "hai chau da nang", 1)[0]
	v.submit("/assist", "card", cardText).submit("/assist", append(slices.Clone(tripPairs[2:]), "to", danang.Code)...).expect(200, "MÃ ĐI ĐƯỜNG", "Phường Hải Châu")
}

// A session that mints too fast is slowed, and what was typed stays.
func TestAssistLimit(t *testing.T) {
	s := newSite(t, as(window))
	v := s.visitor("vi")
	v.get("/assist").submit("/assist", "card", cardText)
	for range 300 {
		if _, err := s.app.DeclareFor(t.Context(), window, anlo.Declaration{}, ""); anlo.KindOf(err) != anlo.Invalid {
			t.Fatal(err)
		}
	}
	v.submit("/assist", tripPairs...).expect(429, "quá nhiều yêu cầu", "Nguyễn Văn An · 31/01/1990")
	s.clock.Add(5 * time.Second)
	v.submit("/assist").expect(200, "MÃ ĐI ĐƯỜNG")
}

func TestAssistOldPage(t *testing.T) {
	s := newSite(t, as(window))
	v := s.visitor("vi")
	v.get("/assist").submit("/assist", "card", cardText)
	s.clock.Add(draftLife + time.Hour)
	v.submit("/assist", tripPairs...).expect(200, "Khai hộ", "Nguyễn Văn An · 31/01/1990")
	v.submit("/assist").expect(200, "MÃ ĐI ĐƯỜNG")
}

// Word by word, paper tells nothing that the code does not: every word on it is
// one of the pass's claims or of the form that is the same for everybody.
func TestPaperSaysWhatTheCodeSays(t *testing.T) {
	s := newSite(t, as(window))
	for _, lang := range []string{"vi", "en"} {
		w := locale.For(lang)
		v := s.visitor(lang)
		v.get("/assist").submit("/assist", "card", cardText)
		v.submit("/assist", append(slices.Clone(tripPairs), "to_address", "Số 99 Bạch Đằng", "note", "Thăm mẹ ốm", "phone", "0987654321", "asked", "some",
			"symptoms", "fever", "contact", "yes")...).expect(200)
		screen := first(v, "section")
		page := text(screen)
		v.linkWith("/slip/")
		pdf := filepath.Join(t.TempDir(), "slip.pdf")
		if err := os.WriteFile(pdf, []byte(v.body), 0o600); err != nil {
			t.Fatal(err)
		}
		paper := printed(t, pdf)
		code := scan(t, pdf)
		says, err := credential.ReadPass(code)
		if err != nil {
			t.Fatal(err)
		}
		allowed := allowedWords(s, w, says)
		for where, text := range map[string]string{"PDF": paper, "page": page} {
			found := strings.Fields(text)
			if len(found) < 20 {
				t.Fatalf("%s: only %d words", where, len(found))
			}
			for _, word := range found {
				if !allowed[strings.Trim(word, ".,:·•")] {
					t.Errorf("%s, %s: %q is not in the pass", lang, where, word)
				}
			}
		}
	}
}

// allowedWords are those of the form, and of the claims of a pass in words.
func allowedWords(s *site, w *locale.Words, p *credential.Pass) map[string]bool {
	texts := []string{s.app.Units.FullName(anlo.UnitRef{List: s.app.UnitList, Code: p.Commune}), p.Plate, w.T("reason-of-trip." + string(p.Purpose)),
		p.ExpiresAt.In(locale.Zone).Format("15:04"), w.Date(anlo.DateOf(p.ExpiresAt.In(locale.Zone)))}
	for _, t := range p.Travellers {
		texts = append(texts, t.Name, w.T("slip.born", "Year", t.BirthYear))
	}
	for _, key := range []string{"subtitle", "title", "caption", "until", "notes", "note1", "note2", "note3", "foot", "purpose", "unconfirmed"} {
		texts = append(texts, w.T("slip."+key))
	}
	for _, key := range []string{"name", "names", "plate", "destination", "unconfirmed"} {
		texts = append(texts, w.T("my."+key))
	}
	all := map[string]bool{"": true}
	for _, word := range strings.Fields(strings.Join(texts, " ")) {
		all[strings.Trim(word, ".,:·•")] = true
	}
	return all
}

// printed is the text of a PDF; pages end with a form feed but for the last.
func printed(t *testing.T, pdf string) string {
	t.Helper()
	out, err := exec.Command("pdftotext", "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatal("pdftotext (poppler-utils, installed by make tools): ", err)
	}
	return strings.TrimSuffix(string(out), "\f")
}

// scan reads the code on a page.
func scan(t *testing.T, pdf string) string {
	t.Helper()
	if out, err := exec.Command("pdftoppm", "-r", "200", "-png", "-singlefile", pdf, pdf).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	f, err := os.Open(pdf + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	codes, err := credential.ReadPicture(f)
	if err != nil || len(codes) != 1 {
		t.Fatalf("the page has the codes %q, %v", codes, err)
	}
	return codes[0]
}

// linkWith follows the link whose address contains a text.
func (v *visitor) linkWith(part string) {
	v.t.Helper()
	for n := range v.all("a") {
		if h := attr(n, "href"); strings.Contains(h, part) {
			v.get(h)
			return
		}
	}
	v.t.Fatalf("no link to %s on %s", part, v.title())
}
